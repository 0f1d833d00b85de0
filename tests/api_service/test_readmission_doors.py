"""Readmission over HTTP: words and clocks by kind of case, and at every door the silence about who goes home of their own will."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api_service.cli import app
from api_service.wording import CASES, NEVER_SAID
from schemas.roles import Role
from schemas.watchlist import CaseKind
from storage.database import Database
from tests.interchanges import Sent, interchange
from tests.screened_flights import ARTA, alerts_of, put_records, screen_waiting, send_flight

RETURNS = {"list_id": "returns", "kind": "readmission", "title": "Readmission"}
BAN = {"entry_ban_from": "2026-01-01", "entry_ban_to": "2027-01-01"}
WORDS = {
    "own_national": ("comes home", "comes home"),
    "third_country_national": ("national of another country", "national of another country"),
    "stateless": ("stateless", "stateless"),
    "transit": ("passes through", "passes through"),
    "entry_ban": ("from 2026-01-01 to 2027-01-01", "from 2026-01-01 to 2027-01-01"),
}
SILENT = [
    {"case_kind": "assisted_voluntary_return"},
    {"case_kind": "assisted_voluntary_return", "decision": "accepted"},
    {"case_kind": "third_country_national", "suspended": True},
    {"case_kind": "own_national", "decision": "appealed"},
    {"case_kind": "transit", "decision": " Suspended "},
]
LOUD = {"case_kind": "third_country_national", "decision": "accepted"}


def case(**told: Any) -> dict[str, Any]:
    return ARTA | {"readmission": {"agreement": "EU-ALB 2005", "request_date": "2026-02-20"} | told}


@pytest.mark.parametrize("kind", WORDS)
async def test_each_kind_of_case_has_its_words_for_analysts_and_for_officers(
    service: Any, database: Database, kind: str
) -> None:
    await put_records(service, [case(case_kind=kind, **(BAN if kind == "entry_ban" else {}))], RETURNS)
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    [alert] = await alerts_of(service)
    assert "readmission" in alert["lanes"]
    analysts, officers = WORDS[kind]
    last = alert["evidence"][-1]
    assert (last["feature"], last["outcome"], last["weight"], last["score"]) == ("readmission_case", kind, 0, 0)
    assert analysts in last["explanation"]
    assert sum(piece["weight"] for piece in alert["evidence"]) == alert["score"]
    async with service.client(await service.key(Role.OFFICER, port="TIA")) as officer:
        [item] = (await officer.get("/v1/ports/TIA/alerts")).json()["items"]
    assert officers in item["instruction"]
    assert "second line" in item["instruction"], "what to do comes behind what it is"
    assert "readmission" not in item["record"], "the case itself is not for officers"


@pytest.mark.parametrize("kind", CaseKind)
def test_no_sentence_accuses_anybody(kind: CaseKind) -> None:
    from schemas.watchlist import ReadmissionCase, Record
    from screening.case_evidence import case_evidence

    [told] = case_evidence(Record(record_id="r", readmission=ReadmissionCase(case_kind=kind)))
    for sentence in (CASES[kind].lower(), told.explanation.lower()):
        assert not any(word in sentence.split() or f"{word}s" in sentence.split() for word in NEVER_SAID)


async def test_the_clock_is_shown_on_the_alert_and_on_the_record(service: Any, database: Database) -> None:
    """The service's clock stands on 1 March 2026."""
    await put_records(service, [case(case_kind="own_national")], RETURNS)
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    expected = {"state": "running", "request_date": "2026-02-20", "answer_days": 14, "answer_due_on": "2026-03-06"}
    expected |= {"answer_days_left": 5, "transfer_latest_on": "2026-06-04", "agreement_known": True}
    [alert] = await alerts_of(service)
    async with service.client(await service.key(Role.ANALYST)) as analyst:
        path = f"/v1/alerts/{alert['alert_id']}"
        one = (await analyst.get(path)).json()
        command = {"json": {"decision": "start_review"}, "headers": {"If-Match": '"1"'}}
        decided = (await analyst.post(f"{path}/decisions", **command)).json()
        asked = {
            "purpose": "readmission",
            "traveller": {"surname": "BERISHA", "given_names": "ARTA", "birth_date": "1970-01-10"},
        }
        found = (await analyst.post("/v1/match", json=asked)).json()["items"][0]["matches"][0]
        record = (await analyst.get("/v1/watchlists/returns/records/R1")).json()
    for shown in (alert["record"], one["record"], decided["record"], found["record"], record):
        assert expected.items() <= shown["readmission_clock"].items()
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        again = await owner.put("/v1/watchlists/returns/records/R1", json=record)
        assert (again.status_code, again.json()["record_version"]) == (200, 1), "what was read can be put back"
        late = await owner.put(
            "/v1/watchlists/returns/records/R2",
            json=case(case_kind="stateless", request_date="2026-01-01") | {"record_id": "R2"},
        )
        assert late.json()["readmission_clock"]["state"] == "expired"


