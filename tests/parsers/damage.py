"""Messages about people who share nothing, ways in which messages are damaged, and what must hold afterwards.

Every value of a person tells whose it is, also after damage: codes differ in many places, so that no few broken bytes turn one
into another's. What a reader makes of the damaged message can therefore be held against who sent what.
"""

import hashlib
import random
from collections.abc import Callable, Sequence

from edifact_text import passenger_list, with_separators

from parsers import ManifestReader, ReadMessage
from schemas.manifest import Manifest
from schemas.traveller import Traveller

PEOPLE = 5
_BORN = ("510213", "620927", "740405", "851118", "930630")
_EXPIRES = ("270702", "281119", "330224", "300815", "310506")
_COUNTRIES = ("ALB", "FRA", "CZE", "ITA", "TUR")

MIXED_UP = frozenset(
    {
        "message_count_differs",
        "person_start_missing",
        "value_repeated",
        "message_unterminated",
        "segment_unterminated",
        "segment_unknown",
        "qualifier_unknown",
    }
)
"""Findings that say that people may have run into each other: segments are missing, or somebody has a thing twice.

One damage is always told by one of these. Several can hide each other: what a cut takes away, a stutter may add, so that even
the count of segments is right; then some finding must still say that the message is not in order.
"""


def code_of(number: int, field: str, length: int = 8) -> str:
    """Letters and digits that only this field of this person has."""
    return hashlib.sha256(f"{number}/{field}".encode()).hexdigest().upper()[:length]


def word_of(number: int, field: str) -> str:
    """Letters that only this field of this person has."""
    return "".join(chr(ord("G") + int(digit, 16)) for digit in code_of(number, field, 10))


def person_of(number: int) -> tuple[str, ...]:
    """Somebody with every usual segment."""
    return (
        f"NAD+FL+++{word_of(number, 'surname')}:{word_of(number, 'given')}",
        f"ATT+2++{'MF'[number % 2]}",
        f"DTM+329:{_BORN[number]}",
        f"LOC+180+{_COUNTRIES[number]}:::{word_of(number, 'place')}",
        f"NAT+2+{_COUNTRIES[number]}",
        f"RFF+AVF:{code_of(number, 'booking')}",
        f"RFF+ABO:{code_of(number, 'passenger')}",
        f"RFF+SEA:{code_of(number, 'seat')}",
        f"DOC+P:110:111+{code_of(number, 'document')}",
        f"DTM+36:{_EXPIRES[number]}",
        f"LOC+91+{_COUNTRIES[number]}",
    )


MESSAGE = passenger_list(*map(person_of, range(PEOPLE)))
OTHER_SEPARATORS = with_separators("UNA:(.? )", MESSAGE)
WITH_LINES = MESSAGE.replace(b"'", b"'\r\n")
SEEDS = (MESSAGE, OTHER_SEPARATORS, WITH_LINES)

_OWNERS: dict[str, int] = {
    **{word_of(number, field): number for number in range(PEOPLE) for field in ("surname", "given", "place")},
    **{code_of(number, field): number for number in range(PEOPLE) for field in ("booking", "passenger", "seat", "document")},
    **{f"19{born[:2]}-{born[2:4]}-{born[4:]}": number for number, born in enumerate(_BORN)},
    **{f"20{day[:2]}-{day[2:4]}-{day[4:]}": number for number, day in enumerate(_EXPIRES)},
}


def owners(traveller: Traveller) -> set[int]:
    """Whose values this traveller has."""
    references = traveller.references
    values = [traveller.surname, traveller.given_names, traveller.birth_date, traveller.birth_place]
    values += [references.booking, references.passenger, references.seat, *references.bookings]
    values += [value for document in traveller.documents for value in (document.number, document.expires_on)]
    return {_OWNERS[value] for value in values if value in _OWNERS}


