"""Makes the reference population of names, `screening/name_shares.json`: how many people carry a part of each class.

    python -m benchmarks.reference_names CENSUS_DIRECTORY

Sources, all open: the frequency tables of the 1990 census of the United States (public domain; `dist.all.last`,
`dist.male.first`, `dist.female.first` in CENSUS_DIRECTORY, as the Census Bureau publishes them), the name tables of the `faker`
package (MIT), our own tables of Balkan, Turkish, Arabic, Persian and Pakistani names (`api_service/sandbox/name_tables.py`) and
the estimates of `screening/rarity_prior.py`. Countries are mixed by how many of their people an airport of the Western Balkans
sees, roughly; the weights are below. Nothing is taken from a watchlist or from evaluation data.
"""

import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from api_service.sandbox import name_tables
from screening.normalise import words
from screening.rarity_prior import FILE, PRIOR_PER_LENGTH, PRIOR_UNKNOWN, estimates
from screening.romanisation import skeleton

Shares = Mapping[str, float]

CENSUS_WEIGHT = 3.0
OWN_WEIGHTS = {"ALBANIAN": 1.2, "SERBIAN": 0.8, "TURKISH": 1.0, "ARABIC": 2.5, "PERSIAN": 1.0, "PAKISTANI": 1.0}
FAKER_WEIGHTS = {
    "en_GB": 1.0, "en_IE": 0.3, "en_NZ": 0.3, "en_KE": 0.5, "en_NG": 0.3, "en_IN": 1.5, "en_PK": 1.0, "es_ES": 1.5,
    "es_MX": 1.0, "es_CO": 0.7, "es_AR": 0.5, "es_CL": 0.4, "pt_BR": 0.8, "pt_PT": 0.5, "fr_FR": 1.5, "fr_DZ": 0.5,
    "de_DE": 1.5, "de_CH": 0.4, "it_IT": 2.0, "nl_NL": 0.6, "pl_PL": 1.0, "ro_RO": 0.6, "hu_HU": 0.5, "el_GR": 0.6,
    "hr_HR": 0.6, "bg_BG": 0.6, "mk_MK": 0.6, "tr_TR": 2.0, "az_AZ": 0.2, "ru_RU": 1.5, "uk_UA": 1.0, "cs_CZ": 0.4,
    "sk_SK": 0.3, "sl_SI": 0.3, "id_ID": 0.5, "sv_SE": 0.3, "no_NO": 0.2, "da_DK": 0.2, "fi_FI": 0.2, "uz_UZ": 0.2,
}  # fmt: skip
PER_MILLION = 1_000_000
_RANK_OFFSET = 3  # Zipf-Mandelbrot: our own tables give the commonest names first


def main(census: Path) -> int:
    """Write the file; returns how many classes it holds."""
    shares = classes(_populations(census))
    for name, share in estimates().items():
        shares[name] = max(shares[name], share)
    kept = {name: round(share * PER_MILLION, 1) for name, share in sorted(shares.items()) if share > _unknown(name)}
    content = {"sources": "see docs/model-card.md", "people_per_million_by_class": kept}
    FILE.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")
    return len(kept)


def classes(populations: Iterable[tuple[Shares, float]]) -> defaultdict[str, float]:
    """The share of people, by class, over all populations; a weight of surnames stands for as many people."""
    found: defaultdict[str, float] = defaultdict(float)
    people = sum(FAKER_WEIGHTS.values()) + sum(OWN_WEIGHTS.values()) + CENSUS_WEIGHT
    for shares, weight in populations:
        for name, share in shares.items():
            for part in set(words(name)):
                found[skeleton(part)] += weight * share / people
    return found


def _unknown(name: str) -> float:
    return PRIOR_PER_LENGTH.get(len(name), PRIOR_UNKNOWN)


def _populations(census: Path) -> Iterable[tuple[Shares, float]]:
    yield _census(census / "dist.all.last"), CENSUS_WEIGHT
    yield _mean(_census(census / "dist.male.first"), _census(census / "dist.female.first")), CENSUS_WEIGHT
    for locale, weight in FAKER_WEIGHTS.items():
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        yield _of_provider(provider, "first_names"), weight
        yield _of_provider(provider, "last_names"), weight
    for people, weight in OWN_WEIGHTS.items():
        men, women, surnames = (_by_rank(f"{people}_{kind}") for kind in ("MALE", "FEMALE", "SURNAMES"))
        yield _mean(men, women), weight
        yield surnames, weight


def _census(path: Path) -> Shares:
    rows = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {row[0]: float(row[1]) / 100 for row in rows if row}


def _of_provider(provider: type, table: str) -> Shares:
    by_sex = [getattr(provider, f"{table}_{sex}", ()) for sex in ("male", "female")]
    tables = [one for one in by_sex if one] or [getattr(provider, table)]
    return _mean(*map(_of_table, tables))


def _of_table(table: Mapping[str, float] | Iterable[str]) -> Shares:
    weights = dict(table) if isinstance(table, Mapping) else dict.fromkeys(table, 1.0)
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _by_rank(table: str) -> Shares:
    names = getattr(name_tables, table).split()
    return _of_table({name: 1 / (rank + _RANK_OFFSET) for rank, name in enumerate(names)})


def _mean(*tables: Shares) -> Shares:
    found: defaultdict[str, float] = defaultdict(float)
    for table in tables:
        for name, share in table.items():
            found[name] += share / len(tables)
    return found


if __name__ == "__main__":
    print(f"{main(Path(sys.argv[1]))} classes in {FILE.name}")
