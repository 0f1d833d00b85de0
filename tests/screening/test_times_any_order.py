"""Whatever order a flight's messages are screened in, its alerts have the times that were said last."""

from datetime import timedelta

from flight_messages import FLIGHT, PEOPLE, START, message
from hypothesis import given, settings
from hypothesis import strategies as st
from test_any_order import received, screened

from schemas.alert import LIVE_STATES
from schemas.manifest import Function

A, B, C, *_ = PEOPLE


def saying(minute, who, arrival_hours, departure_hours):
    def moment(hours):
        return None if hours is None else START + timedelta(hours=hours)

    flight = FLIGHT.model_copy(
        update={"scheduled_arrival": moment(arrival_hours), "scheduled_departure": moment(departure_hours)}
    )
    said = message(minute, Function.PASSENGER_CHANGE, *who, name=f"{arrival_hours}{departure_hours}")
    return said.model_copy(update={"flight": flight})


_HOURS = st.integers(2, 9) | st.none()
_MESSAGES = st.lists(
    st.tuples(st.integers(0, 59), st.sampled_from([(A,), (B,), (A, B, C), ()]), _HOURS, _HOURS),
    max_size=5,
    unique_by=lambda m: m[0],
)


@settings(max_examples=60, deadline=None)
@given(_MESSAGES, st.randoms(use_true_random=False), st.integers(1, 2))
async def test_the_times_of_alerts_are_those_said_last(said, random, events_max):
    messages = [saying(*one) for one in said]
    arrivals = [hours for _, _, hours, _ in sorted(said, key=lambda one: one[0]) if hours is not None]
    departures = [hours for _, _, _, hours in sorted(said, key=lambda one: one[0]) if hours is not None]
    random.shuffle(messages)
    ledger = await screened(received(*messages), events_max=events_max)
    assert ledger.alerts or not any(who for _, who, _, _ in said)
    for alert in ledger.alerts.values():
        if alert.state in LIVE_STATES:
            flight = alert.flight
            assert flight.scheduled_arrival == (START + timedelta(hours=arrivals[-1]) if arrivals else None)
            assert flight.scheduled_departure == (START + timedelta(hours=departures[-1]) if departures else None)
            assert alert.due_at is not None
            assert alert.due_at <= START + timedelta(hours=1)
