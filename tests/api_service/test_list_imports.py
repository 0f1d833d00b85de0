"""Published lists taken in over HTTP: every format, previews, what was changed when and why, and changes of four eyes."""

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from schemas.roles import Role
from storage.database import Database

LIST = {"list_id": "wanted", "kind": "person", "title": "Wanted persons", "severity": "high"}
HEADER = "record_id,surname,given_names,birth_date,reason,review_at,expires_at\n"
FLAT = [
    {"id": "p-1", "schema": "Passport", "properties": {"holder": ["q-1"], "number": ["BA1234567"], "country": ["al"]}},
    {"id": "q-1", "schema": "Person", "properties": {"name": ["Bledar Qerimaxhi"], "birthDate": ["1979-05-17"]}},
    {"id": "q-2", "schema": "Person", "properties": {"name": ["Arta Dibrani"], "passportNumber": ["CC7654321"]}},
    {"id": "p-2", "schema": "Passport", "properties": {"holder": ["q-2"], "number": ["DD7654321"]}},
    {"id": "p-3", "schema": "Passport", "properties": {"holder": ["q-9"], "number": ["EE7654321"]}},
    {"id": "v-1", "schema": "Vessel", "properties": {"name": ["Nowhere"]}},
]


@pytest.fixture
async def owner(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.LIST_OWNER)) as client:
        assert (await client.post("/v1/watchlists", json=LIST)).status_code == 201
        yield client


async def send(client: httpx.AsyncClient, body: str | bytes, list_id: str = "wanted", **query: Any) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    return await client.post(f"/v1/watchlists/{list_id}/imports", params=query, content=content)


async def records(client: httpx.AsyncClient, list_id: str = "wanted") -> dict[str, Any]:
    items = (await client.get(f"/v1/watchlists/{list_id}/records")).json()["items"]
    return {item["record_id"]: item for item in items}


async def test_documents_that_stand_apart_reach_their_holders(owner: httpx.AsyncClient, database: Database) -> None:
    body = "\n".join(map(json.dumps, FLAT))
    done = (await send(owner, body, format="ftm")).json()
    assert (done["added"], done["rejected"]) == (2, 0)
    assert done["skipped"] == {"vessel": 1, "supplement of an entry that is not in the file": 1}
    kept = await records(owner)
    numbers = {name: {one["number"] for one in record["documents"]} for name, record in kept.items()}
    assert numbers == {"q-1": {"BA1234567"}, "q-2": {"CC7654321", "DD7654321"}}
    assert kept["q-1"]["documents"][0]["issuing_country"] == "ALB"
    again = (await send(owner, body, format="ftm")).json()
    assert (again["unchanged"], again["list_version"]) == (2, done["list_version"]), "the same file is no change"
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM staged_supplements") == 0


@pytest.mark.parametrize(
    ("query", "body", "record_id"),
    [
        ({"format": "ofac"}, '7,"DIBRANI, Arta","individual"' + ",-0-" * 9 + "\n", "7"),
        ({"format": "un"}, "<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>8</DATAID><FIRST_NAME>ARTA</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>", "8"),
        (
            {"format": "eu"},
            '<export><sanctionEntity logicalId="9"><subjectType code="person"/><nameAlias wholeName="Arta D"/></sanctionEntity></export>',
            "9",
        ),
    ],
)  # fmt: skip
async def test_every_published_format(owner: httpx.AsyncClient, query: dict[str, str], body: str, record_id: str) -> None:
    assert (await send(owner, body, **query)).json()["added"] == 1
    assert list(await records(owner)) == [record_id]


async def test_a_list_of_documents(owner: httpx.AsyncClient) -> None:
    await owner.post("/v1/watchlists", json={**LIST, "list_id": "stolen", "kind": "document"})
    done = await send(owner, "number;issuing_country;document_type;status\nBA1;AL;P;stolen\n", "stolen", format="documents")
    assert done.json()["added"] == 1
    assert "ALB-P-BA1" in await records(owner, "stolen")


async def test_a_preview_tells_and_changes_nothing(owner: httpx.AsyncClient) -> None:
    await send(owner, HEADER + "A,ONE,X,1980,,,\nB,TWO,X,1980,,,\nC,THREE,X,1980,,,\n")
    changed = HEADER + "A,ONE,X,1980,,,\nB,TWO,Y,1980,,,\nD,FOUR,X,1980,,,\n,NOBODY,X,1980,,,\n"
    shown = (await send(owner, changed, mode="replace", preview="true")).json()
    assert {name: shown[name] for name in ("added", "changed", "removed", "unchanged", "rejected", "preview")} == {
        "added": 1, "changed": 1, "removed": 1, "unchanged": 1, "rejected": 1, "preview": True,
    }  # fmt: skip
    assert shown["differences"] == {"added": ["D"], "changed": ["B"], "removed": ["C"]}
    assert list(await records(owner)) == ["A", "B", "C"]
    done = (await send(owner, changed, mode="replace", partial="true")).json()
    assert (done["added"], done["changed"], done["removed"], done["unchanged"]) == (1, 1, 1, 1), "a preview tells the truth"


