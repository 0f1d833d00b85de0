"""`kulla audit verify` and `kulla purge`: what they print, and how they end."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import asyncpg
from test_command_line import run


def test_verify_says_what_was_touched(database_url: str, superuser_url: Callable[[str], str], tmp_path: Path) -> None:
    settings = {"KULLA_DATABASE_URL": database_url, "KULLA_DATA_DIR": str(tmp_path)}
    assert run("keys", "create", "--role", "analyst", **settings).exit_code == 0
    sound = run("audit", "verify", **settings)
    assert sound.exit_code == 0, sound.output
    assert "1 not yet sealed" in sound.stdout
    asyncio.run(_insert(superuser_url(database_url)))
    broken = run("audit", "verify", "--from", "2020-01-01", **settings)
    assert broken.exit_code == 1
    assert "line 900 was put in past the trail" in broken.stderr


async def _insert(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        "INSERT INTO audit (position, at, actor, action, subject_kind, subject_id) OVERRIDING SYSTEM VALUE "
        "VALUES (900, now(), 'x', 'y', 'z', '1')"
    )
    await connection.close()


def test_purge_counts_and_then_removes(database_url: str, tmp_path: Path) -> None:
    settings = {"KULLA_DATABASE_URL": database_url, "KULLA_DATA_DIR": str(tmp_path)}
    asyncio.run(_quarantine(database_url))
    dry = run("purge", "--dry-run", "--json", **settings)
    assert json.loads(dry.stdout)["counts"] == {"quarantined": 1}
    assert "1 rows are due" in run("purge", "--dry-run", **settings).stdout
    done = run("purge", "--json", **settings)
    assert json.loads(done.stdout)["total"] == 1
    assert json.loads(run("purge", "--json", **settings).stdout)["counts"] == {}


async def _quarantine(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO quarantine (quarantine_id, reader, partition, major, minor, key, body, reason, at, purge_at) "
        "VALUES ('q', 'r', 0, 0, 0, 'k', 'b', 'x', now() - interval '3 days', now() - interval '1 day')"
    )
    await connection.close()


def test_production_says_that_its_master_key_is_missing(tmp_path: Path) -> None:
    settings = {"KULLA_MODE": "production", "KULLA_DATABASE_URL": "postgresql:///none?host=/nonexistent"}
    settings |= {"KULLA_RETENTION_HOURS": "48", "KULLA_RETENTION_NO_SHOW_HOURS": "96", "KULLA_DATA_DIR": str(tmp_path)}
    done = run("up", KULLA_MASTER_KEY_FILE=str(tmp_path / "absent.key"), **settings)
    assert done.exit_code == 1
    assert "absent.key cannot be read" in done.stderr
