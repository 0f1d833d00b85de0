"""How a name is put together: one function for each custom. Surname and given names as a passport has them."""

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from benchmarks.people.pools import Pools


class Name(NamedTuple):
    """Words of A-Z, parted by one space; either may be empty."""

    surname: str
    given: str


_ABD_OF = "RAHMAN RAHIM AZIZ KARIM HAMID RAZZAQ QADIR SALAM MAJID WAHAB GHANI LATIF FATTAH HAKIM NASSER BARI MALIK JABBAR"
_ABD = _ABD_OF.split()
_GIVEN_TO_FATHER_ENDING = {"A": "ICH", "Y": "EVICH", "O": "OVICH"}


def _western(random: Random, pools: Pools, sex: str) -> Name:
    given, second = pools.given(random, sex), random.random()
    if second < 0.22:
        given += " " + pools.given(random, sex)
    surname = pools.surnames.draw(random)
    if sex == "F" and second > 0.95:  # a married name beside the own one
        surname += " " + pools.surnames.draw(random)
    return Name(surname, given)


def feminine(surname: str) -> str:
    """The form of a Slavic surname that a woman carries."""
    if surname.endswith(("OV", "EV", "IN", "YN")):
        return surname + "A"
    for ending, other in (("SKIY", "SKAYA"), ("SKYI", "SKA"), ("SKI", "SKA"), ("CKI", "CKA"), ("SKY", "SKA")):
        if surname.endswith(ending):
            return surname.removesuffix(ending) + other
    return surname


def _gendered(random: Random, pools: Pools, sex: str) -> Name:
    name = _western(random, pools, sex)
    return Name(feminine(name.surname), name.given) if sex == "F" else name


def _patronymic(random: Random, pools: Pools, sex: str) -> Name:
    surname, father = pools.surnames.draw(random), pools.men.draw(random)
    ending = _GIVEN_TO_FATHER_ENDING.get(father[-1], "OVICH")
    stem = father[:-1] if father[-1] in "AYO" else father
    if sex == "F":
        ending = {"ICH": "INICHNA", "EVICH": "EVNA"}.get(ending, "OVNA")
        surname = feminine(surname)
    given = pools.given(random, sex)
    return Name(surname, f"{given} {stem}{ending}" if random.random() < 0.8 else given)


def _double(random: Random, pools: Pools, sex: str) -> Name:
    first, second = pools.surnames.draw(random), pools.surnames.draw(random)
    given = pools.given(random, sex)
    if random.random() < 0.55:
        given += " " + pools.given(random, sex)
    if random.random() < 0.05:
        second = random.choice(("DE LA ", "DEL ", "DE ", "DA ", "DOS ")) + second
    return Name(f"{first} {second}" if random.random() < 0.8 else first, given)


def _arabic_given(random: Random, pools: Pools, sex: str) -> str:
    if sex != "F" and random.random() < 0.12:
        kind, of = random.random(), random.choice(_ABD)
        return f"ABD AL {of}" if kind < 0.5 else f"ABDUL {of}" if kind < 0.8 else f"ABDEL{of}"
    return pools.given(random, sex)


def _arabic(random: Random, pools: Pools, sex: str) -> Name:
    """Own name, father's, often grandfather's, and a name of family or origin."""
    names = [_arabic_given(random, pools, sex), _arabic_given(random, pools, "M")]
    if random.random() < 0.45:
        names.append(_arabic_given(random, pools, "M"))
    if random.random() < 0.12:
        names.insert(1, "BINT" if sex == "F" else random.choice(("BIN", "IBN", "BEN")))
    if random.random() < 0.1:
        return Name(names[-1], " ".join(names[:-1]))
    surname = pools.surnames.draw(random)
    if not surname.startswith("AL ") and surname.endswith("I") and random.random() < 0.5:
        surname = "AL " + surname
    return Name(surname, " ".join(names))


def _persian(random: Random, pools: Pools, sex: str) -> Name:
    given, surname = pools.given(random, sex), pools.surnames.draw(random)
    if random.random() < 0.25:
        given += " " + pools.given(random, sex)
    if random.random() < 0.15:
        surname += " " + pools.surnames.draw(random)
    return Name(surname, given)


def _afghan(random: Random, pools: Pools, sex: str) -> Name:
    """Two given words, a surname perhaps."""
    given = pools.given(random, sex)
    if random.random() < 0.7:
        given += " " + pools.given(random, "M")
    return Name(pools.surnames.draw(random) if random.random() < 0.75 else "", given)


def _syllables(random: Random, pools: Pools, sex: str) -> Name:
    """One surname and one or two syllables, joined or apart."""
    given = pools.given(random, sex)
    if random.random() < 0.8:
        given += ("" if random.random() < 0.5 else " ") + pools.given(random, sex)
    return Name(pools.surnames.draw(random), given)


def _mononym(random: Random, pools: Pools, sex: str) -> Name:
    if random.random() < 0.12:
        return Name(pools.surnames.draw(random), "")
    return _western(random, pools, sex)


def _three_given(random: Random, pools: Pools, sex: str) -> Name:
    """Own name, father's and grandfather's; no surname, so the last one stands in its place."""
    return Name(pools.given(random, "M"), f"{pools.given(random, sex)} {pools.given(random, 'M')}")


def _burmese(random: Random, pools: Pools, sex: str) -> Name:
    """Two to four words, none of them a surname."""
    words = [pools.given(random, sex) for _ in range(1 + int(random.random() * 2))]
    words.append(pools.surnames.draw(random) if random.random() < 0.5 else pools.given(random, sex))
    return Name("", " ".join(words))


CUSTOMS: Mapping[str, Callable[[Random, Pools, str], Name]] = {
    "western": _western,
    "gendered": _gendered,
    "patronymic": _patronymic,
    "double": _double,
    "arabic": _arabic,
    "persian": _persian,
    "afghan": _afghan,
    "syllables": _syllables,
    "mononym": _mononym,
    "three_given": _three_given,
    "burmese": _burmese,
}
"""By the name that `cultures.toml` uses."""


def name_of(random: Random, pools: Pools, sex: str) -> Name:
    """A person's name."""
    return CUSTOMS[pools.culture.custom](random, pools, sex)
