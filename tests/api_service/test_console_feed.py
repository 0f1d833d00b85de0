"""The consoles' feed: every change once and in order however writers overlap, no secrets, only one's own port, and a poll that
waits wakes up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from api_service.officer_view import officer_view
from schemas.alert import Alert, Command
from schemas.alert_step import Step, advance
from schemas.roles import Role
from storage import alert_rows, alert_tail, outbox, signal
from storage.database import Database
from tests.sample_alerts import CREATED, place, sample_alert, write
from tests.sample_manifests import place_manifest


@pytest.fixture
async def officer(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.OFFICER, port="TIA")) as client:
        yield client


async def poll(client: httpx.AsyncClient, cursor: str | None = None, **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/ports/TIA/alerts", params={**query, **({"cursor": cursor} if cursor else {})})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def stepped(alert: Alert, *commands: Command) -> Alert:
    for number, command in enumerate(commands, 1):
        after = advance(alert, Step(command, "ana", CREATED + timedelta(hours=number), "SECRET CODE", "SECRET COMMENT"))
        assert after is not None
        alert = after
    return alert


def secretive(number: int = 1) -> Alert:
    """An alert with everything in it that an officer must not see."""
    alert = stepped(sample_alert(number), Command.START_REVIEW, Command.POSSIBLE)
    other = alert.record.model_copy(update={"list_id": "secret_list", "legal_basis": "SECRET BASIS"})
    return alert.model_copy(update={"other_records": (other,)})


async def test_an_officer_sees_whom_and_what_but_not_why(officer: httpx.AsyncClient, database: Database) -> None:
    await place(database, secretive())
    page = await poll(officer)
    [item] = page["items"]
    assert (item["state"], item["version"], item["traveller"]["surname"]) == ("possible", 3, "PERSON1")
    assert item["record"]["action"] == "refer_second_line"
    assert item["record"]["names"][0]["surname"] == "PERSON1"
    assert len(item["other_records"]) == 1
    assert [entry["to"] for entry in item["history"]] == ["in_review", "possible"]
    for record in (item["record"], *item["other_records"]):
        assert {"reason", "category", "list_id", "list_title", "authority", "legal_basis", "readmission"}.isdisjoint(record)
    text = orjson.dumps(page).lower()
    assert b"secret" not in text
    assert b"wanted" not in text


def test_a_field_nobody_listed_is_hidden() -> None:
    alert = orjson.loads(secretive().model_dump_json())
    for place_of_field in (alert, alert["record"], alert["other_records"][0], alert["history"][0], alert["disposition"]):
        place_of_field["added_tomorrow"] = "SECRET"
    assert b"SECRET" not in orjson.dumps(officer_view(alert))


async def test_only_the_own_port(officer: httpx.AsyncClient, service: Any, database: Database) -> None:
    await place(database, sample_alert(1), sample_alert(2, port="SKP"), sample_alert(3, port=None))
    assert [item["record"]["record_id"] for item in (await poll(officer))["items"]] == ["R1"]
    assert (await officer.get("/v1/ports/SKP/alerts")).status_code == 403
    assert (await officer.get("/v1/ports/SKP/arrivals")).status_code == 403
    assert (await officer.get("/v1/ports/tia!/alerts")).status_code == 422


async def test_a_cursor_goes_on_where_it_was(officer: httpx.AsyncClient, database: Database) -> None:
    await place(database, *(sample_alert(number) for number in range(1, 8)))
    first = await poll(officer, limit=5)
    second = await poll(officer, first["cursor"], limit=5)
    third = await poll(officer, second["cursor"], limit=5)
    assert [item["record"]["record_id"] for item in first["items"] + second["items"]] == [
        f"R{number}" for number in range(1, 8)
    ]
    assert (third["items"], third["cursor"]) == ([], second["cursor"])
    for bad in ("x", "WzEsIjIiXQ", "Wy0xLDBd", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwLDBd"):
        assert (await officer.get("/v1/ports/TIA/alerts", params={"cursor": bad})).status_code == 422


async def test_no_news_is_304(officer: httpx.AsyncClient, database: Database) -> None:
    await place(database, sample_alert(1))
    first = await officer.get("/v1/ports/TIA/alerts")
    tag, cursor = first.headers["ETag"], first.json()["cursor"]
    silent = await officer.get("/v1/ports/TIA/alerts", params={"cursor": cursor}, headers={"If-None-Match": tag})
    assert (silent.status_code, silent.content, silent.headers["ETag"]) == (304, b"", tag)
    await place(database, sample_alert(2))
    news = await officer.get("/v1/ports/TIA/alerts", params={"cursor": cursor}, headers={"If-None-Match": tag})
    assert (news.status_code, len(news.json()["items"])) == (200, 1)
    assert news.headers["ETag"] != tag


async def test_a_late_commit_is_not_lost(officer: httpx.AsyncClient, database: Database) -> None:
    """The transaction that began first commits last: what committed meanwhile waits for it, and nothing is skipped."""
    async with database.unit_of_work() as slow:
        await write(slow, sample_alert(1))
        await place(database, sample_alert(2))
        held_back = await poll(officer)
        assert held_back["items"] == []
    after = await poll(officer, held_back["cursor"])
    assert [item["record"]["record_id"] for item in after["items"]] == ["R1", "R2"]


async def test_many_writers_no_change_lost_or_repeated(officer: httpx.AsyncClient, database: Database) -> None:
    writers, changes = 6, 8
    done = asyncio.Event()

    async def writer(number: int) -> None:
        alert = sample_alert(number)
        await place(database, alert)
        for change in range(2, changes + 1):
            async with database.unit_of_work() as work:
                changed = alert.model_copy(update={"version": change})
                await alert_rows.save(work, changed, expected_version=change - 1)
                await outbox.publish_alert(work, changed)
                await asyncio.sleep(0.001 * ((number * change) % 7))  # commits overtake each other

    async def reader() -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []
        cursor = None
        while True:
            last = done.is_set()
            page = await poll(officer, cursor, limit=3)
            seen += [(item["record"]["record_id"], item["version"]) for item in page["items"]]
            cursor = page["cursor"]
            if last and not page["items"]:
                return seen

    reading = [asyncio.create_task(reader()) for _ in range(2)]
    await asyncio.gather(*(writer(number) for number in range(1, writers + 1)))
    done.set()
    first, second = await asyncio.gather(*reading)
    assert first == second
    assert len(first) == writers * changes
    for number in range(1, writers + 1):
        assert [version for name, version in first if name == f"R{number}"] == list(range(1, changes + 1))


async def test_a_waiting_poll_wakes_at_once(service: Any, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the signal alone: looking again by itself is switched off."""
    for module, name in ((alert_tail, "LOOK_AGAIN_SECONDS"), (alert_tail, "STALE_SECONDS"), (signal, "WAIT_SECONDS_MAX")):
        monkeypatch.setattr(module, name, 600.0)
    await service.context.alert_tail.start()
    async with service.client(await service.key(Role.OFFICER, port="TIA")) as client:
        await poll(client)
        waiting = asyncio.create_task(poll(client, wait=25))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        await place(database, sample_alert(1))
        page = await asyncio.wait_for(waiting, 15)
        assert len(page["items"]) == 1


