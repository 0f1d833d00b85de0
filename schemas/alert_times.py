"""An alert follows its flight: where somebody says that it is late, or early, times, due time and clocks are those it has now.

The due time is worked out as if the flight had always been known to arrive then, so that a delay gives no more time than the
severity allows, and whatever stages of a clock were told before stay told. It is not moved into the past: who has to decide at
once is told that it is due now.
"""

from datetime import datetime

from schemas.alert import Alert, Command
from schemas.alert_clocks import RUNNING, Clock, DueTerms, wound_up_at
from schemas.alert_step import MACHINE, Step, advance
from schemas.flight_times import FlightTimes

FLIGHT_TIMES_CHANGED = "flight_times_changed"
"""Reason code of the step."""


def rescheduled(alert: Alert, times: FlightTimes, terms: DueTerms, now: datetime) -> Alert | None:
    """The alert with its flight's times as they are now; None where nothing changes, or nobody waits for it any more."""
    known = FlightTimes(alert.flight.scheduled_departure, alert.flight.scheduled_arrival)
    later = times.over(known)
    if later == known:
        return None
    flight = alert.flight.model_copy(update={"scheduled_departure": later.departure, "scheduled_arrival": later.arrival})
    step = Step(
        Command.RESCHEDULE,
        MACHINE,
        now,
        FLIGHT_TIMES_CHANGED,
        f"departure {_moved(known.departure, later.departure)}, arrival {_moved(known.arrival, later.arrival)}",
        due_at=_due_at(alert, later.arrival, terms, now),
        flight=flight,
    )
    return advance(alert, step)


def _due_at(alert: Alert, arrival: datetime | None, terms: DueTerms, now: datetime) -> datetime | None:
    if alert.state not in RUNNING[Clock.DUE]:
        return alert.due_at
    due = terms.due_at(alert.queue, alert.severity, arrival, wound_up_at(alert))
    return max(due, min(alert.due_at or now, now))


def _moved(before: datetime | None, after: datetime | None) -> str:
    return _shown(after) if before == after else f"{_shown(before)} -> {_shown(after)}"


def _shown(moment: datetime | None) -> str:
    return "unknown" if moment is None else moment.isoformat()
