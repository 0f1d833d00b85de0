"""What every door hands out: one message, read."""

from dataclasses import dataclass, field

from schemas.finding import Finding
from schemas.manifest import Function, Manifest
from schemas.receipt import Interchange


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """One message of a submission, or the word that there was none.

    `manifest` is None where the message was refused; `findings` then say why. They are those of the manifest, where there is
    one. `index` counts from 0 within the submission. `function` is known for some refused messages too.
    """

    manifest: Manifest | None
    findings: tuple[Finding, ...]
    index: int = 0
    message_reference: str | None = None
    message_type: str | None = None
    function: Function | None = None
    interchange: Interchange = field(default_factory=Interchange)
