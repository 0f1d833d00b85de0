"""What must be there before the roles start: the tables, and in sandbox mode the keys, the sample lists, and the supervisor's
sight of protection referrals.

Every step is done once and can be repeated: what is there already stays.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api_service import keys, watch
from api_service.context import utc_now
from api_service.problems import InvalidRequestError
from api_service.sandbox.lists import SandboxList, sandbox_lists
from api_service.settings import Mode, Settings
from api_service.wiring import connected
from schemas.roles import Role
from storage import audit, publications, referrals, watchlists
from storage.database import Database
from storage.migrate import migrate
from storage.publications import Import, StagedRecord
from storage.referrals import Scope

SANDBOX_SEED = 355
"""Of the sample lists: the same in every sandbox, so that what one person sees another can repeat."""
KEYS_FILE = "sandbox_keys.json"
PROTECTION_ROLE = Role.SUPERVISOR
"""Whose key sees protection referrals of every port in the sandbox. An analyst's does not: so both can be tried."""
_BY = "kulla"
_BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class SandboxKeys:
    """One key a role, and the file that holds them."""

    path: Path
    by_role: Mapping[str, str]


async def prepare(settings: Settings, database_url: str) -> SandboxKeys | None:
    """Migrate; in sandbox mode make keys and lists; in production insist on a key. Returns the sandbox's keys."""
    async with connected(database_url) as database:
        await migrate(database)
        now = utc_now()
        if settings.mode is Mode.PRODUCTION:
            await _insist_on_a_key(database, now)
            return None
        if settings.sandbox_lists:
            for sandbox_list in sandbox_lists(SANDBOX_SEED, now.date()):
                await _publish_once(database, sandbox_list, now)
        made = await _sandbox_keys(database, settings.data_dir / KEYS_FILE, now)
        await _let_see_referrals(database, made.by_role[PROTECTION_ROLE].split("_")[1], now)
        return made


async def _let_see_referrals(database: Database, person: str, now: datetime) -> None:
    """The protection scope, which an operator gives elsewhere."""
    async with database.unit_of_work() as work:
        if await referrals.grant_scope(work, Scope(person, now, _BY)):
            await audit.append(work, audit.Line(now, _BY, "protection_scope.grant", "person", person))


async def _insist_on_a_key(database: Database, now: datetime) -> None:
    if not await keys.any_valid_key(database, now):
        raise InvalidRequestError("production mode needs a key: make one with `kulla keys create --role operator`")


async def _publish_once(database: Database, sandbox_list: SandboxList, now: datetime) -> None:
    watchlist = sandbox_list.watchlist
    await watch.create_list(database, watchlist, _BY, now)
    async with database.unit_of_work() as work:
        state = await watchlists.find(work, watchlist.list_id)
        if state is not None and state.list_version is not None:
            return
        import_id = secrets.token_hex(16)
        rows = [StagedRecord(record.record_id, record, number) for number, record in enumerate(sandbox_list.records, 1)]
        for start in range(0, len(rows), _BATCH_ROWS):
            await publications.stage(work, import_id, rows[start : start + _BATCH_ROWS], now)
        await publications.publish(work, Import(import_id, watchlist.list_id, replace=False, staged_count=len(rows)), _BY, now)
        await publications.discard(work, import_id, now)


async def _sandbox_keys(database: Database, path: Path, now: datetime) -> SandboxKeys:
    existing = _read(path)
    valid = {key.key_id for key in await keys.list_keys(database) if key.revoked_at is None}
    made = {}
    for role in Role:
        key = existing.get(role.value)
        if key is None or key.split("_")[1] not in valid:
            key = await keys.create_key(database, keys.KeyOrder(role, label="sandbox"), _BY, now, confined=False)
        made[role.value] = key
    if made != existing:
        _write(path, made)
    return SandboxKeys(path, made)


def _read(path: Path) -> dict[str, str]:
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(role): str(key) for role, key in stored.items()} if isinstance(stored, dict) else {}


def _write(path: Path, by_role: Mapping[str, str]) -> None:
    """Readable by its owner only, and never half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(by_role, file, indent=2)
    draft.replace(path)