async def test_who_changed_what_when_and_why(owner: httpx.AsyncClient) -> None:
    first = (await send(owner, HEADER + "A,ONE,X,1980,,,\nB,TWO,X,1980,,,\n", note="the first edition")).json()["list_version"]
    second = (await send(owner, HEADER + "B,TWO,Y,1980,,,\nC,THREE,X,1980,,,\n", mode="replace")).json()["list_version"]
    history = (await owner.get("/v1/watchlists/wanted/versions")).json()["items"]
    assert [(one["version"], one["note"]) for one in history] == [(second, None), (first, "the first edition")]
    assert history[0]["by"] == history[1]["by"] != ""
    path = f"/v1/watchlists/wanted/versions/{second}/changes"
    page = (await owner.get(path, params={"limit": 2})).json()
    rest = (await owner.get(path, params={"limit": 2, "cursor": page["next_cursor"]})).json()
    found = {one["record_id"]: one for one in [*page["items"], *rest["items"]]}
    assert {name: one["change"] for name, one in found.items()} == {"A": "removed", "B": "changed", "C": "added"}
    assert found["B"]["fields"] == ["names"]
    assert (found["B"]["before_version"], found["B"]["after_version"]) == (1, 2)
    assert (await owner.get("/v1/watchlists/wanted/versions/99/changes")).status_code == 404


async def test_reviews_that_are_due(owner: httpx.AsyncClient) -> None:
    table = HEADER + "A,ONE,X,1980,,2026-01-01,\nB,TWO,X,1980,,2099-01-01,\nC,THREE,X,1980,,,2026-02-02\nD,FOUR,X,1980,,,\n"
    await send(owner, table)
    due = (await owner.get("/v1/watchlists/wanted/reviews", params={"until": "2026-06-01"})).json()["items"]
    assert [(one["record_id"], one["review_at"], one["expires_at"]) for one in due] == [
        ("A", "2026-01-01", None),
        ("C", None, "2026-02-02"),
    ]


@pytest.fixture
async def careful(service: Any, owner: httpx.AsyncClient) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """The owner of a list of four eyes, and a second person."""
    made = await owner.post("/v1/watchlists", json={**LIST, "list_id": "careful", "four_eyes": True})
    assert made.status_code == 201
    async with service.client(await service.key(Role.LIST_OWNER)) as second:
        yield owner, second


async def test_a_list_of_four_eyes_waits_for_a_second_person(careful: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> None:
    owner, second = careful
    proposed = await send(owner, HEADER + "A,ONE,X,1980,,,\n", "careful", note="a new case")
    assert (proposed.status_code, proposed.json()["differences"]["added"]) == (202, ["A"])
    assert await records(owner, "careful") == {}
    path = f"/v1/watchlists/careful/proposals/{proposed.json()['proposal_id']}"
    assert (await owner.post(f"{path}/approval", json={})).status_code == 403
    [waiting] = (await second.get("/v1/watchlists/careful/proposals", params={"state": "open"})).json()["items"]
    assert (waiting["note"], waiting["summary"]["added"]) == ("a new case", 1)
    approved = await second.post(f"{path}/approval", json={"note": "seen"})
    assert (approved.status_code, approved.json()["added"]) == (200, 1)
    assert list(await records(owner, "careful")) == ["A"]
    assert (await second.post(f"{path}/approval", json={})).status_code == 409
    assert (await second.post(f"{path}/rejection", json={})).status_code == 409
    [version] = (await owner.get("/v1/watchlists/careful/versions")).json()["items"]
    assert version["approved_by"] not in (None, version["by"])


async def test_single_records_wait_too_and_may_be_rejected(careful: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> None:
    owner, second = careful
    record = {"names": [{"surname": "PERSON", "given_names": "ONE"}]}
    put = await owner.put("/v1/watchlists/careful/records/R1", json=record)
    assert put.status_code == 202
    path = f"/v1/watchlists/careful/proposals/{put.json()['proposal_id']}"
    assert (await second.post(f"{path}/rejection", json={"note": "not enough"})).status_code == 200
    assert await records(owner, "careful") == {}
    again = (await owner.put("/v1/watchlists/careful/records/R1", json=record)).json()["proposal_id"]
    assert (await second.post(f"/v1/watchlists/careful/proposals/{again}/approval", json={})).status_code == 200
    removal = await owner.delete("/v1/watchlists/careful/records/R1")
    assert removal.status_code == 202
    assert list(await records(owner, "careful")) == ["R1"]
    assert (await second.post(f"/v1/watchlists/careful/proposals/{removal.json()['proposal_id']}/approval", json={})).is_success
    assert await records(owner, "careful") == {}
    assert (await second.post("/v1/watchlists/wanted/proposals/nothing/approval", json={})).status_code == 404


async def test_the_database_refuses_a_version_without_a_second_person(
    careful: tuple[httpx.AsyncClient, httpx.AsyncClient], database: Database
) -> None:
    insert = "INSERT INTO list_versions (version, list_id, at, by, summary, approved_by) VALUES (77, 'careful', now(), 'a', '{}', $1)"
    for approver in (None, "a"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.unit_of_work() as work:
                await work.execute(insert, approver)
    async with database.unit_of_work() as work:
        await work.execute(insert, "b")
