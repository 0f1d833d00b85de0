"""Two sides of an exchange: a service with its people, a neighbour who signs, and documents that were tampered with."""

import io
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api_service.exchange.signing import TYPE, ExchangeKey, claims_of, fingerprint
from api_service.keys import KeyOrder, create_key
from schemas.roles import Role

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SHARES = ["identity", "measure"]
RECORD = {
    "record_id": "R1",
    "category": "missing child",
    "action": "refer_second_line",
    "names": [{"surname": "SAMPLE", "given_names": "ONE"}],
    "birth_dates": ["2012-01-02"],
    "reason": "SECRET REASON",
    "documents": [{"type": "P", "number": "XX0000001", "issuing_country": "UTO"}],
    "expires_at": "2027-06-01",
}


@dataclass
class Service:
    """An application with its context, and keys for it."""

    app: Any
    context: Any
    log: io.StringIO

    def client(self, key: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://other", headers={"Authorization": f"Bearer {key}"})

    async def key(self, role: Role) -> str:
        order = KeyOrder(role, ports=("TIA",) if role is Role.OFFICER else ())
        return await create_key(self.context.database, order, "test", NOW)


@dataclass
class Side:
    """One service with its people."""

    service: Any
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def person(self, name: str, role: Role) -> None:
        self.clients[name] = self.service.client(await self.service.key(role))

    async def ask(self, who: str, method: str, path: str, status: int, **sent: Any) -> Any:
        answer = await self.clients[who].request(method, f"/v1/exchange{path}", **sent)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.text

    async def people(self) -> None:
        for name, role in (
            *(("owner", Role.LIST_OWNER), ("second_owner", Role.LIST_OWNER), ("supervisor", Role.SUPERVISOR)),
            *(
                ("second_supervisor", Role.SUPERVISOR),
                ("analyst", Role.ANALYST),
                ("auditor", Role.AUDITOR),
                ("officer", Role.OFFICER),
            ),
        ):
            await self.person(name, role)

    async def agree(self, partner_key: str, directions: list[str], **terms: Any) -> str:
        """A partner, and an agreement in force with it."""
        partner = {"partner_id": "neighbour", "name": "Neighbour", "public_key": partner_key}
        await self.clients["owner"].post("/v1/exchange/partners", json=partner)
        order = {
            "partner_id": "neighbour",
            "reference": "2026/1",
            "purpose": "missing children",
            "legal_basis": "treaty, article 5",
            "directions": directions,
            "shares": SHARES,
            "lists": ["children"],
            "expires_at": "2027-01-01T00:00:00Z",
        } | terms
        agreement = await self.ask("owner", "POST", "/agreements", 201, json=order)
        await self.ask("supervisor", "POST", f"/agreements/{agreement['agreement_id']}/approval", 200)
        return str(agreement["agreement_id"])

    async def public_key(self) -> str:
        return str((await self.ask("auditor", "GET", "/key", 200))["public_key"])

    async def export(self, agreement: str, **subject: str) -> str:
        """A document, requested by one and approved by another."""
        order = {"agreement_id": agreement, "reason": "asked by telephone"} | subject
        asked = await self.ask("analyst" if "alert_id" in subject else "owner", "POST", "/exports", 201, json=order)
        await self.ask("supervisor", "POST", f"/exports/{asked['transfer_id']}/approval", 200)
        return str(await self.ask("owner", "GET", f"/exports/{asked['transfer_id']}/document", 200))


@dataclass
class Neighbour:
    """The other side, in so far as it signs."""

    key: ExchangeKey = field(default_factory=lambda: ExchangeKey(Ed25519PrivateKey.generate()))

    @property
    def public(self) -> str:
        return b64encode(self.key.public).decode()

    def document(self, receiver: str, content: Any, **changes: Any) -> str:
        told = {"agreement": "2026/1", "purpose": "missing children", "kind": "record", "content": content}
        claims = claims_of("msg_1", (self.key.public, b64decode(receiver)), NOW, told)
        return self.key.signed(claims | changes)


CONTENT = {
    "record_id": "N7",
    "names": [{"surname": "OTHER"}],
    "category": "missing child",
    "valid_from": None,
    "expires_at": "2030-01-01",
}


def tampered(document: str) -> str:
    head, body, signature = document.split(".")
    changed = orjson.loads(jwt.utils.base64url_decode(body))
    changed["content"]["names"] = [{"surname": "SOMEBODY ELSE"}]
    return ".".join((head, jwt.utils.base64url_encode(orjson.dumps(changed)).decode(), signature))


def unsigned(document: str) -> str:
    body = document.split(".")[1]
    header = {"alg": "none", "typ": TYPE, "kid": orjson.loads(jwt.utils.base64url_decode(body))["iss"]}
    return f"{jwt.utils.base64url_encode(orjson.dumps(header)).decode()}.{body}."


def confused(document: str, public: bytes) -> str:
    """The public key taken for a secret."""
    body = jwt.utils.base64url_decode(document.split(".")[1])
    return jwt.PyJWS().encode(body, public, "HS256", {"typ": TYPE, "kid": fingerprint(public)})
