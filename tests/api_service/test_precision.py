"""The true precision of a list: from what people found, with its interval, and never about fewer than ten."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_service.routes.precision import CELL_MIN, share
from schemas.alert import Alert, Command, Outcome
from schemas.alert_step import Step, advance
from schemas.proportion import wilson_interval
from schemas.roles import Role
from storage import alert_rows
from storage.database import Database
from storage.precision import Verdicts
from tests.sample_alerts import CREATED, place, sample_alert

MET = (Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM, Command.HAND_OVER, Command.ACKNOWLEDGE, Command.OUTCOME)
DISMISSED = (Command.START_REVIEW, Command.NO_MATCH)


def ended(alert: Alert, commands: tuple[Command, ...], outcome: Outcome | None = None) -> list[Alert]:
    versions = [alert]
    for command in commands:
        after = advance(versions[-1], Step(command, "ana", CREATED, "why", outcome=outcome))
        assert after is not None
        versions.append(after)
    return versions


async def place_ended(
    database: Database, numbers: range, commands: tuple[Command, ...], outcome: Outcome | None = None
) -> None:
    for number in numbers:
        first, *others = ended(sample_alert(number), commands, outcome)
        await place(database, first)
        async with database.unit_of_work() as work:
            for version in others:
                await alert_rows.save(work, version, expected_version=version.version - 1)


@pytest.fixture
async def reader(service: Any) -> httpx.AsyncClient:
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        await owner.post("/v1/watchlists", json={"list_id": "wanted", "kind": "person", "title": "T"})
    client: httpx.AsyncClient = service.client(await service.key(Role.AUDITOR))
    return client


async def test_right_of_those_of_whom_somebody_knows(reader: httpx.AsyncClient, database: Database) -> None:
    await place_ended(database, range(1, 13), MET, Outcome.RIGHT_PERSON)
    await place_ended(database, range(20, 24), MET, Outcome.WRONG_PERSON)
    await place_ended(database, range(30, 42), DISMISSED)
    await place_ended(database, range(50, 53), MET, Outcome.NOT_TRAVELLED)
    await place(database, *(sample_alert(number) for number in range(60, 70)))
    found = (await reader.get("/v1/watchlists/wanted/precision")).json()
    assert found["precision"]["numerator"] == 12
    assert found["precision"]["denominator"] == 28
    assert found["precision"]["value"] == pytest.approx(12 / 28)
    assert found["precision"]["interval"] == pytest.approx(wilson_interval(12, 28))
    assert found["by_analysts"] == {"no_match": 12}
    assert (found["by_officers"]["right_person"], found["by_officers"]["wrong_person"]) == (12, None)
    assert (found["by_officers"]["not_travelled"], found["by_officers"]["not_found"]) == (None, 0)
    empty = (await reader.get("/v1/watchlists/wanted/precision", params={"from": "2027-01-01"})).json()
    assert (empty["precision"], empty["by_analysts"]) == (None, {"no_match": 0})
    assert (await reader.get("/v1/watchlists/none/precision")).status_code == 404


async def test_a_reopened_alert_is_undecided(reader: httpx.AsyncClient, database: Database) -> None:
    await place_ended(database, range(1, 11), DISMISSED)
    assert (await reader.get("/v1/watchlists/wanted/precision")).json()["precision"]["denominator"] == 10
    await place_ended(database, range(11, 12), (*DISMISSED, Command.REOPEN))
    assert (await reader.get("/v1/watchlists/wanted/precision")).json()["precision"]["denominator"] == 10


def _verdicts(right: int, wrong: int, dismissed: int) -> Verdicts:
    return Verdicts(dismissed, right, wrong, 0, 0, 0, 0)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_no_cell_below_the_floor_is_told(right: int, wrong: int, dismissed: int) -> None:
    told, decided = share(_verdicts(right, wrong, dismissed)), right + wrong + dismissed
    if decided < CELL_MIN:
        assert told is None
        return
    assert told is not None
    small = any(0 < cell < CELL_MIN for cell in (right, decided - right))
    assert (told["numerator"] is None, told["value"] is None) == (small, small)
    low, high = told["interval"]  # type: ignore[misc]  # a pair
    assert 0 <= low <= right / decided <= high <= 1


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (15, 30, 0.3315, 0.6685), (1, 100, 0.0018, 0.0545)],
)
def test_wilson_as_published(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=1e-4)
