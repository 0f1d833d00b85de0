"""How well a carrier reports: timeliness, completeness, accuracy. Every share is given with what it was divided from and by.

    timeliness     a flight's first passenger list against its scheduled departure; due some minutes before it (a setting)
    completeness   travellers in lists who have each element; reports whose parts all came, and that name as many as they say
    accuracy       findings by code, for 1,000 travellers; check digits; whether those whom closures name had been reported

A flight belongs to the time of its scheduled departure; a message without one, to the time it came. Tests count for nothing.
The figures rest on counts (`api_service.message_facts`) that stay when travellers are purged.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api_service.message_facts import DOCUMENT_NUMBERS_CHECKABLE, DOCUMENT_NUMBERS_WITH_CHECK_DIGIT, ELEMENTS
from schemas.finding_codes import FINDING_CODES
from schemas.schedule import ExpectedFlight
from storage import message_facts
from storage.database import Work
from storage.message_facts import FlightPlace, Scope

_PERCENTILES = (5, 25, 50, 75, 95)
Totals = Mapping[str, Any]


def share(numerator: int, denominator: int) -> dict[str, int | float | None]:
    """A share with its numerator and denominator; None of nothing."""
    value = round(numerator / denominator, 4) if denominator else None
    return {"numerator": numerator, "denominator": denominator, "share": value}


async def quality(work: Work, scope: Scope, expected: Sequence[ExpectedFlight] | None) -> dict[str, Any]:
    """The figures of a carrier. `expected` are its flights by the schedule that should have been reported by now; None =
    nobody imported a schedule."""
    totals, elements = await message_facts.totals(work, scope), await message_facts.element_counts(work, scope)
    return {
        "carrier": scope.carrier,
        "from": scope.since,
        "to": scope.until,
        "messages": _parts_of(totals, "messages", ("accepted", "accepted_with_findings", "rejected")),
        "travellers": totals["travellers"],
        "flights": totals["flights"],
        "timeliness": _timeliness(totals, scope) | {"schedule": await _against_schedule(work, expected)},
        "completeness": _completeness(totals, elements),
        "accuracy": _accuracy(totals, elements, await message_facts.finding_counts(work, scope)),
    }


def _parts_of(totals: Totals, whole: str, parts: Sequence[str]) -> dict[str, Any]:
    """Shares of a whole: `messages_rejected` of `messages`, and so on."""
    return {"total": totals[whole]} | {part: share(totals[f"{whole}_{part}"], totals[whole]) for part in parts}


def _timeliness(totals: Totals, scope: Scope) -> dict[str, Any]:
    timed, in_time, late = totals["flights_timed"], totals["flights_in_time"], totals["flights_late"]
    percentiles = totals["lead_percentiles"] or [None] * len(_PERCENTILES)
    return {
        "due_minutes_before_departure": scope.due_minutes,
        "before_departure": share(in_time + late, timed),
        "in_time": share(in_time, timed),
        "late": share(late, timed),
        "after_departure": share(totals["flights_after_departure"], timed),
        "minutes_before_departure": {f"p{name}": value for name, value in zip(_PERCENTILES, percentiles, strict=True)},
    }


async def _against_schedule(work: Work, expected: Sequence[ExpectedFlight] | None) -> dict[str, Any] | None:
    if expected is None:
        return None
    reported = await message_facts.flight_keys(work, [key for flight in expected for key in flight.flight_keys])
    missing = sum(reported.isdisjoint(flight.flight_keys) for flight in expected)
    return {"reported": share(len(expected) - missing, len(expected)), "missing": share(missing, len(expected))}


def _completeness(totals: Totals, elements: Mapping[str, int]) -> dict[str, Any]:
    asked, flights = totals["travellers_asked"], totals["flights"]
    return {
        "complete_travellers": share(elements.get("complete", 0), asked),
        "elements": {name: share(elements.get(name, 0), asked) for name in ELEMENTS},
        "reports_with_all_parts": share(totals["reports_whole"], totals["reports"]),
        "reports_as_declared": share(totals["reports_as_declared"], totals["reports_declared"]),
        "flights_with_passenger_list": share(totals["flights_listed"], flights),
        "flights_with_crew_list": share(totals["flights_crew_listed"], flights),
        "flights_with_closure": share(totals["flights_closed"], flights),
    }


def _accuracy(totals: Totals, elements: Mapping[str, int], found: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    travellers = totals["travellers"]
    return {
        "findings": [_finding_row(code, counts, travellers) for code, counts in found.items()],
        "document_numbers_ending_in_own_check_digit": share(
            elements.get(DOCUMENT_NUMBERS_WITH_CHECK_DIGIT, 0), elements.get(DOCUMENT_NUMBERS_CHECKABLE, 0)
        ),
        "closures_compared": totals["closures"],
        "named_in_closure_and_reported_before": share(totals["closure_named_known"], totals["closure_named"]),
    }


def _finding_row(code: str, counts: tuple[int, int], travellers: int) -> dict[str, Any]:
    findings, messages = counts
    row = FINDING_CODES.get(code)  # None: a code of an older release, which the figures remember
    return {
        "code": code,
        "severity": row.severity if row else None,
        "fault": row.fault if row else None,
        "findings": findings,
        "messages": messages,
        "per_1000_travellers": round(1000 * findings / travellers, 2) if travellers else None,
    }


async def flights(
    work: Work, scope: Scope, after: FlightPlace | None, rows_max: int
) -> Sequence[tuple[dict[str, Any], FlightPlace]]:
    """The carrier's flights one by one, in the order of their departures, each with its place: counts, nobody."""
    rows = await message_facts.flights(work, scope, after, rows_max)
    return [(_flight_row(row), FlightPlace(row["at"], row["flight_id"])) for row in rows]


def _flight_row(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("flight_id", "flight_key", "departure_port", "arrival_port", "scheduled_departure", "first_list_at", "timeliness")
    named = row["closure_named"]
    return {name: row[name] for name in kept} | {
        "minutes_before_departure": row["lead"],
        **{name: row[name] for name in ("messages", "passenger_lists", "crew_lists", "closures", "cancelled", "declared")},
        "complete_travellers": share(row["travellers_complete"], row["travellers_asked"]),
        "named_in_closure_and_reported_before": None if named is None else share(row["closure_named_known"], named),
        "findings": orjson.loads(row["findings"]),
    }
