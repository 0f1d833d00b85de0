"""How soon one changed record is in force, and every live traveller screened against it."""

import asyncio
import time
from datetime import UTC, datetime

from benchmarks.lists.world import World
from benchmarks.people import LIST
from schemas.watchlist import Record, RecordName
from storage import publications
from storage.publications import Import, StagedRecord

TIMES = 3


def _target(place: int) -> Record:
    name = RecordName(surname="QERIMAXHIU", given_names="BLEDAR ARTUR")
    return Record(record_id=f"TARGET{place}", names=(name,), birth_dates=("1979-05-17",))


async def one_record(bench: World) -> None:
    """Change one, several times; the times count from before the publication."""
    for number in range(TIMES):
        before, started = await bench.alerts(), time.perf_counter()
        await _publish(bench, _target(number))
        published = time.perf_counter() - started
        while await bench.alerts() == before:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
        alerted = time.perf_counter() - started
        await bench.settled()
        done = time.perf_counter() - started
        print(f"one changed record: published {published:.2f} s, its alert {alerted:.2f} s, all re-screened {done:.2f} s")


async def _publish(bench: World, record: Record) -> None:
    name, now = f"target {record.record_id}", datetime.now(UTC)
    async with bench.database.unit_of_work() as work:
        await publications.stage(work, name, [StagedRecord(record.record_id, record, 1)], now)
        await publications.publish(work, Import(name, LIST.list_id, False, 1), "bench", now)
        await publications.discard(work, name, now)
