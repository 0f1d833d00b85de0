"""The sandbox's lists: wanted persons, persons to watch, protection, lost and stolen documents, readmission.

Everybody on them is drawn, never taken from life. The sizes are those of a small country's own lists, so that a laptop holds
them and screening has something to do. `today` decides which entry bans are over, running, or to come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from api_service.sandbox.documents import PASSPORTS, draw_number
from api_service.sandbox.people import Person, draw_person
from api_service.sandbox.populations import Origin
from api_service.sandbox.seeds import chance, pick_weighted, seeded
from api_service.sandbox.spellings import STRONG_WAYS, WEAK_WAYS, Spelling, variant
from schemas.traveller import Sex
from schemas.watchlist import (
    Action,
    AlertSeverity,
    CaseKind,
    ListKind,
    NameKind,
    NameQuality,
    ReadmissionCase,
    ReadmissionDecision,
    Record,
    RecordDocument,
    RecordName,
    Watchlist,
)

WANTED = "sandbox-wanted"
ATTENTION = "sandbox-attention"
PROTECTION = "sandbox-protection"
DOCUMENTS = "sandbox-documents"
READMISSION = "sandbox-readmission"

ALIASES_MAX = 6
PERSON_THRESHOLD_BITS = 7.0
"""Listed and ordinary people are drawn from the same small pools of names, so that chance meetings are far commoner than in
life. Some four bits above the default keep about five in a thousand travellers, instead of twenty."""
BAN_YEARS = 5


@dataclass(frozen=True, slots=True)
class SandboxList:
    """A list with its records, in order of their identifiers."""

    watchlist: Watchlist
    records: tuple[Record, ...]


class _PersonList(NamedTuple):
    list_id: str
    title: str
    size: int
    severity: AlertSeverity
    action: Action
    categories: tuple[str, ...]
    years: tuple[int, int] = (19, 70)


_PERSON_LISTS = (
    _PersonList(
        WANTED,
        "Wanted persons",
        2000,
        AlertSeverity.HIGH,
        Action.REFER_SECOND_LINE,
        ("arrest_warrant", "escaped", "trafficking"),
    ),
    _PersonList(
        ATTENTION,
        "Persons to watch",
        1000,
        AlertSeverity.MEDIUM,
        Action.DISCREET_REPORT,
        ("smuggling", "fraud", "discreet_check"),
    ),
    _PersonList(
        PROTECTION,
        "Missing and endangered",
        40,
        AlertSeverity.HIGH,
        Action.PROTECT,
        ("missing_child", "trafficking_victim"),
        (5, 30),
    ),
)
_ORIGINS = tuple(
    (Origin(*entry.split("/")), weight)
    for entry, weight in (
        ("albanian/ALB", 16), ("albanian/RKS", 10), ("albanian/MKD", 4), ("serbian/SRB", 9), ("serbian/MNE",
        4), ("bosnian/BIH", 7),
        ("croatian/HRV", 3), ("macedonian/MKD", 5), ("greek/GRC", 3), ("bulgarian/BGR", 3), ("turkish/TUR",
        7), ("italian/ITA", 4),
        ("german/DEU", 2), ("british/GBR", 2), ("romanian/ROU", 2), ("russian/RUS", 4), ("ukrainian/UKR", 3), ("arabic/SYR", 5),
        ("arabic/IRQ", 4), ("arabic/MAR", 3), ("persian/AFG", 4), ("persian/IRN", 3), ("pakistani/PAK", 3), ("indian/IND", 1),
    )
)  # fmt: skip

DOCUMENT_RECORDS = 1000
READMISSION_RECORDS = 400

_CASES = (
    (CaseKind.OWN_NATIONAL, 28), (CaseKind.THIRD_COUNTRY_NATIONAL, 22), (CaseKind.ENTRY_BAN, 24), (CaseKind.STATELESS, 6),
    (CaseKind.TRANSIT, 6), (CaseKind.ASSISTED_VOLUNTARY_RETURN, 14),
)  # fmt: skip
_DECISIONS = (
    (ReadmissionDecision.ACCEPTED, 60),
    (ReadmissionDecision.PENDING, 18),
    (ReadmissionDecision.APPEALED, 10),
    (ReadmissionDecision.SUSPENDED, 6),
    (ReadmissionDecision.REFUSED, 4),
    (ReadmissionDecision.WITHDRAWN, 2),
)
_REQUESTING_STATES = ("DEU", "ITA", "GRC", "FRA", "AUT", "BEL", "SWE", "HUN", "HRV", "CHE")


def sandbox_lists(seed: int, today: date) -> tuple[SandboxList, ...]:
    """Every list of the sandbox, the same for the same seed and day."""
    persons = (_person_list(seed, spec, today) for spec in _PERSON_LISTS)
    return (*persons, _document_list(seed), _readmission_list(seed, today))


def _person_list(seed: int, spec: _PersonList, today: date) -> SandboxList:
    rng = seeded(seed, "list", spec.list_id)
    watchlist = Watchlist(
        list_id=spec.list_id,
        kind=ListKind.PERSON,
        title=f"{spec.title} (synthetic)",
        authority="Sandbox Police",
        legal_basis="Sandbox rules, article 1",
        severity=spec.severity,
        threshold_bits=PERSON_THRESHOLD_BITS,
    )
    return SandboxList(watchlist, tuple(_person_record(rng, spec, number, today) for number in range(1, spec.size + 1)))


def _person_record(rng: Random, spec: _PersonList, number: int, today: date) -> Record:
    person = draw_person(rng, pick_weighted(rng, _ORIGINS), today, years=spec.years)
    return Record(
        record_id=f"{spec.list_id}-{number:05}",
        category=rng.choice(spec.categories),
        action=spec.action,
        **_identity(rng, person),
        documents=tuple(_listed_documents(rng, person)),
        reason="Synthetic entry of the sandbox",
        valid_from=today - timedelta(days=rng.randrange(1, 1500)),
    )


def _identity(rng: Random, person: Person) -> dict[str, object]:
    return {
        "names": tuple(_names(rng, person)),
        "birth_dates": tuple(_birth_dates(rng, person.birth_date)),
        "sex": person.sex.value if chance(rng, 0.9) else None,
        "nationalities": (person.nationality,),
    }


def _names(rng: Random, person: Person) -> Iterator[RecordName]:
    """The name as in the passport, then up to six other ways of writing it."""
    given = None if person.given_names == "FNU" else person.given_names
    primary = Spelling(person.surname, given)
    yield RecordName(surname=primary.surname, given_names=primary.given_names, script="Latn")
    seen, good = {primary}, [primary]
    for _ in range(min(ALIASES_MAX, int(rng.expovariate(0.6)))):
        weak = chance(rng, 0.25)
        alias = variant(rng, rng.choice(good), WEAK_WAYS if weak else STRONG_WAYS)
        if alias is not None and alias not in seen:
            seen.add(alias)
            good += [] if weak else [alias]
            yield _alias(alias, weak)


def _alias(alias: Spelling, weak: bool) -> RecordName:
    quality = NameQuality.LOW if weak else NameQuality.GOOD
    if alias.surname is None or alias.given_names is None:
        return RecordName(full_name=alias.surname or alias.given_names, kind=NameKind.ALIAS, quality=quality, script="Latn")
    return RecordName(surname=alias.surname, given_names=alias.given_names, kind=NameKind.ALIAS, quality=quality, script="Latn")


def _birth_dates(rng: Random, birth: date) -> Iterator[str]:
    """Mostly the exact day; sometimes the month, the year, several days, or nothing at all."""
    form = pick_weighted(rng, (("day", 70), ("year", 12), ("month", 6), ("several", 8), ("none", 4)))
    if form in {"day", "several"}:
        yield birth.isoformat()
    if form == "several":
        yield (birth + timedelta(days=rng.choice([-365, 365, 30, -9, 9]))).isoformat()
    if form in {"month", "year"}:
        yield birth.isoformat()[: 7 if form == "month" else 4]


def _listed_documents(rng: Random, person: Person) -> Iterator[RecordDocument]:
    if chance(rng, 0.4):
        number = draw_number(rng, PASSPORTS.get(person.nationality, "#########"), listed=True)
        yield RecordDocument(type="P", number=number, issuing_country=person.nationality)


def _document_list(seed: int) -> SandboxList:
    rng = seeded(seed, "list", DOCUMENTS)
    watchlist = Watchlist(
        list_id=DOCUMENTS,
        kind=ListKind.DOCUMENT,
        title="Lost and stolen documents (synthetic)",
        authority="Sandbox Police",
        legal_basis="Sandbox rules, article 2",
        severity=AlertSeverity.HIGH,
    )
    return SandboxList(watchlist, tuple(_document_record(rng, number) for number in range(1, DOCUMENT_RECORDS + 1)))


def _document_record(rng: Random, number: int) -> Record:
    country = pick_weighted(rng, _ORIGINS).nationality
    status = pick_weighted(rng, (("stolen", 45), ("lost", 40), ("revoked", 10), ("stolen_blank", 5)))
    document = RecordDocument(
        type="P", number=draw_number(rng, PASSPORTS[country], listed=True), issuing_country=country, status=status
    )
    return Record(
        record_id=f"{DOCUMENTS}-{number:05}",
        category=status,
        action=Action.CONTACT_ISSUER if status == "lost" else Action.SEIZE_DOCUMENT,
        documents=(document,),
        reason="Synthetic entry of the sandbox",
    )


def _readmission_list(seed: int, today: date) -> SandboxList:
    rng = seeded(seed, "list", READMISSION)
    watchlist = Watchlist(
        list_id=READMISSION,
        kind=ListKind.READMISSION,
        title="Readmission cases (synthetic)",
        authority="Sandbox Border Police",
        legal_basis="Sandbox readmission agreement",
        severity=AlertSeverity.MEDIUM,
    )
    return SandboxList(
        watchlist, tuple(_readmission_record(rng, number, today) for number in range(1, READMISSION_RECORDS + 1))
    )


def _readmission_record(rng: Random, number: int, today: date) -> Record:
    person = draw_person(rng, pick_weighted(rng, _ORIGINS), today, years=(18, 55), sex=None)
    kind = pick_weighted(rng, _CASES)
    return Record(
        record_id=f"{READMISSION}-{number:05}",
        category=kind.value,
        action=Action.INFORM if kind is CaseKind.ASSISTED_VOLUNTARY_RETURN else Action.REFER_SECOND_LINE,
        **_identity(rng, person),
        documents=tuple(_listed_documents(rng, person)),
        reason="Synthetic entry of the sandbox",
        readmission=_case(rng, number, kind, today),
    )


def _case(rng: Random, number: int, kind: CaseKind, today: date) -> ReadmissionCase:
    requested_on = today - timedelta(days=rng.randrange(30, 900))
    decision = pick_weighted(rng, _DECISIONS)
    ban_from, ban_to = _ban(rng, today) if kind is CaseKind.ENTRY_BAN else (None, None)
    returned = kind is CaseKind.ASSISTED_VOLUNTARY_RETURN and decision is ReadmissionDecision.ACCEPTED
    return ReadmissionCase(
        case_id=f"RC-{number:06}",
        case_kind=kind,
        agreement="EU-ALB 2005",
        requesting_state=rng.choice(_REQUESTING_STATES),
        requested_state="ALB",
        decision=decision.value,
        request_date=requested_on,
        transfer_date=requested_on + timedelta(days=20) if decision is ReadmissionDecision.ACCEPTED else None,
        return_confirmed_on=requested_on + timedelta(days=21) if returned else None,
        entry_ban_from=ban_from,
        entry_ban_to=ban_to,
        suspended=decision is ReadmissionDecision.SUSPENDED,
    )


def _ban(rng: Random, today: date) -> tuple[date, date]:
    """A ban of five years: over, running, or beginning later."""
    starts_in_days = pick_weighted(rng, ((-BAN_YEARS * 365 - 200, 30), (-400, 50), (60, 20))) - rng.randrange(0, 30)
    start = today + timedelta(days=starts_in_days)
    return start, start + timedelta(days=BAN_YEARS * 365)


def listed_sex(record: Record) -> Sex:
    """The record's sex as a traveller's; a man where the record says nothing, as most listed persons are."""
    return Sex(record.sex) if record.sex else Sex.MALE


def by_identifier(lists: Sequence[SandboxList]) -> dict[tuple[str, str], Record]:
    """(list id, record id) -> record."""
    return {(entry.watchlist.list_id, record.record_id): record for entry in lists for record in entry.records}
