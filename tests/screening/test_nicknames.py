"""Short and pet forms of names agree with the full ones, at a cost."""

import pytest
from screening_samples import DAY, FILLERS, name, record, snapshot, traveller

from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.features.part_pair import compare_parts
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.index.pruned import PrunedIndex
from screening.model import MODEL, PartOutcome
from screening.name_parts import PARTICLES, read_part
from screening.nicknames import class_of, classes, rows
from screening.prepared import prepare_list
from screening.romanisation import form


def outcome(one, other):
    agreement = compare_parts(read_part(one, family=False), read_part(other, family=False))
    return agreement and agreement.outcome


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BILL", "WILLIAM"),
        ("PEPE", "JOSE"),
        ("PACO", "FRANCISCO"),
        ("SASHA", "ALEKSANDAR"),
        ("SASA", "ALEXANDER"),
        ("VOLODYA", "VLADIMIR"),
        ("DIMA", "DMITRIY"),
        ("MISHA", "MIKHAIL"),
        ("IBRO", "IBRAHIM"),
        ("MUJO", "MUSTAFA"),
        ("THANASIS", "ATHANASIOS"),
        ("SEPP", "JOSEF"),
        ("LIESBETH", "LISBETH"),
        ("BOBAN", "SLOBODAN"),
    ],
)
def test_short_and_full_forms(one, other):
    assert outcome(one, other) in {PartOutcome.NICKNAME, PartOutcome.ROMANISATION}
    assert outcome(one, other) == outcome(other, one)


@pytest.mark.parametrize(("one", "other"), [("BILL", "ROBERT"), ("PEPE", "FRANCISCO"), ("ALI", "HASSAN"), ("HOXHA", "SHEHU")])
def test_forms_of_two_names(one, other):
    assert outcome(one, other) is None


def test_a_name_is_of_one_class():
    classes_of = [{form(word) for word in row} for row in rows()]
    assert sum(map(len, classes_of)) == len(set().union(*classes_of)) == len(classes()) > 500
    assert class_of("") == class_of("KRASHTAJ") == 0


def test_no_particle_is_a_nickname():
    assert not [word for row in rows() for word in row if word in PARTICLES]


def test_a_nickname_costs_more_than_a_spelling_and_less_than_a_conflict():
    cost = MODEL.part_cost
    assert cost[PartOutcome.ROMANISATION] < cost[PartOutcome.NICKNAME]
    assert MODEL.part_bits(PartOutcome.NICKNAME, 4.0) > 0


LISTED = snapshot(
    record("A", name("KRASHTAJ", "WILLIAM"), birth_dates=("1981-04-17",)),
    record("B", name("KRASHTAJ", "BOBBY"), birth_dates=("1981-04-17",)),
    record("C", name(None, "ALEKSANDAR"), birth_dates=("1981-04-17",)),
    *FILLERS,
)


@pytest.mark.parametrize(
    "asked", [("KRASHTAJ", "BILL"), ("KRASHTAJ", "ROBERT"), (None, "SASHA"), ("KRASHTAJ", "WILLY ALEC ROB")]
)
@pytest.mark.parametrize("floor", [-30.0, 0.0, 4.0])
def test_every_index_finds_them(asked, floor):
    prepared = prepare_list(LISTED, MODEL)
    someone = [traveller(*asked, "1981-04-17")]
    expected = screen(someone, ExhaustiveIndex(prepared), DAY, floor)
    assert any(piece.outcome == PartOutcome.NICKNAME for match in expected for piece in match.evidence) or floor > 0
    assert screen(someone, PrunedIndex(prepared), DAY, floor) == expected
    assert screen(someone, PackedIndex.of(prepared), DAY, floor) == expected
    assert screen(someone, PackedIndex.of(prepared, KernelKind.PORTABLE), DAY, floor) == expected
