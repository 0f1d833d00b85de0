"""What every door hands out: one message, read."""

from dataclasses import dataclass, field

from parsers.edifact.events import GroupHeader, InterchangeHeader
from parsers.edifact.segment import Elements
from schemas.finding import Finding
from schemas.manifest import Function, Manifest
from schemas.receipt import Interchange


@dataclass(frozen=True, slots=True)
class Origin:
    """The envelope around a message as it was sent: what an answer has to repeat.

    `number` counts the interchanges of the body from 0. `header` are the elements of UNH, empty where it is missing; None for
    an item that stands for no message at all. `opening` are the segments before the first person, taken apart: only where the
    sender asked for a result (`parsers.cusres.opening`).
    """

    number: int
    interchange: InterchangeHeader | None = None
    group: GroupHeader | None = None
    header: Elements | None = None
    opening: tuple[Elements, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """One message of a submission, or the word that there was none.

    `manifest` is None where the message was refused; `findings` then say why. They are those of the manifest, where there is
    one. `index` counts from 0 within the submission. `function` is known for some refused messages too. `origin` is None for
    what was no EDIFACT.
    """

    manifest: Manifest | None
    findings: tuple[Finding, ...]
    index: int = 0
    message_reference: str | None = None
    message_type: str | None = None
    function: Function | None = None
    interchange: Interchange = field(default_factory=Interchange)
    origin: Origin | None = None
