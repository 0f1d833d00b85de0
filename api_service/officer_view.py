"""What a border police officer sees of an alert: whom to look for and what to do, not why, nor on whose list.

The tables below name what is shown. A field added to the alert tomorrow is hidden until somebody lists it here: forgetting
costs an officer a detail, never a listed person's secret.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from api_service.wording import instruction_for
from schemas.alert import Queue
from schemas.evidence import Lane
from schemas.watchlist import Action, ListKind

ALERT_FIELDS = (
    *("alert_id", "schema_version", "version", "state", "awaiting_approval", "severity", "lanes", "score", "band"),
    *("created_at", "updated_at", "due_at", "purge_at", "assignee", "queue", "escalation", "flight", "traveller"),
    *("matcher_version", "list_version", "manifest_id", "supersedes"),
)
"""As they are. Left out: `evidence` (it quotes the record and may name the list)."""
RECORD_FIELDS = (
    *("list_kind", "record_id", "record_version", "action", "severity", "names", "birth_dates", "birth_place", "sex"),
    *("nationalities", "documents", "warnings"),
)
"""Left out: `reason`, `category`, the list, its authority and legal basis, the readmission case (its kind is told in the
`instruction`, so that whoever comes home is not met as somebody who is sought)."""
PROTECTION_RECORD_FIELDS = tuple(name for name in RECORD_FIELDS if name != "warnings")
"""Of somebody to be protected. A warning is written for other people, and might say why."""
HISTORY_FIELDS = ("at", "by", "command", "from", "to")
DISPOSITION_FIELDS = ("at", "by", "decision", "outcome")
"""Left out: what analysts write to each other about the reasons."""

_Json = Mapping[str, Any]


def officer_view(alert: _Json) -> dict[str, Any]:
    """The alert (as JSON) without what an officer must not see."""
    disposition = alert.get("disposition")
    return {
        **_only(alert, ALERT_FIELDS),
        **(_protection(alert) if alert.get("queue") == Queue.PROTECTION else _standard(alert)),
        "evidence": [],
        "disposition": disposition and _only(disposition, DISPOSITION_FIELDS),
        "history": [_only(entry, HISTORY_FIELDS) for entry in alert["history"]],
    }


def _standard(alert: _Json) -> dict[str, Any]:
    return {
        "instruction": instruction_for(alert["record"].get("action"), alert["record"].get("readmission")),
        "record": _only(alert["record"], RECORD_FIELDS),
        "other_records": [_only(record, RECORD_FIELDS) for record in alert["other_records"]],
    }


def _protection(alert: _Json) -> dict[str, Any]:
    """Whom to call, not why. Only what asks for protection is shown: whoever is a victim is met as one, whatever other lists
    say (analysts see those, and decide)."""
    records = [record for record in (alert["record"], *alert["other_records"]) if record.get("action") == Action.PROTECT]
    first, *others = [_only(record, PROTECTION_RECORD_FIELDS) for record in records or [alert["record"]]]
    port = alert["flight"].get("arrival_port")
    return {
        "instruction": instruction_for(Action.PROTECT),
        "lanes": _lanes(alert["lanes"], [first, *others]),
        "contacts": None if port is None else f"/v1/ports/{port}/protection-contacts",
        "record": first,
        "other_records": others,
    }


def _lanes(lanes: Sequence[str], shown: Iterable[_Json]) -> list[str]:
    """How the person was found. That she is on a list of readmission cases is nobody's business at the gate, unless it is that
    list that asks to protect her."""
    kinds = {record.get("list_kind") for record in shown}
    return [lane for lane in lanes if lane != Lane.READMISSION or ListKind.READMISSION in kinds]


def officer_json(payload: str) -> bytes:
    """The same from JSON to JSON."""
    return orjson.dumps(officer_view(orjson.loads(payload)))


def _only(value: _Json, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value}
