"""`POST /v1/manifests` answered in EDIFACT: who gets it, with which status, and that it is the same again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from interchanges import Sent, interchange

from api_service.accept import EDIFACT, JSON, best_form
from parsers.contrl.reader import read_contrl
from parsers.contrl.report import Action
from parsers.cusres.reader import read_cusres
from schemas.roles import Role
from storage.database import Database

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SENT = {"Content-Type": EDIFACT}
WANTED = SENT | {"Accept": EDIFACT}


def asking(*messages: Sent, reference: str = "REF001") -> bytes:
    """An interchange that asks for an acknowledgement (0031)."""
    return interchange(*messages, reference=reference).replace(b"++APIS'", b"++APIS++1'", 1)


async def post(client: httpx.AsyncClient, body: bytes, path: str = "/v1/manifests", **headers: str) -> httpx.Response:
    return await client.post(path, content=body, headers=WANTED | headers)


async def test_an_interchange_is_acknowledged(carrier: httpx.AsyncClient, database: Database) -> None:
    answer = await post(carrier, interchange(Sent(travellers=3)))
    assert answer.status_code == 202
    assert answer.headers["content-type"] == EDIFACT
    [read] = read_contrl(answer.content)
    assert read.report.reference == "REF001"
    assert read.report.status.action is Action.ACKNOWLEDGED
    assert read.report.messages[0].reference == "1"
    assert read.header is not None
    assert (read.header.sender, read.header.recipient, read.header.prepared) == ("KULLA", "CARRIER", "2603010900")
    assert list(read_cusres(answer.content)) == []
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM manifests") == 1
        assert await work.fetchval("SELECT answer FROM submission_answers") == answer.content


async def test_a_result_follows_where_the_interchange_asks_for_one(carrier: httpx.AsyncClient) -> None:
    answer = await post(carrier, asking(Sent(travellers=2)))
    assert answer.status_code == 202
    assert answer.content.index(b"CONTRL") < answer.content.index(b"CUSRES")
    [read] = read_cusres(answer.content)
    assert read.answer.sectors[0].designator == "OR260"
    assert [result.codes for result in read.answer.results] == [("0",)]


async def test_the_same_bytes_again_get_the_same_answer(make_service: Any) -> None:
    now = [NOW]
    service = make_service(clock=lambda: now[0])
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
        first = await post(client, asking())
        now[0] += timedelta(hours=30)
        again = await post(client, asking())
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.content == first.content


async def test_who_first_wanted_a_receipt_and_then_an_answer_gets_that_of_the_first_time(make_service: Any) -> None:
    now = [NOW]
    service = make_service(clock=lambda: now[0])
    body = asking()
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
        receipt = await client.post("/v1/manifests", content=body, headers=SENT)
        now[0] += timedelta(days=30)
        answers = await asyncio.gather(*(post(client, body) for _ in range(3)))
        now[0] += timedelta(days=1)
        later = await post(client, body)
        unchanged = await client.post("/v1/manifests", content=body, headers=SENT)
    assert receipt.json()["replayed"] is False
    assert unchanged.json() == receipt.json() | {"replayed": True}
    assert {answer.status_code for answer in (*answers, later)} == {200}
    assert {answer.content for answer in answers} == {later.content}
    [read] = read_contrl(later.content)
    assert read.header is not None
    assert read.header.prepared == "2603010900"
    assert read.report.messages[0].status.action is Action.ACKNOWLEDGED


async def test_validating_answers_the_same_and_stores_nothing(carrier: httpx.AsyncClient, database: Database) -> None:
    body = asking(Sent(travellers=2))
    tried = await post(carrier, body, "/v1/manifests/validate")
    assert tried.status_code == 200
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM submissions") == 0
    real = await post(carrier, body)
    assert tried.content == real.content


async def test_what_is_refused_is_said_in_edifact_with_the_same_status(make_service: Any) -> None:
    late = asking(Sent(departure="2601011100", arrival="2601011355"))
    service = make_service(refuse_after_departure_hours=96)
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
        answer = await post(client, late)
        again = await post(client, late)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == EDIFACT
    [read] = read_contrl(answer.content)
    assert read.report.messages[0].status[:2] == (Action.REJECTED, "24")
    [result] = [result for one in read_cusres(answer.content) for result in one.answer.results]
    assert (result.scope, result.codes) == ("1", ("1",))
    assert "DEPARTED" in " ".join(result.texts)
    assert again.status_code == 422
    assert again.content == answer.content


async def test_what_comes_before_reading_stays_a_problem(service: Any, carrier: httpx.AsyncClient) -> None:
    async with service.client() as stranger:
        nobody = await post(stranger, interchange())
    foreign = await post(carrier, interchange(Sent(designator="ZZ123")))
    unread = await post(carrier, b"GIF89a", **{"Content-Type": "image/gif"})
    nothing = await post(carrier, b"no interchange at all")
    for answer, status in ((nobody, 401), (foreign, 403), (unread, 415), (nothing, 422)):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_where_no_form_fits_nothing_is_stored(carrier: httpx.AsyncClient, database: Database) -> None:
    pictures = await post(carrier, interchange(), Accept="image/png")
    as_json = await post(carrier, orjson.dumps({}), **{"Content-Type": JSON})
    for answer in (pictures, as_json):
        assert answer.status_code == 406
        assert answer.json()["type"] == "urn:kulla:problem:not-acceptable"
    assert pictures.json()["offered"] == [JSON, EDIFACT]
    assert as_json.json()["offered"] == [JSON]
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM submissions") == 0


async def test_a_contrl_that_is_sent_to_us_is_not_answered_by_one(carrier: httpx.AsyncClient) -> None:
    ours = (await post(carrier, interchange(reference="REF77"))).content
    answer = await post(carrier, ours)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (EDIFACT, EDIFACT),
        ("APPLICATION/EDIFACT;charset=x", EDIFACT),
        (f"{EDIFACT}, */*", EDIFACT),
        (f"*/*, {EDIFACT}", EDIFACT),
        (f"{EDIFACT}, {JSON}", EDIFACT),
        (f"{JSON}, {EDIFACT}", JSON),
        (f"{EDIFACT};q=0.5, {JSON}", JSON),
        (f"{EDIFACT};q=0.9, {JSON};q=0.8", EDIFACT),
        (f"{EDIFACT};q=0, */*", JSON),
        (f"{JSON};q=0, */*;q=0.1", EDIFACT),
        (f"{EDIFACT};q=0", None),
        ("image/png", None),
        ("text/*;q=1.0", None),
        ("nonsense", JSON),
        (f"{EDIFACT};q=high", JSON),
    ],
)
def test_the_form_follows_the_qualities(accept: str, form: str | None) -> None:
    assert best_form(accept, (JSON, EDIFACT)) == form
