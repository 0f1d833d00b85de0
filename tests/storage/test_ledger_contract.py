"""What every ledger promises (screening.ports.AlertLedger), on every adapter."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_worlds import LedgerWorld
from storage_makers import NOW, make_alert, make_manifest

from schemas.alert import Alert, AlertState, Command, OtherRecord
from schemas.alert_clocks import DueTerms
from schemas.alert_step import Step, advance
from schemas.delivery import Cursor, Delivery
from schemas.flight_life import report_of
from schemas.flight_times import FlightTimes, Route
from schemas.identifiers import flight_id
from schemas.ledger import AlertChanges, Ground, OvertakenError, Rescheduling, Suppression
from storage.memory import MemoryLedger

FLIGHT = "OR1-AMS-2026-03-01"


async def test_nothing_is_known_of_nothing(ledger_world: LedgerWorld) -> None:
    assert await ledger_world.ledger.history(["flt_a"]) == {}
    assert await ledger_world.ledger.progress(3) is None


async def test_a_batch_is_written_whole(ledger_world: LedgerWorld) -> None:
    manifest_id, alert = await ledger_world.stored_manifest(1), make_alert()
    changes = AlertChanges(manifest_id, list_version=7, matcher_version="m9", create=(alert,))
    assert await ledger_world.ledger.record([changes], {3: Cursor(5, 6), 4: Cursor(5, 7)}) == 1
    assert await ledger_world.alerts() == {alert.alert_id: alert}
    assert await ledger_world.events() == [alert]
    assert await ledger_world.screened() == {manifest_id: (7, "m9")}
    assert await ledger_world.ledger.progress(3) == Cursor(5, 6)
    assert await ledger_world.ledger.progress(4) == Cursor(5, 7)
    history = await ledger_world.ledger.history([alert.flight.flight_id, "flt_other"])
    assert list(history) == [alert.flight.flight_id]
    (earlier,) = history[alert.flight.flight_id].alerts
    assert (earlier.alert_id, earlier.state, earlier.score) == (alert.alert_id, AlertState.NEW, alert.score)
    assert (earlier.traveller_version_id, earlier.traveller_version) == ("v1", 1)


async def test_what_was_screened_of_a_flight_is_known_afterwards(ledger_world: LedgerWorld) -> None:
    first, second = await ledger_world.stored(make_manifest(FLIGHT, 1)), await ledger_world.stored(make_manifest(FLIGHT, 2))
    flight = flight_id(FLIGHT)
    assert await ledger_world.ledger.history([flight]) == {}
    taken_in = [AlertChanges(one.manifest_id, manifest=one, report=report_of(one)) for one in (first, second)]
    await ledger_world.ledger.record(taken_in[:1], {})
    history = await ledger_world.ledger.history([flight, "flt_other"])
    assert {key: known.reports for key, known in history.items()} == {flight: (report_of(first),)}
    await ledger_world.ledger.record(taken_in[1:], {})
    known = (await ledger_world.ledger.history([flight]))[flight]
    assert set(known.reports) == {report_of(first), report_of(second)}
    assert await ledger_world.ledger.manifests([first.manifest_id, "man_other"]) == {first.manifest_id: first}


async def test_news_that_another_worker_took_in_meanwhile_is_refused_whole(ledger_world: LedgerWorld) -> None:
    first, second = await ledger_world.stored(make_manifest(FLIGHT, 1)), await ledger_world.stored(make_manifest(FLIGHT, 2))
    changes = [AlertChanges(one.manifest_id, manifest=one, report=report_of(one), news=True) for one in (first, second)]
    assert await ledger_world.ledger.record(changes[:1], {3: Cursor(5, 6)}) == 0
    with pytest.raises(OvertakenError):
        await ledger_world.ledger.record([*changes, AlertChanges("man_3", create=(make_alert(),))], {3: Cursor(5, 9)})
    assert await ledger_world.alerts() == {}
    assert set(await ledger_world.screened()) == {first.manifest_id}
    assert await ledger_world.ledger.progress(3) == Cursor(5, 6)
    assert await ledger_world.ledger.record(changes[1:], {3: Cursor(5, 9)}) == 0
    assert set(await ledger_world.screened()) == {first.manifest_id, second.manifest_id}


async def test_a_mark_alone_leaves_what_was_taken_in_as_it_is(ledger_world: LedgerWorld) -> None:
    manifest = await ledger_world.stored(make_manifest(FLIGHT, 1))
    changes = AlertChanges(manifest.manifest_id, 1, "m1", manifest=manifest, report=report_of(manifest), news=True)
    await ledger_world.ledger.record([changes], {3: Cursor(5, 6)})
    before = await ledger_world.ledger.history([flight_id(FLIGHT)])
    assert await ledger_world.ledger.record([AlertChanges(manifest.manifest_id, 2, "m2")], {3: Cursor(5, 7)}) == 0
    assert await ledger_world.ledger.history([flight_id(FLIGHT)]) == before
    assert await ledger_world.screened() == {manifest.manifest_id: (2, "m2")}


async def test_records_that_alerts_stand_on_are_told_by_flight_ended_or_not(ledger_world: LedgerWorld) -> None:
    other = OtherRecord(**make_alert(record_id="r9").record.model_dump(), score=9.0)
    alerts = (make_alert(flight_key=FLIGHT).model_copy(update={"other_records": (other,)}), make_alert("Kola", FLIGHT))
    await ledger_world.ledger.record([AlertChanges("man_1", create=alerts)], {})
    await ledger_world.ledger.record([AlertChanges("man_1", withdraw={alerts[0].alert_id: "gone"})], {})
    told = await ledger_world.ledger.alerted_records([flight_id(FLIGHT), "flt_other"])
    assert told == {flight_id(FLIGHT): {("wanted", "r1"), ("wanted", "r9")}}


async def test_redelivery_is_absorbed_and_progress_never_goes_back(ledger_world: LedgerWorld) -> None:
    changes = [AlertChanges("man_1", create=(make_alert(),))]
    assert await ledger_world.ledger.record(changes, {3: Cursor(5, 6)}) == 1
    assert await ledger_world.ledger.record(changes, {3: Cursor(5, 5)}) == 0
    assert await ledger_world.ledger.record([], {3: Cursor(4, 9)}) == 0
    assert len(await ledger_world.events()) == 1
    assert await ledger_world.ledger.progress(3) == Cursor(5, 6)


async def test_a_decided_alert_is_not_created_anew(ledger_world: LedgerWorld) -> None:
    alert = make_alert()
    await ledger_world.ledger.record([AlertChanges("man_1", create=(alert,))], {})
    in_review = advance(alert, Step(Command.START_REVIEW, "key_a", NOW))
    assert in_review is not None
    await ledger_world.decide(in_review)
    assert await ledger_world.ledger.record([AlertChanges("man_1", create=(alert,))], {}) == 0
    assert await ledger_world.alerts() == {alert.alert_id: in_review}


async def test_traveller_versions_are_numbered_and_stay(ledger_world: LedgerWorld) -> None:
    first, second = make_alert(version_id="v1"), make_alert(version_id="v2")
    other_record = make_alert(version_id="v1", record_id="r2")
    await ledger_world.ledger.record([AlertChanges("man_1", create=(first,))], {})
    await ledger_world.ledger.record([AlertChanges("man_2", create=(second, other_record))], {})
    await ledger_world.ledger.record([AlertChanges("man_2", create=(second, make_alert(surname="Dibra")))], {})
    alerts = await ledger_world.alerts()
    assert [alerts[row.alert_id].traveller.version for row in (first, second, other_record)] == [1, 2, 1]
    assert len(alerts) == 4


async def test_superseding_and_withdrawing_are_steps_by_the_machine(ledger_world: LedgerWorld) -> None:
    old, gone, new = make_alert(version_id="v1"), make_alert(surname="Dibra"), make_alert(version_id="v2")
    await ledger_world.ledger.record([AlertChanges("man_1", create=(old, gone))], {})
    change = AlertChanges("man_2", create=(new,), supersede=(old.alert_id,), withdraw={gone.alert_id: "flight_cancelled"})
    assert await ledger_world.ledger.record([change], {}) == 1
    alerts = await ledger_world.alerts()
    assert alerts[old.alert_id].state is AlertState.SUPERSEDED
    assert alerts[gone.alert_id].state is AlertState.WITHDRAWN
    step = alerts[gone.alert_id].history[-1]
    assert (step.by, step.reason_code, step.from_state) == ("kulla", "flight_cancelled", AlertState.NEW)
    assert alerts[gone.alert_id].version == 2
    assert alerts[gone.alert_id].updated_at == NOW
    told = [(row.alert_id, row.version) for row in await ledger_world.events()]
    assert set(told) == {(old.alert_id, 1), (gone.alert_id, 1), (new.alert_id, 1), (old.alert_id, 2), (gone.alert_id, 2)}


async def test_an_illegal_step_is_left_out(ledger_world: LedgerWorld) -> None:
    alert = make_alert()
    await ledger_world.ledger.record([AlertChanges("man_1", create=(alert,))], {})
    withdraw = AlertChanges("man_2", withdraw={alert.alert_id: "record_revoked"})
    await ledger_world.ledger.record([withdraw], {})
    await ledger_world.ledger.record(
        [withdraw, AlertChanges("man_3", supersede=(alert.alert_id, "alr_unknown"))], {1: Cursor(1, 1)}
    )
    alerts = await ledger_world.alerts()
    assert (alerts[alert.alert_id].state, alerts[alert.alert_id].version) == (AlertState.WITHDRAWN, 2)
    assert await ledger_world.ledger.progress(1) == Cursor(1, 1)


async def test_created_and_superseded_within_one_batch(ledger_world: LedgerWorld) -> None:
    alert = make_alert()
    batch = [AlertChanges("man_1", create=(alert,)), AlertChanges("man_2", supersede=(alert.alert_id,))]
    assert await ledger_world.ledger.record(batch, {}) == 1
    assert await ledger_world.ledger.record(batch, {}) == 0
    assert (await ledger_world.alerts())[alert.alert_id].state is AlertState.SUPERSEDED
    assert [row.version for row in await ledger_world.events()] == [1, 2]


async def test_suppressions_reach_flights_nobody_knows(ledger_world: LedgerWorld) -> None:
    suppression = Suppression(frozenset({"fp1", "fp2"}), "wanted", "r1", 2)
    await ledger_world.suppress(suppression)
    history = await ledger_world.ledger.history(["flt_new"])
    assert history["flt_new"].suppressions == (suppression,)
    second = Suppression(frozenset({"fp3"}), "wanted", "r2", 1)
    await ledger_world.suppress(second)
    history = await ledger_world.ledger.history(["flt_new"])
    assert set(history["flt_new"].suppressions) == {suppression, second}


async def test_quarantine_moves_past_the_event_once(ledger_world: LedgerWorld) -> None:
    delivery = Delivery(2, Cursor(8, 9), "OR1-AMS-2026-03-01", b"not json")
    await ledger_world.ledger.quarantine(delivery, "unreadable")
    await ledger_world.ledger.quarantine(delivery, "unreadable")
    assert await ledger_world.quarantined() == ["unreadable"]
    assert await ledger_world.ledger.progress(2) == Cursor(8, 9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("csw"), st.integers(0, 3)), max_size=12), st.integers(1, 12))
async def test_batches_do_not_matter(steps: list[tuple[str, int]], size: int) -> None:
    """The same changes one by one, or in batches of any size, come to the same alerts."""
    pool = [make_alert(surname=surname, version_id=version) for surname in ("Hoxha", "Dibra") for version in ("v1", "v2")]
    changes = [_change(kind, pool[index]) for kind, index in steps]
    single, batched = MemoryLedger(lambda: NOW), MemoryLedger(lambda: NOW)
    for change in changes:
        await single.record([change], {})
    for start in range(0, len(changes), size):
        await batched.record(changes[start : start + size], {})
    assert single.alerts == batched.alerts
    assert single.events == batched.events
    assert [row.version for row in single.events if row.alert_id == pool[0].alert_id] == list(
        range(1, 1 + sum(row.alert_id == pool[0].alert_id for row in single.events))
    )


def _change(kind: str, alert: Alert) -> AlertChanges:
    if kind == "c":
        return AlertChanges("man_1", create=(alert,))
    if kind == "s":
        return AlertChanges("man_1", supersede=(alert.alert_id,))
    return AlertChanges("man_1", withdraw={alert.alert_id: "flight_cancelled"})


async def test_the_other_records_of_an_alert_are_known_later(ledger_world: LedgerWorld) -> None:
    alert = make_alert()
    other = OtherRecord(**dict(alert.record) | {"list_id": "other", "record_id": "x", "record_version": 4}, score=9.5)
    alert = alert.model_copy(update={"other_records": (other,)})
    manifest_id = await ledger_world.stored_manifest(1)
    await ledger_world.ledger.record([AlertChanges(manifest_id, create=(alert,))], {0: Cursor(0, 1)})
    history = await ledger_world.ledger.history([alert.flight.flight_id])
    (earlier,) = history[alert.flight.flight_id].alerts
    assert earlier.grounds == (Ground("wanted", "r1", 1), Ground("other", "x", 4))


async def test_alerts_follow_their_flight_once(ledger_world: LedgerWorld) -> None:
    alert, gone = make_alert(), make_alert("Dibra")
    manifest_id = await ledger_world.stored_manifest(1)
    later = FlightTimes(NOW, NOW + timedelta(hours=5))
    moved = Rescheduling((alert.alert_id, gone.alert_id, "alr_unknown"), later, DueTerms())
    changes = [
        AlertChanges(manifest_id, create=(alert, gone)),
        AlertChanges(manifest_id, withdraw={gone.alert_id: "flight_cancelled"}, reschedule=moved),
    ]
    for change in (*changes, changes[1]):
        await ledger_world.ledger.record([change], {})
    found = await ledger_world.alerts()
    followed, left = found[alert.alert_id], found[gone.alert_id]
    assert (followed.flight.scheduled_departure, followed.flight.scheduled_arrival) == later
    assert (followed.version, followed.history[-1].command) == (2, "reschedule")
    assert (left.state, left.flight.scheduled_arrival) == (AlertState.WITHDRAWN, gone.flight.scheduled_arrival)
    known = (await ledger_world.ledger.history([alert.flight.flight_id]))[alert.flight.flight_id].alerts
    assert {one.alert_id: one.times for one in known}[alert.alert_id] == later
    assert {one.route for one in known} == {Route("AMS", "TIA")}
