"""Documents: the same document decides alone; one that looks the same is near evidence.

The number of a document is unique within its issuer and type. Near is a number whose characters look alike (O and 0, I and 1,
B and 8, S and 5, Z and 2, G and 6), or that carries the check digit of its machine readable zone on one side only: carriers
copy the zone, and the digit behind the number with it. An issuer may be cut short (`AL` for `ALB`), and Germany writes `D`.
"""

from collections.abc import Iterable, Mapping
from string import ascii_uppercase, digits
from typing import NamedTuple

from screening.features.piece import Piece
from screening.model import DocumentOutcome, Feature, Model
from screening.normalise import document_number

LOOK_ALIKES: Mapping[str, str] = dict(zip("OQDISBZG", "00015826", strict=True))
"""What scanners and people take for a digit, and which."""

_LOOK_ALIKE = str.maketrans(dict(LOOK_ALIKES))

NUMBER_CHARACTERS_MIN = 4
"""A shorter number identifies nobody, and is usually a filler."""


CHECKED_CHARACTERS = range(6, 10)
"""Lengths of numbers that a zone carries with a check digit: its field has nine places (ICAO 9303-4), and fillers count 0."""

_CHECK_VALUES = bytes.maketrans((digits + ascii_uppercase).encode(), bytes(range(36)))
_GERMANY = frozenset({"D", "DEU"})


class ReadDocument(NamedTuple):
    """`kind` is the first letter of the type (P, V, I), empty where unknown; `folded` the number with look-alikes merged.

    `derived`: the number is not as sent, but without its check digit, or with it: never more than near evidence.
    """

    kind: str
    number: str
    issuer: str
    folded: str
    text: str
    derived: bool = False


def read_document(kind: str | None, number: str | None, issuer: str | None) -> ReadDocument | None:
    """A document ready to compare; None where its number is too short or all of one character."""
    bare = document_number(number)
    if len(bare) < NUMBER_CHARACTERS_MIN or len(set(bare)) == 1:
        return None
    letter, country = (kind or "").strip().upper()[:1], (issuer or "").strip().upper()
    return ReadDocument(letter, bare, country, bare.translate(_LOOK_ALIKE), " ".join(filter(None, (letter, bare, country))))


def read_documents(kind: str | None, number: str | None, issuer: str | None) -> tuple[ReadDocument, ...]:
    """All readings of a traveller's document: as sent, and as it is without or with a check digit."""
    sent = read_document(kind, number, issuer)
    if sent is None:
        return ()
    others = []
    if len(sent.number) in CHECKED_CHARACTERS:
        digit = check_digit(sent.number)
        others.append((sent.number + digit, sent.folded + digit))
    if len(sent.number) - 1 in CHECKED_CHARACTERS and sent.number[-1] == check_digit(sent.number[:-1]):
        others.append((sent.number[:-1], sent.folded[:-1]))
    derived = [ReadDocument(sent.kind, number, sent.issuer, folded, sent.text, derived=True) for number, folded in others]
    return sent, *derived


def check_digit(number: str) -> str:
    """The check digit of a machine readable zone over A-Z and 0-9: weights 7, 3, 1 (ICAO 9303-3, 4.9)."""
    values = number.encode().translate(_CHECK_VALUES)
    return digits[(7 * sum(values[::3]) + 3 * sum(values[1::3]) + sum(values[2::3])) % 10]


def document_outcome(traveller: ReadDocument, listed: ReadDocument) -> DocumentOutcome | None:
    """How two documents agree; None where they do not."""
    if traveller.folded != listed.folded:
        return None
    if traveller.number != listed.number or traveller.derived:
        near = traveller.kind == listed.kind and listed.issuer and _issuers_agree(traveller.issuer, listed.issuer)
        return DocumentOutcome.CONFUSABLE if near else None
    return _equal_numbers(traveller, listed)


def _equal_numbers(traveller: ReadDocument, listed: ReadDocument) -> DocumentOutcome:
    kinds, issuers = (traveller.kind, listed.kind), (traveller.issuer, listed.issuer)
    cut_short = _cut_short(*issuers)
    if (all(kinds) and kinds[0] != kinds[1]) or (all(issuers) and not cut_short and not _issuers_agree(*issuers)):
        return DocumentOutcome.NUMBER_OTHER
    if not all(issuers) or cut_short:
        return DocumentOutcome.NUMBER_ISSUER_UNKNOWN
    return DocumentOutcome.EXACT if all(kinds) else DocumentOutcome.NUMBER_TYPE_UNKNOWN


def _issuers_agree(one: str, other: str) -> bool:
    return one == other or {one, other} == _GERMANY


def _cut_short(one: str, other: str) -> bool:
    """Whether one is the beginning of the other: an issuer that is not known whole."""
    return bool(one and other) and not _issuers_agree(one, other) and (one.startswith(other) or other.startswith(one))


def document_evidence(traveller: Iterable[ReadDocument], listed: Iterable[ReadDocument], model: Model) -> Piece | None:
    """The best agreement of any two documents, None where none agree. No agreement is no evidence: people renew passports."""
    theirs = tuple(listed)
    pieces = (_piece(one, other, model) for one in traveller for other in theirs)
    return max((piece for piece in pieces if piece is not None), key=lambda piece: piece.weight, default=None)


def _piece(traveller: ReadDocument, listed: ReadDocument, model: Model) -> Piece | None:
    outcome = document_outcome(traveller, listed)
    if outcome is None:
        return None
    score = 0.9 if outcome is DocumentOutcome.CONFUSABLE else 1.0
    return Piece(Feature.DOCUMENT, outcome, traveller.text, listed.text, score, model.document_bits[outcome])