async def test_an_unknown_agreement_is_a_warning_and_no_refusal(service: Any) -> None:
    await put_records(service, [], RETURNS)
    table = (
        "record_id,surname,given_names,case_kind,agreement\n"
        "R1,BERISHA,ARTA,own_national,EU-ALB 2005\nR2,HOXHA,ILIR,own_national,NOWHERE 1\nR3,GASHI,ANA,transit,\n"
        "R4,LEKA,ANA,entry_ban,\n"
    )
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        done = await owner.post("/v1/watchlists/returns/imports", params={"format": "csv"}, content=table.encode())
        found = (await owner.get("/v1/watchlists/returns/records/R2")).json()["readmission_clock"]
    assert (done.status_code, done.json()["added"], done.json()["warned"]) == (200, 4, 2)
    assert [warning["row"] for warning in done.json()["warnings"]] == [3, 4]
    assert "not configured" in done.json()["warnings"][0]["message"]
    assert (found["agreement_known"], found["answer_days"]) == (False, 14)


@pytest.mark.parametrize(("told", "matched"), [*((one, 0) for one in SILENT), (LOUD, 1)])
async def test_match_says_nothing_of_them(service: Any, told: dict[str, Any], matched: int) -> None:
    await put_records(service, [case(**told)], RETURNS)
    asked = {"surname": "BERISHA", "given_names": "ARTA", "birth_date": "1970-01-10", "documents": ARTA["documents"]}
    async with service.client(await service.key(Role.ANALYST)) as analyst:
        answer = await analyst.post("/v1/match", json={"purpose": "readmission", "traveller": asked})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["items"][0]["matches"]) == matched


@pytest.mark.parametrize(("told", "alerted"), [(SILENT, False), ([LOUD], True)])
async def test_what_if_counts_none_of_them(service: Any, database: Database, told: list[dict[str, Any]], alerted: bool) -> None:
    people = [
        case(**one)
        | {
            "record_id": f"R{number}.{given}",
            "names": [{"surname": "BERISHA", "given_names": given}],
            "documents": [],
            "birth_dates": [],
        }
        for given in ("ARTA", "JAN", "EVA", "LUCA", "ANNA", "NIKOS", "IVAN", "DRITA")
        for number, one in enumerate(told)
    ]
    await put_records(service, people, RETURNS)
    await send_flight(service, interchange(Sent(travellers=190)))
    await screen_waiting(database, service.context.clock)
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        answer = await owner.post("/v1/what-if", json={"list_id": "returns", "threshold_bits": 0.0})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["proposed"]["travellers_alerted"] is not None) is alerted


@pytest.mark.parametrize("options", [(), ("--oracle",), ("--min-score", "-1000")])
def test_the_offline_screen_is_silent_too(tmp_path: Path, options: tuple[str, ...]) -> None:
    listed, travellers = tmp_path / "list.csv", tmp_path / "travellers.csv"
    rows = "".join(
        f"S{number},BERISHA,ARTA,1970-01-10,{told['case_kind']},{told.get('decision', '')},{told.get('suspended', '')}\n"
        for number, told in enumerate([*SILENT, LOUD])
    )
    listed.write_text("record_id,surname,given_names,birth_date,case_kind,decision,suspended\n" + rows)
    travellers.write_text("traveller_id,surname,given_names,birth_date\n1,BERISHA,ARTA,1970-01-10\n")
    done = CliRunner().invoke(
        app, ["screen", "--watchlist", str(listed), "--travellers", str(travellers), "--processes", "1", *options]
    )
    assert done.exit_code == 0, done.output
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["record_id"] for row in found] == [f"S{len(SILENT)}"]
    assert "national of another country" in found[0]["explanation"]
