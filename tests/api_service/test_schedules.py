"""Schedules: imported by operators, held against what was received at ports and by carriers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import ssim_records as ssim
from interchanges import Sent, interchange
from typer.testing import CliRunner

from api_service.cli import app
from schemas.roles import Role
from storage.database import Database

HEADER = "carrier,flight_number,departure_port,arrival_port,departure_time,arrival_time,first_day,last_day"
EDIFACT = {"Content-Type": "application/edifact"}


def table(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


DAY = table(
    "OR,260,AMS,TIA,11:00,13:55,2026-03-01,2026-03-01",
    "OR,261,AMS,TIA,10:10,13:05,2026-03-01,2026-03-01",
    "OR,262,AMS,TIA,09:30,12:25,2026-03-01,2026-03-01",
    "OR,263,AMS,TIA,19:30,22:25,2026-03-01,2026-03-01",
    "OR,264,AMS,RTM,09:30,12:25,2026-03-01,2026-03-01",
)


async def load(client: httpx.AsyncClient, body: bytes, **query: str) -> dict[str, Any]:
    answer = await client.post("/v1/schedules/imports", content=body, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_import_replaces_the_carriers_of_the_file_and_no_other(
    operator: httpx.AsyncClient, database: Database
) -> None:
    first = await load(operator, DAY)
    assert (first["carriers"], first["legs"], first["rejected"]) == ({"OR": 5}, 5, 0)
    other = await load(
        operator, ssim.file(ssim.leg(), ssim.leg(at6="XXXX"), ssim.leg(at6=" 842"), ssim.segment("050")), format="ssim"
    )
    assert (other["carriers"], other["duplicates"], other["rejected"]) == ({"OS": 1}, 1, 1)
    assert other["errors"] == [{"row": 4, "message": "The flight number is not one to four digits."}]
    again = await load(operator, table("OR,260,AMS,TIA,11:00,13:55,2026-03-01,2026-03-01"))
    assert again["carriers"] == {"OR": 1}
    listed = {row["carrier"]: row for row in (await operator.get("/v1/schedules")).json()["items"]}
    assert {carrier: (row["legs"], row["format"]) for carrier, row in listed.items()} == {"OR": (1, "csv"), "OS": (1, "ssim")}
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM schedule_legs") == 2
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'schedule.imported'") == 3


async def test_a_file_without_a_leg_changes_nothing(operator: httpx.AsyncClient) -> None:
    await load(operator, DAY)
    answer = await operator.post("/v1/schedules/imports", content=b"nothing")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["row"] == 1
    assert (await operator.get("/v1/schedules")).json()["items"][0]["legs"] == 5


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.OPERATOR, 200),
        (Role.SUPERVISOR, 200),
        (Role.ANALYST, 403),
        (Role.CARRIER, 403),
        (Role.OFFICER, 403),
        (Role.AUDITOR, 403),
    ],
)
async def test_who_may_import(service: Any, role: Role, status: int) -> None:
    async with service.client(await service.key(role)) as client:
        assert (await client.post("/v1/schedules/imports", content=DAY)).status_code == status


async def board(service: Any, port: str = "TIA") -> dict[str, dict[str, Any]]:
    async with service.client(await service.key(Role.OFFICER, port=port)) as officer:
        answer = await officer.get(f"/v1/ports/{port}/arrivals")
    assert answer.status_code == 200, answer.text
    return {row["flight_key"]: row for row in answer.json()["items"]}


async def test_arrivals_received_expected_late_and_missing(make_service: Any) -> None:
    """It is 10:00 in Amsterdam; lists are due 30 minutes before departure."""
    service = make_service(manifest_due_minutes=30)
    async with service.client(await service.key(Role.OPERATOR)) as operator:
        await load(operator, DAY)
    async with service.client(await service.key(Role.CARRIER)) as carrier:
        await carrier.post("/v1/manifests", content=interchange(Sent("OR260")), headers=EDIFACT)
        await carrier.post("/v1/manifests", content=interchange(Sent("OR300")), headers=EDIFACT)
    rows = await board(service)
    assert {key[:5]: (row["manifest"], row["scheduled"]) for key, row in rows.items()} == {
        "OR260": ("received", True),
        "OR261": ("late", True),
        "OR262": ("missing", True),
        "OR263": ("expected", True),
        "OR300": ("received", False),
    }
    arrivals = [datetime.fromisoformat(row["scheduled_arrival"]) for row in rows.values()]
    assert arrivals == sorted(arrivals)
    missing = rows["OR262-AMS-2026-03-01"]
    assert (missing["manifests"], missing["open_alerts"], missing["first_received_at"]) == (0, 0, None)


async def test_a_crew_list_alone_is_no_passenger_list(make_service: Any) -> None:
    service = make_service()
    async with service.client(await service.key(Role.CARRIER)) as carrier:
        crew = interchange(Sent("OR262", departure="2603010930")).replace(b"BGM+745", b"BGM+250").replace(b"NAD+FL", b"NAD+FM")
        await carrier.post("/v1/manifests", content=crew, headers=EDIFACT)
    [row] = (await board(service)).values()
    assert (row["manifests"], row["passenger_lists"], row["manifest"]) == (1, 0, "missing")


async def test_the_quality_of_a_carrier_counts_what_is_missing(make_service: Any) -> None:
    service = make_service(clock=lambda: datetime(2026, 3, 1, 10, 30, tzinfo=UTC), manifest_due_minutes=30)
    async with service.client(await service.key(Role.OPERATOR)) as operator:
        await load(operator, DAY)
        async with service.client(await service.key(Role.CARRIER)) as carrier:
            await carrier.post("/v1/manifests", content=interchange(Sent("OR260")), headers=EDIFACT)
            cancelled = interchange(Sent("OR262", departure="2603010930", travellers=0), reference="X1")
            cancelled = (
                cancelled.replace(b"BGM+745", b"BGM+266+XF").replace(b"CNT+42:0'\r\n", b"").replace(b"UNT+11", b"UNT+10")
            )
            await carrier.post("/v1/manifests", content=cancelled, headers=EDIFACT)
        answer = await operator.get(
            "/v1/carriers/OR/quality", params={"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
        )
    found = answer.json()["timeliness"]["schedule"]
    assert found["reported"] == {"numerator": 2, "denominator": 3, "share": 0.6667}
    assert found["missing"]["numerator"] == 1


def test_the_command_imports_and_reports(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KULLA_DATABASE_URL", database_url)
    file = tmp_path / "season.ssim"
    file.write_bytes(ssim.file(ssim.leg(), ssim.leg(at37="V1E")))
    done = CliRunner().invoke(app, ["schedule", "import", str(file)])
    assert done.exit_code == 0, done.output
    assert "1 legs (OS 1), 0 duplicates left out, 1 lines not used" in done.output
    assert "line 4: The departure port is not three letters." in done.output
    file.write_bytes(b"nothing\n")
    assert CliRunner().invoke(app, ["schedule", "import", str(file), "--format", "csv"]).exit_code == 1
