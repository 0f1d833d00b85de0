"""Travellers as they are held: found by name or document number in the manifests (which are sealed) and in the alerts.

There is no index of names: it would be one more place that has to be purged, and would make trawling cheap. Manifests are
opened one after the other, the newest first, and looked through as text before anything of them is parsed: some 0.4 ms each,
in a thread.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from storage.bodies import inflate
from storage.database import Database, vault_of
from storage.sql import queries
from storage.vault import Vault

MANIFESTS_MAX = 5_000
"""Looked through for one search: more than two record days of the country, and two seconds of one core."""
ALERTS_MAX = 200
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Sought:
    """`words`: in upper case; each has to begin a word of the name, or be a document's number. None = any flight, any port."""

    words: Sequence[str]
    flight: str | None = None
    port: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody as one manifest has him. `traveller` as in the contract's JSON."""

    traveller: Mapping[str, Any]
    flight_id: str
    flight_key: str
    manifest_id: str
    submission_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """`alerts` as JSON. `complete` False: there were more manifests than may be looked through."""

    mentions: Sequence[Mention]
    alerts: Sequence[Mapping[str, Any]]
    looked_through: int
    complete: bool


async def find(database: Database, sought: Sought) -> Found:
    """Everybody held to whom all words fit. Raises StoreUnavailableError."""
    mentions: list[Mention] = []
    looked_through, place = 0, (None, None)
    while looked_through < MANIFESTS_MAX:
        async with database.reading() as work:
            rows = await work.fetch(queries("held_travellers")["newest_manifests"], sought.flight, sought.port, *place, _BATCH)
            vault = vault_of(work)
        mentions += await asyncio.to_thread(_mentions, rows, vault, sought.words)
        looked_through += len(rows)
        if len(rows) < _BATCH:
            return Found(mentions, await _alerts(database, sought), looked_through, complete=True)
        place = (rows[-1]["received_at"], rows[-1]["manifest_id"])
    return Found(mentions, await _alerts(database, sought), looked_through, complete=False)


async def _alerts(database: Database, sought: Sought) -> list[Mapping[str, Any]]:
    patterns = [f"%{_escaped(word)}%" for word in sought.words]
    values = (patterns, list(sought.words), sought.flight, sought.port, ALERTS_MAX)
    async with database.reading() as work:
        rows = await work.fetch(queries("held_travellers")["alerts_of_name"], *values)
    alerts = [orjson.loads(row["body"]) for row in rows]
    return [alert for alert in alerts if fits(alert["traveller"], sought.words)]


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _mentions(rows: Sequence[asyncpg.Record], vault: Vault, words: Sequence[str]) -> list[Mention]:
    return [mention for row in rows for mention in _of_manifest(row, inflate(vault.open(row["body"])), words)]


def _of_manifest(row: asyncpg.Record, body: bytes, words: Sequence[str]) -> Iterator[Mention]:
    text = body.decode().upper()
    if not all(word in text for word in words):
        return
    known = {name: row[name] for name in ("flight_id", "flight_key", "manifest_id", "submission_id", "received_at")}
    for traveller in orjson.loads(body)["travellers"]:
        if fits(traveller, words):
            yield Mention(traveller=traveller, **known)


def fits(traveller: Mapping[str, Any], words: Sequence[str]) -> bool:
    """Whether each word begins a word of the name, or is a document's number."""
    names = [traveller.get("surname"), traveller.get("given_names"), *(traveller.get("raw") or {}).values()]
    parts = [
        part for name in names if isinstance(name, str) for part in name.upper().replace("-", " ").replace("'", " ").split()
    ]
    numbers = {str(document.get("number") or "").upper() for document in traveller.get("documents") or ()}
    return all(word in numbers or any(part.startswith(word) for part in parts) for word in words)
