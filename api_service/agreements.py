"""Agreements on readmission, as configuration. Read once at the start from a TOML file (`KULLA_READMISSION_AGREEMENTS_FILE`).

    [[agreements]]
    code = "NRL-ALB 2020"               # as records name it in `agreement`
    title = "Agreement on readmission between Nordland and Albania"
    parties = ["NRL", "ALB"]            # alpha-3; EUE is the European Union
    answer_days = 14                    # or by kind of case: {own_national = 10, transit = 5, other = 14}
    transfer_days = 90
    legal_basis = "Law 1 of 2020"
    contact = "Readmission office, +355 4 000 0000"

A case that names an agreement nobody has configured is kept all the same, with a warning: the usual terms hold for its clock
(14 days, then 90) until somebody writes the agreement down. A file that makes no sense stops the start.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from schemas.readmission import ANSWER_DAYS, ANSWERED_KINDS, TRANSFER_DAYS, ReadmissionClock, Terms, clock_of
from schemas.watchlist import CaseKind, ReadmissionCase, Record

FILE_BYTES_MAX = 1024 * 1024
"""Some thousand agreements: every pair of states there is would take a larger one, and nobody has them."""

Days = Annotated[int, Field(ge=1, le=3650)]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class AnswerDays(BaseModel):
    """Days to answer, by kind of case; `other` for those that are not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    own_national: Days | None = None
    third_country_national: Days | None = None
    stateless: Days | None = None
    transit: Days | None = None
    other: Days = ANSWER_DAYS

    def by_kind(self) -> dict[CaseKind, int]:
        """Those that are named."""
        return {kind: days for kind in ANSWERED_KINDS if (days := getattr(self, kind)) is not None}


class Agreement(BaseModel):
    """One agreement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    title: Words | None = None
    parties: Annotated[tuple[State, ...], Field(min_length=2, max_length=60)]
    answer_days: Days | AnswerDays = ANSWER_DAYS
    transfer_days: Days = TRANSFER_DAYS
    legal_basis: Words | None = None
    contact: Words | None = None

    @model_validator(mode="after")
    def _between_different_states(self) -> "Agreement":
        if len(set(self.parties)) < len(self.parties):
            raise ValueError("a party is named twice")
        return self

    def terms(self) -> Terms:
        """What it allows."""
        days = AnswerDays(other=self.answer_days) if isinstance(self.answer_days, int) else self.answer_days
        return Terms(days.by_kind(), days.other, self.transfer_days, self.legal_basis, self.contact)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agreements: tuple[Agreement, ...] = ()


class AgreementsError(ValueError):
    """The file makes no sense. The text is a sentence for whoever wrote it, with the place."""


SANDBOX_AGREEMENTS = (
    Agreement(
        code="EU-ALB 2005",
        title="Readmission between the European Union and Albania, as the sandbox plays it",
        parties=("EUE", "ALB"),
        answer_days=AnswerDays(transit=5, other=14),
        transfer_days=90,
        legal_basis="Sandbox readmission agreement",
    ),
)
"""Of the sample list, where no file is named: its terms are ours, for show. The treaty has its own."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """Terms by the code of the agreement, whatever its case and spaces."""

    terms: dict[str, Terms] = field(default_factory=dict)

    def clock(self, case: ReadmissionCase, today: date) -> ReadmissionClock | None:
        """The clock of a case, as of today."""
        return clock_of(case, self.terms.get(_key(case.agreement)), today)

    def remark(self, record: Record) -> str:
        """What a list's owner should know of a record; "" = nothing."""
        case = record.readmission
        if case is None or case.case_kind not in ANSWERED_KINDS or _key(case.agreement) in self.terms:
            return ""
        if not case.agreement:
            return f"The case names no agreement: {ANSWER_DAYS} days to answer are assumed."
        return f"The agreement of this case is not configured: {ANSWER_DAYS} days to answer are assumed."

    def with_clocks(self, alert: bytes | str, today: date) -> bytes:
        """An alert's JSON with the clock of every readmission case in it; any other as it is."""
        body = alert.encode() if isinstance(alert, str) else alert
        if b'"case_kind"' not in body:
            return body
        shown = orjson.loads(body)
        for record in _records(shown):
            record["readmission_clock"] = self.shown(record.get("readmission"), today)
        return orjson.dumps(shown)

    def shown(self, case: ReadmissionCase | dict[str, Any] | None, today: date) -> dict[str, Any] | None:
        """The clock as JSON; None where there is none."""
        if case is None:
            return None
        clock = self.clock(ReadmissionCase.model_validate(case), today)
        return None if clock is None else clock.model_dump(mode="json")


def _records(alert: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (record for record in (alert["record"], *alert["other_records"]) if record.get("readmission"))


def read_agreements(path: Path | None, *, sandbox: bool) -> Agreements:
    """The agreements of this file; without a file, those of the sandbox there, else none. Raises AgreementsError."""
    if path is None:
        return _by_code(SANDBOX_AGREEMENTS if sandbox else ())
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise AgreementsError(f"{path.name} is larger than {FILE_BYTES_MAX} bytes.")
        told = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise AgreementsError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AgreementsError(f"{path.name} is no TOML file: {error}.") from error
    except ValidationError as error:
        raise AgreementsError(f"{path.name}: {_first_fault(error)}.") from error
    return _by_code(told.agreements)


def _first_fault(error: ValidationError) -> str:
    fault = max(error.errors(include_url=False, include_input=False), key=lambda one: len(one["loc"]))  # the most exact
    where = ".".join(str(part) for part in fault["loc"])
    return f"at {where}: {fault['msg']}"


def _by_code(agreements: tuple[Agreement, ...]) -> Agreements:
    terms: dict[str, Terms] = {}
    for one in agreements:
        if _key(one.code) in terms:
            raise AgreementsError(f"The agreement {one.code} is configured twice.")
        terms[_key(one.code)] = one.terms()
    return Agreements(terms)


def _key(code: str | None) -> str:
    return " ".join((code or "").upper().split())
