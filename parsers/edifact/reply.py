"""The envelope of an answer: separators, syntax, date form, references and flags of the interchange that is answered.

The partner has shown which bytes its line carries and which its program reads; an answer in others may not arrive. Texts that
are repeated from the interchange (`Envelope.folded` False) are written as they were read.
"""

from datetime import datetime

from parsers.edifact.charset import DECLARED
from parsers.edifact.delimiters import Delimiters, of_una
from parsers.edifact.events import GroupHeader, InterchangeHeader, component
from parsers.edifact.segment import Elements
from parsers.edifact.writer import DEFAULT_SEPARATORS, Envelope, Separators

UNKNOWN_REFERENCE = "0"
"""Stands for a reference that nobody sent, where an answer must have one."""

_FALLBACK_SYNTAX = "UNOA"
_FALLBACK_VERSION = 4


def reply_envelope(header: InterchangeHeader | None, prepared_at: datetime, reference: str) -> Envelope:
    """From the recipient of an interchange to its sender, with this control reference (0020)."""
    elements = header.elements if header is not None else []
    separators = separators_of(header.delimiters) if header is not None else DEFAULT_SEPARATORS
    return Envelope(
        sender=address(elements, 3),
        recipient=address(elements, 2),
        prepared_at=prepared_at,
        control_reference=reference,
        syntax=_syntax(header),
        syntax_version=syntax_version(header),
        application_reference=(header.application_reference or "") if header is not None else "",
        test=header is not None and header.test,
        long_date=len(component(elements, 4)) == 8,
        separators=separators,
        una=separators != DEFAULT_SEPARATORS,
        folded=False,
    )


def separators_of(delimiters: Delimiters) -> Separators:
    """As the writer takes them; the defaults where UNA could not declare those that were guessed.

    The decimal mark is not kept by the reader: one that separates nothing is taken.
    """
    used = {byte.decode("ascii") for byte in delimiters.in_use}
    separators = Separators(
        component=delimiters.component_text,
        element=delimiters.element_text,
        decimal=next(mark for mark in ".,;|#~%" if mark not in used),
        release=delimiters.release.decode("ascii") if delimiters.release is not None else " ",
        repetition=delimiters.repetition_text or " ",
        terminator=delimiters.terminator.decode("ascii"),
    )
    return separators if of_una(separators.advice()[3:].encode("ascii")) is not None else DEFAULT_SEPARATORS


def syntax_version(header: InterchangeHeader | None) -> int:
    """0002 of UNB, 4 where it is none that exists."""
    given = component(header.elements, 1, 2)[:1] if header is not None else ""
    return int(given) if given in {"1", "2", "3", "4"} else _FALLBACK_VERSION


def address(elements: Elements, number: int) -> tuple[str, ...]:
    """S002, S003, S006 or S007 as sent, all components."""
    return tuple(elements[number]) if number < len(elements) else ("",)


def group_address(group: GroupHeader, number: int) -> tuple[str, ...]:
    """S006 (2) or S007 (3) of UNG, as sent."""
    return address(group.elements, number)


def _syntax(header: InterchangeHeader | None) -> str:
    given = header.syntax[:4].upper() if header is not None else ""
    return given if given in DECLARED else _FALLBACK_SYNTAX
