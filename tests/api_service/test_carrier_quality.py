"""`GET /v1/carriers/{code}/quality`: figures against messages whose faults are known."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from interchanges import Sent, interchange

from api_service.closures import WAIT, keep_settling, settle_closures
from schemas.roles import Role
from storage.database import Database

EDIFACT = {"Content-Type": "application/edifact"}
DAY = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def numbered(part: str, body: bytes) -> bytes:
    """The message as one part of a report."""
    return body.replace(b"PAXLST:D:12B:UN:IATA", f"PAXLST:D:12B:UN:IATA+OR260/1+{part}".encode())


async def push(client: httpx.AsyncClient, body: bytes) -> dict[str, Any]:
    answer = await client.post("/v1/manifests", content=body, headers=EDIFACT)
    assert answer.status_code in (202, 422), answer.text
    return dict(answer.json())


async def figures(client: httpx.AsyncClient, code: str = "OR", **query: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/carriers/{code}/quality", params=DAY | query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ratio(share: dict[str, Any]) -> tuple[int, int]:
    return share["numerator"], share["denominator"]


async def test_timeliness_against_the_departure(make_service: Any) -> None:
    """09:00 UTC; departures at 11:00, 10:20 and 09:50 in Amsterdam: 60 and 20 minutes ahead, 10 ago."""
    service = make_service(manifest_due_minutes=30)
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as carrier:
        for number, clock in enumerate(("1100", "1020", "0950"), 1):
            await push(carrier, interchange(Sent(f"OR{number}", departure=f"260301{clock}"), reference=f"R{number}"))
        found = (await figures(carrier))["timeliness"]
    assert found["due_minutes_before_departure"] == 30
    assert ratio(found["before_departure"]) == (2, 3)
    assert ratio(found["in_time"]) == (1, 3)
    assert ratio(found["late"]) == (1, 3)
    assert ratio(found["after_departure"]) == (1, 3)
    assert found["minutes_before_departure"] == {"p5": -10.0, "p25": -10.0, "p50": 20.0, "p75": 60.0, "p95": 60.0}
    assert found["schedule"] is None


async def test_completeness_by_element(carrier: httpx.AsyncClient) -> None:
    body = interchange(Sent(travellers=4))
    body = body.replace(b"NAT+2+NLD'\r\n", b"", 1).replace(b"DTM+36:300101'\r\n", b"", 2).replace(b"UNT+52", b"UNT+49")
    await push(carrier, body)
    found = (await figures(carrier))["completeness"]
    assert ratio(found["elements"]["surname"]) == (4, 4)
    assert ratio(found["elements"]["nationality"]) == (3, 4)
    assert ratio(found["elements"]["document_expires_on"]) == (2, 4)
    assert ratio(found["complete_travellers"]) == (2, 4)
    assert found["complete_travellers"]["share"] == 0.5


async def test_parts_and_declared_numbers(carrier: httpx.AsyncClient) -> None:
    part = interchange(Sent(travellers=2)).replace(b"CNT+42:2", b"CNT+42:4")
    await push(carrier, numbered("01:C", part))
    found = (await figures(carrier))["completeness"]
    assert (ratio(found["reports_with_all_parts"]), ratio(found["reports_as_declared"])) == ((0, 1), (0, 0))
    await push(carrier, numbered("02:F", part.replace(b"REF001", b"REF002")))
    await push(carrier, numbered("02:F", part.replace(b"REF001", b"REF003")))  # sent again
    found = (await figures(carrier))["completeness"]
    assert (ratio(found["reports_with_all_parts"]), ratio(found["reports_as_declared"])) == ((1, 1), (1, 1))
    await push(carrier, interchange(Sent("OR261", travellers=2)).replace(b"CNT+42:2", b"CNT+42:5"))
    found = (await figures(carrier))["completeness"]
    assert (ratio(found["reports_with_all_parts"]), ratio(found["reports_as_declared"])) == ((2, 2), (1, 2))


async def test_findings_are_counted_and_related_to_travellers(carrier: httpx.AsyncClient) -> None:
    body = interchange(Sent(travellers=4)).replace(b"NAT+2+NLD'\r\n", b"", 2).replace(b"UNT+52", b"UNT+50")
    receipt = await push(carrier, body)
    codes = [finding["code"] for finding in receipt["messages"][0]["findings"]]
    found = (await figures(carrier))["accuracy"]
    rows = {row["code"]: row for row in found["findings"]}
    assert {code: row["findings"] for code, row in rows.items()} == {code: codes.count(code) for code in codes}
    row = rows["nationality_missing"]
    assert (row["findings"], row["messages"], row["per_1000_travellers"], row["severity"]) == (2, 1, 500.0, "error")


async def test_check_digits_that_were_sent_along(carrier: httpx.AsyncClient) -> None:
    body = interchange(Sent(travellers=3)).replace(b"NX0000000", b"L898902C36").replace(b"NX0000001", b"L898902C37")
    await push(carrier, body)
    found = (await figures(carrier))["accuracy"]["document_numbers_ending_in_own_check_digit"]
    assert ratio(found) == (1, 2)


async def test_rejected_messages_count_and_tests_do_not(carrier: httpx.AsyncClient) -> None:
    await push(carrier, interchange())
    await push(carrier, interchange(Sent("OR999"), test=True, reference="T1"))
    await push(carrier, interchange(Sent(None), reference="R9"))
    found = await figures(carrier)
    assert found["messages"]["total"] == 2
    assert ratio(found["messages"]["rejected"]) == (1, 2)
    assert (found["flights"], found["travellers"]) == (1, 2)


def closure(*references: str) -> bytes:
    people = "".join(f"NAD+ZZZ'RFF+ABO:{reference}'" for reference in references)
    return (
        "UNA:+.? 'UNB+UNOA:4+CARRIER:ZZ+KULLA:ZZ+260301:1010+C1++APIS'UNH+1+PAXLST:D:12B:UN:IATA'BGM+266+CLOB'"
        f"TDT+20+OR260+++OR'LOC+125+AMS'DTM+189:2603011100:201'LOC+87+TIA'DTM+232:2603011355:201'{people}CNT+42:2'"
        f"UNT+{9 + 2 * len(references)}+1'UNZ+1+C1'"
    ).encode()


async def test_closures_are_held_against_the_lists_before_these_are_purged(service: Any, database: Database) -> None:
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as carrier:
        await push(carrier, interchange(Sent(travellers=3)))
        await push(carrier, closure("REF00000", "REF00002", "NOBODY"))
        assert await settle_closures(database, NOW) == 0
        assert (await figures(carrier))["accuracy"]["closures_compared"] == 0
        assert await settle_closures(database, NOW + WAIT + timedelta(seconds=1)) == 1
        assert await settle_closures(database, NOW + WAIT + timedelta(seconds=1)) == 0
        async with database.unit_of_work() as work:
            await work.execute("DELETE FROM submissions")
        found = await figures(carrier)
        flights = (await carrier.get("/v1/carriers/OR/quality/flights", params=DAY)).json()["items"]
    assert found["accuracy"]["closures_compared"] == 1
    assert ratio(found["accuracy"]["named_in_closure_and_reported_before"]) == (2, 3)
    assert ratio(found["completeness"]["flights_with_closure"]) == (1, 1)
    assert ratio(found["completeness"]["complete_travellers"]) == (3, 3)
    assert ratio(flights[0]["named_in_closure_and_reported_before"]) == (2, 3)


async def test_closures_by_booking_alone_are_recognised(service: Any, database: Database) -> None:
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as carrier:
        await push(carrier, interchange(Sent(travellers=3)))
        by_booking = closure("PNR000", "PNR000", "PNR002", "PNR777").replace(b"RFF+ABO", b"RFF+AVF")
        await push(carrier, by_booking)
        assert await settle_closures(database, NOW + 2 * WAIT) == 1
        found = await figures(carrier)
    assert ratio(found["accuracy"]["named_in_closure_and_reported_before"]) == (2, 4)


async def test_the_background_goes_on_settling_until_it_is_told_to_stop(service: Any, database: Database) -> None:
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as carrier:
        await push(carrier, interchange(Sent(travellers=2)))
        for number in range(7):  # more than one round takes
            await push(carrier, closure("REF00001", f"X{number}"))
    task = asyncio.create_task(keep_settling(database, lambda: NOW + 2 * WAIT, service.context.logger))
    async with database.reading() as work:
        while await work.fetchval("SELECT count(closure) FROM message_facts") < 7:  # noqa: ASYNC110  another task does it
            await asyncio.sleep(0.02)
        settled = await work.fetch("SELECT DISTINCT closure::text FROM message_facts WHERE closure IS NOT NULL")
    assert [row[0] for row in settled] == ['{"named": 2, "reported": 2, "named_known": 1}']
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_database_that_is_away_costs_a_round_and_not_the_service(service: Any, database: Database) -> None:
    await database.close()
    task = asyncio.create_task(keep_settling(database, lambda: NOW, service.context.logger))
    while "closures wait" not in service.log.getvalue():  # noqa: ASYNC110  another task says it
        await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_flight_by_flight_in_pages_and_nobody_in_it(carrier: httpx.AsyncClient) -> None:
    for number in range(5):
        await push(carrier, interchange(Sent(f"OR{600 - number}", departure=f"26030111{number}0"), reference=f"R{number}"))
    rows: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        answer = await carrier.get("/v1/carriers/OR/quality/flights", params=DAY | query)
        assert answer.status_code == 200, answer.text
        assert "BERISHA" not in answer.text
        rows += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            break
        query["cursor"] = answer.json()["next_cursor"]
    assert [row["flight_key"] for row in rows] == [f"OR{600 - number}-AMS-2026-03-01" for number in range(5)]
    assert rows[0]["timeliness"] == "in_time"
    assert rows[0]["minutes_before_departure"] == 60.0
    assert ratio(rows[0]["complete_travellers"]) == (2, 2)
    assert rows[0]["declared"] == 2


async def test_nothing_is_a_share_of_nothing(carrier: httpx.AsyncClient) -> None:
    found = await figures(carrier)
    assert found["timeliness"]["in_time"] == {"numerator": 0, "denominator": 0, "share": None}
    assert found["timeliness"]["minutes_before_departure"]["p50"] is None
    assert found["accuracy"]["findings"] == []


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        (Role.CARRIER, {"carrier": "OR"}, 200),
        (Role.CARRIER, {"carrier": "KL"}, 403),
        (Role.CARRIER, {}, 200),
        (Role.ANALYST, {}, 200),
        (Role.SUPERVISOR, {}, 200),
        (Role.AUDITOR, {}, 200),
        (Role.OPERATOR, {}, 200),
        (Role.OFFICER, {"port": "TIA"}, 403),
        (Role.LIST_OWNER, {}, 403),
    ],
)
async def test_who_may_see_it(service: Any, role: Role, scope: dict[str, str], status: int) -> None:
    async with service.client(await service.key(role, **scope)) as client:
        assert (await client.get("/v1/carriers/OR/quality")).status_code == status
        assert (await client.get("/v1/carriers/OR/quality/flights")).status_code == status


@pytest.mark.parametrize(
    "query", [{"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}, {"from": "2020-01-01T00:00:00Z"}, {"from": "x"}]
)
async def test_impossible_times_are_refused(carrier: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert (await carrier.get("/v1/carriers/OR/quality", params=query)).status_code == 422
    assert (await carrier.get("/v1/carriers/or!/quality")).status_code == 422
    assert (await carrier.get("/v1/carriers/OR/quality/flights?cursor=x")).status_code == 422


async def test_what_came_today_counts_whatever_its_departure(carrier: httpx.AsyncClient) -> None:
    """Of a flight of tomorrow, and of a message years late: nobody has to know which period to ask for."""
    for number, day in enumerate(("260302", "230302"), 1):
        await push(carrier, interchange(Sent(f"OR{number}", f"{day}0800", f"{day}1100"), reference=f"R{number}"))
    answer = await carrier.get("/v1/carriers/OR/quality")
    assert answer.json()["messages"]["total"] == 2


async def test_a_period_may_be_given_in_days(carrier: httpx.AsyncClient) -> None:
    await push(carrier, interchange())
    assert (await figures(carrier, **{"from": "2026-03-01", "to": "2026-03-02"}))["messages"]["total"] == 1
    assert (await figures(carrier, **{"from": "2026-03-02", "to": "2026-03-03"}))["messages"]["total"] == 0
