"""Travellers whose retention has ended, flight by flight: a manifest loses those who are due, and goes with the last of them.

Who boarded goes 48 hours after receipt. Who did not present, and everybody of whom nobody said whether he did, stays 96 hours
(a no-show is what a border check goes on asking about); what remains of a manifest by then holds only them. Who is under a
legal hold stays until it is lifted, alone: the people who sat beside him are not kept for his sake.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from schemas.flight_life import FlightState, Status, fold, report_of
from schemas.manifest import Manifest
from storage.bodies import deflate, inflate
from storage.database import Database, Work
from storage.policies import Policy
from storage.sql import queries
from storage.vault import Vault

BATCH_FLIGHTS = 50
"""Looked up at once; each flight is a transaction of its own, some ten milliseconds for three hundred people."""
HOLD_LOOK = timedelta(days=1)
"""How often a manifest that only a hold keeps is looked at."""


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """A manifest as it is held now."""

    manifest: Manifest
    received_at: datetime
    purge_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one manifest. `kept`: positions of the travellers that stay (none: it goes). `due_again_at`: of the
    rest."""

    stored: StoredManifest
    kept: Sequence[int]
    due_again_at: datetime

    @property
    def removed(self) -> int:
        """How many travellers go."""
        return len(self.stored.manifest.travellers) - len(self.kept)


async def purge(database: Database, policy: Policy, now: datetime, *, dry_run: bool) -> Mapping[str, int]:
    """Purge every flight with something due: `travellers` removed, `manifests` removed or reduced."""
    counts: Counter[str] = Counter()
    behind = ""
    while True:
        async with database.reading() as work:
            rows = await work.fetch(queries("retention")["due_flights"], now, BATCH_FLIGHTS, behind)
        for row in rows:
            counts.update(await _purge_flight(database, row["flight_id"], (policy, now), dry_run=dry_run))
        if len(rows) < BATCH_FLIGHTS:
            return counts
        behind = rows[-1]["flight_id"]


async def _purge_flight(database: Database, flight_id: str, terms: tuple[Policy, datetime], *, dry_run: bool) -> Counter[str]:
    sql = queries("retention")
    async with database.unit_of_work() as work:
        if not await work.fetchval(sql["try_lead"]):
            return Counter()
        rows = await work.fetch(sql["flight_manifests"], flight_id)
        held = {row["traveller_id"] for row in await work.fetch(sql["held_travellers"], flight_id)}
        changes = await asyncio.to_thread(_read_and_plan, rows, database.vault, held, terms)
        if not dry_run:
            await _write(work, changes, (database.vault, terms[1]))
    travellers = sum(change.removed for change in changes)
    return Counter(travellers=travellers, manifests=sum(1 for change in changes if change.removed or not change.kept))


def _read_and_plan(
    rows: Sequence[asyncpg.Record], vault: Vault, held: Collection[str], terms: tuple[Policy, datetime]
) -> list[Change]:
    stored = [
        StoredManifest(Manifest.model_validate_json(inflate(vault.open(row["body"]))), row["received_at"], row["purge_at"])
        for row in rows
    ]
    return plan(stored, held, *terms)


def plan(stored: Sequence[StoredManifest], held: Collection[str], policy: Policy, now: datetime) -> list[Change]:
    """What becomes of the manifests of one flight that are due at `now`. `held`: travellers under a legal hold."""
    state = fold(report_of(one.manifest) for one in stored)
    keepers = {state.merged.get(one, one) for one in held} | set(held)
    due = [one for one in stored if one.purge_at <= now]
    return [_change(one, state, keepers, (policy, now)) for one in due]


def _change(stored: StoredManifest, state: FlightState, held: Collection[str], terms: tuple[Policy, datetime]) -> Change:
    policy, now = terms
    ends = stored.received_at + policy.no_show
    kept: list[int] = []
    for position, traveller in enumerate(stored.manifest.travellers):
        person = state.person(traveller.traveller_id)
        identities = {traveller.traveller_id} | ({person.traveller_id, *person.other_ids} if person else set())
        presented = person is not None and person.status is Status.BOARDED
        if not identities.isdisjoint(held) or (now < ends and not presented):
            kept.append(position)
    return Change(stored, kept, ends if now < ends else now + HOLD_LOOK)


async def _write(work: Work, changes: Sequence[Change], at: tuple[Vault, datetime]) -> None:
    sql = queries("retention")
    gone = [change.stored.manifest.manifest_id for change in changes if not change.kept]
    if gone:
        await work.execute(sql["remove_manifests"], gone)
    for change in changes:
        if change.kept and change.removed:
            await _reduce(work, change, at)
        elif change.kept:
            await work.execute(sql["postpone_manifest"], change.stored.manifest.manifest_id, change.due_again_at)


async def _reduce(work: Work, change: Change, at: tuple[Vault, datetime]) -> None:
    vault, now = at
    manifest = change.stored.manifest
    rest = manifest.model_copy(update={"travellers": tuple(manifest.travellers[position] for position in change.kept)})
    body = vault.seal(now, deflate(rest.model_dump_json().encode()))
    values = (manifest.manifest_id, body, change.due_again_at, len(change.kept))
    await work.execute(queries("retention")["reduce_manifest"], *values)
