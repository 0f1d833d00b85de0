"""One traveller against one record: the only place where pieces become a score.

The oracle and the index both end here, so a match has the same score and the same evidence whichever of them found it.
"""

from typing import NamedTuple

from schemas.evidence import Band, Lane
from schemas.watchlist import ListKind
from screening.case_evidence import case_evidence
from screening.features.birth_dates import birth_date_evidence
from screening.features.confirmations import birth_place_evidence, nationality_evidence, sex_evidence
from screening.features.documents import document_evidence
from screening.features.names import name_evidence
from screening.features.piece import Piece
from screening.match import Match
from screening.model import DECISIVE_DOCUMENT, Model
from screening.prepared import PreparedRecord, PreparedTraveller


class Score(NamedTuple):
    """`agreeing_parts` and `document` are the grounds; `bits` the sum of all pieces."""

    bits: float
    agreeing_parts: int
    document: Piece | None
    pieces: tuple[Piece, ...]


def score(traveller: PreparedTraveller, record: PreparedRecord, model: Model) -> Score:
    """All evidence there is. Absent values give no evidence."""
    name = name_evidence(traveller.names, record.names, model)
    document = document_evidence(traveller.documents, record.documents, model)
    others = (
        document,
        birth_date_evidence(traveller.birth_date, record.birth_dates, model),
        sex_evidence(traveller.sex, record.sex, model),
        nationality_evidence(traveller.nationality, record.nationalities, model),
        birth_place_evidence(traveller.birth_place, record.birth_place, model),
    )
    pieces = (*(name.pieces if name else ()), *(piece for piece in others if piece is not None))
    return Score(sum(piece.weight for piece in pieces), name.agreeing if name else 0, document, pieces)


def match(traveller: PreparedTraveller, record: PreparedRecord, model: Model, threshold_bits: float) -> Match | None:
    """The match, where a ground carries it, a part of a name that agrees or a document, and the sum is the threshold or more.

    A decisive document needs no sum. Nationality, sex and birth place cannot carry a match: without a ground there is none.
    """
    scored = score(traveller, record, model)
    by_name = scored.agreeing_parts > 0
    decisive = scored.document is not None and scored.document.outcome in DECISIVE_DOCUMENT
    if not decisive and (scored.bits < threshold_bits or not (by_name or scored.document is not None)):
        return None
    strong = decisive or scored.bits >= threshold_bits + model.strong_above_bits
    return Match(
        traveller_id=traveller.traveller_id,
        traveller_version_id=traveller.version_id,
        record=record.versioned,
        lanes=_lanes(record, by_name, scored.document is not None),
        score=scored.bits,
        band=Band.STRONG if strong else Band.POSSIBLE,
        evidence=(*(piece.evidence() for piece in scored.pieces), *case_evidence(record.versioned.record)),
    )


def _lanes(record: PreparedRecord, by_name: bool, by_document: bool) -> tuple[Lane, ...]:
    lanes = [lane for lane, applies in ((Lane.NAME, by_name), (Lane.DOCUMENT, by_document)) if applies]
    if record.versioned.watchlist.kind is ListKind.READMISSION:
        lanes.append(Lane.READMISSION)
    return tuple(lanes)
