"""What a carrier gets back. It depends on the bytes alone: never on screening."""

from enum import StrEnum

from pydantic import AwareDatetime

from schemas.base import Noun
from schemas.finding import Finding
from schemas.flight import Flight
from schemas.manifest import Function


class MessageStatus(StrEnum):
    """What became of one message of the interchange."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_FINDINGS = "accepted_with_findings"
    REJECTED = "rejected"


class Interchange(Noun):
    """The envelope (UNB): who sent what to whom, when. None throughout where the body had no envelope.

    `origin` is the type-B address in the heading before it: whoever put the message on the network, and the way back.
    """

    sender: str | None = None
    recipient: str | None = None
    control_reference: str | None = None
    prepared_at: AwareDatetime | None = None
    origin: str | None = None


class MessageReceipt(Noun):
    """One message of the interchange."""

    message_reference: str | None = None
    manifest_id: str | None = None
    status: MessageStatus
    function: Function | None = None
    flight: Flight | None = None
    travellers: int = 0
    findings: tuple[Finding, ...] = ()


class Receipt(Noun):
    """The answer to `POST /v1/manifests`. `sha256` is that of the body, in lower-case hex."""

    submission_id: str
    received_at: AwareDatetime
    sha256: str
    replayed: bool = False
    interchange: Interchange = Interchange()
    messages: tuple[MessageReceipt, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether at least one message yielded a manifest."""
        return any(message.status is not MessageStatus.REJECTED for message in self.messages)
