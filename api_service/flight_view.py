"""A flight as analysts see it: its travellers with their versions, the messages it was told in, and whether that was all."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel

from schemas.flight import Flight
from schemas.flight_life import FlightState, Person, PersonVersion, ReportGroup, Status, version_id
from schemas.manifest import Function, Manifest
from schemas.traveller import Traveller


class VersionView(BaseModel):
    """A traveller from one change to the next. `version_id` is the one that alerts name. `status`: what became of the traveller
    while this version was the newest. `reported_at` is when we got it, `prepared_at` when its sender says it was made;
    `confirmed_by` are messages that said the same again."""

    version: int
    version_id: str
    status: Status
    manifest_id: str
    reported_at: AwareDatetime | None
    prepared_at: AwareDatetime | None
    confirmed_by: list[str]
    traveller: Traveller


class TravellerView(BaseModel):
    """Somebody on the flight, as last described. `version` counts from 1 in the order in which the messages were made."""

    traveller_id: str
    status: Status
    crew: bool
    version: int
    manifest_id: str
    other_ids: list[str]
    traveller: Traveller
    versions: list[VersionView]


class ReportView(BaseModel):
    """The parts of one report. `complete` null: nothing says how much there should be."""

    function: Function
    crew: bool
    sender: str
    access_reference: str
    parts: list[int]
    missing_parts: list[int]
    last_part: int | None
    travellers: int
    declared_travellers: int | None
    complete: bool | None
    manifest_ids: list[str]


class MessageView(BaseModel):
    """One message, in the order in which they count. `unmatched`: people whom it names and nothing ever described."""

    manifest_id: str
    submission_id: str | None
    function: Function
    status: str
    prepared_at: AwareDatetime | None
    received_at: AwareDatetime | None
    document_number: str | None
    document_revision: str | None
    part: int | None
    last_part: bool | None
    travellers: int
    unmatched: int
    same_as: str | None = None


class FlightView(BaseModel):
    """A flight. `counts`: travellers by status."""

    flight_id: str
    flight: Flight
    closed: bool
    counts: dict[Status, int]
    travellers: list[TravellerView]
    reports: list[ReportView]
    messages: list[MessageView]


def flight_view(flight_id: str, manifests: Sequence[Manifest], state: FlightState) -> FlightView:
    """The view of a flight from its manifests and what they come to."""
    by_id = {manifest.manifest_id: manifest for manifest in manifests}
    people = sorted(state.people.values(), key=lambda one: (one.crew, *_sort_name(_described(one, by_id)), one.traveller_id))
    last = by_id[state.reports[-1].manifest_id]
    ordered = [report.manifest_id for report in state.reports]
    copies = sorted(by_id.keys() - set(ordered))
    return FlightView(
        flight_id=flight_id,
        flight=last.flight,
        closed=state.closed,
        counts={status: sum(person.status is status for person in people) for status in Status},
        travellers=[_traveller(person, by_id) for person in people],
        reports=[_report(group) for group in state.groups],
        messages=[_message(by_id[one], state) for one in (*ordered, *copies)],
    )


def _sort_name(traveller: Traveller) -> tuple[str, str]:
    return traveller.surname or "", traveller.given_names or ""


def _described(person: Person, manifests: Mapping[str, Manifest]) -> Traveller:
    return _at(person, person.place.manifest_id, person.place.position, manifests)


def _at(person: Person, manifest_id: str, position: int, manifests: Mapping[str, Manifest]) -> Traveller:
    traveller = manifests[manifest_id].travellers[position]
    return traveller.model_copy(update={"traveller_id": person.traveller_id})


def _traveller(person: Person, manifests: Mapping[str, Manifest]) -> TravellerView:
    return TravellerView(
        traveller_id=person.traveller_id,
        status=person.status,
        crew=person.crew,
        version=len(person.versions),
        manifest_id=person.place.manifest_id,
        other_ids=list(person.other_ids),
        traveller=_described(person, manifests),
        versions=[_version(person, version, manifests) for version in person.versions],
    )


def _version(person: Person, version: PersonVersion, manifests: Mapping[str, Manifest]) -> VersionView:
    place = version.place
    return VersionView(
        version=version.number,
        version_id=version_id(person.traveller_id, version.content),
        status=version.status,
        manifest_id=place.manifest_id,
        reported_at=version.received_at,
        prepared_at=_prepared(manifests[place.manifest_id]),
        confirmed_by=list(version.confirmed_by),
        traveller=_at(person, place.manifest_id, place.position, manifests),
    )


def _prepared(manifest: Manifest) -> datetime | None:
    return manifest.prepared_at


def _report(group: ReportGroup) -> ReportView:
    return ReportView(
        function=group.function,
        crew=group.crew,
        sender=group.sender,
        access_reference=group.access_reference,
        parts=list(group.parts),
        missing_parts=list(group.missing),
        last_part=group.last_part,
        travellers=group.travellers,
        declared_travellers=group.declared,
        complete=group.complete,
        manifest_ids=[report.manifest_id for report in group.reports],
    )


def _message(manifest: Manifest, state: FlightState) -> MessageView:
    return MessageView(
        manifest_id=manifest.manifest_id,
        submission_id=manifest.submission_id,
        function=manifest.function,
        status=state.standings[manifest.manifest_id],
        prepared_at=manifest.prepared_at,
        received_at=manifest.received_at,
        document_number=manifest.document_number,
        document_revision=manifest.document_revision,
        part=manifest.message.part,
        last_part=manifest.message.last_part,
        travellers=len(manifest.travellers),
        unmatched=state.unmatched.get(manifest.manifest_id, 0),
        same_as=state.copies.get(manifest.manifest_id),
    )
