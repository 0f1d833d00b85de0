"""A flight through HTTP: in whatever order its messages come, the same travellers, versions and alerts."""

from datetime import UTC, datetime

import httpx
import pytest

from schemas.identifiers import flight_id
from schemas.roles import Role
from screening.worker import Worker, WorkerSettings, lists_in_memory
from storage.database import Database
from storage.ledger import PostgresLedger
from storage.list_source import PostgresListSource
from storage.outbox_stream import OutboxStream

EDIFACT = {"Content-Type": "application/edifact"}
KEY = "OR260-AMS-2026-03-01"
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def person(surname, given, born, *, abo=None, booking=None, document=None):
    return [
        f"NAD+FL+++{surname}:{given}",
        "ATT+2++F",
        f"DTM+329:{born}",
        "NAT+2+ALB",
        *([f"RFF+AVF:{booking}"] if booking else []),
        *([f"RFF+ABO:{abo}"] if abo else []),
        *([f"DOC+P:110:111+{document}", "LOC+91+ALB"] if document else []),
    ]


def entry(abo=None, booking=None):
    return ["NAD+ZZZ", *([f"RFF+AVF:{booking}"] if booking else []), *([f"RFF+ABO:{abo}"] if abo else [])]


def message(minute, function, *people, mark="", key_date="260301"):
    """An interchange prepared at 08:`minute`. All parts share their references, as some senders have it."""
    lines = [line for one in people for line in one]
    body = [
        f"UNH+1+PAXLST:D:12B:UN:IATA+OR260/260301/1100+{mark}",
        f"BGM+{function}",
        "TDT+20+OR260+++OR",
        "LOC+125+AMS",
        f"DTM+189:{key_date}1100:201",
        "LOC+87+TIA",
        f"DTM+232:{key_date}1355:201",
        *lines,
    ]
    head = f"UNB+UNOA:4+CARRIER:ZZ+KULLA:ZZ+260301:08{minute:02}+REF1++APIS"
    return "".join(f"{line}'" for line in [head, *body, f"UNT+{len(body) + 1}+1", "UNZ+1+REF1"]).encode()


ARTA = person("BERISHA", "ARTA", "800101", abo="A1", booking="FAM", document="BA1000001")
DRITA = person("KRASHTAJ", "DRITA", "810417", abo="D1", booking="FAM", document="BA1234567")
EVA = person("KRASHTAJ", "EVA", "900202", booking="SOLO", document="BA1000003")
CORRECTED = person("KRASHTAJ", "EVE", "900202", booking="SOLO", document="BA1000003")
LUCA = person("ROSSI", "LUCA", "700303", abo="L1", document="YA1000004")

MESSAGES = {
    "first part": message(1, "745", ARTA, DRITA, mark="01:C"),
    "last part": message(1, "745", EVA, LUCA, mark="02:F"),
    "correction": message(10, "745+CP", CORRECTED),
    "cancellation": message(20, "745+XR", entry(abo="L1")),
    "closure": message(40, "266+CLOB", entry(booking="FAM"), entry(booking="FAM"), mark="01:F"),
}
ORDERS = [list(MESSAGES), list(MESSAGES)[::-1], ["closure", "correction", "last part", "cancellation", "first part", "closure"]]
STATUSES = {"ARTA": "boarded", "DRITA": "boarded", "EVE": "not_boarded", "LUCA": "cancelled"}


@pytest.fixture
async def analyst(service):
    async with service.client(await service.key(Role.ANALYST)) as client:
        yield client


async def listed(service):
    """A list with Drita and both spellings of Eva on it."""
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        made = await owner.post(
            "/v1/watchlists",
            json={
                "list_id": "wanted",
                "kind": "person",
                "title": "W",
                "authority": "A",
                "legal_basis": "B",
                "severity": "medium",
            },
        )
        assert made.status_code in (200, 201), made.text
        people = [("R1", "DRITA", "1981-04-17", "BA1234567"), ("R2", "EVA", "1990-02-02", "BA1000003")]
        people.append(("R3", "LUCA", "1970-03-03", "YA1000004"))
        for record_id, given, born, document in people:
            record = {
                "record_id": record_id,
                "category": "wanted",
                "action": "refer_second_line",
                "names": [{"surname": "KRASHTAJ" if record_id != "R3" else "ROSSI", "given_names": given}],
                "birth_dates": [born],
                "documents": [{"type": "P", "number": document, "issuing_country": "ALB"}],
            }
            put = await owner.put(f"/v1/watchlists/wanted/records/{record_id}", json=record)
            assert put.status_code in (200, 201), put.text


