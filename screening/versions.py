"""Which version of a traveller this is: the content of what screening reads, hashed."""

from schemas.identifiers import derive
from schemas.traveller import Traveller


def traveller_version_id(traveller: Traveller) -> str:
    """A changed name, birth, sex, nationality or document is a new version; a changed seat is not. Documents in any order."""
    documents = sorted("\x1f".join((d.type or "", d.number or "", d.issuing_country or "")) for d in traveller.documents)
    read = (
        traveller.surname,
        traveller.given_names,
        traveller.birth_date,
        traveller.birth_place,
        traveller.sex.value,
        traveller.nationality,
    )
    return derive("tvr", traveller.traveller_id, *(value or "" for value in read), *documents)
