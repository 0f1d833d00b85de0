"""The part of a request that its answer repeats: everything before the first person; and who wants to be answered at all.

A sender asks for a CUSRES in UNB:

    0031 = 1             it asks for an acknowledgement, or
    0026 = IAPI          it names the interactive application, or
    0029 = O             it sets the priority that interactive requests carry

Nobody else gets one: a batch sender whose program knows no CUSRES is not to be surprised.
"""

from collections.abc import Iterator
from itertools import pairwise

from parsers.cusres.response import Sector
from parsers.edifact.events import InterchangeHeader, MessageRead, component
from parsers.edifact.segment import Elements
from schemas.codes import PERSON_QUALIFIERS

MESSAGE_TYPE = "PAXLST"

INTERACTIVE_APPLICATIONS = frozenset({"IAPI"})
"""0026 of senders that wait for an answer."""
INTERACTIVE_PRIORITY = "O"
"""0029 of the same."""

OPENING_SEGMENTS_MAX = 500
"""Nobody's header has more than a few dozen; a message without persons is not kept twice."""

_TIMES = frozenset({"189", "232"})


def interactive(header: InterchangeHeader) -> bool:
    """Whether the sender waits for a result, person by person: then RFF+AVF and RFF+ABO are mandatory."""
    application = (header.application_reference or "").upper()
    return application in INTERACTIVE_APPLICATIONS or (header.priority or "").upper() == INTERACTIVE_PRIORITY


def result_requested(header: InterchangeHeader | None) -> bool:
    """Whether the sender asks for a CUSRES."""
    return header is not None and (header.acknowledgement_requested or interactive(header))


def opening_of(message: MessageRead, header: InterchangeHeader | None) -> tuple[Elements, ...]:
    """The segments between UNH and the first person; none where no CUSRES is asked for."""
    return tuple(_until_person(message)) if result_requested(header) else ()


def _until_person(message: MessageRead) -> Iterator[Elements]:
    segments, in_flight = message.segments, False
    for index in range(1 if message.header else 0, min(len(segments.texts), OPENING_SEGMENTS_MAX)):
        elements = segments.elements(index)
        tag = elements[0][0].strip().upper()
        if tag == "NAD" and (in_flight or component(elements, 1).upper() in PERSON_QUALIFIERS):
            return
        in_flight = in_flight or tag == "TDT"
        yield [[tag], *elements[1:]]


def transaction_of(opening: tuple[Elements, ...]) -> tuple[str, ...] | None:
    """RFF+TN behind its qualifier, as sent."""
    for elements in opening:
        if elements[0][0] == "RFF" and component(elements, 1) == "TN":
            return tuple(elements[1][1:])
    return None


def sectors_of(opening: tuple[Elements, ...]) -> tuple[Sector, ...]:
    """The legs as sent: one TDT each, or a chain of ports behind one TDT. A TDT without designator has nothing to repeat."""
    starts = [number for number, elements in enumerate(opening) if elements[0][0] == "TDT"]
    runs = [opening[start:end] for start, end in pairwise([*starts, len(opening)])]
    return tuple(sector for run in runs for sector in _sectors(run))


def _sectors(run: tuple[Elements, ...]) -> Iterator[Sector]:
    designator = run[0][2][0] if len(run[0]) > 2 else ""
    stops = [number for number, elements in enumerate(run) if elements[0][0] == "LOC"]
    if not designator.strip():
        return
    if len(stops) < 3:
        yield Sector(designator, _times(run, _TIMES), tuple(_place(run[stop]) for stop in stops))
        return
    for first, second, end in zip(stops, stops[1:], [*stops[2:], len(run)], strict=False):
        times = (*_times(run[first:second], {"189"}), *_times(run[second:end], {"232"}))
        yield Sector(designator, times, (_place(run[first]), _place(run[second])))


def _times(run: tuple[Elements, ...], qualifiers: frozenset[str] | set[str]) -> tuple[tuple[str, ...], ...]:
    found = (elements for elements in run if elements[0][0] == "DTM" and component(elements, 1) in qualifiers)
    return tuple(tuple(elements[1]) for elements in found)


def _place(elements: Elements) -> tuple[str, str]:
    port = elements[2][0] if len(elements) > 2 else ""
    return component(elements, 1), port
