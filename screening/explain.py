"""An alert's score, worked out again from what it was worked out from, and compared to the bit.

    traveller as kept (its version id is a hash of it)   record version      model version      rarity by digest
              \\________________________________________________|__________________|________________/
                                        score, piece by piece, and the alert's own pieces

Whatever is missing or differs is said in a sentence each; without any, the alert is *reproduced*.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.alert import Alert, AlertRecord, OtherRecord
from schemas.evidence import Evidence
from schemas.traveller import Traveller
from schemas.watchlist import Record, VersionedRecord
from screening.case_evidence import FEATURE, case_evidence
from screening.index.port import RARITY_DIGITS
from screening.model import Model
from screening.prepared import prepare_record, prepare_traveller
from screening.rarity import Rarity
from screening.scoring import score
from screening.versions import traveller_version_id


@dataclass(frozen=True, slots=True)
class MatcherVersion:
    """`kulla-2026.2+0123456789abcdef`, taken apart. `rarity` "" = the alert is from before rarities were kept."""

    model: str
    rarity: str

    @classmethod
    def read(cls, text: str) -> "MatcherVersion":
        """Take a matcher version of an alert apart."""
        model, _, rarity = text.partition("+")
        return cls(model, rarity[:RARITY_DIGITS])


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a score is worked out from. None = it is not kept (any more)."""

    record: VersionedRecord | None
    rarity: Rarity | None
    model: Model


@dataclass(frozen=True, slots=True)
class Explanation:
    """`evidence`: the pieces as worked out now, or the alert's own where that cannot be done; `faults`: what is missing or
    differs."""

    evidence: tuple[Evidence, ...]
    score: float
    faults: tuple[str, ...]

    @property
    def reproduced(self) -> bool:
        """Whether the same pieces and the same sum came out, to the bit."""
        return not self.faults


def explain(alert: Alert, ingredients: Ingredients) -> Explanation:
    """Work an alert's score out again."""
    faults = [*_missing(alert, ingredients), *_changed(alert, ingredients.record)]
    if ingredients.record is None or ingredients.rarity is None or faults:
        return Explanation(alert.evidence, alert.score, tuple(faults))
    traveller = Traveller.model_validate({name: getattr(alert.traveller, name) for name in Traveller.model_fields})
    record = prepare_record(ingredients.record, ingredients.model, ingredients.rarity)
    again = score(prepare_traveller(traveller), record, ingredients.model)
    told = case_evidence(ingredients.record.record) if _tells_case(alert) else ()
    evidence = (*(piece.evidence() for piece in again.pieces), *told)
    return Explanation(evidence, again.bits, tuple(_differences(alert, evidence, again.bits)))


def _tells_case(alert: Alert) -> bool:
    """Alerts from before cases were told in a sentence have none; it weighs nothing."""
    return any(piece.feature == FEATURE for piece in alert.evidence)


def explain_other(alert: Alert, other: OtherRecord, ingredients: Ingredients) -> Explanation:
    """Work out again what another record of the same person scored. Its pieces are not kept with the alert: its sum is."""
    alike = alert.model_copy(update={"record": other, "evidence": ()})
    faults = [*_missing(alike, ingredients), *_changed(alike, ingredients.record)]
    if other.score is None:
        faults.append("The alert does not say what this record scored.")
    if ingredients.record is None or ingredients.rarity is None or other.score is None or faults:
        return Explanation((), other.score or 0.0, tuple(faults))
    traveller = Traveller.model_validate({name: getattr(alert.traveller, name) for name in Traveller.model_fields})
    record = prepare_record(ingredients.record, ingredients.model, ingredients.rarity)
    again = score(prepare_traveller(traveller), record, ingredients.model)
    evidence = (*(piece.evidence() for piece in again.pieces), *case_evidence(ingredients.record.record))
    wrong = () if again.bits == other.score else (f"The alert has {other.score!r} bits; now there are {again.bits!r}.",)
    return Explanation(evidence, again.bits, wrong)


def _missing(alert: Alert, ingredients: Ingredients) -> Iterator[str]:
    versions = MatcherVersion.read(alert.matcher_version)
    if versions.model != ingredients.model.version:
        yield f"The alert was scored by model {versions.model}; this release has {ingredients.model.version}."
    if not versions.rarity:
        yield "The alert does not say with which rarity it was scored."
    elif ingredients.rarity is None:
        yield f"The rarity {versions.rarity} is not kept."
    if ingredients.record is None:
        record = alert.record
        yield f"Version {record.record_version} of record {record.record_id} of list {record.list_id} is not kept."


def _changed(alert: Alert, stored: VersionedRecord | None) -> Iterator[str]:
    if traveller_version_id(alert.traveller) != alert.traveller.version_id:
        yield "The traveller as kept is not the version that was screened: it was corrected since, or purged."
    if stored is not None and _as_record(alert.record) != stored.record:
        yield "The record as kept says something else than the alert's copy of it."


def _as_record(record: AlertRecord) -> Record:
    return Record.model_validate({name: getattr(record, name) for name in Record.model_fields})


def _differences(alert: Alert, evidence: Sequence[Evidence], bits: float) -> Iterator[str]:
    if bits != alert.score:
        yield f"The alert has {alert.score!r} bits; now there are {bits!r}."
    for number, (kept, found) in enumerate(zip(alert.evidence, evidence, strict=False), 1):
        if kept != found:
            yield f"Piece {number} was {kept.feature}: {kept.weight:+} bits; it is {found.feature}: {found.weight:+} bits."
    if len(alert.evidence) != len(evidence):
        yield f"The alert has {len(alert.evidence)} pieces of evidence; now there are {len(evidence)}."
