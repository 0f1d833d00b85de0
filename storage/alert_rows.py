"""Alerts as rows: the one place where an alert becomes columns, so that columns and body never disagree.

Rows travel as one JSON array, whatever their number: a batch is a round trip.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from schemas.alert import Alert, AlertState, Command
from schemas.alert_clocks import next_escalation_at
from schemas.alert_step import signatures
from storage.database import Work
from storage.json_text import json_text
from storage.sql import queries

_DESIGNATOR = re.compile(r"([A-Z0-9]{2}[A-Z]?)\d{1,4}[A-Z]?")


class StaleAlertError(Exception):
    """An alert changed between reading and writing; nothing was written. Whoever locks it first never sees this."""


async def load(work: Work, alert_id: str, for_update: bool = False) -> Alert | None:
    """One alert; `for_update` keeps others from changing it until the transaction ends."""
    body = await work.fetchval(queries("alert_rows")["load_for_update" if for_update else "load"], alert_id)
    return None if body is None else Alert.model_validate_json(body)


async def lock_all(work: Work, alert_ids: Sequence[str]) -> dict[str, Alert]:
    """Those of these alerts that exist, locked until the transaction ends."""
    rows = await work.fetch(queries("alert_rows")["lock_all"], list(alert_ids))
    alerts = [Alert.model_validate_json(row["body"]) for row in rows]
    return {alert.alert_id: alert for alert in alerts}


async def insert_all(work: Work, alerts: Sequence[Alert]) -> set[str]:
    """Write new alerts; returns the ids of those that did not exist."""
    rows = await work.fetch(queries("alert_rows")["insert_all"], json_text([alert_row(alert) for alert in alerts]))
    return {row["alert_id"] for row in rows}


async def save(work: Work, alert: Alert, expected_version: int) -> None:
    """Write a changed alert over its version `expected_version`. Raises StaleAlertError."""
    await save_all(work, [alert], {alert.alert_id: expected_version})


async def save_all(work: Work, alerts: Sequence[Alert], expected_versions: Mapping[str, int]) -> None:
    """Write changed alerts over their expected versions, all or none. Raises StaleAlertError."""
    rows = json_text([alert_row(alert) for alert in alerts])
    saved = await work.fetch(queries("alert_rows")["update_all"], rows, json_text(dict(expected_versions)))
    if len(saved) != len(alerts):
        raise StaleAlertError(f"{len(alerts) - len(saved)} alert(s) changed meanwhile")


def alert_row(alert: Alert) -> dict[str, object]:
    """The columns of `alerts`, by name, ready for JSON."""
    columns = _columns_of_state(alert) | _columns_of_clocks(alert) | _columns_of_subject(alert)
    return columns | {"body": orjson.Fragment(alert.model_dump_json())}


def _columns_of_state(alert: Alert) -> dict[str, object]:
    signed = signatures(alert)
    return {
        "alert_id": alert.alert_id,
        "version": alert.version,
        "state": alert.state,
        "severity": alert.severity,
        "band": alert.band,
        "lanes": alert.lanes,
        "score": alert.score,
        "awaiting_approval": alert.awaiting_approval,
        "confirmed_by": signed.confirmed_by,
        "approved_by": signed.approved_by,
        "assignee": alert.assignee,
        "created_at": alert.created_at,
        "updated_at": alert.updated_at,
        "due_at": alert.due_at,
        "purge_at": alert.purge_at,
    }


_DECIDED = frozenset({AlertState.NO_MATCH, AlertState.CLOSED})


def _columns_of_clocks(alert: Alert) -> dict[str, object]:
    disposition = alert.disposition if alert.state in _DECIDED else None
    return {
        "queue": alert.queue,
        "escalation": alert.escalation,
        "next_escalation_at": next_escalation_at(alert),
        "handed_over_at": _handed_over_at(alert),
        "outcome": None if disposition is None else disposition.outcome,
        "decided_at": None if disposition is None else disposition.at,
    }


_OWED = frozenset({AlertState.HANDED_OVER, AlertState.ACKNOWLEDGED})


def _handed_over_at(alert: Alert) -> datetime | None:
    if alert.state not in _OWED:
        return None
    return max((entry.at for entry in alert.history if entry.command == Command.HAND_OVER), default=alert.updated_at)


def _columns_of_subject(alert: Alert) -> dict[str, object]:
    flight, traveller, record = alert.flight, alert.traveller, alert.record
    return {
        "flight_id": flight.flight_id,
        "flight_key": flight.flight_key,
        "carrier": _carrier(flight.designator),
        "departure_port": flight.departure_port,
        "arrival_port": flight.arrival_port,
        "scheduled_departure": flight.scheduled_departure,
        "scheduled_arrival": flight.scheduled_arrival,
        "nationality": traveller.nationality,
        "traveller_id": traveller.traveller_id,
        "traveller_version_id": traveller.version_id,
        "traveller_version": traveller.version,
        "traveller_name": " ".join(filter(None, (traveller.surname, traveller.given_names))).upper(),
        "list_id": record.list_id,
        "record_id": record.record_id,
        "record_version": record.record_version,
        "other_records": [[one.list_id, one.record_id, one.record_version] for one in alert.other_records],
        "matcher_version": alert.matcher_version,
        "manifest_id": alert.manifest_id,
    }


def _carrier(designator: str | None) -> str | None:
    """`OR` of `OR260`, `WZZ` of `WZZ12A`, `3O` of `3O123`."""
    match = _DESIGNATOR.fullmatch(designator or "")
    return match[1] if match else None
