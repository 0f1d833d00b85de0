"""The manifest: one message about one flight, in the JSON form of PAXLST. It is also what goes on the topic."""

from enum import StrEnum

from pydantic import AwareDatetime

from schemas.base import SCHEMA_VERSION, Noun
from schemas.finding import Finding
from schemas.flight import Flight
from schemas.traveller import Traveller


class Function(StrEnum):
    """What the message does (BGM 1001 with 1004)."""

    PASSENGER_LIST = "passenger_list"
    PASSENGER_CHANGE = "passenger_change"
    PASSENGER_CANCEL = "passenger_cancel"
    PASSENGER_REDUCTION = "passenger_reduction"
    CREW_LIST = "crew_list"
    CREW_CHANGE = "crew_change"
    MASTER_CREW_LIST = "master_crew_list"
    MASTER_CREW_ADD = "master_crew_add"
    MASTER_CREW_DELETE = "master_crew_delete"
    MASTER_CREW_CHANGE = "master_crew_change"
    FLIGHT_CLOSE = "flight_close"
    FLIGHT_CLOSE_ON_BOARD = "flight_close_on_board"
    FLIGHT_CLOSE_NOT_ON_BOARD = "flight_close_not_on_board"
    FLIGHT_CANCEL = "flight_cancel"
    FLIGHT_CHANGE = "flight_change"
    GATE_PASS = "gate_pass"


class Message(Noun):
    """Which message this was: UNH S009, references, and its place among the parts of one report (0070/0073)."""

    type: str = "PAXLST"
    directory: str | None = None
    agency: str | None = None
    association: str | None = None
    reference: str | None = None
    access_reference: str | None = None
    part: int | None = None
    last_part: bool | None = None


class ReportingParty(Noun):
    """NAD+MS with its contacts: whom to call about this message."""

    name: str | None = None
    party_id: str | None = None
    telephone: str | None = None
    fax: str | None = None
    email: str | None = None


class Manifest(Noun):
    """One message, read.

    `document_number` is RFF+TN, `document_revision` its fifth component. `prepared_at` is UNB 0017:0019, taken as UTC.
    `declared_travellers` is CNT (usually of the whole flight, not of this part). `test` is UNB 0035: never screened.
    `received_at` is when we got it; None until it is stored.
    """

    manifest_id: str
    submission_id: str | None = None
    schema_version: int = SCHEMA_VERSION
    message: Message = Message()
    function: Function
    document_code: str | None = None
    function_code: str | None = None
    document_number: str | None = None
    document_revision: str | None = None
    sender: str | None = None
    recipient: str | None = None
    prepared_at: AwareDatetime | None = None
    received_at: AwareDatetime | None = None
    reporting_party: ReportingParty | None = None
    flight: Flight
    travellers: tuple[Traveller, ...] = ()
    declared_travellers: int | None = None
    test: bool = False
    unknown_segments: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
