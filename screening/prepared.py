"""What is compared: a traveller and a record, each read once, so that comparing them is cheap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from schemas.codes import NO_NATIONALITY
from schemas.manifest import Manifest
from schemas.stored_records import ListedName
from schemas.traveller import Traveller
from schemas.watchlist import NameQuality, Record, RecordKey, VersionedRecord, WatchlistSnapshot
from screening.features.documents import ReadDocument, read_document, read_documents
from screening.model import Model
from screening.name_parts import NameParts, Part, cut_full_name, read_name, shown_name, without_glued_titles
from screening.normalise import words
from screening.prepared_names import PreparedName, joined_words
from screening.rarity import Rarity, count_classes
from screening.settled_names import settled_name
from screening.versions import traveller_version_id


@dataclass(frozen=True, slots=True)
class PreparedTraveller:
    """What screening reads of a traveller. Names are all readings of the one name."""

    traveller: Traveller
    names: tuple[PreparedName, ...]
    birth_date: str | None
    sex: str
    nationality: str | None
    birth_place: tuple[str, ...]
    documents: tuple[ReadDocument, ...]

    @property
    def traveller_id(self) -> str:
        """Who it is."""
        return self.traveller.traveller_id

    @property
    def version_id(self) -> str:
        """Which version of the traveller; worked out when it is asked for, as few match."""
        return traveller_version_id(self.traveller)

    @property
    def screenable(self) -> bool:
        """Whether there is anything to ask for: a name, or a document."""
        return bool(self.names or self.documents)


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """What screening reads of a record."""

    versioned: VersionedRecord
    names: tuple[PreparedName, ...]
    birth_dates: tuple[str, ...]
    sex: str
    nationalities: frozenset[str]
    birth_place: tuple[str, ...]
    documents: tuple[ReadDocument, ...]
    threshold_bits: float

    @property
    def key(self) -> RecordKey:
        """Which record of which list."""
        return self.versioned.watchlist.list_id, self.versioned.record.record_id


@dataclass(frozen=True, slots=True)
class PreparedList:
    """All records of all lists at one version, weighed with this rarity. Satisfies `screening.index.port.Listed`."""

    version: int
    records: tuple[PreparedRecord, ...]
    model: Model
    rarity: Rarity

    @property
    def record_count(self) -> int:
        """How many records there are."""
        return len(self.records)


def flight_day(manifest: Manifest, today: date) -> date:
    """The day a manifest's records must be valid on: local arrival, else departure, else `today`."""
    flight = manifest.flight
    moment = flight.scheduled_arrival or flight.scheduled_departure
    return moment.date() if moment is not None else today


def prepare_traveller(traveller: Traveller) -> PreparedTraveller:
    """Read a traveller once."""
    return PreparedTraveller(
        traveller=traveller,
        names=_names_of(traveller.surname, traveller.given_names),
        birth_date=traveller.birth_date,
        sex=traveller.sex.value,
        nationality=None if traveller.nationality in NO_NATIONALITY else traveller.nationality,
        birth_place=words(traveller.birth_place),
        documents=_documents_of(traveller),
    )


def _names_of(surname: str | None, given_names: str | None) -> tuple[PreparedName, ...]:
    parts = settled_name(surname, given_names)
    if parts is None:
        names = read_name(surname, given_names)
        readings = dict.fromkeys((*names, *without_glued_titles(names)))
        return tuple([_asked(name) for name in readings])
    return (PreparedName(parts, joined_words(parts), shown_name(surname, given_names)),) if parts else ()


def _documents_of(traveller: Traveller) -> tuple[ReadDocument, ...]:
    found = [read_documents(one.type, one.number, one.issuing_country) for one in traveller.documents]
    return found[0] if len(found) == 1 else tuple(chain.from_iterable(found))


def prepare_list(snapshot: WatchlistSnapshot, model: Model, rarity: Rarity | None = None) -> PreparedList:
    """Read all records once. Without a rarity it is counted from these records."""
    weighed = count_rarity(snapshot.records, model) if rarity is None else rarity
    records = tuple(prepare_record(versioned, model, weighed) for versioned in snapshot.records)
    return PreparedList(snapshot.version, records, model, weighed)


def count_rarity(records: Iterable[VersionedRecord], model: Model) -> Rarity:
    """The rarity that these records imply: each with a name is a person, with all spellings of all names. A listed document is
    nobody: a hundred million of them do not make any name rarer."""
    people = (versioned.record for versioned in records if versioned.record.names)
    names = ([name for name, _ in record_names(record)] for record in people)
    return count_classes(names, model.rarity)


def record_names(record: Record) -> tuple[tuple[NameParts, bool], ...]:
    """All spellings of all names of a record, and whether each is weak. Equal parts are kept once, the better quality first."""
    found: dict[tuple[Part, ...], tuple[NameParts, bool]] = {}
    for name in better_first(record.names):
        for reading in read_name(*name_fields(name)):
            found.setdefault(reading.parts, (reading, name.quality is NameQuality.LOW))
    return tuple(found.values())


def better_first(names: Sequence[ListedName]) -> Sequence[ListedName]:
    """Names in the order in which they are read: those of low quality last."""
    return sorted(names, key=_is_low) if len(names) > 1 else names


def _is_low(name: ListedName) -> bool:
    return name.quality is NameQuality.LOW


def name_fields(name: ListedName) -> tuple[str | None, str | None]:
    """Surname and given names of a listed name, whether its source splits it or not."""
    if name.surname or name.given_names:
        return name.surname, name.given_names
    return cut_full_name(name.full_name or "")


def _asked(name: NameParts) -> PreparedName:
    return PreparedName(name.parts, joined_words(name.parts), name.text, dropped=name.dropped, unread=name.unread)


def _listed(name: NameParts, weak: bool, rarity: Rarity) -> PreparedName:
    bits = tuple(rarity.bits(part) for part in name.parts)
    return PreparedName(name.parts, joined_words(name.parts), name.text, bits, weak, name.dropped, name.unread)


def prepare_record(versioned: VersionedRecord, model: Model, rarity: Rarity) -> PreparedRecord:
    """Read one record. The bits of its names depend on the model and the rarity alone, not on what else is listed."""
    record = versioned.record
    documents = (read_document(one.type, one.number, one.issuing_country) for one in record.documents)
    return PreparedRecord(
        versioned=versioned,
        names=tuple(_listed(name, weak, rarity) for name, weak in record_names(record)),
        birth_dates=tuple(dict.fromkeys(record.birth_dates)),
        sex=record.sex or "U",
        nationalities=frozenset(record.nationalities),
        birth_place=words(record.birth_place),
        documents=tuple(document for document in documents if document is not None),
        threshold_bits=model.threshold(versioned.watchlist),
    )
