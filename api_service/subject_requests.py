"""Use case: somebody asks what is held on him, or says that it is wrong. Each step leaves a line in the audit trail.

    received --find/export--> in_progress --decide--> answered | refused

An export is everything: every mention in every message still held, alerts with their history, suppressions, corrections, and
who looked. What stands on a list belongs to the list: it is in the export only where a supervisor decided so, with a reason.

Correcting never rewrites what a carrier sent, which is evidence of what was sent. It is annotated beside it; an alert, which
is ours, is corrected itself: a new version, with who, why and what it was before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import orjson

from api_service import problems
from api_service.audit_trail import seen
from api_service.authentication import Principal
from api_service.context import AppContext
from api_service.traveller_search import merged
from schemas.alert import Alert, HistoryEntry
from storage import alert_rows, audit, held_travellers, outbox, subject_requests
from storage.database import Work
from storage.held_travellers import Found, Sought
from storage.subject_requests import Correction, NewRequest

TERM = timedelta(days=30)
"""One month to answer (the data protection laws' usual term), counted short."""
ACCESSES_SINCE = timedelta(days=400)
OPEN = frozenset({"received", "in_progress"})
CORRECTABLE = frozenset({"surname", "given_names", "birth_date", "sex", "nationality"})
"""Fields of a traveller that may be corrected in an alert; anything may be annotated."""
WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class CorrectionOrder:
    """What is wrong, about whom, and what it should be. `alert_id`: correct this alert; None: annotate the traveller."""

    flight_id: str
    traveller_id: str
    field: str
    value: str | None
    reason: str
    alert_id: str | None = None


async def receive(context: AppContext, who: Principal, kind: str, told: Mapping[str, Any]) -> str:
    """Register a request; its id. `told`: reference, identity, subject."""
    now, request_id = context.clock(), f"dsr_{token_hex(10)}"
    request = NewRequest(request_id, kind, told["reference"], told["identity"], told["subject"], now, now + TERM, who.key_id)
    async with context.database.unit_of_work() as work:
        await subject_requests.add(work, request)
        await _log(work, context, who, ("received", request_id), {"kind": kind, "reference": request.reference})
    return request_id


async def held(context: AppContext, request: Mapping[str, Any]) -> Found:
    """Everything held that fits the person: by name (and birth date, where both are known), and by document."""
    subject = request["subject"]
    if subject is None:
        raise problems.ConflictError("Who asked was forgotten: the request was closed long ago.")
    found = [await held_travellers.find(context.database, Sought(words)) for words in _ways(subject)]
    mentions = {(one.manifest_id, orjson.dumps(dict(one.traveller))): one for each in found for one in each.mentions}
    alerts = {alert["alert_id"]: alert for each in found for alert in each.alerts}
    return Found(
        [one for one in mentions.values() if _is(one.traveller, subject)],
        [alert for alert in alerts.values() if _is(alert["traveller"], subject)],
        max(each.looked_through for each in found),
        all(each.complete for each in found),
    )


def _ways(subject: Mapping[str, Any]) -> list[Sequence[str]]:
    name = " ".join(filter(None, (subject.get("surname"), subject.get("given_names")))).upper()
    number = (subject.get("document_number") or "").upper().replace(" ", "")
    return [words for words in (tuple(name.replace("-", " ").split()), (number,) if number else ()) if words]


def _is(traveller: Mapping[str, Any], subject: Mapping[str, Any]) -> bool:
    """Not somebody of the same name who was certainly born on another day."""
    born, asked = traveller.get("birth_date"), subject.get("birth_date")
    return not born or not asked or born.startswith(asked) or asked.startswith(born)


async def find(context: AppContext, who: Principal, request_id: str) -> dict[str, Any]:
    """Who of those held is the person, for the one who answers to look at. Raises NotFoundError, ConflictError."""
    request = await _open(context, request_id)
    found = await held(context, request)
    people = merged(found)
    travellers = [one["traveller_id"] for one in people]
    async with context.database.unit_of_work() as work:
        await subject_requests.start(work, request_id)
        await _log(work, context, who, ("found", request_id), {"travellers": travellers})
    return {"items": people, "looked_through": found.looked_through, "complete": found.complete}


async def export(context: AppContext, who: Principal, request_id: str) -> bytes:
    """Everything held on the person, as one JSON object. Raises NotFoundError, ConflictError."""
    request = await _open(context, request_id)
    found, now = await held(context, request), context.clock()
    alert_ids = [alert["alert_id"] for alert in found.alerts]
    travellers = sorted({str(one["traveller_id"]) for one in merged(found)})
    async with context.database.unit_of_work() as work:
        rest = await subject_requests.beside(work, request_id, (alert_ids, travellers), now - ACCESSES_SINCE)
        await subject_requests.start(work, request_id)
        details = {"travellers": travellers, "alerts": len(alert_ids), "lists": request["lists"]}
        await _log(work, context, who, ("exported", request_id), details)
    bundle = {
        "request": {name: request[name] for name in ("request_id", "kind", "reference", "received_at", "subject")},
        "generated_at": now,
        "complete": found.complete,
        "travellers": _mentions(found),
        "alerts": [_disclosed(alert, lists=request["lists"]) for alert in found.alerts],
        **rest,
    }
    return orjson.dumps(bundle)


def _mentions(found: Found) -> list[dict[str, Any]]:
    names = ("flight_id", "flight_key", "manifest_id", "submission_id", "received_at", "traveller")
    return [{name: getattr(one, name) for name in names} for one in found.mentions]


def _disclosed(alert: Mapping[str, Any], *, lists: bool) -> dict[str, Any]:
    """An alert for its traveller: what the list says of a record only where that was decided."""
    if lists:
        return dict(alert)
    rest = {name: value for name, value in alert.items() if name not in ("record", "other_records", "evidence", "lanes")}
    return rest | {"record": WITHHELD, "other_records": WITHHELD, "evidence": WITHHELD, "lanes": WITHHELD}


async def decide(context: AppContext, who: Principal, request_id: str, decision: str, reason: str) -> None:
    """`answer`, `refuse` or `disclose_lists`, with a reason. Raises NotFoundError, ConflictError."""
    async with context.database.unit_of_work() as work:
        await _locked(work, request_id)
        if decision == "disclose_lists":
            await subject_requests.disclose_lists(work, request_id)
        else:
            state = {"answer": "answered", "refuse": "refused"}[decision]
            await subject_requests.decide(work, request_id, state, context.clock(), (who.key_id, reason))
        await _log(work, context, who, (decision, request_id), {"reason": reason})


async def correct(context: AppContext, who: Principal, request_id: str, order: CorrectionOrder) -> Correction:
    """Annotate a traveller, or correct an alert. Raises NotFoundError, ConflictError, InvalidRequestError."""
    now = context.clock()
    async with context.database.unit_of_work() as work:
        await _locked(work, request_id)
        was = None if order.alert_id is None else await _corrected(work, order, (who.key_id, request_id), now)
        about = (order.alert_id, order.flight_id, order.traveller_id, order.field, was, order.value)
        correction = Correction(f"cor_{token_hex(10)}", request_id, *about, order.reason, now, who.key_id)
        await subject_requests.add_correction(work, correction)
        await subject_requests.start(work, request_id)
        details = {"field": order.field, "alert_id": order.alert_id, "travellers": [order.traveller_id]}
        await _log(work, context, who, ("corrected", request_id), details)
    return correction


async def _corrected(work: Work, order: CorrectionOrder, author: tuple[str, str], now: datetime) -> str | None:
    """Correct the alert; what the field said before."""
    assert order.alert_id is not None
    alert = await alert_rows.load(work, order.alert_id, for_update=True)
    if alert is None or alert.traveller.traveller_id != order.traveller_id:
        raise problems.NotFoundError("There is no such alert about this traveller.")
    if order.field not in CORRECTABLE:
        raise problems.InvalidRequestError(f"In an alert these may be corrected: {', '.join(sorted(CORRECTABLE))}.")
    after = _with_field(alert, order, author, now)
    await subject_requests.correct_alert(work, after)
    await outbox.publish_alert(work, after)
    details = {"version": after.version, "field": order.field, "request_id": author[1]}
    await audit.append(work, audit.Line(now, author[0], "alert.corrected", "alert", alert.alert_id, details))
    was = getattr(alert.traveller, order.field)
    return None if was is None else str(was)


def _with_field(alert: Alert, order: CorrectionOrder, author: tuple[str, str], now: datetime) -> Alert:
    by, request_id = author
    entry = {
        "at": now,
        "by": by,
        "command": "correct",
        "from": alert.state,
        "to": alert.state,
        "reason_code": "subject_request",
    }
    entry |= {"comment": request_id}
    try:
        traveller = type(alert.traveller).model_validate(alert.traveller.model_dump() | {order.field: order.value})
    except ValueError:
        raise problems.InvalidRequestError("The value does not fit the field.") from None
    history = (*alert.history, HistoryEntry.model_validate(entry))
    return alert.model_copy(
        update={"traveller": traveller, "version": alert.version + 1, "updated_at": now, "history": history}
    )


async def _open(context: AppContext, request_id: str) -> dict[str, Any]:
    async with context.database.reading() as work:
        return _checked(await subject_requests.find(work, request_id))


async def _locked(work: Work, request_id: str) -> dict[str, Any]:
    return _checked(await subject_requests.find(work, request_id, for_update=True))


def _checked(request: dict[str, Any] | None, states: Iterable[str] = OPEN) -> dict[str, Any]:
    if request is None:
        raise problems.NotFoundError("There is no such request.")
    if request["state"] not in states:
        raise problems.ConflictError("This request is closed.", {"state": request["state"]})
    return request


async def view(context: AppContext, who: Principal, request_id: str) -> dict[str, Any]:
    """One request. Raises NotFoundError."""
    async with context.database.reading() as work:
        request = await subject_requests.find(work, request_id)
    if request is None:
        raise problems.NotFoundError("There is no such request.")
    await seen(context, who, "subject_request.view", ("subject_request", request_id), {})
    return request


async def _log(work: Work, context: AppContext, who: Principal, step: tuple[str, str], details: Mapping[str, object]) -> None:
    action, request_id = step
    line = audit.Line(context.clock(), who.key_id, f"subject_request.{action}", "subject_request", request_id, details)
    await audit.append(work, line)
