"""Looks for the people whom a test pushed in everything the service says to others than analysts: logs, metrics, audit, refusals.

It watches a RunningService from outside: what is pushed through its clients tells whom to look for; what it answers with an error
is kept; before it is stopped, its public pages and its audit trail are read, and it is asked a few wrong questions about a person.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from parsers import read_manifests
from tests.running_service import RunningService

NAME_LETTERS_MIN = 5
"""Shorter names are also words, codes and parts of identifiers."""
NUMBER_CHARACTERS_MIN = 7
_PUBLIC = ("/metrics", "/status", "/health/ready", "/openapi.json")


@dataclass
class Watched:
    """One service: what was pushed, and what it said."""

    service: RunningService
    pushed: list[bytes] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def on_request(self, request: httpx.Request) -> None:
        if request.method == "POST" and request.url.path.startswith("/v1/manifests"):
            self.pushed.append(request.read())

    def on_response(self, response: httpx.Response) -> None:
        if response.status_code >= 400:
            response.read()
            self.told[f"refusal {len(self.told)} of {response.request.url.path}"] = response.text


def people(bodies: Iterable[bytes]) -> set[str]:
    """Words that only a leak could bring into a log: names and document numbers, as they were sent."""
    found: set[str] = set()
    for body in set(bodies):
        for message in read_manifests(body):
            for traveller in message.manifest.travellers if message.manifest else ():
                names = " ".join(filter(None, (traveller.surname, traveller.given_names))).split()
                found |= {name for name in names if len(name) >= NAME_LETTERS_MIN and name.isalpha()}
                numbers = (document.number or "" for document in traveller.documents)
                found |= {number for number in numbers if len(number) >= NUMBER_CHARACTERS_MIN}
    return found


def leaks(words: Iterable[str], told: Mapping[str, str]) -> list[tuple[str, str]]:
    """(word, where) of every word that stands somewhere by itself, as it was sent, or as people write names."""
    wanted = {form for word in words for form in (word, word.title())}
    return [(word, place) for place, text in told.items() for word in sorted(set(re.findall(r"\w+", text)) & wanted)]


def _wrong_questions(service: RunningService, word: str) -> Iterator[tuple[str, httpx.Response]]:
    """What is wrong about each is said without the person."""
    with service.client("analyst") as analyst, service.client("carrier") as carrier, service.client("officer") as officer:
        yield "filter", analyst.get("/v1/alerts", params={"state": word, word: "1"})
        yield "search", analyst.get("/v1/travellers", params={"q": word})
        yield "match", analyst.post("/v1/match", json={"traveller": {"surname": word, "birth_date": word}})
        yield "decision", analyst.post("/v1/alerts/none/decisions", json={"decision": word, "comment": word})
        yield "manifest", carrier.post("/v1/manifests", json={"flight": word, "travellers": [{"surname": {"x": word}}]})
        yield "garbage", carrier.post("/v1/manifests", content=f"UNB+{word}'".encode(), headers={"Content-Type": "text/plain"})
        yield "console", officer.get("/v1/ports/TIA/alerts", params={"cursor": word})


def last_words(watched: Watched) -> None:
    """Ask a service that still runs for what it tells anybody, and wrong questions; one that is down has nothing to say."""
    try:
        for path in _PUBLIC:
            watched.told[path] = httpx.get(f"{watched.service.url}{path}", timeout=5).text
        words = sorted(people(watched.pushed))
        for word in {*words[:1], *words[-1:]}:  # a number, and a name
            for name, answer in _wrong_questions(watched.service, word):
                watched.told[f"wrong {name} {len(watched.told)}"] = answer.text
        with watched.service.client("auditor") as auditor:
            watched.told["audit"] = auditor.get("/v1/audit", params={"limit": 500}).text
    except (httpx.HTTPError, FileNotFoundError):
        return


def logs_of(service: RunningService) -> dict[str, str]:
    """Everything it wrote: its own log, and its database's."""
    paths = [service.data_dir.parent / f"{service.data_dir.name}.log", *Path(service.data_dir).rglob("*.log")]
    return {str(path.name): path.read_text("utf-8", "replace") for path in paths if path.is_file()}


def watch_all(patch: pytest.MonkeyPatch) -> Mapping[int, Watched]:
    """Every service that is started from now on."""
    watched: dict[int, Watched] = {}
    start, stop, client = RunningService.start, RunningService.stop, RunningService.client

    def watching(service: RunningService) -> Watched:
        return watched.setdefault(id(service), Watched(service))

    def started(service: RunningService) -> None:
        watching(service)
        start(service)

    def stopped(service: RunningService) -> int:
        last_words(watching(service))
        return stop(service)

    def made(service: RunningService, role: str, **options: Any) -> httpx.Client:
        one = watching(service)
        hooks = {"request": [one.on_request], "response": [one.on_response]}
        return client(service, role, event_hooks=hooks, **options)

    patch.setattr(RunningService, "start", started)
    patch.setattr(RunningService, "stop", stopped)
    patch.setattr(RunningService, "client", made)
    return watched


def check(watched: Mapping[int, Watched]) -> None:
    """Fails where anybody who was pushed is in anything that was said. (Names are synthetic, so they may be shown.)"""
    for one in watched.values():
        found = leaks(people(one.pushed), one.told | logs_of(one.service))
        assert found == [], f"passenger data leaked: {found[:10]}"
