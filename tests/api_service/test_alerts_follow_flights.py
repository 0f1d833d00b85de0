"""Alerts follow the times of their flight, through HTTP and the screener: changes, closures, late messages, schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from test_flights import DRITA, LUCA, entry, listed, message

from api_service.escalation import escalate
from schemas.roles import Role
from storage.database import Database
from tests.screened_flights import alerts_of, screen_waiting, send_flight

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ARRIVAL = datetime(2026, 3, 1, 12, 55, tzinfo=UTC)  # 13:55 in Tirana
TABLE = "carrier,flight_number,departure_port,arrival_port,departure_time,arrival_time,first_day,last_day\n"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(make_service: Any, clock: Clock) -> Any:
    """A service with a list on which Drita stands."""
    made = make_service(clock)
    await listed(made)
    return made


def at(body: bytes, arrival: str, departure: str = "1100") -> bytes:
    """The message with another arrival and departure, local times of 1 March."""
    said = body.replace(b"DTM+232:2603011355", f"DTM+232:260301{arrival}".encode())
    return said.replace(b"DTM+189:2603011100", f"DTM+189:260301{departure}".encode())


async def taken_in(world: Any, database: Database, clock: Clock, *bodies: bytes) -> dict[str, Any]:
    """The one alert after these messages."""
    for body in bodies:
        await send_flight(world, body)
        await screen_waiting(database, clock)
    [alert] = await alerts_of(world)
    return alert


def arrival(alert: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(alert["flight"]["scheduled_arrival"])


def commands(alert: dict[str, Any]) -> list[str]:
    return [entry["command"] for entry in alert["history"]]


async def test_a_change_of_the_flight_moves_times_due_time_and_clocks_once(
    world: Any, database: Database, clock: Clock
) -> None:
    raised = await taken_in(world, database, clock, message(1, "745", DRITA))
    assert (arrival(raised), datetime.fromisoformat(raised["due_at"])) == (ARRIVAL, NOW + timedelta(hours=1))
    clock.now = NOW + timedelta(minutes=5)
    change = at(message(30, "266+CF", DRITA), "1050", "1000")
    early = await taken_in(world, database, clock, change, change)
    assert arrival(early) == datetime(2026, 3, 1, 9, 50, tzinfo=UTC)
    assert datetime.fromisoformat(early["due_at"]) == NOW + timedelta(minutes=20)
    assert (commands(early), early["version"]) == (["create", "reschedule"], 2)
    assert early["history"][-1]["by"] == "kulla"
    async with database.reading() as work:
        row = await work.fetchrow("SELECT scheduled_departure, scheduled_arrival, due_at, next_escalation_at FROM alerts")
        lines = await work.fetch("SELECT actor, details->>'reason_code' AS why FROM audit WHERE action = 'alert.reschedule'")
    assert row is not None
    assert tuple(row) == (
        datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
        arrival(early),
        NOW + timedelta(minutes=20),
        NOW + timedelta(minutes=10),
    )
    assert [tuple(line) for line in lines] == [("kulla", "flight_times_changed")]
    async with world.client(await world.key(Role.OFFICER, port="TIA")) as officer:
        items = (await officer.get("/v1/ports/TIA/alerts")).json()["items"]
    assert [(item["version"], arrival(item)) for item in items] == [(1, ARRIVAL), (2, arrival(early))]


async def test_stages_told_before_a_delay_are_not_told_again(world: Any, database: Database, clock: Clock) -> None:
    await taken_in(world, database, clock, message(1, "745", DRITA))
    clock.now = NOW + timedelta(hours=3, minutes=30)
    assert await escalate(world.context) == 1
    late = await taken_in(world, database, clock, at(message(50, "745+CP", DRITA), "1755"))
    assert (commands(late).count("escalate"), commands(late)[-1], late["escalation"]) == (5, "reschedule", 100)
    assert await escalate(world.context) == 0
    clock.now = ARRIVAL + timedelta(hours=4)
    await escalate(world.context)
    [told] = await alerts_of(world)
    codes = [entry["reason_code"] for entry in told["history"] if entry["command"] == "escalate"]
    assert codes == ["due_50", "due_80", "due_100", "arrival_50", "arrival_80", "arrival_100"]


async def test_a_closure_says_the_last_times_and_one_that_says_none_changes_nothing(
    world: Any, database: Database, clock: Clock
) -> None:
    closing = message(55, "266+CLOB", entry(abo="D1"))
    alert = await taken_in(world, database, clock, message(1, "745", DRITA), at(closing, "1425", "1130"))
    assert arrival(alert) == ARRIVAL + timedelta(minutes=30)
    silent = message(58, "266+CLOB", entry(abo="D1")).replace(b"DTM+232:2603011355:201'", b"")
    assert arrival(await taken_in(world, database, clock, silent)) == ARRIVAL + timedelta(minutes=30)


async def test_a_message_that_was_overtaken_changes_nothing(world: Any, database: Database, clock: Clock) -> None:
    newest, older = at(message(40, "745+CP", DRITA), "1655"), at(message(20, "745+CP", DRITA), "1555")
    alert = await taken_in(world, database, clock, newest, older, message(1, "745", DRITA))
    assert (arrival(alert), commands(alert)) == (ARRIVAL + timedelta(hours=3), ["create"])


async def test_who_is_reported_late_gets_the_newest_times(world: Any, database: Database, clock: Clock) -> None:
    await send_flight(world, at(message(40, "745+CP", LUCA), "1655"))
    await screen_waiting(database, clock)
    await send_flight(world, message(1, "745", DRITA))
    await screen_waiting(database, clock)
    assert {arrival(alert) for alert in await alerts_of(world)} == {ARRIVAL + timedelta(hours=3)}
    assert len(await alerts_of(world)) == 2


async def test_another_leg_of_the_flight_has_times_of_its_own(world: Any, database: Database, clock: Clock) -> None:
    onward = at(message(20, "745", LUCA), "1630").replace(b"LOC+87+TIA", b"LOC+87+SKP")
    await taken_in(world, database, clock, message(1, "745", DRITA))
    await send_flight(world, onward)
    await screen_waiting(database, clock)
    arrivals = {one["flight"]["arrival_port"]: arrival(one) for one in await alerts_of(world)}
    assert arrivals["TIA"] == ARRIVAL
    assert arrivals["SKP"] > ARRIVAL


async def test_a_changed_schedule_moves_alerts_and_the_same_again_does_not(
    world: Any, database: Database, clock: Clock
) -> None:
    await taken_in(world, database, clock, message(1, "745", DRITA))

    async def imported(*, arriving: str) -> dict[str, Any]:
        leg = f"OR,260,AMS,TIA,11:00,{arriving},2026-03-01,2026-03-01"
        async with world.client(await world.key(Role.OPERATOR)) as operator:
            answer = await operator.post("/v1/schedules/imports", content=(TABLE + leg).encode())
        assert answer.status_code == 200, answer.text
        [alert] = await alerts_of(world)
        return alert

    assert arrival(await imported(arriving="13:30")) == ARRIVAL, "nobody says that the plan of the season is news of today"
    assert arrival(await imported(arriving="14:30")) == ARRIVAL + timedelta(minutes=35)
    delayed = await taken_in(world, database, clock, at(message(50, "745+CP", DRITA), "1755"))
    assert arrival(delayed) == ARRIVAL + timedelta(hours=4)
    again = await imported(arriving="14:30")
    assert (arrival(again), commands(again)) == (ARRIVAL + timedelta(hours=4), ["create", "reschedule", "reschedule"])
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'alert.reschedule'") == 2
        assert await work.fetchval("SELECT max(alert_version) FROM alert_outbox") == 3
    earlier = await taken_in(world, database, clock, message(10, "745+CP", DRITA))
    assert arrival(earlier) == ARRIVAL + timedelta(hours=4)


async def test_a_flight_without_an_arrival_takes_the_schedules(world: Any, database: Database, clock: Clock) -> None:
    silent = message(1, "745", DRITA).replace(b"DTM+232:2603011355:201'", b"")
    raised = await taken_in(world, database, clock, silent)
    assert raised["flight"]["scheduled_arrival"] is None
    leg = "OR,260,AMS,TIA,11:00,13:55,2026-03-01,2026-03-01"
    async with world.client(await world.key(Role.OPERATOR)) as operator:
        await operator.post("/v1/schedules/imports", content=(TABLE + leg).encode())
    [alert] = await alerts_of(world)
    assert arrival(alert) == ARRIVAL
