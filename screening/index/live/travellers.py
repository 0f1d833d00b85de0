"""The other direction: which of the travellers who are on their way may be a record that has just changed?

    live.insert(manifest_id, travellers)      live.remove(manifest_id)      live.concerned_by(record, model)

The answer is a superset of the travellers who match, by the same upper bounds as in `screening.index.packed`, as the places of
travellers in their manifests. Every part of a name is a number, every birth date too, so a million travellers are some dozen
bytes each, and a record is compared with all of them by a few vector operations over their distinct parts and dates; only the
names that share anything with it are bounded one by one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.features.birth_dates import birth_date_evidence
from screening.features.confirmations import nationality_evidence, sex_evidence
from screening.index.live.bounds import TouchedNames, name_bounds
from screening.index.live.growing import Columns, Growing, Numbers
from screening.index.live.parts import LiveParts
from screening.index.packed.chunk import PARTS_MAX
from screening.index.packed.keys import join_key, text_key
from screening.index.packed.ragged import places, starts
from screening.index.packed.whole import whole
from screening.model import Feature, Model, WeakOutcome
from screening.prepared import PreparedRecord, PreparedTraveller
from screening.prepared_names import PreparedName
from screening.rarity import BITS_GRAIN

Bits = NDArray[np.int64]
Places = NDArray[np.int64]

DEAD_ROWS_MIN = 10_000
"""Removed rows below which it is not worth while to close the gaps."""

TRAVELLERS_PER_MANIFEST_MAX = 65_535
"""Places are counted in 16 bits."""


class LivePlace(NamedTuple):
    """A traveller, by the manifest and the place in it, from 0."""

    manifest_id: str
    place: int


class LiveTravellers:
    """Travellers by manifest. Not safe for several threads at once."""

    def __init__(self) -> None:
        """Nobody."""
        self._manifests = Numbers()
        self._people = Columns(manifest=np.uint32, place=np.uint16, alive=np.bool_, about=np.uint32, date=np.uint32)
        self._names = Columns(person=np.uint32, parts=np.uint8, joins=np.uint8)
        self._part_numbers, self._join_keys, self._join_spans = Growing(np.uint32), Growing(np.uint32), Growing(np.uint16)
        self._documents = Columns(key=np.uint64, person=np.uint32)
        self._parts = LiveParts()
        self._dates, self._about = Numbers(), Numbers()
        self._dead = 0

    def __len__(self) -> int:
        """How many travellers there are."""
        return len(self._people) - self._dead

    def insert(self, manifest_id: str, travellers: Sequence[PreparedTraveller]) -> None:
        """The travellers of a manifest; those it had before are replaced."""
        assert len(travellers) <= TRAVELLERS_PER_MANIFEST_MAX
        self.remove(manifest_id)
        first, size = len(self._people), len(travellers)
        self._people.append(
            manifest=[self._manifests.of(manifest_id)] * size,
            place=range(size),
            alive=[True] * size,
            about=[self._about.of((one.sex, one.nationality, bool(one.birth_place))) for one in travellers],
            date=[self._dates.of(one.birth_date) for one in travellers],
        )
        documents = [
            (text_key(document.folded), person) for person, one in enumerate(travellers, first) for document in one.documents
        ]
        self._documents.append(key=[key for key, _ in documents], person=[person for _, person in documents])
        self._insert_names([(person, name) for person, one in enumerate(travellers, first) for name in one.names])

    def _insert_names(self, names: Sequence[tuple[int, PreparedName]]) -> None:
        assert all(len(name.parts) <= PARTS_MAX for _, name in names)
        runs = [run for _, name in names for run in name.joined]
        self._names.append(
            person=[person for person, _ in names],
            parts=[len(name.parts) for _, name in names],
            joins=[len(name.joined) for _, name in names],
        )
        self._part_numbers.append([self._parts.number(part) for _, name in names for part in name.parts])
        self._join_keys.append([join_key(run.word) for run in runs])
        self._join_spans.append([run.start | run.size << 8 for run in runs])

    def remove(self, manifest_id: str) -> None:
        """Forget the travellers of a manifest, if there are any."""
        self.remove_all([manifest_id])

    def remove_all(self, manifest_ids: Sequence[str]) -> None:
        """Forget the travellers of several: one look over all travellers, however many manifests there are."""
        numbers = self._manifests.known(manifest_ids)
        if not numbers:
            return
        gone = np.isin(self._people["manifest"], np.array(numbers, dtype=np.uint32)) & self._people["alive"]
        self._people["alive"][gone] = False
        self._dead += int(np.count_nonzero(gone))
        if self._dead > max(DEAD_ROWS_MIN, len(self._people) // 2):
            self._close_gaps()

    def _close_gaps(self) -> None:
        alive = self._people["alive"].copy()
        number = np.cumsum(alive) - 1
        for columns in (self._names, self._documents):
            wanted = alive[columns["person"]]
            if columns is self._names:
                self._part_numbers.keep(np.repeat(wanted, columns["parts"]))
                self._join_keys.keep(np.repeat(wanted, columns["joins"]))
                self._join_spans.keep(np.repeat(wanted, columns["joins"]))
            columns.keep(wanted)
            columns["person"][:] = number[columns["person"]]
        self._people.keep(alive)
        self._dead = 0

    def concerned_by(self, record: PreparedRecord, model: Model, floor_bits: float | None = None) -> Sequence[LivePlace]:
        """Every traveller who matches the record, and perhaps others, in the order in which they were inserted."""
        if not len(self._people):
            return ()
        found = self._same_documents(record)
        threshold = record.threshold_bits if floor_bits is None else floor_bits
        for name in record.names:
            found |= self._by_name(name, record, threshold, model)
        manifests, place = self._people["manifest"], self._people["place"]
        people = np.flatnonzero(found & self._people["alive"]).tolist()
        return [LivePlace(self._manifests.values[manifests[person]], int(place[person])) for person in people]

    def _same_documents(self, record: PreparedRecord) -> NDArray[np.bool_]:
        found = np.zeros(len(self._people), dtype=np.bool_)
        keys = np.array([text_key(document.folded) for document in record.documents], dtype=np.uint64)
        found[self._documents["person"][np.isin(self._documents["key"], keys)]] = True
        return found

    def _by_name(self, name: PreparedName, record: PreparedRecord, threshold: float, model: Model) -> NDArray[np.bool_]:
        found = np.zeros(len(self._people), dtype=np.bool_)
        gains = self._gains(name, model)
        touched = self._touched(name, gains)
        if len(touched):
            agreeing, bits = name_bounds(name, gains, self._shared(touched), model)
            grounded = agreeing >= whole(model.ground_bits)
            people = self._names["person"][touched[grounded]]
            enough = ~((bits[grounded] + self._other_bits(people, record, model)) / BITS_GRAIN < threshold)
            found[people[enough]] = True
        return found

    def _other_bits(self, people: NDArray[np.uint32], record: PreparedRecord, model: Model) -> Bits:
        """The birth date's bits, and the most that sex, nationality and place add: of each distinct value once."""
        dates, of_date = np.unique(self._people["date"][people], return_inverse=True)
        about, of_about = np.unique(self._people["about"][people], return_inverse=True)
        pieces = (birth_date_evidence(self._dates.values[date], record.birth_dates, model) for date in dates.tolist())
        date_bits = np.array([whole(piece.weight) if piece else 0 for piece in pieces], dtype=np.int64)
        others = [_about_bits(self._about.values[one], record, model) for one in about.tolist()]
        bits: Bits = date_bits[of_date] + np.array(others, dtype=np.int64)[of_about]
        return bits

    def _shared(self, touched: Places) -> TouchedNames:
        parts, joins = (self._names[column][touched].astype(np.int64) for column in ("parts", "joins"))
        part_places = places(starts(self._names["parts"])[:-1][touched], parts)
        join_places = places(starts(self._names["joins"])[:-1][touched], joins)
        numbers = self._part_numbers.values[part_places]
        return TouchedNames(
            part_at=starts(parts),
            parts=numbers,
            counted=self._parts.counted()[numbers],
            join_owner=np.repeat(np.arange(len(touched)), joins),
            join_keys=self._join_keys.values[join_places],
            join_spans=self._join_spans.values[join_places].astype(np.int64),
        )

    def _gains(self, name: PreparedName, model: Model) -> list[Bits]:
        """By word of the listed name (its parts, then its joined words): what every part of a traveller's is worth."""
        parts = [self._parts.agreeing(part, bits, model) for part, bits in zip(name.parts, name.part_bits, strict=True)]
        return parts + [self._parts.joined(run.word, _run_bits(name, run.start, run.size), model) for run in name.joined]

    def _touched(self, name: PreparedName, gains: Sequence[Bits]) -> Places:
        """The names that share anything with the listed one."""
        agrees = np.zeros(len(self._parts), dtype=np.bool_)
        for gain in gains:
            agrees |= gain > 0
        at = np.flatnonzero(agrees[self._part_numbers.values])
        join_at = np.flatnonzero(np.isin(self._join_keys.values, [join_key(part) for part in name.parts]))
        owners = np.searchsorted(starts(self._names["parts"]), at, "right") - 1
        join_owners = np.searchsorted(starts(self._names["joins"]), join_at, "right") - 1
        return np.unique(np.concatenate([owners, join_owners]))


def _run_bits(name: PreparedName, start: int, size: int) -> float:
    return sum(name.part_bits[start : start + size])


def _about_bits(who: tuple[str, str | None, bool], record: PreparedRecord, model: Model) -> int:
    sex, nationality, placed = who
    pieces = (sex_evidence(sex, record.sex, model), nationality_evidence(nationality, record.nationalities, model))
    place = max(model.weak_bits[Feature.BIRTH_PLACE, WeakOutcome.CONFIRMS], 0.0) if placed and record.birth_place else 0.0
    return whole(sum(piece.weight for piece in pieces if piece) + place)
