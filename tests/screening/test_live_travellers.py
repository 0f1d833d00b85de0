"""The other direction: every traveller who matches a changed record is found among those on their way."""

import pytest
from hypothesis import given, settings
from screening_samples import ARDIT, FILLERS, name, record, snapshot, traveller
from test_index_equals_oracle import FLOORS, RECORDS, TRAVELLERS, listed

from screening.index.live import travellers as live_travellers
from screening.index.live.travellers import LivePlace, LiveTravellers
from screening.model import MODEL
from screening.prepared import prepare_list, prepare_traveller
from screening.scoring import match


def live_of(travellers, per_manifest=2):
    live, who = LiveTravellers(), {}
    for first in range(0, len(travellers), per_manifest):
        aboard = [prepare_traveller(one) for one in travellers[first : first + per_manifest]]
        live.insert(f"man_{first}", aboard)
        who |= {LivePlace(f"man_{first}", place): one for place, one in enumerate(aboard)}
    return live, who


def matching(who, one, floor):
    threshold = one.threshold_bits if floor is None else floor
    return {place for place, prepared in who.items() if match(prepared, one, MODEL, threshold)}


@settings(max_examples=150, deadline=None)
@given(RECORDS, TRAVELLERS, FLOORS)
def test_everybody_whom_the_oracle_finds_is_found(rows, travellers, floor):
    live, who = live_of(travellers)
    for one in prepare_list(listed(rows), MODEL).records:
        found = live.concerned_by(one, MODEL, floor)
        assert len(set(found)) == len(found)
        assert matching(who, one, floor) <= set(found)


RECORD = prepare_list(snapshot(ARDIT), MODEL).records[0]
ASKED = [
    traveller("KRASHTAJ", "ARDIT", "1981-04-17"),
    traveller("HOXHA", "ILIR", "1981-04-17"),
    traveller("KRASHTAI", "A", "1981-04-17"),
    traveller("PETROVIC", "MARKO", documents=[("P", "BA1234567", "ALB")]),
    traveller("KRASHTAJ", "ARDIT", "1935-01-01", sex="F", nationality="SRB"),
]


def test_only_those_who_may_match_are_found():
    live, _ = live_of(ASKED, per_manifest=9)
    assert [one.place for one in live.concerned_by(RECORD, MODEL)] == [0, 2, 3]


def test_who_is_removed_or_replaced_is_not_found():
    live, _ = live_of(ASKED, per_manifest=1)
    live.remove("man_0")
    live.remove("man_0")
    live.remove("unknown")
    live.insert("man_2", [prepare_traveller(ASKED[1])])
    assert len(live) == 4
    assert live.concerned_by(RECORD, MODEL) == [LivePlace("man_3", 0)]
    live.insert("man_0", [prepare_traveller(ASKED[1]), prepare_traveller(ASKED[0])])
    assert live.concerned_by(RECORD, MODEL) == [LivePlace("man_3", 0), LivePlace("man_0", 1)]


@pytest.mark.parametrize("rounds", [1, 7])
def test_gaps_are_closed_without_losing_anybody(monkeypatch, rounds):
    monkeypatch.setattr(live_travellers, "DEAD_ROWS_MIN", 3)
    live, who = live_of(ASKED * 4, per_manifest=3)
    for _ in range(rounds):
        for number in (0, 6, 12):
            live.remove(f"man_{number}")
        for number in (6, 12):
            live.insert(f"man_{number}", [who[place] for place in who if place.manifest_id == f"man_{number}"])
    who = {place: one for place, one in who.items() if place.manifest_id != "man_0"}
    assert len(live) == len(who)
    assert matching(who, RECORD, None) <= set(live.concerned_by(RECORD, MODEL))
    assert len(live.concerned_by(RECORD, MODEL)) == sum(one.names[0].parts[-1].text != "HOXHA" for one in who.values()) - sum(
        one.birth_date == "1935-01-01" for one in who.values()
    )


def test_nobody_is_on_the_way():
    assert list(LiveTravellers().concerned_by(RECORD, MODEL)) == []


def test_a_record_without_names_is_found_by_its_document():
    live, _ = live_of(ASKED, per_manifest=9)
    lost = prepare_list(snapshot(record("D", documents=(("P", "BA1234567", "ALB"),)), *FILLERS), MODEL).records[0]
    assert live.concerned_by(lost, MODEL) == [LivePlace("man_0", 3)]


def test_a_name_of_particles_and_initials():
    live, who = live_of([traveller("AL", "A"), traveller("VAN DEN", "J"), traveller("A", "J")], per_manifest=9)
    for one in prepare_list(snapshot(record("P", name("AL VAN", "A J"), name("A", "JOHN"))), MODEL).records:
        assert matching(who, one, 1.0) <= set(live.concerned_by(one, MODEL, 1.0))
