"""The certification messages in the tree get the answers that are documented beside them."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api_service.sandbox import certification
from schemas.finding_codes import FINDING_CODES
from schemas.roles import Role
from storage.database import Database

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "carriers" / "certification"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
EDIFACT = {"Content-Type": "application/edifact"}


@pytest.fixture
async def certified(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key of the carrier of the certification messages."""
    async with service.client(await service.key(Role.CARRIER, carrier=certification.CARRIER)) as client:
        yield client


def said(answer: httpx.Response) -> list[dict[str, Any]]:
    return [
        {
            "status": message["status"],
            "function": message["function"],
            "travellers": message["travellers"],
            "codes": sorted(finding["code"] for finding in message["findings"]),
        }
        for message in answer.json()["messages"]
    ]


async def test_every_file_gets_its_documented_answer(certified: httpx.AsyncClient, database: Database) -> None:
    files = sorted(path.name for path in FOLDER.glob("*.edi"))
    assert files == sorted(EXPECTED)
    for name in files:
        answer = await certified.post("/v1/manifests/validate", content=(FOLDER / name).read_bytes(), headers=EDIFACT)
        assert (name, answer.status_code, said(answer)) == (name, EXPECTED[name]["http_status"], EXPECTED[name]["messages"])
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM submissions") == 0


async def test_sent_as_tests_they_are_answered_and_neither_screened_nor_counted(
    certified: httpx.AsyncClient, database: Database
) -> None:
    for name, expected in EXPECTED.items():
        answer = await certified.post("/v1/manifests", content=(FOLDER / name).read_bytes(), headers=EDIFACT)
        assert (name, answer.status_code, said(answer)) == (
            name,
            {200: 202}.get(expected["http_status"], 422),
            expected["messages"],
        )
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM manifest_outbox") == 0
    window = {"from": "2030-06-01T00:00:00Z", "to": "2030-06-30T00:00:00Z"}
    quality = (await certified.get(f"/v1/carriers/{certification.CARRIER}/quality", params=window)).json()
    assert quality["messages"]["total"] == 0


async def test_the_page_says_how_to_take_ones_own_designator(carrier: httpx.AsyncClient) -> None:
    body = (FOLDER / "01_passenger_list.edi").read_text("utf-8")
    assert (await carrier.post("/v1/manifests/validate", content=body, headers=EDIFACT)).status_code == 403
    own = re.sub(r"\+ZZ'", "+OR'", body.replace("ZZ420", "OR420", 2))
    answer = await carrier.post("/v1/manifests/validate", content=own, headers=EDIFACT)
    assert answer.json()["messages"][0]["flight"]["designator"] == "OR420"


def test_the_files_and_the_page_are_up_to_date() -> None:
    assert certification.outdated() == []
    codes = {code for expected in EXPECTED.values() for message in expected["messages"] for code in message["codes"]}
    assert codes <= set(FINDING_CODES)
    assert len(codes) >= 15
