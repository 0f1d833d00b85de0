"""The clock of a readmission case, day by day, by kind and agreement; and the file of agreements."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_service.agreements import AgreementsError, read_agreements
from api_service.settings import Settings
from schemas.readmission import ClockState, Terms, clock_of
from schemas.watchlist import CaseKind, ReadmissionCase, Record

ROOT = Path(__file__).parent.parent.parent
ASKED = date(2026, 3, 1)
WAITING = (CaseKind.OWN_NATIONAL, CaseKind.THIRD_COUNTRY_NATIONAL, CaseKind.STATELESS, CaseKind.TRANSIT)


def a_case(kind: CaseKind = CaseKind.OWN_NATIONAL, **more: object) -> ReadmissionCase:
    return ReadmissionCase.model_validate({"case_kind": kind, "request_date": ASKED, "agreement": "WLD-ALB 2022"} | more)


@pytest.mark.parametrize("kind", WAITING)
def test_fourteen_days_and_the_last_one_counts(kind: CaseKind) -> None:
    told = [clock_of(a_case(kind), None, ASKED + timedelta(days)) for days in (0, 14, 15)]
    assert [one and one.state for one in told] == [ClockState.RUNNING, ClockState.RUNNING, ClockState.EXPIRED]
    assert [one and one.answer_days_left for one in told] == [14, 0, None]
    assert told[0] is not None
    assert (told[0].answer_due_on, told[0].transfer_latest_on) == (date(2026, 3, 15), date(2026, 6, 13))
    assert not told[0].agreement_known


@pytest.mark.parametrize("kind", [CaseKind.ENTRY_BAN, CaseKind.ASSISTED_VOLUNTARY_RETURN])
def test_where_nobody_is_asked_no_clock_runs(kind: CaseKind) -> None:
    assert clock_of(a_case(kind), None, ASKED) is None


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"decision": "accepted"}, ClockState.ANSWERED),
        ({"decision": " Refused "}, ClockState.ANSWERED),
        ({"decision": "pending"}, ClockState.EXPIRED),
        ({"decision": "pending", "transfer_date": date(2026, 3, 9)}, ClockState.ANSWERED),
        ({"return_confirmed_on": date(2026, 3, 9)}, ClockState.ANSWERED),
        ({"request_date": None}, None),
        ({"request_date": None, "decision": "accepted"}, ClockState.ANSWERED),
    ],
)
def test_what_counts_as_an_answer(more: dict[str, object], state: ClockState | None) -> None:
    clock = clock_of(a_case(**more), Terms(), date(2027, 1, 1))
    assert clock is not None
    assert clock.state is state


@given(st.sampled_from(WAITING), st.integers(1, 3650), st.integers(-50, 4000))
def test_running_until_the_very_day(kind: CaseKind, allowed: int, day: int) -> None:
    clock = clock_of(a_case(kind), Terms({kind: allowed}, 1), ASKED + timedelta(day))
    assert clock is not None
    assert clock.state is (ClockState.RUNNING if day <= allowed else ClockState.EXPIRED)


def test_the_example_is_read_by_kind_of_case() -> None:
    agreements = read_agreements(ROOT / "docs" / "examples" / "agreements.toml", sandbox=False)
    clocks = {kind: agreements.clock(a_case(kind, agreement="wld-alb  2022"), ASKED) for kind in WAITING}
    assert [clocks[kind].answer_days for kind in WAITING if clocks[kind]] == [10, 25, 14, 5]  # type: ignore[union-attr]  # asked
    transit = clocks[CaseKind.TRANSIT]
    assert transit is not None
    assert (transit.agreement_known, transit.transfer_days, transit.legal_basis) == (True, 60, "Law 7 of 2022 (example)")


def test_without_a_file_the_sandbox_knows_its_own() -> None:
    case = Record(record_id="r", readmission=a_case(agreement="EU-ALB 2005"))
    assert read_agreements(None, sandbox=True).remark(case) == ""
    assert "not configured" in read_agreements(None, sandbox=False).remark(case)
    ban = Record(record_id="r", readmission=a_case(CaseKind.ENTRY_BAN, agreement=None))
    assert read_agreements(None, sandbox=False).remark(ban) == "", "a ban needs no agreement"


GOOD = '[[agreements]]\ncode = "A"\nparties = ["NRL", "ALB"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[agreements]\n", "is no TOML file"),
        (GOOD + "answer_days = 0\n", "answer_days"),
        (GOOD + "answer_dayz = 3\n", "answer_dayz"),
        (GOOD + "answer_days = {owned = 3}\n", "owned"),
        ('[[agreements]]\ncode = "A"\nparties = ["NRL"]\n', "parties"),
        ('[[agreements]]\ncode = "A"\nparties = ["NRL", "NRL"]\n', "named twice"),
        (GOOD + GOOD.replace('"A"', '"a "'), "configured twice"),
    ],
)
def test_a_file_that_makes_no_sense_stops_the_start_with_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "agreements.toml"
    path.write_text(text)
    with pytest.raises(AgreementsError, match=said):
        read_agreements(path, sandbox=True)
    with pytest.raises(ValueError, match="KULLA_READMISSION_AGREEMENTS_FILE: "):
        Settings(_env_file=None, readmission_agreements_file=path)  # type: ignore[call-arg]  # the library's own argument
    with pytest.raises(AgreementsError, match="cannot be read"):
        read_agreements(tmp_path / "nowhere.toml", sandbox=True)