async def screen(database: Database) -> None:
    """Everything in the outbox, by a screener that has just started."""
    ledger = PostgresLedger(database, "screener:outbox", lambda: NOW)
    stream = OutboxStream(database, "screener:outbox")
    worker = Worker(
        stream,
        lists_in_memory(PostgresListSource(database)),
        ledger,
        WorkerSettings(wait_seconds=0.05, events_max=2),
        lambda: NOW,
    )
    taken = stream.next_batch

    async def until_empty(*arguments):
        batch = await taken(*arguments)
        if not batch:
            worker.stop()
        return batch

    stream.next_batch = until_empty  # type: ignore[method-assign]  # one method of this one stream is watched
    await worker.run()


async def send(carrier: httpx.AsyncClient, what: str) -> dict:
    answer = await carrier.post("/v1/manifests", content=MESSAGES[what], headers=EDIFACT)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()


@pytest.mark.parametrize("order", ORDERS)
async def test_any_order_ends_in_the_same_flight_and_the_same_alerts(order, service, carrier, analyst, database):
    await listed(service)
    for what in order:
        await send(carrier, what)
        await screen(database)
    flight = (await analyst.get(f"/v1/flights/{KEY}")).json()
    assert {one["traveller"]["given_names"]: one["status"] for one in flight["travellers"]} == STATUSES
    eva = next(one for one in flight["travellers"] if one["traveller"]["given_names"] == "EVE")
    assert [(one["version"], one["status"], one["traveller"]["given_names"]) for one in eva["versions"]] == [
        (1, "reported", "EVA"),
        (2, "not_boarded", "EVE"),
    ]
    lists = next(one for one in flight["reports"] if one["function"] == "passenger_list")
    assert (lists["parts"], lists["complete"], lists["missing_parts"]) == ([1, 2], True, [])
    assert [one["function"] for one in flight["messages"]][-1] == "flight_close_on_board"
    alerts = (await analyst.get("/v1/alerts", params={"state": "new"})).json()["items"]
    assert [(one["record"]["record_id"], one["traveller"]["given_names"]) for one in alerts] == [("R1", "DRITA")]
    drita = next(one for one in flight["travellers"] if one["traveller"]["given_names"] == "DRITA")
    assert alerts[0]["traveller"]["version_id"] == drita["versions"][-1]["version_id"]


async def test_alerts_follow_the_flight_step_by_step(service, carrier, analyst, database):
    await listed(service)
    seen = []
    for what in MESSAGES:
        await send(carrier, what)
        await screen(database)
        alerts = (await analyst.get("/v1/alerts", params={"sort": "created_at"})).json()["items"]
        seen.append(sorted((one["record"]["record_id"], one["traveller"]["given_names"], one["state"]) for one in alerts))
    assert seen[0] == [("R1", "DRITA", "new")]
    assert seen[1] == [("R1", "DRITA", "new"), ("R2", "EVA", "new"), ("R3", "LUCA", "new")]
    assert ("R2", "EVA", "superseded") in seen[2]
    assert ("R2", "EVE", "new") in seen[2]
    assert ("R3", "LUCA", "withdrawn") in seen[3]
    assert ("R2", "EVE", "withdrawn") in seen[4]
    assert ("R1", "DRITA", "new") in seen[4]


async def test_a_list_change_screens_each_traveller_as_now_described(service, carrier, analyst, database):
    for what in ("first part", "last part", "correction", "cancellation"):
        await send(carrier, what)
    await screen(database)
    await listed(service)
    await screen(database)
    alerts = (await analyst.get("/v1/alerts")).json()["items"]
    found = sorted((one["record"]["record_id"], one["traveller"]["given_names"], one["state"]) for one in alerts)
    assert found == [("R1", "DRITA", "new"), ("R2", "EVE", "new")]


