"""A re-screen does only what the changed records demand, and what is left standing is as if it had done everything."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, FILLERS, NOW, PERSONS, manifest, name, record, traveller

from schemas.alert import AlertState, Command
from schemas.alert_step import Step, advance
from schemas.events import Occasion
from screening.observer import SilentObserver
from screening.worker import Worker, WorkerSettings, lists_in_memory
from storage.memory import MemoryLedger, MemoryListSource, MemoryOutbox, MemoryStream

MANY = tuple(record(f"M{number:03}", name(f"SURNAME{'ABCDEFGHIJ'[number % 10]}", "PERSON")) for number in range(60))
PEOPLE = (
    traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=[("P", "BA1234567", "ALB")]),
    traveller("HOXHA", "ILIR", "1950-01-12", traveller_id="t2"),
    traveller("NDRYSHUAR", "PERSON", "1990-01-01", traveller_id="t3"),
)
ALIAS = record("S1", name("KRASTAJ", "ARDIT"), birth_dates=("1981-04-17",))
PASSPORT = record("D1", documents=(("P", "BA1234567", "ALB"),))
SECOND = PERSONS.model_copy(update={"list_id": "second"})


class Counting(SilentObserver):
    def __init__(self):
        self.travellers = []

    def batch_done(self, events, travellers, alerts, seconds):
        self.travellers.append(travellers)


class Forgetful:
    """Lists that never say what has changed: everybody is screened against everything."""

    def __init__(self, lists):
        self._lists = lists
        self.recent = None

    async def newest(self):
        return await self._lists.newest()

    async def close(self):
        """Nothing is built."""


class World:
    """One flight, and a worker that takes in what is published."""

    def __init__(self, forgetful=False):
        self.source, self.outbox, self.ledger = MemoryListSource(), MemoryOutbox(), MemoryLedger(lambda: NOW)
        self.source.publish(PERSONS, MANY)
        self.seen = Counting()
        lists = lists_in_memory(self.source)
        self.lists = Forgetful(lists) if forgetful else lists
        self.message = manifest(*PEOPLE)

    async def run(self, occasion, version=0):
        body = self.message.model_dump_json().encode()
        last = self.outbox.publish("flight", body, occasion, version)
        settings = WorkerSettings(wait_seconds=0.0005, observer=self.seen)
        worker = Worker(MemoryStream(self.outbox, self.ledger), self.lists, self.ledger, settings, lambda: NOW)
        running = asyncio.create_task(worker.run())
        while await self.ledger.progress(last.partition) != last.cursor and not running.done():  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0)
        worker.stop()
        await asyncio.wait_for(running, 20)
        assert not self.ledger.quarantined

    async def lists_become(self, watchlist, records):
        version = self.source.publish(watchlist, records)
        await self.run(Occasion.RESCREEN, version)

    def decide(self, state):
        """A person takes every new alert in hand."""
        for key, alert in list(self.ledger.alerts.items()):
            if alert.state is AlertState.NEW and state is not None:
                self.ledger.alerts[key] = advance(alert, Step(Command.START_REVIEW, "somebody", NOW, "r"))


async def test_whom_no_changed_record_concerns_is_not_screened_again():
    world = World()
    await world.run(Occasion.RECEIVED)
    await world.lists_become(PERSONS, (*MANY, record("X1", name("SOMEBODY", "ELSE"))))
    await world.lists_become(PERSONS, (*MANY, record("X1", name("SOMEBODY", "ELSE")), ARDIT))
    await world.lists_become(PERSONS, (*MANY, record("X1", name("SOMEBODY", "ELSE"))))
    assert world.seen.travellers == [3, 0, 1, 1]
    assert [alert.state for alert in world.ledger.alerts.values()] == [AlertState.WITHDRAWN]


async def test_a_screener_that_has_just_started_does_not_know_what_has_changed_and_screens_everybody():
    world = World()
    await world.run(Occasion.RECEIVED)
    world.lists = lists_in_memory(world.source)
    await world.lists_become(PERSONS, (*MANY, ARDIT))
    assert world.seen.travellers == [3, 3]
    assert len(world.ledger.alerts) == 1


RECORDS = st.lists(st.sampled_from([ARDIT, ALIAS, PASSPORT, *FILLERS]), unique=True, max_size=5)
STATES = st.lists(
    st.tuples(st.booleans(), RECORDS, st.sampled_from([None, "reason"]), st.booleans(), st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=40, deadline=None)
@given(STATES)
async def test_it_comes_to_the_same_as_screening_everybody_against_everything(states):
    sparing, thorough = World(), World(forgetful=True)
    for world in (sparing, thorough):
        await world.run(Occasion.RECEIVED)
        for second, records, reason, taken, skipped in states:
            changed = [one.model_copy(update={"reason": reason}) for one in records]
            listed = (SECOND, changed) if second else (PERSONS, (*MANY, *changed))
            if skipped:
                world.source.publish(*listed)  # the screeners are busy; the next re-screen finds both changes
            else:
                await world.lists_become(*listed)
            world.decide(AlertState.IN_REVIEW if taken else None)
    assert sparing.ledger.alerts == thorough.ledger.alerts
    assert sum(sparing.seen.travellers) <= sum(thorough.seen.travellers)


@pytest.mark.parametrize("primary_goes", [True, False])
async def test_an_alert_that_was_withdrawn_with_its_record_leaves_the_others_to_be_raised_again(primary_goes):
    world = World()
    await world.run(Occasion.RECEIVED)
    await world.lists_become(SECOND, (ARDIT, ALIAS))
    (alert,) = world.ledger.alerts.values()
    assert [alert.record.record_id, *(one.record_id for one in alert.other_records)] == ["R1", "S1"]
    withdrawn = advance(alert, Step(Command.WITHDRAW, "kulla", NOW, "record_revoked"))
    if primary_goes:
        world.ledger.alerts[alert.alert_id] = withdrawn  # as the publication does at once
    await world.lists_become(SECOND, (ALIAS,) if primary_goes else (ARDIT,))
    live = [one.record.record_id for one in world.ledger.alerts.values() if one.state is AlertState.NEW]
    assert live == (["S1"] if primary_goes else ["R1"])
