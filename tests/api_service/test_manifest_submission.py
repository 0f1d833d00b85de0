"""`POST /v1/manifests`, seen from the carrier: receipts, replays, refusals, and what is in the store afterwards."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from interchanges import Sent, interchange

from api_service.farewell import DRAIN_BYTES_MAX
from api_service.reading import read_submission
from api_service.reading_pool import ReadingPool
from schemas.manifest import Manifest
from schemas.roles import Role
from storage.bodies import inflate
from storage.database import Database

EDIFACT = {"Content-Type": "application/edifact"}
TABLES = ("submissions", "manifests", "manifest_outbox", "audit")


async def counts(database: Database) -> dict[str, int]:
    async with database.reading() as work:
        found = {table: await work.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}
        found["audit"] = await work.fetchval("SELECT count(*) FROM audit WHERE subject_kind = 'submission'")
    return found


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:kulla:problem:")
    assert problem["title"]
    assert problem["instance"] == answer.request.url.path
    return problem


async def test_the_receipt_says_what_was_read_and_everything_is_stored(carrier: httpx.AsyncClient, database: Database) -> None:
    body = interchange(Sent(travellers=3))
    answer = await carrier.post("/v1/manifests", content=body, headers=EDIFACT)
    assert answer.status_code == 202, answer.text
    receipt = answer.json()
    assert receipt["sha256"] == hashlib.sha256(body).hexdigest()
    assert receipt["replayed"] is False
    assert receipt["received_at"] == "2026-03-01T09:00:00Z"
    assert receipt["interchange"]["sender"] == "CARRIER"
    assert receipt["interchange"]["control_reference"] == "REF001"
    [message] = receipt["messages"]
    assert message["message_reference"] == "1"
    assert message["status"] in ("accepted", "accepted_with_findings")
    assert message["function"] == "passenger_list"
    assert message["travellers"] == 3
    assert message["flight"]["flight_key"] == "OR260-AMS-2026-03-01"

    async with database.reading() as work:
        submission = await work.fetchrow("SELECT * FROM submissions")
        manifest = await work.fetchrow("SELECT * FROM manifests")
        outbox = await work.fetchrow("SELECT * FROM manifest_outbox")
        audited = await work.fetchrow("SELECT * FROM audit WHERE subject_kind = 'submission'")
    assert submission["raw"] == body
    assert submission["receipt"] == answer.content
    assert submission["owner"] == "OR"
    assert submission["purge_at"] - submission["received_at"] == timedelta(hours=48)
    assert manifest["manifest_id"] == outbox["manifest_id"] == message["manifest_id"]
    assert outbox["flight_key"] == manifest["flight_key"] == "OR260-AMS-2026-03-01"
    stored = Manifest.model_validate_json(inflate(manifest["body"]))
    assert stored.manifest_id == message["manifest_id"]
    assert stored.submission_id == receipt["submission_id"]
    assert [traveller.surname for traveller in stored.travellers] == ["BERISHA", "DE VRIES", "MUELLER"]
    assert audited["subject_id"] == receipt["submission_id"]
    assert audited["actor"] == submission["key_id"]


async def test_the_same_bytes_again_give_the_first_receipt(carrier: httpx.AsyncClient, database: Database) -> None:
    first = await carrier.post("/v1/manifests", content=interchange(), headers=EDIFACT)
    before = await counts(database)
    again = await carrier.post("/v1/manifests", content=interchange(), headers={"Content-Type": "text/plain"})
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json() | {"replayed": True}
    assert await counts(database) == before


async def test_of_twenty_at_once_one_is_stored(carrier: httpx.AsyncClient, database: Database) -> None:
    answers = await asyncio.gather(*(carrier.post("/v1/manifests", content=interchange(), headers=EDIFACT) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [202]
    assert len({answer.content.replace(b'"replayed":true', b'"replayed":false', 1) for answer in answers}) == 1
    assert await counts(database) == {"submissions": 1, "manifests": 1, "manifest_outbox": 1, "audit": 1}


async def test_several_flights_of_one_interchange_are_stored_together(carrier: httpx.AsyncClient, database: Database) -> None:
    body = interchange(Sent("OR260", reference="1"), Sent("OR261", reference="2"), Sent("OR260", reference="3"))
    answer = await carrier.post("/v1/manifests", content=body, headers=EDIFACT)
    assert answer.status_code == 202
    ids = [message["manifest_id"] for message in answer.json()["messages"]]
    assert len(set(ids)) == 3
    async with database.reading() as work:
        published = await work.fetch("SELECT manifest_id FROM manifest_outbox ORDER BY transaction_id, position")
    assert [row["manifest_id"] for row in published] == ids


async def test_the_order_of_flights_cannot_deadlock(carrier: httpx.AsyncClient, database: Database) -> None:
    one, two = Sent("OR260"), Sent("OR261", reference="2")
    bodies = [interchange(*pair, reference=f"R{n}") for n in range(8) for pair in ((one, two), (two, one))]
    answers = await asyncio.gather(*(carrier.post("/v1/manifests", content=body, headers=EDIFACT) for body in bodies))
    assert {answer.status_code for answer in answers} == {202}
    assert (await counts(database))["manifests"] == 32


async def test_validating_says_the_same_and_stores_nothing(carrier: httpx.AsyncClient, database: Database) -> None:
    checked = await carrier.post("/v1/manifests/validate", content=interchange(), headers=EDIFACT)
    assert checked.status_code == 200
    assert await counts(database) == dict.fromkeys(TABLES, 0)
    received = await carrier.post("/v1/manifests", content=interchange(), headers=EDIFACT)
    assert received.json() == checked.json()
    assert_problem(await carrier.post("/v1/manifests/validate", content=b"hello", headers=EDIFACT), 422)


async def test_what_is_unusable_is_kept_as_evidence_and_answered_alike(carrier: httpx.AsyncClient, database: Database) -> None:
    first = await carrier.post("/v1/manifests", content=b"this is no interchange", headers=EDIFACT)
    problem = assert_problem(first, 422)
    assert all(message["status"] == "rejected" for message in problem["messages"])
    assert any(message["findings"] for message in problem["messages"])
    again = await carrier.post("/v1/manifests", content=b"this is no interchange", headers=EDIFACT)
    assert assert_problem(again, 422) == problem | {"replayed": True}
    async with database.reading() as work:
        row = await work.fetchrow("SELECT raw, usable FROM submissions")
    assert row["raw"] == b"this is no interchange"
    assert row["usable"] is False
    assert (await counts(database))["manifests"] == 0


async def test_a_test_interchange_is_stored_and_never_published(carrier: httpx.AsyncClient, database: Database) -> None:
    answer = await carrier.post("/v1/manifests", content=interchange(test=True), headers=EDIFACT)
    assert answer.status_code == 202
    found = await counts(database)
    assert (found["manifests"], found["manifest_outbox"]) == (1, 0)


async def test_another_carriers_flight_is_refused_whole(carrier: httpx.AsyncClient, database: Database) -> None:
    body = interchange(Sent("OR260"), Sent("KL1", reference="2"))
    problem = assert_problem(await carrier.post("/v1/manifests", content=body, headers=EDIFACT), 403)
    assert "messages" not in problem
    assert await counts(database) == dict.fromkeys(TABLES, 0)


async def test_a_flight_without_a_carrier_is_rejected_alone(carrier: httpx.AsyncClient, database: Database) -> None:
    body = interchange(Sent(None), Sent("OR260", reference="2"))
    answer = await carrier.post("/v1/manifests", content=body, headers=EDIFACT)
    assert answer.status_code == 202
    first, second = answer.json()["messages"]
    assert first["status"] == "rejected"
    assert first["manifest_id"] is None
    assert "carrier_absent" in {found["code"] for found in first["findings"]}
    assert second["manifest_id"] is not None
    assert (await counts(database))["manifests"] == 1


async def test_a_key_without_a_carrier_may_send_any(service: Any) -> None:
    async with service.client(await service.key(Role.CARRIER)) as client:
        answer = await client.post(
            "/v1/manifests", content=interchange(Sent("OR260"), Sent("KL1", reference="2")), headers=EDIFACT
        )
    assert answer.status_code == 202


@pytest.mark.parametrize(("hours", "status"), [(72.0, 422), (200.0, 202), (None, 202)])
async def test_a_message_long_after_departure_is_rejected(make_service: Any, hours: float | None, status: int) -> None:
    service = make_service(refuse_after_departure_hours=hours)
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
        late = interchange(Sent(departure="2602251100", arrival="2602251355"))
        answer = await client.post("/v1/manifests", content=late, headers=EDIFACT)
    assert answer.status_code == status
    codes = {found["code"] for found in answer.json()["messages"][0]["findings"]}
    assert ("flight_departed" in codes) is (status == 422)


async def test_a_body_that_never_ends_is_cut_off(make_service: Any, database: Database) -> None:
    service = make_service(submission_bytes_max=10_000)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000_000
            yield b"x" * 1_000_000

    async with service.client(await service.key(Role.CARRIER)) as client:
        answer = await client.post("/v1/manifests", content=endless(), headers=EDIFACT)
    assert_problem(answer, 413)
    assert answer.headers["connection"] == "close"
    assert sent <= DRAIN_BYTES_MAX + 2_000_000
    assert service.context.in_flight.bytes == 0
    assert (await counts(database))["submissions"] == 0


async def test_a_gzip_body_is_read_and_a_bomb_is_cut_off(make_service: Any) -> None:
    service = make_service(submission_bytes_max=100_000)
    async with service.client(await service.key(Role.CARRIER)) as client:
        packed = EDIFACT | {"Content-Encoding": "gzip"}
        answer = await client.post("/v1/manifests", content=gzip.compress(interchange()), headers=packed)
        assert answer.status_code == 202
        plain = await client.post("/v1/manifests", content=interchange(), headers=EDIFACT)
        assert plain.status_code == 200
        bomb = gzip.compress(b"x" * 50_000_000)
        assert_problem(await client.post("/v1/manifests", content=bomb, headers=packed), 413)
        assert_problem(await client.post("/v1/manifests", content=b"no gzip", headers=packed), 400)
        assert_problem(await client.post("/v1/manifests", content=gzip.compress(interchange())[:-9], headers=packed), 400)
        other = EDIFACT | {"Content-Encoding": "br"}
        assert_problem(await client.post("/v1/manifests", content=b"x", headers=other), 415)


@pytest.mark.parametrize("kind", ["text/html", "application/xml", "application/x-www-form-urlencoded", "nonsense"])
async def test_other_types_are_refused(carrier: httpx.AsyncClient, kind: str) -> None:
    answer = await carrier.post("/v1/manifests", content=interchange(), headers={"Content-Type": kind})
    assert_problem(answer, 415)


@pytest.mark.parametrize("kind", [None, "application/octet-stream", "APPLICATION/EDIFACT; charset=utf-8"])
async def test_edifact_under_other_names(carrier: httpx.AsyncClient, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    assert (await carrier.post("/v1/manifests", content=interchange(), headers=headers)).status_code == 202


async def test_too_many_bytes_in_flight_are_told_to_come_again(make_service: Any) -> None:
    service = make_service(submissions_in_flight_bytes_max=100_000, submission_bytes_max=100_000)
    async with service.client(await service.key(Role.CARRIER)) as client:
        service.context.in_flight.take(99_900)  # others are being received
        answer = await client.post("/v1/manifests", content=interchange(), headers=EDIFACT)
        assert_problem(answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
        service.context.in_flight.give_back(99_900)
        assert (await client.post("/v1/manifests", content=interchange(), headers=EDIFACT)).status_code == 202
    assert service.context.in_flight.bytes == 0


async def test_over_the_rate(make_service: Any, database: Database) -> None:
    service = make_service(requests_burst_max=2, requests_per_second_max=0.01)
    async with service.client(await service.key(Role.CARRIER)) as client:
        answers = [await client.post("/v1/manifests", content=interchange(), headers=EDIFACT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 200, 429]
    assert_problem(answers[2], 429)
    assert 1 <= int(answers[2].headers["retry-after"]) <= 100
    async with service.client(await service.key(Role.CARRIER)) as another:
        assert (await another.post("/v1/manifests", content=interchange(), headers=EDIFACT)).status_code == 202


async def test_without_a_database_nothing_is_half_written(make_service: Any, database: Database) -> None:
    service = make_service()
    async with service.client(await service.key(Role.CARRIER)) as client:
        await database.close()
        answer = await client.post("/v1/manifests", content=interchange(), headers=EDIFACT)
        assert_problem(answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/status")).json()["intake"] == "outage"
        assert (await client.get("/metrics")).status_code == 200


@pytest.mark.parametrize("table", TABLES)
async def test_a_failure_at_any_table_leaves_nothing(service: Any, database: Database, table: str) -> None:
    key = await service.key(Role.CARRIER, carrier="OR")
    async with database.unit_of_work() as work:
        await work.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk on fire'; END $$;"
            f"CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    async with service.client(key) as client:
        problem = assert_problem(await client.post("/v1/manifests", content=interchange(), headers=EDIFACT), 500)
        assert "fire" not in str(problem)
        assert await counts(database) == dict.fromkeys(TABLES, 0)
        assert "fire" not in service.log.getvalue()
        assert problem["request_id"] in service.log.getvalue()
        async with database.unit_of_work() as work:
            await work.execute("DROP FUNCTION refuse CASCADE")
        assert (await client.post("/v1/manifests", content=interchange(), headers=EDIFACT)).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * 100_000,
        b'{"travellers": ' * 50_000,
        b"\xff\xfe\x00",
        b'{"flight": {"carrier": "\\u0000"}}',
        b'"\\ud800"',
        b"[]",
        b"",
    ],
)
async def test_hostile_json_is_answered_and_not_fallen_over(carrier: httpx.AsyncClient, body: bytes) -> None:
    answer = await carrier.post("/v1/manifests", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422)


async def test_a_manifest_as_json_comes_back_as_it_went_in(carrier: httpx.AsyncClient, database: Database) -> None:
    await carrier.post("/v1/manifests", content=interchange(), headers=EDIFACT)
    async with database.reading() as work:
        stored = orjson.loads(inflate(await work.fetchval("SELECT body FROM manifests")))
    for name in ("manifest_id", "submission_id", "findings"):
        del stored[name]
    stored["travellers"][0]["surname"] = "HYSENI"
    answer = await carrier.post("/v1/manifests", json=stored)
    assert answer.status_code == 202, answer.text
    [message] = answer.json()["messages"]
    assert message["travellers"] == 2
    assert message["flight"]["flight_key"] == "OR260-AMS-2026-03-01"


async def test_large_bodies_are_read_in_another_process(database: Database) -> None:
    from datetime import UTC, datetime

    from api_service.reading import BodyKind, ReadingRules

    pool = ReadingPool(inline_bytes_max=100, processes=1)
    rules = ReadingRules("OR", "OR", datetime(2026, 3, 1, tzinfo=UTC), None)
    try:
        elsewhere = await pool.read(interchange(), BodyKind.EDIFACT, rules)
        assert elsewhere == read_submission(interchange(), BodyKind.EDIFACT, rules)
        assert await pool.read(b"short", BodyKind.EDIFACT, rules) == read_submission(b"short", BodyKind.EDIFACT, rules)
    finally:
        await pool.close()


@pytest.mark.parametrize("place", ["designator", "port", "reference", "surname"])
async def test_control_characters_do_not_reach_the_store(carrier: httpx.AsyncClient, place: str) -> None:
    """PostgreSQL refuses NUL in a text; a carrier that sends one is told so, or it is read around, but it is never our mistake."""
    old, new = {
        "designator": (b"OR260", b"OR\x00260"),
        "port": (b"LOC+125+AMS", b"LOC+125+A\x00S"),
        "reference": (b"REF001", b"REF\x0001"),
        "surname": (b"BERISHA", b"BER\x00SHA"),
    }[place]
    answer = await carrier.post("/v1/manifests", content=interchange().replace(old, new), headers=EDIFACT)
    assert answer.status_code in (202, 422), answer.text


@pytest.mark.parametrize("place", ["carrier", "number", "departure_port", "surname"])
async def test_control_characters_in_json_do_not_reach_the_store(service: Any, place: str) -> None:
    leg = {"departure_port": "AMS", "arrival_port": "TIA", "scheduled_departure": "2026-03-01T11:00:00+01:00"}
    flight = {"carrier": "OR", "number": "260", "legs": [leg]}
    traveller = {"surname": "BERISHA", "given_names": "ARTA"}
    holder: dict[str, Any] = {"departure_port": leg, "surname": traveller}.get(place, flight)
    holder[place] = "A\x00\ud800B" if place == "surname" else "A\x00B"
    body = (
        orjson.dumps({"function": "passenger_list", "flight": flight, "travellers": [traveller]})
        if place != "surname"
        else (
            b'{"function":"passenger_list","flight":{"carrier":"OR","number":"260"},"travellers":[{"surname":"A\\u0000\\ud800B"}]}'
        )
    )
    async with service.client(await service.key(Role.CARRIER)) as client:
        answer = await client.post("/v1/manifests", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (202, 422), answer.text
