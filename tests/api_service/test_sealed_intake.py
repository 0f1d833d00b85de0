"""With a vault: what carriers send rests encrypted, and everything that reads it still reads it."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from test_flights import ARTA, CORRECTED, DRITA, EVA, KEY, message

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from schemas.roles import Role
from storage.bodies import inflate
from storage.database import Database
from storage.kafka_feeds import MANIFESTS
from storage.ledger import PostgresLedger
from storage.sql import queries
from storage.submissions import as_received
from storage.vault import sealed_on
from tests.held_world import START, HeldWorld, held_world

BODY = message(1, "745", ARTA, DRITA, EVA)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[HeldWorld]:
    async with held_world(database_url, tmp_path) as made:
        yield made


async def test_nothing_of_it_lies_open_and_all_readers_read_it(world: HeldWorld, database: Database) -> None:
    record = {"record_id": "R1", "category": "w", "names": [{"surname": "KRASHTAJ", "given_names": "DRITA"}]}
    await world.list_record(record | {"action": "refer_second_line", "birth_dates": ["1981-04-17"]})
    await world.push(BODY, message(10, "745+CP", CORRECTED))
    async with database.reading() as work:
        rows = await work.fetch("SELECT raw AS body FROM submissions UNION ALL SELECT body FROM manifests")
        tail = await work.fetch(queries("kafka_relay")["tail_manifests"], 0, 0, 10, 1_000_000)
    assert [sealed_on(row["body"]) for row in rows] == [START.date()] * 4
    assert b"BERISHA" in MANIFESTS.message(tail[0], world.database.vault).value
    await world.screen()
    assert {alert["traveller"]["surname"] for alert in await world.alerts()} == {"KRASHTAJ"}
    flight = (await world.call(Role.ANALYST, "GET", f"/v1/flights/{KEY}")).json()
    assert len(flight["travellers"]) == 3


async def test_the_raw_message_comes_back_to_the_byte(world: HeldWorld) -> None:
    await world.push(BODY)
    async with world.database.reading() as work:
        raw = await work.fetchval("SELECT raw FROM submissions")
        size = await work.fetchval("SELECT details -> 'bytes' FROM audit WHERE action = 'submission.received'")
    assert as_received(world.database.vault, raw) == BODY
    assert int(size) == len(BODY)
    assert len(raw) < len(BODY)


async def test_a_large_message_is_sealed_beside_and_an_answer_is_repeated(world: HeldWorld) -> None:
    people = [person for _ in range(900) for person in (ARTA,)]
    large = message(1, "745", *people)
    assert len(large) > 128 * 1024 / 2
    async with world.client(Role.CARRIER, carrier="OR") as carrier:
        headers = {"Content-Type": "application/edifact", "Accept": "application/edifact", "Content-Encoding": "gzip"}
        first = await carrier.post("/v1/manifests", content=gzip.compress(large * 2), headers=headers)
        again = await carrier.post("/v1/manifests", content=gzip.compress(large * 2), headers=headers)
    assert first.status_code in (202, 422), first.text
    assert again.content == first.content
    async with world.database.reading() as work:
        answer = await work.fetchval("SELECT answer FROM submission_answers")
    assert sealed_on(answer) == START.date()
    assert world.database.vault.open(answer) == first.content


async def test_what_the_screener_puts_aside_is_sealed(world: HeldWorld) -> None:
    event = Delivery(3, Cursor(1, 1), KEY, b'{"surname": "BERISHA"}', Occasion.RECEIVED, 0)
    await PostgresLedger(world.database, "screener:outbox", world.clock).quarantine(event, "unreadable")
    async with world.database.reading() as work:
        body = await work.fetchval("SELECT body FROM quarantine")
    assert sealed_on(body) == START.date()
    assert inflate(world.database.vault.open(body)) == event.body
