"""What a suppression remembers a traveller by: each document, and the name with the full birth date. Hashes, not values.

Where both the traveller who was cleared and the one who comes now show documents, one of them has to be the same: somebody else
may bear the name and the birth date of the cleared one, and be the very person who is listed. Name with birth date counts only
where one of the two showed no document.
"""

from schemas.identifiers import derive
from schemas.traveller import Traveller
from screening.features.documents import ReadDocument, read_document
from screening.normalise import words

FULL_DATE_CHARACTERS = 10
_DOCUMENT, _NAME = "fgd", "fgn"
"""How fingerprints of each kind begin."""


def suppression_fingerprints(traveller: Traveller) -> frozenset[str]:
    """One per document, and one of name with birth date where both are whole; empty where nothing identifies the traveller.

    A change of one character in either makes another fingerprint: a suppression is narrow and re-arms by itself.
    """
    read = (read_document(one.type, one.number, one.issuing_country) for one in traveller.documents)
    found = {_of_document(document) for document in read if document is not None and document.issuer}
    name = words(traveller.surname), words(traveller.given_names)
    if any(name) and traveller.birth_date and len(traveller.birth_date) == FULL_DATE_CHARACTERS:
        found.add(derive(_NAME, " ".join(name[0]), " ".join(name[1]), traveller.birth_date))
    return frozenset(found)


def same_traveller(remembered: frozenset[str], shown: frozenset[str]) -> bool:
    """Whether whoever shows these fingerprints is the one whom a suppression remembers by those."""
    documents = [{one for one in each if one.startswith(_DOCUMENT)} for each in (remembered, shown)]
    if all(documents):
        return not documents[0].isdisjoint(documents[1])
    return not remembered.isdisjoint(shown)


def _of_document(document: ReadDocument) -> str:
    return derive(_DOCUMENT, document.kind, document.number, document.issuer)
