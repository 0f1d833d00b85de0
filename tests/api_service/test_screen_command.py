"""`kulla screen`: the same answers in the same order from any number of processes, in either form of the tables."""

import csv
import io
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api_service import screening_pool
from api_service.cli import app
from api_service.commands import screening
from api_service.screening_pool import Answer, NumberedRows, Pool, WorkerLostError
from benchmarks.people.files import write_innocents, write_pairs, write_watchlist
from screening import thresholds
from screening.model import MODEL
from screening.offline import OFFLINE_LIST


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An evaluation set: 150 listed persons, 200 queries of which half are listed, 100 innocents."""
    directory = tmp_path_factory.mktemp("tables")
    write_watchlist(directory / "list.csv", 150, 5)
    write_pairs(directory / "pairs.csv", 200, 5, 150)
    write_innocents(directory / "innocents.csv", 100, 5)
    return {name: str(directory / f"{name}.csv") for name in ("list", "pairs", "innocents")}


def run(tables: dict[str, str], *options: str, travellers: str = "pairs"):
    return CliRunner().invoke(app, ["screen", "--watchlist", tables["list"], "--travellers", tables[travellers], *options])


def test_any_number_of_processes_and_the_oracle_answer_alike(tables, monkeypatch):
    monkeypatch.setattr(screening_pool, "CHUNK_ROWS", 7)
    monkeypatch.setattr(screening_pool, "CHUNKS_WAITING_MAX", 2)
    answers = [run(tables, "--processes", number).stdout for number in ("1", "2", "3")]
    answers.append(run(tables, "--oracle", "--processes", "2").stdout)
    rows = list(csv.DictReader(io.StringIO(answers[0])))
    assert len(rows) > 50
    assert answers == [answers[0]] * 4
    order = [(int(row["traveller_id"]), int(row["record_id"].removeprefix("SYN-"))) for row in rows]
    assert order == sorted(order), "by traveller, then by record"


def test_a_long_list_is_read_by_several_processes(tables, monkeypatch):
    read_here = run(tables, "--processes", "2").stdout
    monkeypatch.setattr(screening, "_SHORT_LIST_BYTES", 0)
    monkeypatch.setattr(screening, "_CHUNK_RECORDS", 7)
    assert run(tables, "--processes", "3").stdout == read_here


def test_a_long_list_has_the_threshold_that_the_service_gives_it(tables, monkeypatch):
    monkeypatch.setattr(thresholds, "RECORDS_OF_DEFAULT", 40)  # so that 150 records are a long list
    bits = thresholds.default_bits(OFFLINE_LIST, 150, MODEL)
    assert bits > MODEL.threshold(OFFLINE_LIST)
    by_length = run(tables)
    assert f"threshold {bits:g} bits" in by_length.stderr
    assert by_length.stdout == run(tables, "--min-score", str(bits)).stdout
    assert by_length.stdout == run(tables, "--oracle").stdout
    assert by_length.stdout != run(tables, "--min-score", str(MODEL.threshold(OFFLINE_LIST))).stdout


def test_innocents_have_the_number_of_their_row(tables):
    done = run(tables, "--min-score", "-100", "--processes", "1", travellers="innocents")
    assert done.exit_code == 0
    numbers = [int(row["traveller_id"]) for row in csv.DictReader(io.StringIO(done.stdout))]
    assert numbers
    assert set(numbers) <= set(range(1, 101))


def test_bad_rows_of_the_list_are_named_and_left_out(tables, tmp_path):
    listed = Path(tables["list"]).read_text().splitlines()
    bad = tmp_path / "list.csv"
    bad.write_text("\n".join([listed[0], "SYN-X,NAME,,,,yesterday,,,", "SYN-Y,NAME,,,,,,,AB1234", *listed[1:]]) + "\n")
    done = run({**tables, "list": str(bad)})
    assert done.exit_code == 1
    assert done.stdout == run(tables).stdout
    assert "line 2: The column birth_date" in done.stderr
    assert "line 3: The column documents must hold TYPE:NUMBER:ISSUER." in done.stderr


@pytest.mark.parametrize("content", ["name,born\nX,1970\n", "", "traveller_id\n\xff\n"])
def test_tables_of_another_kind_are_refused_in_a_sentence(tables, tmp_path, content):
    other = tmp_path / "other.csv"
    other.write_bytes(content.encode("latin-1"))
    done = run({**tables, "other": str(other)}, travellers="other")
    assert done.exit_code == 2
    assert "traveller_id" in done.stderr or "not CSV" in done.stderr


def test_a_process_that_dies_is_told(monkeypatch):
    with Pool(lambda chunk: os._exit(3), 2) as pool, pytest.raises(WorkerLostError):
        list(pool.answers(iter([NumberedRows(1, [1], [{}])])))


def test_chunks_wait_for_their_turn_and_no_more_than_the_bound(monkeypatch):
    monkeypatch.setattr(screening_pool, "CHUNKS_WAITING_MAX", 3)
    taken = []

    def chunks():
        for number in range(30):
            taken.append(number)
            yield NumberedRows(number, [], [])

    with Pool(lambda chunk: Answer(travellers=chunk.first), 2) as pool:
        for written, answer in enumerate(pool.answers(chunks())):
            assert answer.travellers == written
            assert len(taken) <= written + 3
    assert len(taken) == 30
