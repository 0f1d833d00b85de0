"""Synthetic people look like people, and the same seed makes the same ones."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_service.sandbox.documents import IDENTITY_CARDS, PASSPORTS, draw_number, is_listed_number
from api_service.sandbox.names import ORIGINS, name_pool
from api_service.sandbox.people import draw_party
from api_service.sandbox.populations import REGION, population, population_between
from api_service.sandbox.seeds import seeded
from api_service.sandbox.spellings import STRONG_WAYS, WEAK_WAYS, Spelling, variant
from api_service.sandbox.transliteration import BULGARIAN, GREEK, MACEDONIAN, RUSSIAN, TURKISH, UKRAINIAN, to_mrz
from schemas.traveller import Sex

TODAY = date(2026, 3, 1)
MRZ = re.compile(r"[A-Z]+( [A-Z]+)*")


@pytest.mark.parametrize("origin", ORIGINS)
def test_every_pool_is_written_as_in_a_passport_and_varied(origin: str) -> None:
    pool = name_pool(origin)
    for table in (pool.male, pool.female, pool.surnames_male, pool.surnames_female):
        assert all(MRZ.fullmatch(value) for value in table.values)
    assert len(pool.surnames_male.values) >= 35
    assert len(pool.male.values) >= 30
    assert len(pool.female.values) >= 20
    rng = seeded(1, origin)
    drawn = [pool.surname(rng, Sex.MALE) for _ in range(400)]
    commonest = max(drawn.count(name) for name in set(drawn))
    assert commonest >= 3, "common surnames are shared"
    assert len(set(drawn)) >= 30, "and rare ones exist"


@pytest.mark.parametrize(
    ("text", "table", "expected"),
    [
        ("Юлия Щербакова", RUSSIAN, "IULIIA SHCHERBAKOVA"),
        ("Ігор Гнатюк", UKRAINIAN, "IHOR HNATIUK"),
        ("Ѓорѓи Џаков", MACEDONIAN, "GJORGJI DJAKOV"),
        ("Христо Щерев", BULGARIAN, "HRISTO SHTEREV"),
        ("Αγγελική Ψαρού", GREEK, "ANGELIKI PSAROU"),
        ("Gülşah Çelik", TURKISH, "GULSAH CELIK"),
    ],
)
def test_other_scripts_are_romanised(text: str, table: dict[str, str], expected: str) -> None:
    assert to_mrz(text, table) == expected


def test_latin_letters_follow_the_passport_rules() -> None:
    assert to_mrz("Jürgen Groß-Đoković") == "JUERGEN GROSS DOKOVIC"
    assert to_mrz("D'Angelo") == "DANGELO"


def test_women_bear_the_female_form() -> None:
    pool = name_pool("macedonian")
    assert pool.relatives_surname("NIKOLOVSKI", Sex.FEMALE) == "NIKOLOVSKA"
    assert pool.relatives_surname("NIKOLOVSKI", Sex.MALE) == "NIKOLOVSKI"
    assert name_pool("german").relatives_surname("BOSKI", Sex.FEMALE) == "BOSKI"


@settings(max_examples=100)
@given(seed=st.integers(0, 10**9), country=st.sampled_from(sorted(PASSPORTS)), listed=st.booleans())
def test_listed_and_ordinary_numbers_never_meet(seed: int, country: str, listed: bool) -> None:
    pattern = PASSPORTS[country]
    number = draw_number(seeded(seed), pattern, listed=listed)
    assert is_listed_number(number) is listed
    shape = "".join("[0-9]" if char == "#" else "[A-Z]" if char == "@" else char for char in pattern)
    assert re.fullmatch(shape, number)


def test_identity_cards_can_be_drawn_too() -> None:
    for pattern in IDENTITY_CARDS.values():
        assert not is_listed_number(draw_number(seeded(3), pattern))


def test_the_same_seed_draws_the_same_party() -> None:
    mixture = population_between("ITA", "ALB")
    assert draw_party(seeded(5), mixture, TODAY) == draw_party(seeded(5), mixture, TODAY)
    assert draw_party(seeded(5), mixture, TODAY) != draw_party(seeded(6), mixture, TODAY)


def test_families_share_a_name_and_ages_make_sense() -> None:
    rng = seeded(11)
    parties = [draw_party(rng, population_between("DEU", "RKS"), TODAY) for _ in range(300)]
    families = [party for party in parties if len(party) >= 3]
    assert families
    for party in families:
        youngest_parent = max(person.birth_date for person in party[:1])
        for child in party[2:]:
            assert child.birth_date.year - youngest_parent.year >= 17
            assert child.surname[:3] == party[0].surname[:3]
            assert child.nationality == party[0].nationality


def test_documents_fit_the_person_and_are_valid_today() -> None:
    rng = seeded(12)
    people = [person for _ in range(200) for person in draw_party(rng, population_between("GBR", "ALB"), TODAY)]
    assert {person.document.issuing_country == person.nationality for person in people} == {True}
    assert all((person.document.expires_on or "") > TODAY.isoformat() for person in people)
    assert {"P", "I"} == {person.document.type for person in people}
    assert {"ALB", "GBR"} < {person.nationality for person in people}
    ages = [TODAY.year - person.birth_date.year for person in people]
    assert min(ages) < 15
    assert max(ages) > 60


def test_every_population_names_pools_that_exist() -> None:
    for country in (*REGION, "DEU", "CHE", "TUR", "ARE", None):
        shares = population(country)
        assert shares
        assert all(origin.pool in ORIGINS and len(origin.nationality) == 3 for origin, _ in shares)


@settings(max_examples=100)
@given(seed=st.integers(0, 10**6), origin=st.sampled_from(ORIGINS), weak=st.booleans())
def test_a_variant_differs_and_is_still_a_name(seed: int, origin: str, weak: bool) -> None:
    rng = seeded(seed)
    name = Spelling(name_pool(origin).surname(rng, Sex.MALE), name_pool(origin).given_names(rng, Sex.MALE))
    other = variant(rng, name, WEAK_WAYS if weak else STRONG_WAYS)
    assert other is not None, "every name has some other spelling"
    assert other != name
    assert all(MRZ.fullmatch(part) for part in other if part is not None)
    assert any(other)
