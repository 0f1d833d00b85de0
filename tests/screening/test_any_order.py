"""Whatever order a flight's messages are screened in, the alerts left standing are those of the flight's state."""

import asyncio

from flight_messages import PEOPLE, START, deliveries, message, person
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import DAY, FILLERS, name, record, snapshot

from schemas.alert import LIVE_STATES
from schemas.events import Occasion
from schemas.flight_life import fold, report_of, version_id
from schemas.manifest import Function
from screening.engine import build_index, screen
from screening.flight_step import LastStates
from screening.worker import Worker, WorkerSettings, lists_in_memory
from storage.memory import MemoryLedger, MemoryListSource, MemoryOutbox, MemoryStream

A, B, C, D, K = PEOPLE
LISTED = (
    record("R1", name("ASURNAME", "a"), birth_dates=("1980-01-01",), documents=(("P", "DA", "ALB"),)),
    record("R2", name("CHANGED", "a"), birth_dates=("1980-01-01",)),
    record("R3", name("BSURNAME", "b"), birth_dates=("1980-01-01",), documents=(("P", "DB2", "ALB"),)),
    record("R4", name("CSURNAME", "c"), birth_dates=("1980-01-01",)),
    record("R5", name("DSURNAME", "d"), birth_dates=("1970-05-05",)),
    *FILLERS,
)
LISTS = snapshot(*LISTED)
INDEX = build_index(LISTS)


def expected(manifests):
    """Who would be alerted on which record if all messages came at once."""
    state = fold(map(report_of, manifests))
    by_id = {one.manifest_id: one for one in manifests}
    grounds = set()
    for one in state.people.values():
        described = by_id[one.place.manifest_id].travellers[one.place.position]
        traveller = described.model_copy(update={"traveller_id": one.traveller_id})
        for match in screen((traveller,), INDEX, DAY) if one.live else ():
            assert match.traveller_version_id == version_id(one.traveller_id, one.content)
            grounds.add((match.traveller_id, match.traveller_version_id, match.record.record.record_id))
    return grounds


def standing(ledger):
    """Who is alerted on which record."""
    live = [one for one in ledger.alerts.values() if one.state in LIVE_STATES]
    grounds = [
        (one.traveller.traveller_id, one.traveller.version_id, record.record_id)
        for one in live
        for record in (one.record, *one.other_records)
    ]
    assert len(set(grounds)) == len(grounds), "one live alert on one ground"
    return set(grounds)


async def screened(messages, events_max=2):
    """The ledger after a worker took these (manifest, occasion) in, in this order."""
    outbox, source, ledger = MemoryOutbox(), MemoryListSource(), MemoryLedger(lambda: START)
    source.publish(LISTS.lists[0], LISTED)
    for manifest, occasion in messages:
        outbox.publish(manifest.flight.flight_key, manifest.model_dump_json().encode(), occasion)
    stream = MemoryStream(outbox, ledger)
    worker = Worker(
        stream, lists_in_memory(source), ledger, WorkerSettings(wait_seconds=0.0005, events_max=events_max), lambda: START
    )
    last = {partition: events[-1].cursor for partition, events in outbox.events.items()}
    running = asyncio.create_task(worker.run())
    while not running.done() and last != {partition: await ledger.progress(partition) for partition in last}:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)
    worker.stop()
    await asyncio.wait_for(running, 20)
    assert not ledger.quarantined
    return ledger


def received(*manifests):
    return [(one, Occasion.RECEIVED) for one in manifests]


async def test_an_older_correction_does_not_bring_the_old_version_back():
    first, newer = (
        message(0, Function.PASSENGER_LIST, A),
        message(6, Function.PASSENGER_CHANGE, person("a", abo="A1", surname="CHANGED")),
    )
    ledger = await screened(received(newer, first))
    assert standing(ledger) == expected([first, newer]) != set()
    assert {one.record.record_id for one in ledger.alerts.values()} == {"R2"}, "the old version was never alerted"


async def test_nobody_who_was_cancelled_is_alerted_by_a_late_list():
    ledger = await screened(received(message(3, Function.PASSENGER_CANCEL, A), message(0, Function.PASSENGER_LIST, A)))
    assert not ledger.alerts


async def test_who_was_left_out_by_one_closure_and_named_by_a_later_one_is_alerted_again():
    reported = message(0, Function.PASSENGER_LIST, A, B)
    one = message(5, Function.FLIGHT_CLOSE_ON_BOARD, B, access="first")
    other = message(9, Function.FLIGHT_CLOSE_ON_BOARD, A, B, access="second")
    assert {grounds[2] for grounds in standing(await screened(received(reported, one)))} == {"R3"}
    ledger = await screened(received(reported, one, other), events_max=1)
    assert standing(ledger) == expected([reported, one, other])
    assert [one.state for one in ledger.alerts.values() if one.record.record_id == "R1"] == ["withdrawn", "new"]
    assert [one.manifest_id for one in ledger.alerts.values()][-1] == reported.manifest_id, "the message that describes him"


async def test_a_person_under_a_weaker_identity_has_one_alert():
    weaker = message(3, Function.PASSENGER_CHANGE, person("a", booking="FAM", document="DA"))
    both = [message(0, Function.PASSENGER_LIST, A), weaker]
    for order in (both, both[::-1]):
        assert standing(await screened(received(*order))) == expected(both)
        assert len(expected(both)) == 1


_OCCASIONS = st.lists(st.sampled_from([Occasion.RECEIVED, Occasion.RECEIVED, Occasion.RESCREEN]), min_size=15, max_size=15)


@settings(max_examples=120, deadline=None)
@given(deliveries(), _OCCASIONS, st.integers(1, 6))
def test_the_alerts_left_standing_are_those_of_the_flights_state(drawn, occasions, events_max):
    sent, delivered = drawn
    events = [(one, occasion) for one, occasion in zip(delivered, occasions, strict=False)]
    ledger = asyncio.run(screened(events, events_max))
    assert standing(ledger) == expected(sent)


def test_a_kept_state_is_used_only_for_its_very_messages():
    first, second = report_of(message(0, Function.PASSENGER_LIST, A)), report_of(message(1, Function.PASSENGER_LIST, B))
    states = LastStates(states_max=1)
    states.keep([first], fold([first]))
    assert states.of([first, second]) == fold([first, second])
    kept = fold([first])
    states.keep([first], kept)
    assert states.of([first]) is kept
    states.keep([first], kept)
    states.keep([second], fold([second]))
    assert states.of([first]) is not kept


async def test_whom_a_message_brings_back_beside_a_re_screen_of_his_description_is_screened():
    """The closure says that he flew, the list describes him, and a re-screen of the list stands in the same batch."""
    cancelled = message(0, Function.FLIGHT_CANCEL)
    reported = message(0, Function.PASSENGER_LIST, A)
    boarded = message(0, Function.FLIGHT_CLOSE_ON_BOARD, A)
    for first in (cancelled, reported):
        order = [first, *({cancelled.manifest_id: [reported]}.get(first.manifest_id, [cancelled]))]
        events = [*received(*order), (reported, Occasion.RESCREEN), (boarded, Occasion.RECEIVED)]
        assert standing(await screened(events, events_max=2)) == expected([cancelled, reported, boarded]) != set()
