"""Re-screens wait, new manifests go ahead, and no partition's order changes."""

import asyncio
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, FILLERS, FLIGHT, NOW, PERSONS, manifest, traveller

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from screening.backlog import Backlog, is_passed
from screening.worker import Worker, WorkerSettings, lists_in_memory
from storage.memory import MemoryLedger, MemoryListSource, MemoryOutbox, MemoryStream

EVENTS = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), max_size=30)


def deliveries(drawn):
    """Events of a few partitions, with the ids of those that are passed over."""
    events = [
        Delivery(partition, Cursor(0, number), "k", b"", Occasion.RESCREEN if again else Occasion.RECEIVED, 0, f"m{number}")
        for number, (partition, again, _) in enumerate(drawn)
    ]
    return events, {one.manifest_id for one, (*_, passed) in zip(events, drawn, strict=True) if passed}


@settings(max_examples=200, deadline=None)
@given(EVENTS, EVENTS, st.integers(1, 4))
def test_each_partition_keeps_its_order_and_nothing_is_lost(first, second, screened_max):
    events, passed = deliveries([*first, *second])
    backlog, handled = Backlog(), []
    for some in (events[: len(first)], events[len(first) :]):
        waiting = backlog.partitions
        at_once = backlog.admit(some)
        assert all(one.occasion is Occasion.RECEIVED and one.partition not in waiting for one in at_once)
        handled += at_once
        taken = backlog.next(passed, screened_max)
        assert sum(not is_passed(one, passed) for one in taken) <= screened_max
        handled += taken
        backlog.done(taken)
    while backlog:
        taken = backlog.next(passed, screened_max)
        assert taken, "there is always something to do"
        handled += taken
        backlog.done(taken)
    by_partition = defaultdict(list)
    for one in handled:
        by_partition[one.partition].append(one.cursor.minor)
    assert all(numbers == sorted(numbers) for numbers in by_partition.values())
    assert sorted(one.cursor.minor for one in handled) == list(range(len(events)))


def test_a_new_manifest_of_another_partition_goes_ahead():
    again, new = deliveries([(3, True, False), (3, False, False), (4, False, False)])[0], Backlog()
    assert new.admit(again) == again[2:]
    assert new.partitions == {3}
    new.clear()
    assert not new
    assert new.admit(again[1:]) == again[1:]


def _manifest(flight_key, who):
    return manifest(who, manifest_id=f"man_{flight_key}", flight=FLIGHT.model_copy(update={"flight_key": flight_key}))


class Ordered(MemoryLedger):
    """Notes what is recorded, and lets something happen after the first time."""

    def __init__(self, then):
        super().__init__(lambda: NOW)
        self.order, self._then = [], then

    async def record(self, changes, progress):
        alerts = await super().record(changes, progress)
        self.order += [one.manifest_id for one in changes]
        if then := self._then:
            self._then = None
            then()
        return alerts


async def test_a_manifest_that_comes_during_a_long_re_screening_is_screened_before_most_of_it():
    """Nobody is in memory, so that every re-screen is one to be screened."""
    outbox, source = MemoryOutbox(), MemoryListSource()
    source.publish(PERSONS, [ARDIT, *FILLERS])
    old = [_manifest(f"OLD{number}", traveller("SOMEBODY", "ELSE")) for number in range(60)]
    new = _manifest("NEW", traveller("KRASHTAJ", "ARDIT", "1981-04-17"))
    ledger = Ordered(lambda: outbox.publish("NEW", new.model_dump_json().encode()))
    for one in old:
        outbox.publish(one.flight.flight_key, one.model_dump_json().encode(), Occasion.RESCREEN)
    worker_settings = WorkerSettings(wait_seconds=0.0005, events_max=60, rescreened_at_once=4)
    worker = Worker(MemoryStream(outbox, ledger), lists_in_memory(source), ledger, worker_settings, lambda: NOW)
    running = asyncio.create_task(worker.run())
    while len(ledger.order) < len(old) + 1 and not running.done():  # noqa: ASYNC110 - the worker tells nobody
        await asyncio.sleep(0)
    worker.stop()
    await asyncio.wait_for(running, 20)
    assert sorted(ledger.order) == sorted(one.manifest_id for one in (*old, new))
    assert ledger.order.index(new.manifest_id) <= 8
    assert len(ledger.alerts) == 1
