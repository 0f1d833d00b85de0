"""Whether screening treats names of every origin, and every kind of document, alike.

    python -m benchmarks.fairness [--listed 3000] [--innocents 9000] [--seed 1]

Made-up persons (`benchmarks.people`), so: **these figures tell of differences between groups, not of quality on real lists**.

*Match rate*: listed persons who travel, their names garbled as carriers garble them; is each matched with the own record?
*False-match rate*: people of the same origins, ages and habits of naming as those on the list, who are not on it; is anybody
matched at all? They look far more like the listed than passengers do, so the rate is many times that of a flight: what counts
is how it differs. Both at the default threshold, with 95 % intervals (Wilson), for each family of spellings, and for the same
travellers with other documents: none, a passport, an identity card, a refugee's travel document (nationality XXB). The ratio of
the extremes says how far apart groups are; only groups of at least a hundred people count for it.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from benchmarks.people.aliases import QUERIES
from benchmarks.people.persons import LIST, Person, document, persons, records
from schemas.proportion import wilson_interval
from schemas.travel_document import TravelDocument
from schemas.traveller import Sex, Traveller
from schemas.watchlist import WatchlistSnapshot
from screening.engine import build_index, screen
from screening.index.port import Index

DAY = date(2026, 3, 1)
GROUP_MIN = 100
"""A ratio of rates of fewer people tells of chance."""
REFUGEE = "XXB"
"""Nationality of a refugee in the machine readable zone (ICAO 9303-3)."""


class Tally(NamedTuple):
    """How many of how many."""

    matched: int
    people: int

    @property
    def rate(self) -> float:
        return self.matched / self.people

    def line(self, scale: float = 1.0) -> str:
        low, high = wilson_interval(self.matched, self.people)
        return f"{self.rate * scale:8.3f}  [{low * scale:.3f}, {high * scale:.3f}]  {self.matched} of {self.people}"


class Papers(NamedTuple):
    """What a traveller shows: type of document (None = none), its issuer, and the nationality in it (None = the own)."""

    kind: str | None
    issuer: str | None = None
    nationality: str | None = None


PAPERS: Mapping[str, Papers] = {
    "none": Papers(None),
    "passport": Papers("P"),
    "identity card": Papers("I"),
    "refugee document": Papers("P", "DEU", REFUGEE),
}


def as_traveller(one: Person, random: Random, papers: Papers, garbled: bool) -> Traveller:
    """A person at the gate."""
    kinds, weights = list(QUERIES), [weight for _, weight in QUERIES.values()]
    kind = random.choices(kinds, weights)[0] if garbled else "exact"
    name = QUERIES[kind][0](random, one.name, one.pools)
    _, number, country = document(random, one.pools.country)
    paper = TravelDocument(type=papers.kind, number=number, issuing_country=papers.issuer or country)
    return Traveller(
        traveller_id=one.person_id,
        surname=name.surname or None,
        given_names=name.given or None,
        birth_date=one.true_birth_date,
        nationality=papers.nationality or one.pools.country,
        sex=Sex(one.true_sex),
        documents=() if papers.kind is None else (paper,),
    )


def origin(one: Person) -> str:
    """The family of spellings that the person's name belongs to."""
    return str(one.pools.culture.variants)


class Population(NamedTuple):
    """Listed persons, their index, and people of the same origins who are not listed."""

    listed: Sequence[Person]
    innocents: Sequence[Person]
    index: Index
    seed: int


def population(listed: int, innocents: int, seed: int) -> Population:
    """The same people for the same numbers."""
    snapshot = WatchlistSnapshot(1, (LIST,), tuple(records(listed, seed)))
    return Population(list(persons(listed, seed)), list(persons(innocents, seed, listed)), build_index(snapshot), seed)


def match_rates(people: Population, papers: Papers) -> dict[str, Tally]:
    """Of the listed who travel, how many are matched with their own record, by origin."""
    return _tally(_matched(people, people.listed, papers, garbled=True, own=True))


def false_match_rates(people: Population, papers: Papers) -> dict[str, Tally]:
    """Of people on no list, how many are matched with anybody, by origin."""
    return _tally(_matched(people, people.innocents, papers, garbled=False, own=False))


def _matched(
    people: Population, group: Sequence[Person], papers: Papers, *, garbled: bool, own: bool
) -> Iterator[tuple[str, bool]]:
    """The same garbling and the same numbers of documents whatever the papers: groups differ in nothing else."""
    travellers = [as_traveller(one, Random(f"{people.seed}/{one.person_id}"), papers, garbled) for one in group]
    hits: defaultdict[str, set[str]] = defaultdict(set)
    for found in screen(travellers, people.index, DAY):
        hits[found.traveller_id].add(found.record.record.record_id)
    for one in group:
        yield origin(one), one.person_id in hits[one.person_id] if own else bool(hits[one.person_id])


def _tally(rows: Iterable[tuple[str, bool]]) -> dict[str, Tally]:
    counts: defaultdict[str, list[bool]] = defaultdict(list)
    for group, matched in rows:
        counts[group].append(matched)
    return {group: Tally(sum(found), len(found)) for group, found in sorted(counts.items())}


def together(tallies: Mapping[str, Tally]) -> Tally:
    """All groups as one."""
    return Tally(sum(one.matched for one in tallies.values()), sum(one.people for one in tallies.values()))


def ratio_of_extremes(tallies: Mapping[str, Tally]) -> float | None:
    """The largest rate over the smallest, of groups large enough; None where the smallest is zero or there are not two."""
    rates = [one.rate for one in tallies.values() if one.people >= GROUP_MIN]
    return max(rates) / min(rates) if len(rates) > 1 and min(rates) > 0 else None


def report(title: str, tallies: Mapping[str, Tally], scale: float = 1.0) -> None:
    print(title)
    for group, tally in tallies.items():
        print(f"  {group:18} {tally.line(scale)}{'' if tally.people >= GROUP_MIN else '   (too few)'}")
    ratio = ratio_of_extremes(tallies)
    print(f"  ratio of extremes  {'no two groups to compare' if ratio is None else f'{ratio:8.3f}'}")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--listed", type=int, default=3_000)
    arguments.add_argument("--innocents", type=int, default=9_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    people = population(options.listed, options.innocents, options.seed)
    print(f"made-up people, seed {options.seed}: {options.listed} listed, {options.innocents} on no list")
    report("match rate by origin of the name (passport)", match_rates(people, PAPERS["passport"]))
    report("false matches per 1,000 by origin of the name (passport)", false_match_rates(people, PAPERS["passport"]), 1_000)
    report("match rate by document", {name: together(match_rates(people, one)) for name, one in PAPERS.items()})
    by_document = {name: together(false_match_rates(people, one)) for name, one in PAPERS.items()}
    report("false matches per 1,000 by document", by_document, 1_000)


if __name__ == "__main__":
    main()
