"""CUSRES read back: answers of ours and of other authorities, for whoever sent the request (the simulator) and for the tests.

Forgiving: groups that a passenger answer does not use are passed over. Codes of every authority are kept as they are; their
meaning is the partner's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.cusres.response import Cusres, Result, Sector
from parsers.edifact.events import GroupHeader, InterchangeHeader, MessageRead, component
from parsers.edifact.reply import address
from parsers.edifact.segment import Elements
from parsers.edifact.whole import all_segments, messages_of, split_at


@dataclass(frozen=True, slots=True)
class ReadCusres:
    """A CUSRES with the envelope that carried it."""

    header: InterchangeHeader | None
    group: GroupHeader | None
    answer: Cusres


def read_cusres(data: bytes) -> Iterator[ReadCusres]:
    """Every CUSRES of these bytes; other messages are passed over. Never raises on any input."""
    for header, message in messages_of(data):
        if component(message.header, 2).upper() == "CUSRES":
            yield ReadCusres(header, message.group, _answer(message))


def _answer(message: MessageRead) -> Cusres:
    opening, results = split_at(all_segments(message), "ERP")
    before, references = split_at(opening, "RFF")
    codes = [component(elements, 1) for elements in before if elements[0][0] == "BGM"]
    transactions = [tuple(run[0][1][1:]) for run in references if component(run[0], 1) == "TN"]
    header = message.header
    return Cusres(
        message_reference=component(header, 1),
        type=address(header, 2),
        access_reference=component(header, 3),
        part=component(header, 4),
        mark=component(header, 4, 2),
        document_code=codes[0] if codes else "",
        transaction=transactions[0] if transactions else None,
        sectors=tuple(_sector(run) for run in references if component(run[0], 1) == "AF"),
        results=tuple(_result(run) for run in results),
    )


def _sector(run: Sequence[Elements]) -> Sector:
    return Sector(
        designator=_part(run[0], 1, 2),
        times=tuple(tuple(elements[1]) for elements in run if elements[0][0] == "DTM" and len(elements) > 1),
        places=tuple((component(elements, 1), _part(elements, 2, 1)) for elements in run if elements[0][0] == "LOC"),
    )


def _result(run: Sequence[Elements]) -> Result:
    texts = [tuple(elements[4]) for elements in run if elements[0][0] == "FTX" and len(elements) > 4]
    references = (elements for elements in run if elements[0][0] == "RFF")
    return Result(
        scope=component(run[0], 1),
        codes=tuple(component(elements, 1) for elements in run if elements[0][0] == "ERC"),
        references=tuple((component(elements, 1), _part(elements, 1, 2)) for elements in references),
        texts=texts[0] if texts else (),
        item=component(run[0], 1, 2) or None,
    )


def _part(elements: Elements, number: int, part: int) -> str:
    """A component as sent, spaces included."""
    try:
        return elements[number][part - 1]
    except IndexError:
        return ""
