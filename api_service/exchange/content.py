"""What a document holds: groups of fields that an agreement names, and nothing of which it says nothing.

The tables name what is shared. A field added to records tomorrow is not shared until somebody lists it here.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from schemas.alert import Alert, AlertState, Outcome
from schemas.watchlist import Action, Record

RECORD_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "identity": ("names", "birth_dates", "birth_place", "sex", "nationalities"),
        "documents": ("documents",),
        "measure": ("category", "action", "severity", "warnings"),
        "grounds": ("reason", "authority", "legal_basis"),
        "readmission": ("readmission",),
    }
)
TRAVELLER_FIELDS = ("surname", "given_names", "sex", "birth_date", "nationality")
FLIGHT_FIELDS = ("flight_key", "designator", "departure_port", "arrival_port", "scheduled_departure", "scheduled_arrival")
CASE_GROUPS = ("traveller", "travel_documents", "flight", "outcome")
GROUPS = (*RECORD_GROUPS, *CASE_GROUPS)
ALWAYS = ("record_id", "valid_from", "expires_at")
"""Without these nobody could speak of the record, or knew when to forget it."""

SHARED_STATES = frozenset({AlertState.CONFIRMED, AlertState.HANDED_OVER, AlertState.ACKNOWLEDGED, AlertState.CLOSED})
_NOT_SHARED_OUTCOMES = frozenset({Outcome.WRONG_PERSON, Outcome.PROTECTION_REFERRAL})


def record_content(record: Record, shares: Iterable[str]) -> dict[str, Any]:
    """The record as it is shared."""
    whole = orjson.loads(record.model_dump_json())
    names = [*ALWAYS, *(name for group in shares for name in RECORD_GROUPS.get(group, ()))]
    return {name: whole[name] for name in names}


def record_fault(record: Record) -> str:
    """Why a record is never shared; "" where it may be."""
    return "Records that ask to protect somebody are not shared." if record.action is Action.PROTECT else ""


def case_fault(alert: Alert) -> str:
    """Why a case is not shared; "" where it may be."""
    if alert.state not in SHARED_STATES:
        return "Only a case that people have confirmed is shared."
    if alert.disposition is not None and alert.disposition.outcome in _NOT_SHARED_OUTCOMES:
        return "This case ended in a way that is not shared."
    return record_fault(alert.record)


def case_content(alert: Alert, shares: Iterable[str]) -> dict[str, Any]:
    """The case as it is shared: the record's part of it, and what the groups of cases add."""
    shares = tuple(shares)
    whole = orjson.loads(alert.model_dump_json())
    outcome = alert.disposition.outcome if alert.disposition is not None else None
    groups = {
        "traveller": {name: whole["traveller"][name] for name in TRAVELLER_FIELDS},
        "travel_documents": whole["traveller"]["documents"],
        "flight": {name: whole["flight"][name] for name in FLIGHT_FIELDS},
        "outcome": {"state": alert.state.value, "outcome": outcome},
    }
    shared = {name: value for name, value in groups.items() if name in shares}
    return {"alert_id": alert.alert_id, "record": record_content(Record.model_validate(_record(whole)), shares), **shared}


def _record(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {name: whole["record"][name] for name in Record.model_fields}


def beyond(kind: str, content: Mapping[str, Any], shares: Iterable[str]) -> bool:
    """Whether a document holds more than was agreed."""
    shares = frozenset(shares)
    allowed = {*ALWAYS, *(name for group in shares for name in RECORD_GROUPS.get(group, ()))}
    if kind == "record":
        return not content.keys() <= allowed
    record = content.get("record")
    return not isinstance(record, dict) or not record.keys() <= allowed or not content.keys() <= {"alert_id", "record", *shares}
