"""What a carrier gets back that asked for EDIFACT: for every interchange a CONTRL, and CUSRES where it asked for one.

The bytes are a function of what was sent, of the verdicts and of the time of receipt: the same always give the same.
"""

from collections.abc import Iterable
from datetime import datetime

from parsers.contrl.judge import contrl_of
from parsers.contrl.writer import write_contrl
from parsers.cusres.writer import write_cusres
from parsers.subject import Judged, Subject, subjects_of
from schemas.identifiers import derive

REFERENCE_CHARACTERS_MAX = 14
"""0020 is an..14."""


def write_answers(judged: Iterable[Judged], prepared_at: datetime, name: str) -> bytes:
    """The answers to every interchange of a body, one after the other. Empty where there is nothing to answer.

    `name` is the submission's: our own control references are derived from it.
    """
    return b"".join(_answer(subject, prepared_at, name, number) for number, subject in enumerate(subjects_of(judged)))


def _answer(subject: Subject, prepared_at: datetime, name: str, number: int) -> bytes:
    report = contrl_of(subject)
    if report is None:
        return b""
    contrl = write_contrl(report, subject.header, prepared_at, _reference(name, number))
    return contrl + (write_cusres(subject, prepared_at) or b"")


def _reference(name: str, number: int) -> str:
    """0020 of a CONTRL: letters and digits, another one for every interchange that is answered."""
    return derive("ctl", name, str(number)).partition("_")[2][:REFERENCE_CHARACTERS_MAX].upper()
