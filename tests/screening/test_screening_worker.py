"""The worker against ports that fail in every way they may."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from screening_samples import ARDIT, FILLERS, NOW, manifest, snapshot, traveller

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from schemas.identifiers import flight_id
from schemas.ledger import FlightHistory
from schemas.manifest import Function, Manifest
from screening.observer import SilentObserver
from screening.policy import history_after
from screening.worker import TooManyQuarantinedError, Worker, WorkerSettings, lists_in_memory

LISTED = traveller("KRASHTAJ", "ARDIT", "1981-04-17")
NOBODY = traveller("ZYBERI", "LUAN", "1990-05-05", traveller_id="t2")


def delivery(position, message=None, *, partition=0, body=None, **fields):
    content = (
        body if body is not None else (message or manifest(LISTED, manifest_id=f"man_{position}")).model_dump_json().encode()
    )
    return Delivery(partition, Cursor(0, position), "key", content, **fields)


@dataclass
class World:
    """All three ports in memory. `faults` names calls that fail, once for each time they are named."""

    deliveries: list = field(default_factory=list)
    snapshots: list = field(default_factory=lambda: [snapshot(ARDIT, *FILLERS)])
    faults: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    done: dict = field(default_factory=dict)
    history_by_flight: dict = field(default_factory=dict)
    screened_ids: set = field(default_factory=set)
    created: list = field(default_factory=list)
    quarantined: list = field(default_factory=list)
    recorded: list = field(default_factory=list)
    acknowledged: dict = field(default_factory=dict)
    sent: int = 0
    running: bool = False
    on_idle: object = None

    def called(self, what):
        self.calls.append(what)
        if what in self.faults:
            self.faults.remove(what)
            raise ConnectionError(what)

    async def start(self):
        assert not self.running, "start only after close"
        self.called("start")
        self.running = True
        self.sent = 0

    async def close(self):
        self.running = False
        self.calls.append("close")

    async def next_batch(self, events_max, wait_seconds, without=frozenset()):
        assert self.running
        if without:  # all share one order here, so whatever follows waits as well
            return []
        self.called("next_batch")
        left = [one for one in self.deliveries[self.sent :] if one.cursor > self.done.get(one.partition, Cursor(-1, -1))]
        batch = left[:events_max]
        if batch:
            self.sent = self.deliveries.index(batch[-1]) + 1
        elif self.on_idle is not None:
            self.on_idle()
        await asyncio.sleep(0)
        return batch

    async def acknowledge(self, progress):
        self.called("acknowledge")
        for partition, cursor in progress.items():
            assert self.done[partition] >= cursor, "acknowledged before it was recorded"
            self.acknowledged[partition] = cursor

    async def newest_version(self):
        self.called("newest_version")
        return self.snapshots[-1].version

    async def published_version(self):
        return self.snapshots[-1].version

    async def put_in_force(self, version):
        self.called("put_in_force")

    # Of a source, but nothing that a worker asks for.
    count = people = find_rarity = record_version = named = unnamed = unnamed_ended = changed_between = None

    async def sizes(self, version):
        return {}

    async def lists(self):
        return self.snapshots[-1].lists

    async def records(self, version):
        self.called("load")
        yield self.snapshots[-1].records

    async def changes(self, since, records_max):
        """More than a delta holds: a new base is built."""

    async def rarity(self, model_version):
        return None

    async def publish_recount(self):
        raise AssertionError("no rarity was ever kept")

    async def keep_rarity(self, rarity):
        self.called("keep_rarity")

    async def history(self, flight_ids):
        self.called("history")
        return {key: self.history_by_flight[key] for key in flight_ids if key in self.history_by_flight}

    async def screened(self, manifest_ids):
        return self.screened_ids & set(manifest_ids)

    async def screened_with(self, manifest_ids):
        return {}

    async def manifests(self, manifest_ids):
        read = (Manifest.model_validate_json(one.body) for one in self.deliveries)
        return {one.manifest_id: one for one in read if one.manifest_id in manifest_ids}

    async def progress(self, partition):
        self.called("progress")
        return self.done.get(partition)

    async def record(self, changes, progress):
        self.called("record")
        for one in changes:
            self.recorded.append(one.manifest_id)
            self.screened_ids.add(one.manifest_id)
            self.created += one.create
            key = flight_id(manifest().flight.flight_key)
            self.history_by_flight[key] = history_after(self.history_by_flight.get(key, FlightHistory()), one)
        self.done |= progress
        self.called("record committed")
        return sum(len(one.create) for one in changes)

    async def quarantine(self, event, reason):
        self.called("quarantine")
        self.quarantined.append((event.cursor, reason))
        self.done[event.partition] = event.cursor


class Watching(SilentObserver):
    def __init__(self):
        self.delays = []
        self.versions = []
        self.batches = []

    def batch_done(self, events, travellers, alerts, seconds):
        self.batches.append((events, travellers, alerts))

    def retrying(self, error, delay_seconds):
        self.delays.append(delay_seconds)

    def lists_loaded(self, version, records, seconds):
        self.versions.append(version)


def worker_of(world, **fields):
    settings = WorkerSettings(wait_seconds=0.001, **({"retry_seconds_first": 0.0001} | fields))
    return Worker(world, lists_in_memory(world), world, settings, lambda: NOW)


async def run_until_idle(world, **fields):
    """Run until every event has been offered and nothing is left."""
    worker = worker_of(world, **fields)
    world.on_idle = worker.stop
    await asyncio.wait_for(worker.run(), 20)
    assert not world.running
    return worker


async def until(condition):
    while not condition():  # noqa: ASYNC110 - the worker under test tells nobody
        await asyncio.sleep(0.001)


async def test_events_become_alerts_and_progress():
    world, watching = World([delivery(1), delivery(2, manifest(NOBODY, manifest_id="man_2"), partition=1)]), Watching()
    await run_until_idle(world, observer=watching)
    assert [alert.record.record_id for alert in world.created] == ["R1"]
    assert world.created[0].created_at == NOW
    assert world.done == world.acknowledged == {0: Cursor(0, 1), 1: Cursor(0, 2)}
    assert watching.batches == [(2, 2, 1)]
    assert watching.versions == [1]


async def test_a_manifest_that_was_screened_before_is_no_news_under_another_cursor():
    corrected = manifest(
        traveller("NDRYSHUAR", "PERSON", "1990-01-01"), function=Function.PASSENGER_CHANGE, manifest_id="man_2"
    )
    first = manifest(LISTED)
    world = World([delivery(1, first), delivery(2, corrected), delivery(3, first), delivery(4, corrected)])
    await run_until_idle(world, events_max=1)
    (history,) = world.history_by_flight.values()
    assert [alert.state for alert in history.alerts] == ["superseded"]
    assert world.recorded == ["man_1", "man_2"]
    assert world.done == world.acknowledged == {0: Cursor(0, 4)}


async def test_a_repetition_in_a_later_batch_is_no_news_either():
    world = World([delivery(1)], screened_ids={"man_1"})
    await run_until_idle(world)
    assert world.recorded == []
    assert world.done == world.acknowledged == {0: Cursor(0, 1)}


async def test_a_flights_later_events_see_its_earlier_ones():
    same, gone = delivery(2), delivery(3, manifest(LISTED, function=Function.PASSENGER_CANCEL, manifest_id="man_3"))
    world = World([delivery(1), same, gone])
    await run_until_idle(world, events_max=2)
    assert len(world.created) == 1
    (history,) = world.history_by_flight.values()
    assert [alert.state for alert in history.alerts] == ["withdrawn"]


async def test_what_comes_and_goes_within_a_batch_is_never_alerted():
    gone = delivery(2, manifest(LISTED, function=Function.PASSENGER_CANCEL, manifest_id="man_2"))
    world = World([delivery(1), gone])
    await run_until_idle(world)
    assert world.created == []
    assert world.recorded == ["man_1", "man_2"]


@pytest.mark.parametrize(
    "fault",
    ["start", "next_batch", "newest_version", "load", "progress", "history", "record", "record committed", "acknowledge"],
)
async def test_a_failing_port_costs_a_repetition_never_an_alert(fault):
    world = World([delivery(1), delivery(2), delivery(3, manifest(NOBODY, manifest_id="man_3"))], faults=[fault] * 3)
    watching = Watching()
    await run_until_idle(world, observer=watching, events_max=2)
    assert len(world.created) == 1
    assert world.done == {0: Cursor(0, 3)}
    assert set(world.recorded) == {"man_1", "man_2", "man_3"}
    assert len(world.recorded) == 3, "what is done is skipped"
    assert world.calls.count("start") == 1 + len(watching.delays)
    assert watching.delays


async def test_delays_double_up_to_a_bound():
    world, watching = World([delivery(1)], faults=["start"] * 6), Watching()
    await run_until_idle(world, observer=watching, retry_seconds_max=0.001)
    assert watching.delays == [0.0001, 0.0002, 0.0004, 0.0008, 0.001, 0.001]


async def test_a_bad_event_is_put_aside_in_its_place():
    world = World([delivery(1), delivery(2, body=b'{"surname": "KRASHTAJ"}'), delivery(3)])
    await run_until_idle(world)
    ((cursor, reason),) = world.quarantined
    assert cursor == Cursor(0, 2)
    assert "KRASHTAJ" not in reason
    assert world.recorded == ["man_1", "man_3"]
    assert world.done == {0: Cursor(0, 3)}
    assert [call for call in world.calls if call in {"record", "quarantine"}] == ["record", "quarantine", "record"]


async def test_an_event_that_breaks_screening_is_put_aside(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("KRASHTAJ")

    monkeypatch.setattr("screening.batch.matches_of_each", broken)
    world = World([delivery(1)])
    await run_until_idle(world)
    assert world.quarantined == [(Cursor(0, 1), "The manifest could not be screened (ZeroDivisionError).")]


async def test_too_many_bad_events_in_a_row_stop_the_worker():
    world = World([delivery(number, body=b"no manifest") for number in range(9)])
    with pytest.raises(TooManyQuarantinedError):
        await worker_of(world, quarantined_in_a_row_max=5).run()
    assert len(world.quarantined) == 5
    assert not world.running


async def test_good_events_between_bad_ones_keep_it_going():
    bad = [delivery(2 * number, body=b"no manifest") for number in range(9)]
    good = [delivery(2 * number + 1) for number in range(9)]
    world = World(sorted(bad + good, key=lambda one: one.cursor))
    await run_until_idle(world, quarantined_in_a_row_max=2)
    assert len(world.quarantined) == 9


async def test_the_newest_lists_are_in_force_from_the_next_batch():
    world, watching = World([delivery(1)], snapshots=[snapshot(*FILLERS)]), Watching()
    worker = worker_of(world, observer=watching)

    def publish():
        if len(world.snapshots) == 1:
            world.snapshots.append(snapshot(ARDIT, *FILLERS, version=2))
            again = manifest(LISTED, manifest_id="man_1")
            world.deliveries.append(delivery(2, again, occasion=Occasion.RESCREEN, list_version=2))
        elif world.done[0] == Cursor(0, 2):
            worker.stop()

    world.on_idle = publish
    await asyncio.wait_for(worker.run(), 20)
    assert [alert.list_version for alert in world.created] == [2]
    assert watching.versions == [1, 2]
    assert worker.list_version == 2


async def test_an_event_waits_for_the_lists_it_demands():
    world, watching = World([delivery(1, list_version=2)]), Watching()
    worker = worker_of(world, observer=watching)
    running = asyncio.create_task(worker.run())
    await until(lambda: len(watching.delays) >= 3)
    assert world.recorded == []
    world.snapshots.append(snapshot(ARDIT, *FILLERS, version=2))
    await until(lambda: world.recorded)
    worker.stop()
    await asyncio.wait_for(running, 20)
    assert [alert.list_version for alert in world.created] == [2]


async def test_what_is_done_already_is_not_done_again():
    world = World([delivery(1), delivery(2, manifest(NOBODY, manifest_id="man_2"))], done={0: Cursor(0, 1)})
    await run_until_idle(world)
    assert world.recorded == ["man_2"]


async def test_cancelling_closes_the_stream():
    world = World()
    running = asyncio.create_task(worker_of(world).run())
    await until(lambda: "next_batch" in world.calls)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not world.running


async def test_stopping_before_running_does_nothing():
    world = World([delivery(1)])
    worker = worker_of(world)
    worker.stop()
    await worker.run()
    assert world.recorded == []


async def test_wrong_code_is_not_retried():
    class Wrong(World):
        async def history(self, flight_ids):
            raise AssertionError("wrong code")

    world = Wrong([delivery(1)])
    with pytest.raises(AssertionError, match="wrong code"):
        await worker_of(world).run()


async def test_the_loop_goes_on_while_travellers_are_screened():
    people = [traveller(f"KRASHTAJ{'ABCDEFGH'[n % 8]}", "ARDIT", "1981-04-17", traveller_id=f"t{n}") for n in range(200)]
    world = World([delivery(1, manifest(*people))])
    beats = []

    async def heart():
        while True:
            beats.append(datetime.now(UTC))
            await asyncio.sleep(0)

    beating = asyncio.create_task(heart())
    during = []
    record = world.record

    async def watch(changes, progress):
        during.append(len(beats))
        return await record(changes, progress)

    world.record = watch
    await run_until_idle(world)
    beating.cancel()
    assert during[0] > 20
