"""`kulla explain`: an alert of the running service, worked out again from what the database keeps."""

import asyncio
from typing import Any

from typer.testing import CliRunner

from api_service.cli import app
from storage.database import Database
from tests.screened_flights import ARTA, alerts_of, put_records, screen_waiting, send_flight


async def explained(alert_id: str, database_url: str) -> Any:
    environment = {"KULLA_DATABASE_URL": database_url}
    return await asyncio.to_thread(CliRunner(env=environment).invoke, app, ["explain", alert_id])


async def test_an_alert_is_explained_long_after_its_record_has_changed(
    service: Any, database: Database, database_url: str
) -> None:
    await put_records(service)
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    [alert] = await alerts_of(service)
    await put_records(service, [ARTA | {"sex": "M"}])
    namesakes = [{"record_id": f"N{number}", "names": [{"surname": "BERISHA", "given_names": "AGIM"}]} for number in range(9)]
    await put_records(service, namesakes)
    await screen_waiting(database, service.context.clock)
    done = await explained(alert["alert_id"], database_url)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "reproduced"
    assert "version 1; matcher" in done.stdout
    for piece in alert["evidence"]:
        assert f"{piece['weight']:+8.3f}  {piece['feature']}: {piece['explanation']}" in done.stdout
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'alert.explain'") == 1


async def test_what_is_not_kept_is_said(service: Any, database: Database, database_url: str) -> None:
    await put_records(service)
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    [alert] = await alerts_of(service)
    async with database.unit_of_work() as work:
        await work.execute("TRUNCATE rarities")
    done = await explained(alert["alert_id"], database_url)
    assert done.exit_code == 1
    assert "not reproduced: The rarity" in done.stdout
    assert (await explained("alr_unknown", database_url)).exit_code == 2


async def test_the_other_records_of_the_person_are_explained_too(service: Any, database: Database, database_url: str) -> None:
    await put_records(service)
    returns = {"list_id": "returns", "kind": "readmission", "title": "Readmission"}
    await put_records(service, [ARTA | {"documents": [], "readmission": {"case_kind": "transit"}}], returns)
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    [alert] = await alerts_of(service)
    [other] = alert["other_records"]
    done = await explained(alert["alert_id"], database_url)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines().count("reproduced") == 2
    assert f"record {other['list_id']}/R1, version 1" in done.stdout
    assert f"  {other['score']:+8.3f}  in all" in done.stdout
