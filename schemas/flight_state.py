"""Who is on a flight now, from everything that was said about it.

A carrier sends a flight in many messages: lists in parts, corrections, cancellations, closures. Taken in the order they were
received, each does something to the travellers it names; this table says what. Here it is enough to know who is reported *now*,
and by which message: when a list changes, exactly these are screened again, each once, as last reported.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from schemas.manifest import Function, Manifest


class Effect(Enum):
    """What a function of message does to a flight's travellers."""

    SCREEN = auto()
    WITHDRAW_NAMED = auto()
    WITHDRAW_NOT_BOARDED = auto()
    WITHDRAW_FLIGHT = auto()
    NOTHING = auto()


EFFECTS: Mapping[Function, Effect] = {
    Function.PASSENGER_LIST: Effect.SCREEN,
    Function.PASSENGER_CHANGE: Effect.SCREEN,
    Function.PASSENGER_CANCEL: Effect.WITHDRAW_NAMED,
    Function.PASSENGER_REDUCTION: Effect.WITHDRAW_NAMED,
    Function.CREW_LIST: Effect.SCREEN,
    Function.CREW_CHANGE: Effect.SCREEN,
    Function.MASTER_CREW_LIST: Effect.SCREEN,
    Function.MASTER_CREW_ADD: Effect.SCREEN,
    Function.MASTER_CREW_DELETE: Effect.WITHDRAW_NAMED,
    Function.MASTER_CREW_CHANGE: Effect.SCREEN,
    Function.FLIGHT_CLOSE: Effect.WITHDRAW_NOT_BOARDED,
    Function.FLIGHT_CLOSE_ON_BOARD: Effect.NOTHING,
    Function.FLIGHT_CLOSE_NOT_ON_BOARD: Effect.WITHDRAW_NOT_BOARDED,
    Function.FLIGHT_CANCEL: Effect.WITHDRAW_FLIGHT,
    Function.FLIGHT_CHANGE: Effect.SCREEN,
    Function.GATE_PASS: Effect.SCREEN,
}


def leaving(manifest: Manifest) -> frozenset[str]:
    """Traveller ids that this message takes off the flight, a cancelled flight apart."""
    effect = EFFECTS[manifest.function]
    return frozenset(
        traveller.traveller_id
        for traveller in manifest.travellers
        if effect is Effect.WITHDRAW_NAMED or (effect is Effect.WITHDRAW_NOT_BOARDED and traveller.not_boarded)
    )


def current_parts(manifests: Sequence[Manifest]) -> dict[str, Manifest]:
    """A flight's messages, in the order received, each with only those travellers who were last reported by it.

    By manifest id. Nobody stands in two of them, and whoever left the flight stands in none.
    """
    reported_by: dict[str, str] = {}
    for manifest in manifests:
        if EFFECTS[manifest.function] is Effect.WITHDRAW_FLIGHT:
            reported_by.clear()
        elif EFFECTS[manifest.function] is Effect.SCREEN:
            reported_by |= dict.fromkeys((one.traveller_id for one in manifest.travellers), manifest.manifest_id)
        for traveller_id in leaving(manifest):
            reported_by.pop(traveller_id, None)
    return {manifest.manifest_id: _only_current(manifest, reported_by) for manifest in manifests}


def _only_current(manifest: Manifest, reported_by: Mapping[str, str]) -> Manifest:
    kept = tuple(one for one in manifest.travellers if reported_by.get(one.traveller_id) == manifest.manifest_id)
    return manifest.model_copy(update={"travellers": kept})
