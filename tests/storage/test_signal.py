"""The signal wakes everybody, comes back by itself, and never lets anybody sleep long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from time import monotonic

import pytest
from test_database import end_sessions

from storage import signal as signal_module
from storage.database import Database, StoreUnavailableError
from storage.signal import Signal


@pytest.fixture
async def signal(database: Database) -> AsyncIterator[Signal]:
    started = Signal(database, "kulla_alerts")
    await started.start()
    yield started
    await started.close()


async def notify(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.execute("NOTIFY kulla_alerts")


async def listening(database: Database, count: int = 1) -> None:
    """Return when so many signals listen."""
    while await _listeners(database) != count:  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.02)


async def _listeners(database: Database) -> int | None:
    """None where our own session was ended too: the pool finds out when it is used."""
    with suppress(StoreUnavailableError):
        async with database.snapshot() as work:
            return await work.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'kulla signal' AND query LIKE 'LISTEN%'"
            )
    return None


async def test_everybody_who_waits_is_woken(database: Database, signal: Signal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal_module, "WAIT_SECONDS_MAX", 60.0)
    await listening(database)
    waiting = [asyncio.create_task(signal.wait(60.0)) for _ in range(5)]
    await asyncio.sleep(0.05)
    await notify(database)
    done, pending = await asyncio.wait(waiting, timeout=30.0)
    assert (len(done), len(pending)) == (5, 0)


async def test_a_second_wake_up_follows(database: Database, signal: Signal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was still hidden at the first look is seen at the second."""
    monkeypatch.setattr(signal_module, "WAIT_SECONDS_MAX", 60.0)
    await listening(database)
    first = asyncio.create_task(signal.wait(60.0))
    await asyncio.sleep(0.05)
    await notify(database)
    await asyncio.wait_for(first, 30.0)
    await asyncio.wait_for(signal.wait(60.0), 30.0)


async def test_without_news_a_wait_ends_by_itself(signal: Signal) -> None:
    started = monotonic()
    await signal.wait(0.05)
    await signal.wait(600.0)
    assert monotonic() - started < 60.0


async def test_a_lost_connection_is_made_again(
    database: Database,
    signal: Signal,
    database_url: str,
    superuser_url: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signal_module, "WAIT_SECONDS_MAX", 60.0)
    await listening(database)
    await end_sessions(superuser_url(database_url))
    await asyncio.wait_for(listening(database), 30.0)
    waiting = asyncio.create_task(signal.wait(60.0))
    await asyncio.sleep(0.05)
    await notify(database)
    await asyncio.wait_for(waiting, 30.0)


async def test_closing_wakes_those_who_wait_and_is_safe_twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal_module, "WAIT_SECONDS_MAX", 60.0)
    never_started = Signal(database, "kulla_alerts")
    await never_started.close()
    signal = Signal(database, "kulla_alerts")
    await signal.start()
    waiting = asyncio.create_task(signal.wait(60.0))
    await asyncio.sleep(0.05)
    await signal.close()
    await signal.close()
    await asyncio.wait_for(waiting, 30.0)
