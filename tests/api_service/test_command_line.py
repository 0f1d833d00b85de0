"""The command line as its users meet it: what it prints, and how it ends."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api_service.cli import app
from schemas.roles import Role

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "passenger_list.edi"
LIST = "record_id,surname,given_names,aliases,birth_date,document_type,document_number,document_country\n"
TRAVELLERS = "traveller_id,surname,given_names,birth_date,nationality,sex,document_type,document_number,document_country\n"


def run(*arguments: str, standard_input: bytes | None = None, **settings: str):
    return CliRunner(env=settings).invoke(app, list(arguments), input=standard_input)


def test_parse_prints_one_object_a_message():
    done = run("parse", str(EXAMPLE), str(EXAMPLE))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [len(line["manifest"]["travellers"]) for line in lines] == [4, 4]
    assert lines[0]["manifest"]["flight"]["designator"] == "LX100"
    assert lines[0]["findings"] == []


def test_parse_reads_standard_input_and_says_what_it_could_not_read():
    done = run("parse", "-", standard_input=b"this is no interchange")
    (line,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert line["manifest"] is None
    assert line["findings"][0]["severity"] == "error"


def test_parse_names_a_file_that_is_not_there():
    done = run("parse", "no-such-file.edi")
    assert done.exit_code == 2
    assert "no-such-file.edi" in done.stderr


@pytest.fixture
def tables(tmp_path: Path) -> tuple[str, str]:
    watchlist, travellers = tmp_path / "list.csv", tmp_path / "travellers.csv"
    watchlist.write_text(LIST + "R1,QERIMAXHI,BLEDAR ARTUR,,1979-05-17,P,BZ0000001,ALB\nR2,ZOGOLLI,MIRASH,,1960-01-02,,,\n")
    travellers.write_text(
        TRAVELLERS + "T1,BLEDAR,QERIMAXHI ARTUR,1979-05-17,ALB,M,,,\nT2,NOBODY,KNOWN,1990-09-09,ALB,F,P,BZ0000001,ALB\n"
        "T3,SOMEBODY,ELSE,1991-01-01,ITA,F,,,\nT4,BAD,ROW,yesterday,ITA,F,,,\n"
    )
    return str(watchlist), str(travellers)


@pytest.mark.parametrize("oracle", [(), ("--oracle",)])
def test_screen_writes_matches_and_goes_on_after_a_bad_row(tables: tuple[str, str], oracle: tuple[str, ...]):
    done = run("screen", "--watchlist", tables[0], "--travellers", tables[1], *oracle)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {(row["traveller_id"], row["record_id"]) for row in rows} == {("T1", "R1"), ("T2", "R1")}
    assert {row["lanes"] for row in rows} == {"name", "document"}
    assert all(float(row["score"]) > 0 and row["explanation"] for row in rows)
    assert done.exit_code == 1
    assert "line 5" in done.stderr
    assert "travellers/s" in done.stderr


def test_screen_takes_a_threshold_and_a_file(tables: tuple[str, str], tmp_path: Path):
    out = tmp_path / "out.csv"
    run("screen", "--watchlist", tables[0], "--travellers", tables[1], "--out", str(out), "--min-score", "1000")
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [row["lanes"] for row in rows] == ["document"], "an equal document decides alone, whatever the bits"


def test_keys_are_shown_once_listed_and_revoked(database_url: str):
    made = run("keys", "create", "--role", "carrier", "--carrier", "os", KULLA_DATABASE_URL=database_url)
    key = made.stdout.strip()
    assert made.exit_code == 0
    assert key.startswith("kulla_")
    listed = run("keys", "list", KULLA_DATABASE_URL=database_url, COLUMNS="200").stdout
    assert key.split("_")[1] in listed
    assert key.split("_")[2] not in listed
    assert run("keys", "revoke", key.split("_")[1], KULLA_DATABASE_URL=database_url).exit_code == 0
    assert run("keys", "revoke", "nosuchid", KULLA_DATABASE_URL=database_url).exit_code == 2


@pytest.mark.parametrize("role", [Role.CARRIER, Role.OFFICER])
def test_a_key_without_its_scope_is_refused(database_url: str, role: Role):
    done = run("keys", "create", "--role", role.value, KULLA_DATABASE_URL=database_url)
    assert done.exit_code == 2
    assert "needs a" in done.stderr


def test_a_list_is_imported_whole_or_not_at_all(database_url: str, tmp_path: Path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(LIST + "R1,QERIMAXHI,BLEDAR,,1979-05-17,,,\n")
    bad.write_text(LIST + "R2,ZOGOLLI,MIRASH,,1960,,,\nR3,,,,not a date,,,\n")
    done = run("watchlist", "import", "persons", str(good), KULLA_DATABASE_URL=database_url)
    assert done.exit_code == 0
    assert "made the list persons" in done.stdout
    assert "1 added" in done.stdout
    assert run("watchlist", "import", "no such name", str(good), KULLA_DATABASE_URL=database_url).exit_code == 2
    refused = run("watchlist", "import", "persons", str(bad), KULLA_DATABASE_URL=database_url)
    assert refused.exit_code == 1
    assert "row 3" in refused.stderr
    assert "1 unchanged" in run("watchlist", "import", "persons", str(good), KULLA_DATABASE_URL=database_url).stdout


def test_wrong_settings_are_named_in_a_sentence():
    done = run("relay", KULLA_HTTP_PORT="many")
    assert done.exit_code == 2
    assert "KULLA_HTTP_PORT" in done.stderr


def test_production_assumes_nothing():
    done = run("relay", KULLA_MODE="production")
    assert done.exit_code == 2
    assert "KULLA_DATABASE_URL" in done.stderr


def test_the_relay_needs_kafka():
    done = run("relay")
    assert done.exit_code == 2
    assert "KULLA_KAFKA_BOOTSTRAP_SERVERS" in done.stderr
