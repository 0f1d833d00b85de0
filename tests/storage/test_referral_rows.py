"""Protection referrals in the database: whom the second wall shows them to, and what no statement can make of them."""

from datetime import timedelta

import asyncpg
import pytest

from schemas.referral import Deadline, Referral, ReferralKind, next_escalation_at
from storage import referrals
from storage.acting import Caller, Sort, acting
from storage.database import Database
from storage.referrals import Scope, Wanted
from tests.sample_alerts import CREATED

TIRANA = Caller(Sort.OFFICER, "key1", ports=frozenset({"TIA"}))
ANYWHERE = Caller(Sort.OFFICER, "key2")
CARRIER = Caller(Sort.CARRIER, "key3", owner="OR", carrier="OR")
STAFF = Caller(Sort.STAFF, "key4")


def card(port: str, number: int = 1) -> Referral:
    return Referral(
        referral_id=f"ref_{port}_{number}",
        port=port,
        kind=ReferralKind.MEDICAL,
        opened_at=CREATED,
        opened_by="officer",
        updated_at=CREATED,
        purge_at=CREATED + timedelta(days=30),
        deadlines=(Deadline(name="taken_over", due_at=CREATED + timedelta(hours=1)),),
    )


@pytest.fixture
async def filled(database: Database) -> Database:
    async with database.unit_of_work() as work:
        for port in ("TIA", "SKP"):
            await referrals.save(work, card(port))
    return database


async def ports_seen(database: Database, caller: Caller) -> list[str]:
    with acting(caller):
        async with database.reading() as work:
            return sorted(found.port for found in await referrals.page(work, Wanted(), None, 10))


async def test_an_officer_sees_cards_of_its_ports_whatever_is_asked(filled: Database) -> None:
    assert await ports_seen(filled, TIRANA) == ["TIA"]
    assert await ports_seen(filled, ANYWHERE) == await ports_seen(filled, STAFF) == ["SKP", "TIA"]
    with acting(TIRANA):
        async with filled.unit_of_work() as work:
            assert await work.execute("UPDATE referrals SET escalation = 50") == "UPDATE 1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with filled.unit_of_work() as work:
                await referrals.save(work, card("SKP", 2))


async def test_nobody_else_sees_them_or_says_who_may(filled: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ports_seen(filled, CARRIER)
    for caller in (TIRANA, CARRIER):
        with acting(caller), pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with filled.unit_of_work() as work:
                await referrals.grant_scope(work, Scope("key1", CREATED, "key1"))


async def test_no_statement_closes_a_card_without_an_outcome(filled: Database) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with filled.unit_of_work() as work:
            await work.execute("UPDATE referrals SET state = 'closed'")


async def test_the_column_says_when_to_look_next(filled: Database) -> None:
    async with filled.reading() as work:
        assert await work.fetchval("SELECT DISTINCT next_escalation_at FROM referrals") == CREATED + timedelta(minutes=30)
    assert next_escalation_at(card("TIA")) == CREATED + timedelta(minutes=30)
