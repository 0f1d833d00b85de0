"""What a PAXLST says, read as a whole: for tests of single statements."""

from parsers import ReadMessage, read_manifests
from schemas.manifest import Manifest


def codes(one: ReadMessage) -> list[str]:
    """The codes of its findings."""
    return [found.code for found in one.findings]


def only(data: bytes) -> tuple[Manifest, list[str]]:
    """Its only manifest, and the codes found."""
    (one,) = read_manifests(data)
    assert one.manifest is not None, codes(one)
    return one.manifest, codes(one)
