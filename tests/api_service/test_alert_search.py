"""Looking for alerts: every filter, every order, pages that hold still, exports."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from schemas.alert import Command
from schemas.alert_step import Step, advance
from schemas.evidence import Lane
from schemas.roles import Role
from schemas.watchlist import AlertSeverity
from storage import alert_rows
from storage.alerts import Sort
from storage.database import Database
from tests.sample_alerts import CREATED, place, sample_alert


@pytest.fixture
async def analyst(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.ANALYST)) as client:
        yield client


async def found(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/v1/alerts", params=query)
    assert answer.status_code == 200, answer.text
    return [item["record"]["record_id"] for item in answer.json()["items"]]


@pytest.fixture
async def six(database: Database) -> None:
    await place(
        database,
        sample_alert(1, severity=AlertSeverity.HIGH, score=31.5),
        sample_alert(2, port="SKP", nationality="ALB"),
        sample_alert(3, lanes=(Lane.DOCUMENT,), list_id="lost", surname="100%_SURE"),
        sample_alert(4, lanes=(Lane.NAME, Lane.READMISSION), flight_key="JU123-BEG-2026-03-01"),
        sample_alert(5, severity=AlertSeverity.LOW, score=8.0),
        sample_alert(6, surname="ŞEKER"),
    )
    async with database.unit_of_work() as work:
        [alert] = [sample_alert(5, severity=AlertSeverity.LOW, score=8.0)]
        after = advance(alert, Step(Command.START_REVIEW, "ana", CREATED + timedelta(days=1)))
        assert after is not None
        await alert_rows.save(work, after.model_copy(update={"assignee": "ana"}), expected_version=1)


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "654321"),
        ({"state": "in_review"}, "5"),
        ({"state": "new,in_review"}, "654321"),
        ({"state": ["new", "closed"]}, "64321"),
        ({"severity": "high,low"}, "51"),
        ({"lane": "readmission"}, "4"),
        ({"lane": ["document", "readmission"]}, "43"),
        ({"flight": "JU123-BEG-2026-03-01"}, "4"),
        ({"carrier": "JU"}, "4"),
        ({"port": "SKP"}, "2"),
        ({"nationality": "ALB"}, "2"),
        ({"list": "lost"}, "3"),
        ({"assignee": "ana"}, "5"),
        ({"from": "2026-03-01T08:03:00Z", "to": "2026-03-01T10:05:00+02:00"}, "43"),
        ({"q": "person"}, "5421"),
        ({"q": "0%_s"}, "3"),
        ({"q": "%"}, "3"),
        ({"q": "şeker"}, "6"),
        ({"q": "sample", "severity": "medium", "port": "TIA"}, "643"),
        ({"sort": "created_at"}, "123456"),
        ({"sort": "-score", "limit": "1"}, "1"),
        ({"sort": "score", "limit": "1"}, "5"),
        ({"sort": "-updated_at", "limit": "2"}, "56"),
        ({"sort": "due_at", "limit": "2"}, "12"),
        ({"sort": "-severity", "limit": "1"}, "1"),
    ],
)
async def test_filters_and_orders(analyst: httpx.AsyncClient, query: dict[str, Any], expected: str) -> None:
    got = [name.removeprefix("R") for name in await found(analyst, **query)]
    assert got == list(expected)


@pytest.mark.parametrize(
    "query",
    [
        {"state": "asleep"},
        {"status": "new"},
        {"limit": "0"},
        {"limit": "100000"},
        {"sort": "colour"},
        {"from": "2026-03-01T08:00:00"},
        {"q": "nul\x00"},
        {"cursor": "bad"},
        {"cursor": "WyItY3JlYXRlZF9hdCIsIngiLCJ5Il0"},
    ],
)
async def test_a_search_that_makes_no_sense(analyst: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await analyst.get("/v1/alerts", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("sort", list(Sort))
async def test_pages_hold_still_while_alerts_arrive(analyst: httpx.AsyncClient, database: Database, sort: Sort) -> None:
    """Everything that was there at the start is seen once, whatever comes between the pages; ties included."""
    start = [sample_alert(number, created_at=CREATED, score=float(number % 3)) for number in range(1, 24)]
    await place(database, *start)
    seen: list[str] = []
    cursor = None
    for arriving in range(100, 120):
        page = (
            await analyst.get("/v1/alerts", params={"limit": 5, "sort": sort, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [item["alert_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        await place(
            database,
            sample_alert(arriving, created_at=CREATED + timedelta(minutes=(-1) ** arriving), score=float(arriving % 4)),
        )
    assert cursor is None
    assert len(seen) == len(set(seen))
    assert {alert.alert_id for alert in start} <= set(seen)


async def test_a_cursor_belongs_to_its_order(analyst: httpx.AsyncClient, database: Database) -> None:
    await place(database, *(sample_alert(number) for number in range(1, 4)))
    cursor = (await analyst.get("/v1/alerts", params={"limit": 1})).json()["next_cursor"]
    assert (await analyst.get("/v1/alerts", params={"limit": 1, "cursor": cursor, "sort": "score"})).status_code == 422


async def test_an_export_has_everything_and_leaves_a_trace(analyst: httpx.AsyncClient, database: Database) -> None:
    await place(database, *(sample_alert(number, surname=f"=PERSON{number}") for number in range(1, 251)))
    lines = (await analyst.get("/v1/alerts/export", params={"format": "ndjson", "q": "person"})).text.splitlines()
    assert [orjson.loads(line)["record"]["record_id"] for line in lines] == [f"R{number}" for number in range(250, 0, -1)]
    rows = list(csv.DictReader(io.StringIO((await analyst.get("/v1/alerts/export", params={"format": "csv"})).text)))
    assert len(rows) == 250
    assert (rows[0]["record_id"], rows[0]["surname"], rows[0]["flight_key"]) == ("R250", "'=PERSON250", "OR260-AMS-2026-03-01")
    async with database.reading() as work:
        details = await work.fetch("SELECT details FROM audit WHERE action = 'alert.export' ORDER BY position")
    assert len(details) == 2
    assert "person" not in details[0]["details"]
