"""What a suppression remembers a traveller by: each document, and the name with the full birth date. Hashes, not values."""

from schemas.identifiers import derive
from schemas.traveller import Traveller
from screening.features.documents import ReadDocument, read_document
from screening.normalise import words

FULL_DATE_CHARACTERS = 10


def suppression_fingerprints(traveller: Traveller) -> frozenset[str]:
    """One per document, and one of name with birth date where both are whole; empty where nothing identifies the traveller.

    A change of one character in either makes another fingerprint: a suppression is narrow and re-arms by itself.
    """
    read = (read_document(one.type, one.number, one.issuing_country) for one in traveller.documents)
    found = {_of_document(document) for document in read if document is not None and document.issuer}
    name = words(traveller.surname), words(traveller.given_names)
    if any(name) and traveller.birth_date and len(traveller.birth_date) == FULL_DATE_CHARACTERS:
        found.add(derive("fgp", "name", " ".join(name[0]), " ".join(name[1]), traveller.birth_date))
    return frozenset(found)


def _of_document(document: ReadDocument) -> str:
    return derive("fgp", "document", document.kind, document.number, document.issuer)
