"""Made-up persons: the same for the same seed, uneven as names are, and readable as a data set."""

from collections import Counter
from itertools import islice, pairwise

from benchmarks.people import flights, persons, records
from benchmarks.people.cultures import COUNTRIES, CULTURES
from benchmarks.people.files import write_innocents, write_pairs, write_watchlist
from benchmarks.people.romanised import latin
from benchmarks.people.syllables import GIVEN_ENDS, SURNAMES
from benchmarks.screening import read_list, read_pairs


def test_a_person_depends_on_seed_and_number_only():
    assert list(persons(20, 7)) == list(persons(40, 7))[:20]
    assert list(persons(5, 7, first=15)) == list(persons(20, 7))[15:]
    assert list(persons(20, 7)) != list(persons(20, 8))


def test_every_country_and_culture_is_known():
    assert {culture for country in COUNTRIES for culture in country.cultures} == set(CULTURES)
    assert {culture.surname_family for culture in CULTURES.values()} - {""} == set(SURNAMES)
    assert {culture.given_family for culture in CULTURES.values()} - {""} == set(GIVEN_ENDS)
    assert len(CULTURES) >= 30


def test_names_are_uneven_and_of_a_to_z():
    names = [name for one in persons(3000, 1) for name in (one.name, *one.aliases, *one.weak_aliases)]
    words = Counter(word for name in names for word in f"{name.surname} {name.given}".split())
    assert all(word.isascii() and word.isalpha() and word.isupper() for word in words)
    commonest = words.most_common(1)[0][1]
    once = sum(count == 1 for count in words.values())
    assert commonest > 100
    assert once > len(words) / 2
    assert 2.2 < len(names) / 3000 < 2.8


def test_scripts_are_romanised():
    assert [latin(text) for text in ("Ђ", "Шевченко", "Παπαδόπουλος", "ბერიძე", "Yılmaz", "Łukasz-Ñ")] == [
        *("", "SHEVCHENKO", "PAPADOPOULOS", "BERIDZE", "YILMAZ", "LUKASZ N")
    ]


def test_the_tables_read_as_a_data_set(tmp_path):
    write_watchlist(tmp_path / "watchlist.csv", 200, 3)
    write_pairs(tmp_path / "pairs.csv", 300, 3, 200)
    write_innocents(tmp_path / "innocents.csv", 160, 3)
    read = read_list(tmp_path / "watchlist.csv")
    assert [one.record.model_dump() for one in read.records] == [one.record.model_dump() for one in records(200, 3)]
    pairs = read_pairs(tmp_path / "pairs.csv")
    assert {pair.record_id for pair in pairs} <= {one.record.record_id for one in read.records}
    assert 100 < sum(pair.positive for pair in pairs) < 200
    assert len((tmp_path / "innocents.csv").read_text().splitlines()) == 161


def test_flights_carry_families():
    for flight in islice(flights(3, 1), 3):
        surnames = [one.surname for one in flight]
        assert len(flight) == 150
        assert sum(one == other for one, other in pairwise(surnames)) > 15
