"""Who a traveller is, from one message to the next.

The strongest thing the message says: the sender's own passenger reference (ABO); else the first document that has a number;
else name and birth date with the booking. Families share a booking, so it never stands alone unless nothing else was sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.identifiers import traveller_ids

_SEPARATOR = "\x1f"  # cannot occur in a value that was read: control bytes are dropped


def identities(person: Mapping[str, Any]) -> Iterator[str]:
    """Every identity of this traveller (fields of `schemas.traveller.Traveller`), strongest first; the last always exists."""
    references: Mapping[str, Any] = person.get("references") or {}
    if passenger := references.get("passenger"):
        yield f"ABO{_SEPARATOR}{passenger.upper()}"
    for document in person.get("documents") or ():
        if document.get("number"):
            yield _of_document(document)
            break
    names = (person.get("surname") or "", person.get("given_names") or "", person.get("birth_date") or "")
    yield _SEPARATOR.join(("NAME", *names, references.get("booking") or "")).upper()


def _of_document(document: Mapping[str, str | None]) -> str:
    kind, issuer = (document.get("type") or "")[:1], document.get("issuing_country") or ""
    return f"DOC{_SEPARATOR}{kind}{_SEPARATOR}{document['number']}{_SEPARATOR}{issuer}"


def assign_ids(flight_key: str, people: Sequence[dict[str, Any]]) -> list[int]:
    """Set `traveller_id` of every person; two people of one message never share one.

    Whoever comes second with a strong identity is named by the next weaker one; whoever has nothing of his own left gets an
    ordinal. Returns the positions of all who did not get their strongest.
    """
    taken: dict[str, None] = {}
    repeated = []
    for position, person in enumerate(people):
        identity = _strongest(person)
        if identity in taken:
            identity = _unique(person, taken)
            repeated.append(position)
        taken[identity] = None
    for person, name in zip(people, traveller_ids(flight_key, taken), strict=True):
        person["traveller_id"] = name
    return repeated


def _strongest(person: Mapping[str, Any]) -> str:
    """The first of `identities`, which is nearly always the only one that is needed."""
    documents = person.get("documents")
    if documents and "passenger" not in (person.get("references") or ()) and documents[0].get("number"):
        return _of_document(documents[0])
    return next(identities(person))


def _unique(person: Mapping[str, Any], taken: Mapping[str, None]) -> str:
    """The strongest identity that nobody has yet, else the weakest with an ordinal."""
    identity = ""
    for identity in identities(person):
        if identity not in taken:
            return identity
    unique, ordinal = f"{identity}{_SEPARATOR}2", 3
    while unique in taken:
        unique = f"{identity}{_SEPARATOR}{ordinal + len(taken)}"
        ordinal += 1
    return unique
