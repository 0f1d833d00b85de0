"""Tables over HTTP: the template is downloaded, filled in, validated and submitted."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from api_service.cli import app
from parsers.table import template_csv, template_xlsx
from storage.database import Database

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATES = [("/v1/manifests/template.csv", "text/csv"), ("/v1/manifests/template.xlsx", XLSX)]


@pytest.mark.parametrize(("path", "media_type"), TEMPLATES)
async def test_the_template_comes_without_a_key_and_goes_back_without_findings(
    service: Any, carrier: httpx.AsyncClient, path: str, media_type: str
) -> None:
    async with service.client() as anybody:
        template = await anybody.get(path)
    assert template.status_code == 200
    assert template.headers["content-type"].split(";")[0] == media_type
    assert "attachment" in template.headers["content-disposition"]
    for endpoint, status in (("/v1/manifests/validate", 200), ("/v1/manifests", 202), ("/v1/manifests", 200)):
        answer = await carrier.post(endpoint, content=template.content, headers={"Content-Type": media_type})
        assert answer.status_code == status, answer.text
        [message] = answer.json()["messages"]
        assert (message["status"], message["travellers"], message["findings"]) == ("accepted", 3, [])
        assert message["flight"]["flight_key"] == "OR260-AMS-2026-03-01"


async def test_what_was_sent_is_stored_and_published(carrier: httpx.AsyncClient, database: Database) -> None:
    answer = await carrier.post("/v1/manifests", content=template_xlsx(), headers={"Content-Type": XLSX})
    assert answer.status_code == 202
    async with database.reading() as work:
        assert await work.fetchval("SELECT raw FROM submissions") == template_xlsx()
        assert await work.fetchval("SELECT media_type FROM submissions") == XLSX
        assert await work.fetchval("SELECT count(*) FROM manifest_outbox") == 1


async def test_findings_name_row_and_column(carrier: httpx.AsyncClient) -> None:
    table = template_csv().replace(b"1968-02-23", b"1968-02-31")
    answer = await carrier.post("/v1/manifests", content=table, headers={"Content-Type": "text/csv; charset=utf-8"})
    [finding] = answer.json()["messages"][0]["findings"]
    assert finding["code"] == "birth_date_invalid"
    assert (finding["location"]["row"], finding["location"]["column"]) == (17, "E")
    assert "YYYY-MM-DD" in finding["remedy"]
    assert "1968" not in answer.text


async def test_a_table_of_nothing_is_unusable(carrier: httpx.AsyncClient) -> None:
    answer = await carrier.post("/v1/manifests", content=b"hello", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 422
    assert answer.json()["messages"][0]["findings"][0]["code"] == "table_header_missing"


async def test_another_carriers_table_is_refused(carrier: httpx.AsyncClient) -> None:
    table = template_csv().replace(b"Carrier,OR", b"Carrier,ZZ")
    answer = await carrier.post("/v1/manifests", content=table, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 403


@pytest.mark.parametrize("data", [template_csv(), template_xlsx()], ids=["csv", "xlsx"])
def test_the_command_line_parses_tables_too(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "list").write_bytes(data)
    done = CliRunner().invoke(app, ["parse", str(tmp_path / "list")])
    assert done.exit_code == 0
    [line] = done.stdout.splitlines()
    assert [person["surname"] for person in json.loads(line)["manifest"]["travellers"]] == [
        "TESTERI",
        "DE EXAMPLE",
        "MUSTERFRAU",
    ]
