"""Documents: the same document decides alone; one that looks the same is near evidence.

The number of a document is unique within its issuer and type. Characters that scanners and people confuse (O and 0, I and 1,
B and 8, S and 5, Z and 2, G and 6) are folded together for the near comparison.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from screening.features.piece import Piece
from screening.model import DocumentOutcome, Feature, Model
from screening.normalise import document_number

LOOK_ALIKES: Mapping[str, str] = dict(zip("OQDISBZG", "00015826", strict=True))
"""What scanners and people take for a digit, and which."""

_LOOK_ALIKE = str.maketrans(dict(LOOK_ALIKES))

NUMBER_CHARACTERS_MIN = 4
"""A shorter number identifies nobody, and is usually a filler."""


class ReadDocument(NamedTuple):
    """`kind` is the first letter of the type (P, V, I), empty where unknown; `folded` the number with look-alikes merged."""

    kind: str
    number: str
    issuer: str
    folded: str
    text: str


def read_document(kind: str | None, number: str | None, issuer: str | None) -> ReadDocument | None:
    """A document ready to compare; None where its number is too short or all of one character."""
    bare = document_number(number)
    if len(bare) < NUMBER_CHARACTERS_MIN or len(set(bare)) == 1:
        return None
    letter, country = (kind or "").strip().upper()[:1], (issuer or "").strip().upper()
    return ReadDocument(letter, bare, country, bare.translate(_LOOK_ALIKE), " ".join(filter(None, (letter, bare, country))))


def document_outcome(traveller: ReadDocument, listed: ReadDocument) -> DocumentOutcome | None:
    """How two documents agree; None where they do not."""
    if traveller.folded != listed.folded:
        return None
    same_kind, same_issuer = traveller.kind == listed.kind, traveller.issuer == listed.issuer
    if traveller.number != listed.number:
        return DocumentOutcome.CONFUSABLE if same_kind and same_issuer and listed.issuer else None
    return _equal_numbers(traveller, listed)


def _equal_numbers(traveller: ReadDocument, listed: ReadDocument) -> DocumentOutcome:
    kinds, issuers = (traveller.kind, listed.kind), (traveller.issuer, listed.issuer)
    if (all(kinds) and kinds[0] != kinds[1]) or (all(issuers) and issuers[0] != issuers[1]):
        return DocumentOutcome.NUMBER_OTHER
    if not all(issuers):
        return DocumentOutcome.NUMBER_ISSUER_UNKNOWN
    return DocumentOutcome.EXACT if all(kinds) else DocumentOutcome.NUMBER_TYPE_UNKNOWN


def document_evidence(traveller: Iterable[ReadDocument], listed: Iterable[ReadDocument], model: Model) -> Piece | None:
    """The best agreement of any two documents, None where none agree. No agreement is no evidence: people renew passports."""
    theirs = tuple(listed)
    pieces = (_piece(one, other, model) for one in traveller for other in theirs)
    return max((piece for piece in pieces if piece is not None), key=lambda piece: piece.weight, default=None)


def _piece(traveller: ReadDocument, listed: ReadDocument, model: Model) -> Piece | None:
    outcome = document_outcome(traveller, listed)
    if outcome is None:
        return None
    score = 1.0 if traveller.number == listed.number else 0.9
    return Piece(Feature.DOCUMENT, outcome, traveller.text, listed.text, score, model.document_bits[outcome])
