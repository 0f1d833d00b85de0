"""Guessing keys is slow, remembered within bounds, and locks nobody out who has the right one."""

from typing import Any

from api_service.guess_limits import FREE_REFUSALS, FREE_REFUSALS_OF_KEY, WAIT_SECONDS_MAX, GuessLimits
from schemas.roles import Role
from storage.database import Database

WRONG = "kulla_aaaaaaaa_" + "a" * 52


def test_each_further_refusal_doubles_the_wait() -> None:
    limits = GuessLimits()
    waits = [limits.refused("192.0.2.1", None, 0.0) for _ in range(FREE_REFUSALS + 12)]
    assert waits[:FREE_REFUSALS] == [0.0] * FREE_REFUSALS
    assert waits[FREE_REFUSALS : FREE_REFUSALS + 4] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == WAIT_SECONDS_MAX
    assert limits.wait("192.0.2.1", None, 10.0) == WAIT_SECONDS_MAX - 10
    assert limits.wait("192.0.2.2", None, 10.0) == 0.0
    assert limits.wait("192.0.2.1", None, WAIT_SECONDS_MAX) == 0.0


def test_a_key_guessed_from_many_addresses_is_closed_but_not_for_its_holder() -> None:
    limits = GuessLimits()
    limits.accepted("198.51.100.1", "k")
    for number in range(FREE_REFUSALS_OF_KEY + 3):
        limits.refused(f"192.0.2.{number}", "k", 0.0)
    assert limits.wait("203.0.113.1", "k", 0.0) > 0.0
    assert limits.wait("203.0.113.1", "other", 0.0) == 0.0
    assert limits.wait("198.51.100.1", "k", 0.0) == 0.0
    for _ in range(FREE_REFUSALS + 3):
        limits.refused("198.51.100.1", "guessed", 0.0)
    assert limits.wait("198.51.100.1", "k", 0.0) == 0.0, "a neighbour's guessing does not close the holder's door"
    assert limits.wait("198.51.100.1", "guessed", 0.0) > 0.0


def test_a_network_of_addresses_is_one_guesser() -> None:
    limits = GuessLimits()
    for number in range(FREE_REFUSALS + 1):
        limits.refused(f"2001:db8::{number:x}", None, 0.0)
    assert limits.wait("2001:db8::ffff", None, 0.0) > 0.0
    assert limits.wait("2001:db8:0:1::1", None, 0.0) == 0.0


def test_memory_is_bounded_and_old_refusals_are_forgiven() -> None:
    limits = GuessLimits(entries_max=100)
    for number in range(10_000):
        limits.refused(f"address {number}", f"key {number}", 0.0)
        limits.accepted(f"address {number}", f"key {number}")
    assert len(limits._counts) <= 100
    assert len(limits._known) <= 100
    for _ in range(FREE_REFUSALS):
        limits.refused("x", None, 0.0)
    assert limits.refused("x", None, 1_000.0) == 0.0


async def test_over_http(service: Any, database: Database) -> None:
    right = await service.key(Role.OPERATOR)
    newcomer = await service.key(Role.OPERATOR)
    async with service.client() as client:
        assert (await client.get("/v1/keys", headers={"Authorization": f"Bearer {right}"})).status_code == 200
        statuses = [(await client.get("/v1/keys", headers={"Authorization": f"Bearer {WRONG}"})).status_code for _ in range(12)]
        closed = await client.get("/v1/keys", headers={"Authorization": f"Bearer {newcomer}"})
        known = await client.get("/v1/keys", headers={"Authorization": f"Bearer {right}"})
        nobody = await client.get("/v1/keys")
    assert statuses[:FREE_REFUSALS] == [401] * FREE_REFUSALS
    assert statuses[-1] == 429
    assert closed.status_code == 429
    assert int(closed.headers["retry-after"]) >= 1
    assert closed.headers["content-type"] == "application/problem+json"
    assert known.status_code == 200
    assert nobody.status_code == 401
    async with database.reading() as work:
        lines = await work.fetch("SELECT subject_id, details::text FROM audit WHERE action = 'authentication.slowed'")
    assert [line["subject_id"] for line in lines] == ["127.0.0.1"]
    written = service.log.getvalue() + str([dict(line) for line in lines])
    assert "aaaaaaaa" in written, "the id that was claimed"
    assert "a" * 52 not in written, "never the secret"
