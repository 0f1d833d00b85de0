"""Use case: somebody looks for a person in what is held. Narrow, for a named purpose, and never unnoticed.

Who searches says why, from a closed list. A search that would find a crowd is refused: that is trawling, and nobody's purpose
needs it. The audit trail keeps the purpose, the words as a keyed hash, how many were found and who (by identifiers that hold
no name).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api_service.audit_trail import seen
from api_service.authentication import Principal
from api_service.context import AppContext
from api_service.problems import InvalidRequestError
from storage import held_travellers
from storage.held_travellers import Found, Sought

LETTERS_MIN = 3
"""Of each word: two letters begin the name of half the world."""
WORDS_MAX = 6
TRAVELLERS_MAX = 50
"""Found at most; more is a crowd."""
_WILDCARDS = frozenset("%_*?\\")


class Purpose(StrEnum):
    """Why somebody may search. `legal_order` and `other` need a note (a reference, a reason)."""

    BORDER_CHECK = "border_check"
    ALERT_REVIEW = "alert_review"
    SUBJECT_REQUEST = "subject_request"
    LEGAL_ORDER = "legal_order"
    DATA_QUALITY = "data_quality"
    OTHER = "other"


_NOTED = frozenset({Purpose.LEGAL_ORDER, Purpose.OTHER})


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought and why. `flight`, `port`: only there."""

    q: str
    purpose: Purpose
    note: str | None = None
    flight: str | None = None
    port: str | None = None


async def search(context: AppContext, who: Principal, wanted: Search) -> tuple[list[dict[str, Any]], Found]:
    """Travellers found, each once a flight, the newest first. Raises InvalidRequestError, StoreUnavailableError."""
    words = words_of(wanted.q)
    _check_note(wanted, words)
    found = await held_travellers.find(context.database, Sought(words, wanted.flight, wanted.port))
    people = merged(found)
    details = {
        "purpose": wanted.purpose.value,
        "note": wanted.note,
        "searched": context.audit_key.hidden(" ".join(words)),
        "narrowed": sorted(name for name in ("flight", "port") if getattr(wanted, name)),
        "found": len(people),
        "travellers": [one["traveller_id"] for one in people[:TRAVELLERS_MAX]],
    }
    await seen(context, who, "traveller.search", ("traveller", "*"), details)
    if len(people) > TRAVELLERS_MAX:
        raise InvalidRequestError(f"More than {TRAVELLERS_MAX} people fit; name the flight or port, or more of the person.")
    return people, found


def words_of(q: str) -> Sequence[str]:
    """The words of a search. Raises InvalidRequestError for what would be trawling."""
    words = tuple(q.upper().split())
    if not words or len(words) > WORDS_MAX or any(len(word) < LETTERS_MIN for word in words):
        raise InvalidRequestError(f"Search for 1 to {WORDS_MAX} words of at least {LETTERS_MIN} letters each.")
    if any(_WILDCARDS.intersection(word) for word in words):
        raise InvalidRequestError("There are no wildcards: a word finds the names that begin with it.")
    return words


def _check_note(wanted: Search, words: Iterable[str]) -> None:
    if wanted.purpose in _NOTED and not (wanted.note or "").strip():
        raise InvalidRequestError("This purpose needs a note: a reference, or the reason.")
    if wanted.note and any(word in wanted.note.upper() for word in words):
        raise InvalidRequestError("The note goes to the audit trail: it must not repeat whom you search.")


def merged(found: Found) -> list[dict[str, Any]]:
    """Mentions and alerts of one traveller of one flight as one item, as the newest message has him."""
    people: dict[tuple[str, str], dict[str, Any]] = {}
    for mention in found.mentions:
        flight = {"flight_id": mention.flight_id, "flight_key": mention.flight_key}
        item = _item(people, mention.traveller, flight)
        item["manifest_ids"].append(mention.manifest_id)
        item["last_received_at"] = max(filter(None, (item["last_received_at"], mention.received_at)))
    for alert in found.alerts:
        flight = {name: alert["flight"][name] for name in ("flight_id", "flight_key")}
        _item(people, alert["traveller"], flight)["alert_ids"].append(alert["alert_id"])
    return list(people.values())


def _item(
    people: dict[tuple[str, str], dict[str, Any]], traveller: Mapping[str, Any], flight: Mapping[str, str]
) -> dict[str, Any]:
    new: dict[str, Any] = {"traveller_id": traveller["traveller_id"], "traveller": traveller, "flight": flight}
    new |= {"manifest_ids": [], "alert_ids": [], "last_received_at": None}
    return people.setdefault((flight["flight_id"], traveller["traveller_id"]), new)
