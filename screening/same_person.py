"""Which of the records that a traveller matches are records of one and the same person, by what the records say of each other.

Two records agree where they share a document (same number and issuer, and no two types), or where one's name against the
other's, with an equal full birth date, would pass the thresholds of both their lists. That both match the same traveller is no
reason: two different listed people who resemble one traveller stay two matches. A record that agrees with any of a group
belongs to it.
"""

from collections.abc import Sequence
from dataclasses import replace

from schemas.watchlist import RecordKey
from screening.features.birth_dates import birth_date_evidence
from screening.features.documents import document_outcome
from screening.features.names import name_evidence
from screening.index.port import Listed
from screening.match import Match
from screening.model import DateOutcome, DocumentOutcome, Model
from screening.prepared import PreparedRecord, prepare_record

COMPARED_MAX = 40
"""Records of one traveller that are compared with each other, the strongest first; each further one stands for itself. More are
a name that is not told from others, or an attempt to make us count."""
_SAME_DOCUMENT = frozenset({DocumentOutcome.EXACT, DocumentOutcome.NUMBER_TYPE_UNKNOWN})
_SAME_DATE = frozenset({DateOutcome.EQUAL, DateOutcome.EQUAL_FILLER})


def with_people(matches: Sequence[Match], listed: Listed) -> list[Match]:
    """The matches, each with the person it is a record of (`Match.person`: the key of the group's first record)."""
    by_traveller: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        by_traveller.setdefault((match.traveller_id, match.traveller_version_id), []).append(match)
    people = {match.ground: key for group in by_traveller.values() for match, key in _people(group, listed)}
    return [replace(match, person=people[match.ground]) for match in matches]


def same_person(one: PreparedRecord, other: PreparedRecord, model: Model) -> bool:
    """Whether two records agree. Symmetric."""
    if any(document_outcome(a, b) in _SAME_DOCUMENT for a in one.documents for b in other.documents):
        return True
    return _agrees(one, other, model) or _agrees(other, one, model)


def _agrees(one: PreparedRecord, other: PreparedRecord, model: Model) -> bool:
    dates = (birth_date_evidence(date, other.birth_dates, model) for date in one.birth_dates)
    bits = max((piece.weight for piece in dates if piece is not None and piece.outcome in _SAME_DATE), default=None)
    if bits is None:
        return False
    name = name_evidence(one.names, other.names, model)
    needed = max(one.threshold_bits, other.threshold_bits)
    return name is not None and name.agreeing > 0 and name.bits + bits >= needed


def _people(group: Sequence[Match], listed: Listed) -> list[tuple[Match, RecordKey]]:
    if len(group) == 1:
        return [(group[0], group[0].record_key)]
    strongest = sorted(group, key=lambda match: (-match.score, match.record_key))
    prepared = [prepare_record(one.record, listed.model, listed.rarity) for one in strongest[:COMPARED_MAX]]
    person = list(range(len(strongest)))
    for number, record in enumerate(prepared):
        for earlier in range(number):
            if person[earlier] != person[number] and same_person(prepared[earlier], record, listed.model):
                person = [min(person[earlier], person[number]) if p in {person[earlier], person[number]} else p for p in person]
    return [(match, strongest[person[number]].record_key) for number, match in enumerate(strongest)]
