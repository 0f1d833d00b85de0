"""Watchlists, their records, and readmission cases."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.base import Noun
from schemas.traveller import PartialDate


class ListKind(StrEnum):
    """What the records of a list are about."""

    PERSON = "person"
    DOCUMENT = "document"
    READMISSION = "readmission"


class AlertSeverity(StrEnum):
    """How urgent an alert is. `high` needs two people."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Action(StrEnum):
    """What an officer is asked to do with a confirmed hit."""

    REFER_SECOND_LINE = "refer_second_line"
    CONTACT_ISSUER = "contact_issuer"
    DISCREET_REPORT = "discreet_report"
    PROTECT = "protect"
    SEIZE_DOCUMENT = "seize_document"
    DENY_BOARDING = "deny_boarding"
    INFORM = "inform"


class NameKind(StrEnum):
    PRIMARY = "primary"
    ALIAS = "alias"
    BIRTH = "birth"


class NameQuality(StrEnum):
    """`low`: the list's owner says this alias is weak."""

    GOOD = "good"
    LOW = "low"


class RecordName(Noun):
    """One name of a record: surname and given names, or `full_name` where the source does not split it."""

    surname: str | None = None
    given_names: str | None = None
    full_name: str | None = None
    script: str | None = None
    kind: NameKind = NameKind.PRIMARY
    quality: NameQuality = NameQuality.GOOD


class RecordDocument(Noun):
    """A document of a listed person, or a listed document (lost, stolen, revoked)."""

    type: str | None = None
    number: str
    issuing_country: str | None = None
    status: str | None = None


class CaseKind(StrEnum):
    """Kinds of readmission case."""

    OWN_NATIONAL = "own_national"
    THIRD_COUNTRY_NATIONAL = "third_country_national"
    STATELESS = "stateless"
    TRANSIT = "transit"
    ASSISTED_VOLUNTARY_RETURN = "assisted_voluntary_return"
    ENTRY_BAN = "entry_ban"


class ReadmissionDecision(StrEnum):
    """Where the case stands. `appealed` and `suspended` never alert."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    APPEALED = "appealed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class ReadmissionCase(Noun):
    """A case under a readmission agreement."""

    case_id: str | None = None
    case_kind: CaseKind
    agreement: str | None = None
    requesting_state: str | None = None
    requested_state: str | None = None
    decision: str | None = None
    request_date: date | None = None
    transfer_date: date | None = None
    return_confirmed_on: date | None = None
    entry_ban_from: date | None = None
    entry_ban_to: date | None = None
    suspended: bool = False


class Record(Noun):
    """One entry of a list, as its owner wrote it. `review_at`: when its owner must look whether it still holds."""

    record_id: str = Field(min_length=1, max_length=200)
    category: str | None = None
    action: Action = Action.REFER_SECOND_LINE
    severity: AlertSeverity | None = None
    names: tuple[RecordName, ...] = ()
    birth_dates: tuple[PartialDate, ...] = ()
    birth_place: str | None = None
    sex: str | None = None
    nationalities: tuple[str, ...] = ()
    documents: tuple[RecordDocument, ...] = ()
    reason: str | None = None
    authority: str | None = None
    legal_basis: str | None = None
    valid_from: date | None = None
    expires_at: date | None = None
    review_at: date | None = None
    warnings: tuple[str, ...] = ()
    readmission: ReadmissionCase | None = None


class Watchlist(Noun):
    """A list: who answers for it, on what ground, and how urgent its alerts are.

    `threshold_bits`: an alert is raised where the evidence reaches it. `false_alerts_per_1000`: the same, as expected false
    alerts per 1,000 travellers. None of both = the service's default for the kind and the length of the list. `four_eyes`:
    every change waits until a second person has approved it.
    """

    list_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    kind: ListKind
    title: str
    authority: str | None = None
    legal_basis: str | None = None
    severity: AlertSeverity = AlertSeverity.MEDIUM
    threshold_bits: float | None = None
    false_alerts_per_1000: float | None = Field(default=None, gt=0, le=1000)
    four_eyes: bool = False


class VersionedRecord(Noun):
    """A record as the matcher sees it: with its list and its version (a count of this record's changes, from 1)."""

    watchlist: Watchlist
    record: Record
    record_version: int
    list_version: int


RecordKey = tuple[str, str]
"""(list_id, record_id)."""


@dataclass(frozen=True, slots=True)
class KeptRarity:
    """How often parts of names are carried, as counted at one version of the lists (`screening.rarity.Rarity`), by digest.

    `people`: how many listed persons were counted; `body`: the counts."""

    digest: str
    model_version: str
    list_version: int
    people: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What has changed between two versions. `changed`: records that are new or otherwise now, as they are at `version`;
    `removed`: records that are on no list any more. `lists`: all lists as they are now."""

    version: int
    lists: tuple[Watchlist, ...]
    changed: tuple[VersionedRecord, ...]
    removed: tuple[RecordKey, ...]


@dataclass(frozen=True, slots=True)
class WatchlistSnapshot:
    """Every valid record of every list, at one version, in one consistent read."""

    version: int
    lists: tuple[Watchlist, ...]
    records: tuple[VersionedRecord, ...]