async def test_a_submission_says_what_became_of_its_messages_and_nothing_of_screening(service, carrier, database):
    await listed(service)
    receipts = {what: await send(carrier, what) for what in ("last part", "correction")}
    await screen(database)

    async def became(what):
        known = (await carrier.get(f"/v1/submissions/{receipts[what]['submission_id']}")).json()
        assert not {"alerts", "screened", "match"} & set(known["messages"][0])
        return known["messages"][0]["became"]

    assert [await became(one) for one in receipts] == ["received", "received"]
    alone = await carrier.post("/v1/manifests", content=message(12, "745+CP", CORRECTED), headers=EDIFACT)
    assert alone.status_code == 202
    assert [await became(one) for one in receipts] == ["received", "superseded"]
    receipts["first part"] = await send(carrier, "first part")
    receipts["closure"] = await send(carrier, "closure")
    assert await became("first part") == "complete_at_closure"
    assert await became("closure") == "complete_at_closure"
    refused = await carrier.post("/v1/manifests", content=b"UNB+UNOA:4+A+B+260301:0830+1'UNZ+0+1'", headers=EDIFACT)
    if refused.status_code == 422 and refused.json()["messages"]:
        known = await carrier.get(f"/v1/submissions/{refused.json()['submission_id']}")
        assert {one["became"] for one in known.json()["messages"]} == {"rejected"}


async def test_who_looks_is_in_the_audit_trail_and_who_may_not_is_refused(service, carrier, analyst, database):
    await send(carrier, "first part")
    shown = (await analyst.get(f"/v1/flights/{flight_id(KEY)}")).json()
    await analyst.get("/v1/flights", params={"port": "TIA"})
    async with database.reading() as work:
        rows = await work.fetch("SELECT action, subject_id, details FROM audit WHERE subject_kind = 'flight' ORDER BY position")
    assert [(row["action"], row["subject_id"]) for row in rows] == [("flight.view", flight_id(KEY)), ("flight.list", "*")]
    assert all(one["traveller_id"] in rows[0]["details"] for one in shown["travellers"])
    for role in (Role.OFFICER, Role.CARRIER, Role.OPERATOR, Role.AUDITOR, Role.LIST_OWNER):
        async with service.client(await service.key(role)) as other:
            assert (await other.get(f"/v1/flights/{KEY}")).status_code == 403
            assert (await other.get("/v1/flights")).status_code == 403
    async with service.client(await service.key(Role.SUPERVISOR)) as supervisor:
        assert (await supervisor.get(f"/v1/flights/{KEY}")).status_code == 200
    assert (await analyst.get("/v1/flights/XX1-AMS-2026-03-01")).status_code == 404


async def test_flights_are_listed_by_arrival_page_by_page(service, carrier, analyst):
    for day in ("260301", "260302", "260303"):
        sent = await carrier.post("/v1/manifests", content=message(1, "745", ARTA, key_date=day), headers=EDIFACT)
        assert sent.status_code == 202, sent.text
    first = (await analyst.get("/v1/flights", params={"port": "TIA", "limit": 2})).json()
    assert [one["flight_key"] for one in first["items"]] == [KEY, "OR260-AMS-2026-03-02"]
    assert (first["items"][0]["messages"], first["items"][0]["open_alerts"]) == (1, 0)
    rest = (await analyst.get("/v1/flights", params={"port": "TIA", "limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["flight_key"] for one in rest["items"]] == ["OR260-AMS-2026-03-03"]
    assert rest["next_cursor"] is None
    assert (await analyst.get("/v1/flights", params={"port": "CDG"})).json()["items"] == []
    window = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    assert len((await analyst.get("/v1/flights", params=window)).json()["items"]) == 1
    assert (await analyst.get("/v1/flights", params={"cursor": "bm9uZQ"})).status_code == 422
    assert (await analyst.get("/v1/flights", params={"prot": "TIA"})).status_code == 422
