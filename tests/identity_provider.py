"""A real OpenID Connect provider (Authlib's, in a process of its own), and people who sign in at it with the authorization code."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

CLIENT_ID = "kulla"
_CALLBACK = "http://127.0.0.1/callback"
_START_SECONDS_MAX = 30.0


class IdentityProvider:
    """The provider on a free port. `start` again after `stop`: the same address with another key, as after a rotation."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *people: dict[str, Any], token_seconds: int = 3600) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(self.port)]
        command += ["--token-max-age", str(token_seconds)]
        for person in people:
            command += ["--user-claims", json.dumps(person)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
        end = time.monotonic() + _START_SECONDS_MAX
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.issuer}/jwks").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise TimeoutError("the provider did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._process = None

    def published_key(self) -> dict[str, str]:
        """The one key in its set."""
        return dict(httpx.get(f"{self.issuer}/jwks").json()["keys"][0])

    def sign_in(self, subject: str, client_id: str = CLIENT_ID) -> str:
        """The identity token of this person for this client."""
        request = {"client_id": client_id, "redirect_uri": _CALLBACK, "response_type": "code", "scope": "openid", "state": "s"}
        with httpx.Client(base_url=self.issuer) as browser:
            sent_back = browser.post("/oauth2/authorize", params=request, data={"sub": subject})
            code = parse_qs(urlsplit(sent_back.headers["location"]).query)["code"][0]
            grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": _CALLBACK}
            answer = browser.post("/oauth2/token", data=grant | {"client_id": client_id, "client_secret": "any"})
        token = answer.json()["id_token"]
        assert isinstance(token, str)
        return token


@contextmanager
def running_provider(*people: dict[str, Any]) -> Iterator[IdentityProvider]:
    """A provider that knows these people, until the block ends."""
    running = IdentityProvider()
    running.start(*people)
    try:
        yield running
    finally:
        running.stop()
