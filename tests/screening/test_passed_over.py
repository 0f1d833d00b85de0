"""Re-screens that change nothing are passed over; what is left standing is as if everybody had been screened again."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from flight_messages import PEOPLE, START, flights, message, person
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import PERSONS, name, record
from test_any_order import standing
from test_rescreening import Forgetful

from schemas.events import Occasion
from schemas.flight_state import REPORTING
from schemas.live_manifests import LiveIds
from schemas.manifest import Function
from screening import live_manifests
from screening.live_manifests import Asked, LiveManifests
from screening.observer import SilentObserver
from screening.prepared import prepare_traveller
from screening.worker import Worker, WorkerSettings, lists_in_memory
from storage.memory import MemoryLedger, MemoryListSource, MemoryOutbox, MemoryStream

A, B, C, D, K = PEOPLE
MANY = tuple(record(f"M{number:03}", name(f"SURNAME{'ABCDEFGHIJ'[number % 10]}", "PERSON")) for number in range(60))
R1 = record("R1", name("ASURNAME", "a"), birth_dates=("1980-01-01",), documents=(("P", "DA", "ALB"),))
R2 = record("R2", name("CHANGED", "a"), birth_dates=("1980-01-01",))
R3 = record("R3", name("BSURNAME", "b"), birth_dates=("1980-01-01",), documents=(("P", "DB2", "ALB"),))
R4 = record("R4", name("CSURNAME", "c"), birth_dates=("1980-01-01",))
NOBODY = record("X1", name("SOMEBODY", "ELSE"))


class Watching(SilentObserver):
    def __init__(self):
        self.travellers = []

    def batch_done(self, events, travellers, alerts, seconds):
        self.travellers.append(travellers)


class Store:
    """Says which manifests are live."""

    def __init__(self, ledger, ours=True):
        self._ledger = ledger
        self.ours = ours
        self.served, self.asked = frozenset({1}), 0

    async def live(self):
        self.asked += 1
        return LiveIds(list(self._ledger.stored), self.ours)


class World:
    """A store of messages, and workers that come and go. `sparing` False: everybody is always screened against everything."""

    def __init__(self, sparing=True, ours=True):
        self.source, self.outbox, self.ledger = MemoryListSource(), MemoryOutbox(), MemoryLedger(lambda: START)
        self.source.publish(PERSONS, MANY)
        self.sparing, self.seen = sparing, Watching()
        self.settings = WorkerSettings(wait_seconds=0.0005, observer=self.seen, events_max=2, live_seconds=0.0)
        if sparing:
            self.settings = replace(self.settings, live_source=Store(self.ledger, ours))
        self.sent = []
        self.begin()

    def begin(self):
        """A worker that knows nothing yet."""
        lists = lists_in_memory(self.source)
        lists = lists if self.sparing else Forgetful(lists)
        stream = MemoryStream(self.outbox, self.ledger)
        self.worker = Worker(stream, lists, self.ledger, self.settings, lambda: START)

    def receive(self, manifest):
        body = manifest.model_dump_json().encode()
        self.ledger.stored[manifest.manifest_id] = body
        self.sent.append(manifest)
        self.outbox.publish(manifest.flight.flight_key, body)

    def lists_become(self, *records):
        version = self.source.publish(PERSONS, (*MANY, *records))
        for one in self.sent:
            if one.function in REPORTING:
                body = b"" if self.sparing else one.model_dump_json().encode()
                key, named = one.flight.flight_key, one.manifest_id if self.sparing else None
                self.outbox.publish(key, body, Occasion.RESCREEN, version, named)

    async def drain(self, steps=None):
        """Work until all is done, or until so many turns of the loop have passed: then it is killed."""
        running = asyncio.create_task(self.worker.run())
        turns = 0
        last = {partition: events[-1].cursor for partition, events in self.outbox.events.items() if events}
        while not running.done() and last != {partition: await self.ledger.progress(partition) for partition in last}:
            turns += 1
            if steps is not None and turns > steps:
                running.cancel()
                break
            await asyncio.sleep(0)
        self.worker.stop()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(running, 20)
        assert not self.ledger.quarantined
        self.begin_again()

    def begin_again(self):
        """The same process goes on: a worker that was stopped keeps what it had in memory."""
        self.worker._stopping.clear()


async def test_only_manifests_that_a_change_may_concern_are_read_again(monkeypatch):
    world, read = World(), []
    world.receive(message(0, Function.PASSENGER_LIST, A, B))
    await world.drain()
    bodies = world.ledger.bodies

    async def reading(ids):
        read.extend(ids)
        return await bodies(ids)

    monkeypatch.setattr(world.ledger, "bodies", reading)
    world.lists_become(NOBODY)
    await world.drain()
    assert (read, world.seen.travellers) == ([], [2, 0])
    (screened,) = world.ledger.recorded.values()
    assert screened.list_version == 2
    assert screened.manifest is not None, "what was taken in stays known"
    world.lists_become(NOBODY, R1)
    await world.drain()
    assert (len(read), world.seen.travellers) == (1, [2, 0, 1])
    assert {one[2] for one in standing(world.ledger)} == {"R1"}
    world.lists_become(NOBODY)
    await world.drain()
    assert (len(read), standing(world.ledger)) == (2, set()), "the record is gone: its flight is looked at"


@pytest.mark.parametrize("ours", [True, False])
async def test_a_worker_that_has_just_started_reads_what_is_live_from_the_store(ours):
    world = World(ours=ours)
    world.receive(message(0, Function.PASSENGER_LIST, A, B))
    await world.drain()
    world.begin()
    world.receive(message(1, Function.CREW_LIST, K))
    world.lists_become(NOBODY)
    await world.drain()
    world.lists_become(NOBODY, R1)
    await world.drain()
    assert {one[2] for one in standing(world.ledger)} == {"R1"}
    del world.ledger.stored[world.sent[0].manifest_id]
    world.sent.pop(0)
    world.receive(message(2, Function.CREW_LIST, K))
    await world.drain()
    assert world.sent[0].manifest_id in world.worker._live
    assert message(0, Function.PASSENGER_LIST).manifest_id not in world.worker._live, "what is over is forgotten"


async def test_after_a_hand_over_the_store_is_asked_at_once():
    world = World()
    world.settings = replace(world.settings, live_seconds=3600.0)
    world.begin()
    store = world.settings.live_source
    for number, served in enumerate(({1}, {1}, {1, 2})):
        store.served = frozenset(served)
        world.receive(message(number, Function.PASSENGER_LIST, A))
        await world.drain()
    assert store.asked == 2


async def test_whom_a_message_brings_back_is_screened_though_his_manifest_is_only_screened_again():
    """The message that describes him lies in the same batch, for another reason: a list change that does not concern him."""
    world = World(sparing=False)
    world.worker._lists = lists_in_memory(world.source)  # changes are known, travellers are not
    world.receive(message(0, Function.PASSENGER_LIST, A, B))
    world.receive(message(5, Function.FLIGHT_CLOSE_ON_BOARD, B, access="first"))
    await world.drain()
    world.lists_become(R1)
    await world.drain()
    assert standing(world.ledger) == set(), "he is not on board"
    world.settings = replace(world.settings, events_max=9)
    world.worker._settings = world.settings
    world.receive(message(9, Function.FLIGHT_CLOSE_ON_BOARD, A, B, access="second"))
    world.lists_become(R1, NOBODY)
    await world.drain()
    assert {one[2] for one in standing(world.ledger)} == {"R1"}


async def test_a_new_message_does_not_keep_an_alert_whose_record_was_taken_off_before_it():
    """It takes over the description of the person in the same batch as the re-screen that would have withdrawn the alert."""
    world = World()
    world.receive(message(0, Function.PASSENGER_LIST, A))
    world.lists_become(R1)
    await world.drain()
    assert len(standing(world.ledger)) == 1
    world.lists_become()
    world.receive(message(1, Function.PASSENGER_LIST, A))
    await world.drain()
    world.lists_become(NOBODY)
    await world.drain()
    assert standing(world.ledger) == set()


RECORDS = st.lists(st.sampled_from([R1, R2, R3, R4, NOBODY]), unique=True, max_size=4)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(1, 4)),
        st.tuples(st.just("list"), RECORDS),
        st.tuples(st.just("drain"), st.none()),
        st.tuples(st.just("kill"), st.integers(0, 40)),
        st.tuples(st.just("restart"), st.none()),
    ),
    max_size=9,
)


@settings(max_examples=30, deadline=None)
@given(flights(), ACTIONS, RECORDS, st.booleans())
async def test_it_comes_to_the_same_as_screening_everybody_again(messages, actions, at_last, ours):
    sparing, thorough = World(ours=ours), World(sparing=False)
    for world in (sparing, thorough):
        waiting = list(messages)
        for action, value in actions:
            if action == "receive":
                for one in waiting[:value]:
                    world.receive(one)
                waiting = waiting[value:]
            elif action == "list":
                world.lists_become(*value)
            elif action == "restart" or (action == "kill" and world is sparing):
                await world.drain(0 if value is None else value)
                world.begin()
            elif action == "drain":
                await world.drain()
        for one in waiting:
            world.receive(one)
        await world.drain()
        world.lists_become(*at_last)
        await world.drain()
    assert standing(sparing.ledger) == standing(thorough.ledger)


def kept(*manifests):
    live = LiveManifests()
    for one in manifests:
        live.keep(one, [prepare_traveller(traveller) for traveller in one.travellers])
    return live


def test_a_cancellation_and_a_manifest_that_is_here_are_not_kept():
    live = kept(message(0, Function.PASSENGER_LIST, A))
    assert not live.wants(message(0, Function.PASSENGER_LIST, A))
    assert not live.wants(message(0, Function.PASSENGER_CANCEL, A))
    assert not live.wants(message(1, Function.PASSENGER_LIST, A, test=True))


async def test_nothing_is_passed_over_that_is_not_known_for_certain(monkeypatch):
    source = MemoryListSource()
    source.publish(PERSONS, MANY)
    lists = lists_in_memory(source)
    await lists.newest()
    source.publish(PERSONS, (*MANY, NOBODY, R2))
    await lists.newest()
    first, later = message(0, Function.PASSENGER_LIST, B), message(1, Function.PASSENGER_LIST, C)
    live = kept(first)
    asked = Asked(first.manifest_id, 1)
    assert live.untouched([asked, Asked("man_unknown", 1)], lists.recent) == {first.manifest_id}
    assert not live.untouched([asked._replace(screened_with=0)], lists.recent), "before all that is known"
    assert not live.untouched([asked._replace(alerted=frozenset({("persons", "R2")}))], lists.recent)
    live.keep(later, [prepare_traveller(C)])
    assert not live.untouched([Asked(later.manifest_id, 1)], lists.recent), "kept after the records were asked for"
    assert live.untouched([Asked(later.manifest_id, 2)], lists.recent) == {later.manifest_id}, "nothing has changed since"
    monkeypatch.setattr(live_manifests, "CHANGED_RECORDS_MAX", 1)
    assert not live.untouched([asked], lists.recent), "too many to ask for"
    touched = kept(message(2, Function.PASSENGER_LIST, person("a", surname="CHANGED")))
    monkeypatch.undo()
    assert not touched.untouched([Asked(message(2, Function.PASSENGER_LIST).manifest_id, 1)], lists.recent)


def test_when_too_many_were_ever_kept_all_is_forgotten(monkeypatch):
    monkeypatch.setattr(live_manifests, "EVER_MIN", 3)
    live = kept(*(message(minute, Function.PASSENGER_LIST, A) for minute in range(5)))
    newest = message(4, Function.PASSENGER_LIST).manifest_id
    live.forget_others({newest}, kept_before=2)
    assert (len(live), live.ever) == (3, 5)
    live.forget_others(set(), kept_before=5)
    assert (len(live), live.ever) == (0, 0)
