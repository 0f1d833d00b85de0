"""Statistics: counted once, before the purge, under a month that never changes once it is shown; small cells withheld."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api_service.settings import Settings
from api_service.statistics.gathering import age_band, closed, count_alerts, count_flights, month_of
from schemas import identifiers
from schemas.alert import Alert, Command, Outcome
from schemas.alert_step import Step, advance
from schemas.flight import Flight
from schemas.manifest import Function, Manifest
from schemas.roles import Role
from schemas.traveller import Traveller, TravellerKind
from storage import alert_rows
from storage.bodies import deflate
from storage.database import Database
from storage.policies import Policy
from storage.retention import purge
from tests.sample_alerts import place, sample_alert

DEPARTURE = datetime(2026, 3, 1, 10, tzinfo=UTC)
APRIL = datetime(2026, 4, 5, tzinfo=UTC)
"""March is closed."""


def people(number: int, nationality: str | None, kind: TravellerKind = TravellerKind.PASSENGER) -> list[Traveller]:
    return [
        Traveller(
            traveller_id=identifiers.traveller_id("flight", f"{nationality}{kind}{index}"),
            kind=kind,
            surname=f"PERSON{index}{nationality}",
            birth_date="1990-05-05",
            nationality=nationality,
            documents=(),
        )
        for index in range(number)
    ]


async def fly(
    database: Database, flight_key: str, travellers: Sequence[Traveller], function: Function = Function.PASSENGER_LIST
) -> None:
    """A message about a flight from Amsterdam to Tirana."""
    flight = Flight(flight_key=flight_key, departure_port="AMS", arrival_port="TIA", scheduled_departure=DEPARTURE)
    submission = f"sub_{flight_key}_{function}"
    manifest = Manifest(
        manifest_id=identifiers.manifest_id(submission, 0),
        submission_id=submission,
        function=function,
        flight=flight,
        travellers=tuple(travellers),
    )
    received, purge_at = DEPARTURE - timedelta(hours=1), DEPARTURE + timedelta(hours=47)
    async with database.unit_of_work() as work:
        await work.execute(
            "INSERT INTO submissions VALUES ($1, 'OR', 'key', $2, $3, 'application/json', '', '', true, $4)",
            *(submission, received, submission.encode(), purge_at),
        )
        await work.execute(
            "INSERT INTO manifests (manifest_id, submission_id, message_index, flight_id, flight_key, function, traveller_count, test,"
            " received_at, purge_at, body, scheduled_departure) VALUES ($1, $2, 0, $3, $4, $5, $6, false, $7, $8, $9, $10)",
            *(manifest.manifest_id, submission, identifiers.flight_id(flight_key), flight_key, function, len(travellers)),
            *(received, purge_at, deflate(manifest.model_dump_json().encode()), DEPARTURE),
        )


async def ask(service: Any, path: str, role: Role = Role.ANALYST, headers: dict[str, str] | None = None, **query: str) -> Any:
    async with service.client(await service.key(role)) as client:
        return await client.get(f"/v1/statistics{path}", params=query, headers=headers or {})


async def test_a_flight_is_counted_once_when_it_is_over_and_outlives_its_purge(make_service: Any, database: Database) -> None:
    await fly(database, "OR260-AMS-2026-03-01", [*people(12, "UTO"), *people(15, None)])
    await fly(database, "OR260-AMS-2026-03-01", people(20, "XXA", TravellerKind.CREW), Function.CREW_LIST)
    assert await count_flights(database, DEPARTURE + timedelta(hours=11)) == 0
    over = DEPARTURE + timedelta(hours=13)
    assert await count_flights(database, over) == 1
    assert await count_flights(database, over) == 0
    async with database.unit_of_work() as work:
        await work.execute("DELETE FROM submissions")
    answer = await ask(make_service(clock=lambda: APRIL), "/travellers", month="2026-03", by="nationality")
    assert answer.json()["cells"] == [{"nationality": "UTO", "count": 12}, {"nationality": "unknown", "count": 15}]
    assert answer.json()["total"] == 27


async def test_what_is_purged_soon_is_counted_although_it_is_not_over(database: Database) -> None:
    await fly(database, "OR260-AMS-2026-03-01", people(3, "UTO"))
    async with database.unit_of_work() as work:
        await work.execute("UPDATE manifests SET purge_at = $1, scheduled_departure = $1", DEPARTURE)
    assert await count_flights(database, DEPARTURE - timedelta(hours=7)) == 0
    assert await count_flights(database, DEPARTURE - timedelta(hours=5)) == 1


async def test_small_cells_are_withheld_with_what_would_tell_them(make_service: Any, database: Database) -> None:
    await fly(database, "OR260-AMS-2026-03-01", [*people(3, "XXA"), *people(30, "XXB"), *people(40, "XXC"), *people(50, "XXD")])
    await count_flights(database, DEPARTURE + timedelta(hours=13))
    service = make_service(clock=lambda: APRIL)
    one = (await ask(service, "/travellers", month="2026-03", by="nationality")).json()
    assert {cell["nationality"]: cell["count"] for cell in one["cells"]} == {"XXC": 40, "XXD": 50}
    assert (one["total"], one["floor"]) == (123, 10)
    two = (await ask(service, "/travellers", month="2026-03", by="route,nationality")).json()
    assert {cell["nationality"] for cell in two["cells"]} == {"XXC", "XXD"}
    assert two["totals"]["route"] == [{"route": "AMS-TIA", "count": 123}]
    bands = (await ask(service, "/travellers", month="2026-03", by="age_band")).json()
    assert bands["cells"] == [{"age_band": "35-44", "count": 123}]


async def decide(database: Database, alerts: list[Alert], *steps: tuple[Command, Outcome | None]) -> None:
    """Place these alerts and lead them through these steps."""
    await place(database, *alerts)
    for command, outcome in steps:
        before = {alert.alert_id: alert.version for alert in alerts}
        after = [advance(alert, Step(command, f"ana{command}", DEPARTURE, "same_name", outcome=outcome)) for alert in alerts]
        alerts = [alert for alert in after if alert is not None]
        async with database.unit_of_work() as work:
            await alert_rows.save_all(work, alerts, before)


NO_MATCH = ((Command.START_REVIEW, None), (Command.NO_MATCH, None))
CLOSED = (
    *(
        (command, None)
        for command in (Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM, Command.HAND_OVER, Command.ACKNOWLEDGE)
    ),
    (Command.OUTCOME, Outcome.RIGHT_PERSON),
)


async def test_alerts_by_list_and_outcome_and_as_a_spreadsheet(make_service: Any, database: Database) -> None:
    await decide(database, [sample_alert(number, list_id="=HYPERLINK(1)") for number in range(12)], *NO_MATCH)
    await decide(database, [sample_alert(number) for number in range(12, 27)], *CLOSED)
    await place(database, *(sample_alert(number) for number in range(27, 60)))
    assert await count_alerts(database, DEPARTURE + timedelta(hours=20)) == 0, "a decision has to rest"
    later = DEPARTURE + timedelta(hours=25)
    assert await count_alerts(database, later) == 27
    assert await count_alerts(database, later) == 0
    service = make_service(clock=lambda: APRIL)
    answer = (await ask(service, "/alerts", month="2026-03", by="list,outcome")).json()
    assert answer["cells"] == [
        {"list": "=HYPERLINK(1)", "outcome": "no_match", "count": 12},
        {"list": "wanted", "outcome": "right_person", "count": 15},
    ]
    by_format = await ask(service, "/alerts", month="2026-03", by="list,outcome", format="csv")
    by_header = await ask(service, "/alerts", headers={"Accept": "text/csv"}, month="2026-03", by="list,outcome")
    assert by_format.headers["content-type"] == by_header.headers["content-type"] == "text/csv; charset=utf-8"
    assert by_format.text == by_header.text
    assert by_format.text.splitlines() == [
        *("month,list,outcome,count", "2026-03,'=HYPERLINK(1),no_match,12", "2026-03,wanted,right_person,15"),
        *(
            "2026-03,'=HYPERLINK(1),,12",
            "2026-03,wanted,,15",
            "2026-03,,no_match,12",
            "2026-03,,right_person,15",
            "2026-03,,,27",
        ),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"month": "2026-04", "by": "route"},
        {"month": "2026-13", "by": "route"},
        {"month": "2026-03", "by": "surname"},
        {"month": "2026-03", "by": "route,route"},
        {"month": "2026-03", "by": "route,nationality,age_band"},
        {"month": "2026-03", "by": "list"},
        {"month": "2026-03", "by": "route", "nationality": "UTO"},
    ],
)
async def test_what_is_no_table(make_service: Any, query: dict[str, str]) -> None:
    assert (await ask(make_service(clock=lambda: APRIL), "/travellers", **query)).status_code == 422


async def test_who_may_read(make_service: Any, database: Database) -> None:
    service = make_service(clock=lambda: APRIL)
    readers = {Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR}
    for role in Role:
        expected = 200 if role in readers else 403
        assert (await ask(service, "", role)).status_code == expected
        assert (await ask(service, "/alerts", role, month="2026-03", by="list")).status_code == expected
        assert (await ask(service, "/reception-places", role)).status_code == expected
    assert (await ask(service, "")).json()["months"] == []
    async with database.snapshot() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'statistics.viewed'") == len(readers)


async def test_registration_centres(make_service: Any, database: Database) -> None:
    service = make_service(clock=lambda: APRIL, reception_places="north=60, south=60,east=18")

    async def report(place_id: str, occupied: int, role: Role = Role.OPERATOR) -> int:
        async with service.client(await service.key(role)) as client:
            answer = await client.put(f"/v1/reception-places/{place_id}", json={"occupied": occupied})
        return int(answer.status_code)

    assert [await report(*one) for one in (("north", 42), ("east", 9), ("west", 1))] == [204, 204, 404]
    assert await report("south", 5, Role.ANALYST) == 403
    assert await report("south", -1) == 422
    places = (await ask(service, "/reception-places")).json()["items"]
    assert [(place["place_id"], place["capacity"], place["occupied"], place["free"]) for place in places] == [
        ("north", 60, 42, 18),
        ("south", 60, None, None),
        ("east", 18, None, None),
    ]
    assert await report("north", 43, Role.SUPERVISOR) == 204
    with pytest.raises(ValueError, match="reception_places"):
        Settings(_env_file=None, reception_places="north")


async def test_counts_are_kept_five_years(database: Database) -> None:
    await fly(database, "OR260-AMS-2026-03-01", people(12, "UTO"))
    await count_flights(database, DEPARTURE + timedelta(hours=13))
    async with database.unit_of_work() as work:
        await work.execute("DELETE FROM submissions")
    for now, months in ((datetime(2031, 3, 31, tzinfo=UTC), 1), (datetime(2031, 4, 2, tzinfo=UTC), 0)):
        report = await purge(database, Policy(), now, "kulla")
        assert report.counts.get("traveller_counts", 0) == 1 - months
        async with database.snapshot() as work:
            assert await work.fetchval("SELECT count(*) FROM statistics_flights_counted") == 0
            assert await work.fetchval("SELECT count(DISTINCT month) FROM statistics_travellers") == months


@pytest.mark.parametrize(
    ("birth_date", "band"),
    [
        *(
            ("2012-03-02", "0-13"),
            ("2012-03-01", "14-17"),
            ("2008-03-02", "14-17"),
            ("2008-03-01", "18-24"),
            ("1961-03-01", "65+"),
        ),
        *(
            ("2012-03", "0-13"),
            ("2012-02", "14-17"),
            ("2011", "14-17"),
            (None, "unknown"),
            ("2027", "unknown"),
            ("1880", "unknown"),
        ),
    ],
)
def test_age_bands(birth_date: str | None, band: str) -> None:
    assert age_band(birth_date, date(2026, 3, 1)) == band


def test_a_closed_month_never_changes() -> None:
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    open_until = datetime(2026, 4, 3, 23, 59, tzinfo=UTC)
    assert month_of(DEPARTURE, open_until) == march
    assert not closed(march, open_until)
    after = datetime(2026, 4, 4, tzinfo=UTC)
    assert month_of(DEPARTURE, after) == april
    assert closed(march, after)
    assert month_of(datetime(2027, 1, 1, tzinfo=UTC), after) == april
    assert closed(date(2026, 12, 1), datetime(2027, 1, 4, tzinfo=UTC))


async def test_two_processes_count_a_flight_once(database: Database) -> None:
    await fly(database, "OR260-AMS-2026-03-01", people(12, "UTO"))
    over = DEPARTURE + timedelta(hours=13)
    await asyncio.gather(*(count_flights(database, over) for _ in range(4)))
    async with database.snapshot() as work:
        assert await work.fetchval("SELECT sum(persons) FROM statistics_travellers") == 12
