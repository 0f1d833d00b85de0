"""Which version of a traveller this is: the content of what screening reads, hashed (`schemas.flight_life`)."""

from schemas.flight_life import content_id, version_id
from schemas.traveller import Traveller


def traveller_version_id(traveller: Traveller) -> str:
    """A changed name, birth, sex, nationality or document is a new version; a changed seat is not. Documents in any order."""
    return version_id(traveller.traveller_id, content_id(traveller))