async def test_a_waiting_poll_is_answered_before_the_process_ends(officer: httpx.AsyncClient, service: Any) -> None:
    waiting = asyncio.create_task(poll(officer, wait=25))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    service.context.alert_tail.release()
    assert (await asyncio.wait_for(waiting, 15))["items"] == []
    assert (await asyncio.wait_for(poll(officer, wait=25), 15))["items"] == []


async def test_without_a_signal_a_poll_looks_again_by_itself(officer: httpx.AsyncClient, database: Database) -> None:
    waiting = asyncio.create_task(poll(officer, wait=25))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    await place(database, sample_alert(1))
    assert len((await asyncio.wait_for(waiting, 15))["items"]) == 1


async def test_a_poll_does_not_wait_for_ever(officer: httpx.AsyncClient) -> None:
    page = await asyncio.wait_for(poll(officer, wait=0.3), 15)
    assert page["items"] == []
    assert (await officer.get("/v1/ports/TIA/alerts", params={"wait": "1e9"})).status_code == 422


async def test_arrivals_count_what_is_open(officer: httpx.AsyncClient, database: Database) -> None:
    async with database.unit_of_work() as work:
        await place_manifest(work, "man_1")
        await place_manifest(work, "man_2")
        await place_manifest(work, "man_3", "JU123-BEG-2026-03-01")
        await work.execute(
            "UPDATE manifests SET flight_id = $1 WHERE flight_key = $2", sample_alert().flight.flight_id, "OR260-AMS-2026-03-01"
        )
    open_alert, closed = sample_alert(1), stepped(sample_alert(2), Command.START_REVIEW, Command.NO_MATCH)
    await place(database, open_alert, closed)
    rows = {row["flight_key"]: row for row in (await officer.get("/v1/ports/TIA/arrivals")).json()["items"]}
    assert (rows["OR260-AMS-2026-03-01"]["open_alerts"], rows["OR260-AMS-2026-03-01"]["manifests"]) == (1, 2)
    assert (rows["JU123-BEG-2026-03-01"]["open_alerts"], rows["JU123-BEG-2026-03-01"]["manifest"]) == (0, "received")
    later = await officer.get("/v1/ports/TIA/arrivals", params={"from": "2026-03-02T00:00:00Z"})
    assert later.json()["items"] == []
