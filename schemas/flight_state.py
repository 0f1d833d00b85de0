"""What each function of message does to the travellers of its flight: the table behind `schemas.flight_life`."""

from collections.abc import Mapping
from enum import Enum, auto

from schemas.manifest import Function


class Effect(Enum):
    """What a message does. `REPORT`: who is named is on the flight, as now described. `CANCEL`: who is named no longer is.
    `CANCEL_FLIGHT`: nobody is. `CLOSE`: it says who boarded."""

    REPORT = auto()
    CANCEL = auto()
    CANCEL_FLIGHT = auto()
    CLOSE = auto()


EFFECTS: Mapping[Function, Effect] = {
    Function.PASSENGER_LIST: Effect.REPORT,
    Function.PASSENGER_CHANGE: Effect.REPORT,
    Function.PASSENGER_CANCEL: Effect.CANCEL,
    Function.PASSENGER_REDUCTION: Effect.CANCEL,
    Function.CREW_LIST: Effect.REPORT,
    Function.CREW_CHANGE: Effect.REPORT,
    Function.MASTER_CREW_LIST: Effect.REPORT,
    Function.MASTER_CREW_ADD: Effect.REPORT,
    Function.MASTER_CREW_DELETE: Effect.CANCEL,
    Function.MASTER_CREW_CHANGE: Effect.REPORT,
    Function.FLIGHT_CLOSE: Effect.CLOSE,
    Function.FLIGHT_CLOSE_ON_BOARD: Effect.CLOSE,
    Function.FLIGHT_CLOSE_NOT_ON_BOARD: Effect.CLOSE,
    Function.FLIGHT_CANCEL: Effect.CANCEL_FLIGHT,
    Function.FLIGHT_CHANGE: Effect.REPORT,
    Function.GATE_PASS: Effect.REPORT,
}

REPORTING = frozenset(
    {function for function, effect in EFFECTS.items() if effect is Effect.REPORT} | {Function.FLIGHT_CLOSE_ON_BOARD}
)
"""Functions whose messages may describe travellers: who was never listed may still be described by the closure as on board."""