_NOISE = (
    b"'",
    b"+",
    b":",
    b"?",
    b"??",
    b"?'",
    b"*",
    b" ",
    b"\r\n",
    b"\x00",
    b"\xff",
    b"\xc3\xa9",
    b"UN",
    b"UNA:+.? '",
    b"UNH+1'",
    b")",
)
_NOISE += (
    b"UNT+1+1'",
    b"UNZ+1+1'",
    b"NAD+FL+++A:B'",
    b"UNB+UNOA:4+A+B'",
    b"UNE+1+1'",
    b"UNG+PAXLST'",
    b"(",
    b"\t",
    b"UNB!",
    b"NAD+MS'",
)


def substitute(draw: random.Random, data: bytearray) -> None:
    """One byte becomes another; no separator comes or goes."""
    at = draw.randrange(len(data))
    if chr(data[at]).isalnum():
        data[at] = draw.choice(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,/=")


def flip(draw: random.Random, data: bytearray) -> None:
    """One bit, anywhere."""
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def lose(draw: random.Random, data: bytearray) -> None:
    """Some bytes, mostly few."""
    at = draw.randrange(len(data))
    del data[at : at + draw.choice((1, 1, 2, 3, 8, 40, 200))]


def insert(draw: random.Random, data: bytearray) -> None:
    """Noise, sometimes a storm of it."""
    at = draw.randrange(len(data) + 1)
    data[at:at] = draw.choice(_NOISE) * draw.choice((1, 1, 1, 2, 5, 300))


def truncate(draw: random.Random, data: bytearray) -> None:
    """The end, or the beginning."""
    at = draw.randrange(len(data))
    del data[slice(at, None) if draw.random() < 0.7 else slice(at)]


def repeat(draw: random.Random, data: bytearray) -> None:
    """A stretch comes again, as from a line that stutters."""
    at = draw.randrange(len(data))
    data[at:at] = data[at : at + draw.choice((1, 5, 30, 200))] * draw.choice((1, 2, 9))


DAMAGES: Sequence[Callable[[random.Random, bytearray], None]] = (substitute, flip, lose, insert, truncate, repeat)


def damaged(seed: int) -> tuple[bytes, bool]:
    """The bytes (the same for the same number), and whether they were damaged once only."""
    draw = random.Random(seed)
    data, times = bytearray(draw.choice(SEEDS)), draw.choice((1, 1, 2, 3, 8))
    for _ in range(times):
        if data:
            draw.choice(DAMAGES)(draw, data)
    return bytes(data), times == 1


def read_in_chunks(data: bytes, cuts: Sequence[int] = ()) -> list[ReadMessage]:
    """The messages, the bytes handed over in pieces."""
    reader, messages, begin = ManifestReader("sub_test"), [], 0
    for end in [*sorted(cut for cut in cuts if cut <= len(data)), len(data)]:
        messages += reader.feed(data[begin:end])
        begin = end
    return messages + reader.close()


def check(data: bytes, messages: Sequence[ReadMessage], once: bool = True) -> None:
    """What holds for any input; `once`: damaged in one way only. AssertionError where it does not."""
    assert messages, "nothing came out"
    travellers = 0
    for number, message in enumerate(messages):
        assert message.index == number
        assert message.manifest is not None or message.findings, "refused without a word"
        codes = {one.code for one in message.findings}
        for one in message.findings:
            assert one.location.offset is None or 0 <= one.location.offset <= len(data), "a place outside the input"
        if message.manifest is not None:
            assert message.manifest.findings == message.findings
            travellers += len(message.manifest.travellers)
            for traveller in message.manifest.travellers:
                assert len(owners(traveller)) <= 1 or codes & MIXED_UP or (codes and not once), "a field moved to somebody else"
    assert travellers == PEOPLE or any(message.findings for message in messages), "travellers were lost or invented in silence"


def check_whole(data: bytes, draw: random.Random, once: bool = False) -> list[ReadMessage]:
    """Everything: the reading, that chunks do not matter, and that what was read can be stored."""
    messages = read_in_chunks(data)
    check(data, messages, once)
    cuts = [draw.randrange(len(data) + 1) for _ in range(draw.randrange(1, 12))]
    assert read_in_chunks(data, cuts) == messages, "chunks matter"
    for message in messages:
        if message.manifest is not None:
            assert Manifest.model_validate_json(message.manifest.model_dump_json()) == message.manifest, "JSON changes it"
    return messages
