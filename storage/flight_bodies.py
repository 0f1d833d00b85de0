"""Manifests of flights as they were stored, read back."""

import asyncio
from collections.abc import Sequence

import asyncpg

from schemas.flight_life import Report, report_of
from schemas.manifest import Manifest
from storage.bodies import inflate
from storage.database import Work, vault_of
from storage.sql import queries
from storage.vault import Vault

FLIGHT_MENTIONS_MAX = 50_000
"""Travellers in all messages of one flight that a screener looks back on: a ship of 5,000 listed ten times. Who sends without
end about one flight then slows it to a bounded quarter of a second a batch; alerts of whom older messages described stay."""


async def of_ids(work: Work, manifest_ids: Sequence[str]) -> dict[str, Manifest]:
    """Manifests by id; those that were purged are absent."""
    rows = await work.fetch(queries("flight_bodies")["of_ids"], list(manifest_ids))
    read = await asyncio.to_thread(_read_all, rows, vault_of(work))
    return {manifest.manifest_id: manifest for manifest in read}


async def as_stored(work: Work, manifest_ids: Sequence[str]) -> dict[str, bytes]:
    """Manifests as JSON, by id; those that were purged are absent."""
    rows = await work.fetch(queries("flight_bodies")["as_stored"], list(manifest_ids))
    vault = vault_of(work)
    return {row["manifest_id"]: inflate(vault.open(row["body"])) for row in rows}


async def of_flights(work: Work, flight_ids: Sequence[str]) -> dict[str, list[Manifest]]:
    """Everything received about these flights, tests apart, by flight id; the earliest received first."""
    rows = await work.fetch(queries("flight_bodies")["of_flights"], list(flight_ids))
    found: dict[str, list[Manifest]] = {}
    for row, manifest in zip(rows, await asyncio.to_thread(_read_all, rows, vault_of(work)), strict=True):
        found.setdefault(row["flight_id"], []).append(manifest)
    return found


async def screened_ids(work: Work, flight_ids: Sequence[str]) -> dict[str, list[str]]:
    """Ids of the manifests that were recorded as screened, tests apart, by flight id; of a flight the newest."""
    found: dict[str, list[str]] = {}
    for row in await work.fetch(queries("flight_bodies")["screened_ids"], list(flight_ids), FLIGHT_MENTIONS_MAX):
        found.setdefault(row["flight_id"], []).append(row["manifest_id"])
    return found


async def reports(work: Work, manifest_ids: Sequence[str]) -> list[Report]:
    """Reports of these manifests. One manifest at a time is in memory, since each takes a megabyte."""
    rows = await work.fetch(queries("flight_bodies")["of_ids"], list(manifest_ids))
    return await asyncio.to_thread(_reports, rows, vault_of(work))


def _reports(rows: Sequence[asyncpg.Record], vault: Vault) -> list[Report]:
    return [report_of(_read(row, vault)) for row in rows]


def _read_all(rows: Sequence[asyncpg.Record], vault: Vault) -> list[Manifest]:
    return [_read(row, vault) for row in rows]


def _read(row: asyncpg.Record, vault: Vault) -> Manifest:
    manifest = Manifest.model_validate_json(inflate(vault.open(row["body"])))
    return manifest if manifest.received_at else manifest.model_copy(update={"received_at": row["received_at"]})
