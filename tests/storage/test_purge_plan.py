"""Who goes and who stays, against a simple model: whatever a flight's messages, ages and holds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.manifest import Function
from storage.policies import Policy
from storage.purge_flights import StoredManifest, plan
from tests.flight_messages import entry, message, person

POLICY = Policy()
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NAMES = ("ANA", "BESA", "CEN", "DEA", "EDI")
PEOPLE = {name: person(name, abo=name) for name in NAMES}
some = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True)
ages = st.sampled_from([1, 47, 48, 60, 95, 96, 200])


def stored(manifest, hours):
    received = NOW - timedelta(hours=hours)
    return StoredManifest(manifest, received, received + POLICY.travellers)


@given(
    lists=st.lists(st.tuples(some, ages), min_size=1, max_size=3),
    boarded=st.none() | some,
    held=some | st.just([]),
    closed=ages,
)
@settings(max_examples=200, deadline=None)
def test_the_purge_agrees_with_the_model(lists, boarded, held, closed):
    manifests = [
        stored(message(minute, Function.PASSENGER_CHANGE, *(PEOPLE[name] for name in names)), hours)
        for minute, (names, hours) in enumerate(lists, 1)
    ]
    if boarded is not None:
        closing = message(50, Function.FLIGHT_CLOSE_ON_BOARD, *(entry(abo=name) for name in boarded))
        manifests.append(stored(closing, closed))
    holds = {PEOPLE[name].traveller_id for name in held}
    changes = {change.stored.manifest.manifest_id: change for change in plan(manifests, holds, POLICY, NOW)}
    for one in manifests:
        age = NOW - one.received_at
        change = changes.get(one.manifest.manifest_id)
        assert (change is not None) == (age >= POLICY.travellers), "what is not due was touched"
        if change is None:
            continue
        staying = {one.manifest.travellers[position].traveller_id for position in change.kept}
        for traveller in one.manifest.travellers:
            name = next(name for name in NAMES if PEOPLE[name].traveller_id == traveller.traveller_id)
            described = any(name in names for names, _hours in lists)
            presented = boarded is not None and name in boarded and described
            model = name in held or (age < POLICY.no_show and not presented)
            assert (traveller.traveller_id in staying) == model, (name, age, boarded, held)
        assert change.due_again_at > NOW


def test_a_second_look_changes_nothing_more():
    listed = stored(message(1, Function.PASSENGER_LIST, *PEOPLE.values()), 50)
    closing = stored(message(50, Function.FLIGHT_CLOSE_ON_BOARD, entry(abo="ANA"), entry(abo="CEN")), 49)
    first = plan([listed, closing], set(), POLICY, NOW)
    rest = [listed.manifest.travellers[position] for position in first[0].kept]
    assert [one.given_names for one in rest] == ["BESA", "DEA", "EDI"]
    reduced = StoredManifest(listed.manifest.model_copy(update={"travellers": tuple(rest)}), listed.received_at, NOW)
    assert [change.removed for change in plan([reduced], set(), POLICY, NOW)] == [0]
    later = plan([reduced], set(), POLICY, NOW + timedelta(hours=46))
    assert [change.kept for change in later] == [[]]
