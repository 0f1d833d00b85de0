"""The template: what it shows as an example is read without a finding, in every form it may come back in."""

import csv
import io

import openpyxl
import pytest
from table_text import read_one

from parsers.manifest_json import read_manifest_json
from parsers.table import read_manifest_table, template_csv, template_xlsx
from parsers.table.columns import column_of, head_field
from parsers.table.template import COLUMNS, HEAD, lists


@pytest.mark.parametrize("data", [template_csv(), template_xlsx()], ids=["csv", "xlsx"])
def test_the_example_reads_without_findings(data: bytes) -> None:
    message = read_one(data)
    assert message.findings == ()
    assert message.manifest is not None
    assert message.manifest.flight.flight_key == "OR260-AMS-2026-03-01"
    assert str(message.manifest.flight.scheduled_departure) == "2026-03-01 10:10:00+01:00"
    assert message.manifest.declared_travellers == 3
    assert message.manifest.reporting_party is not None
    assert [person.surname for person in message.manifest.travellers] == ["TESTERI", "DE EXAMPLE", "MUSTERFRAU"]
    assert message.manifest.travellers[0].documents[0].number == "BA0012345"
    assert message.manifest.travellers[2].kind == "transit"


def test_both_forms_say_the_same() -> None:
    one, two = (read_one(data).manifest for data in (template_csv(), template_xlsx()))
    assert one is not None
    assert two is not None
    assert one.model_copy(update={"manifest_id": ""}) == two.model_copy(update={"manifest_id": ""})


def test_the_template_says_the_same_as_json() -> None:
    manifest = read_one(template_csv()).manifest
    assert manifest is not None
    [again] = read_manifest_json(manifest.model_dump_json().encode())
    assert again.manifest is not None
    assert again.manifest.travellers == manifest.travellers
    assert again.manifest.flight == manifest.flight


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_example_in_every_dress(delimiter: str, encoding: str) -> None:
    rows = list(csv.reader(io.StringIO(template_csv().decode("utf-8-sig"))))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    assert read_one(text.getvalue().encode(encoding)).findings == ()


def test_another_program_reads_it_and_writes_it_back() -> None:
    """openpyxl stands for the spreadsheet programs of this world."""
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx()))
    assert book.sheetnames == ["Manifest", "Instructions", "Lists"]
    assert len(book["Manifest"].data_validations.dataValidation) > 5
    assert book["Manifest"]["A1"].value == "Message"
    saved = io.BytesIO()
    book.save(saved)
    message = read_one(saved.getvalue())
    assert message.findings == ()
    assert message.manifest is not None
    assert len(message.manifest.travellers) == 3


def test_every_name_in_the_template_is_known() -> None:
    assert all(column_of(line.name) is not None for line in COLUMNS)
    assert all(head_field(line.name) is not None for line in HEAD)
    assert {line.choices for line in (*HEAD, *COLUMNS)} - {""} == set(lists())


def test_what_the_lists_offer_is_understood() -> None:
    head = "flight,OR260\nfrom,AMS\nto,TIA\ndeparture,2026-03-01 10:10\narrival,2026-03-01 12:40\n"
    names = "surname,birth date,document number,document country,kind,sex,document type,nationality\n"
    for kind in lists()["kind"]:
        for sex in lists()["sex"]:
            for document in lists()["document_type"]:
                row = f"HOXHA,1968-02-23,BA1,ALB,{kind},{sex},{document},ALB\n"
                assert read_one((head + names + row).encode()).findings == ()
    for country in lists()["country"]:
        assert read_one((head + names + f"HOXHA,1968-02-23,BA1,ALB,crew,M,P,{country}\n").encode()).findings == ()


def test_the_template_never_changes_by_itself() -> None:
    assert template_xlsx() == template_xlsx.__wrapped__()
    assert list(read_manifest_table(template_xlsx())) == list(read_manifest_table(template_xlsx()))
