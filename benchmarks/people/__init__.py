"""Made-up persons for measuring screening at the size of a world's lists. Nobody in here exists.

    python -m benchmarks.people --persons 1000000 --seed 1 --out FILE.csv       the list alone
    python -m benchmarks.people --persons 5000 --seed 1 --out DIRECTORY         list, pairs and innocents

What is taken from life is how names are made and how unevenly they are spread: heads of common names (tables of ours and of
the `faker` package, MIT licence), a long tail composed of syllables, the customs of some forty cultures (patronymics, double
surnames, Arabic compounds, one-word names), and the ways in which lists garble a name. Frequencies follow a Zipf-like law
whose order differs from country to country. **Figures measured on these people say so**: they tell of speed and of equality,
and only roughly of quality, because whoever made the names also knew how they would be searched.

Person number N of a seed is the same whatever number of persons is asked for. `records` and `flights` are the ways in.
"""

from benchmarks.people.persons import LIST, Person, persons, records
from benchmarks.people.travellers import flights

__all__ = ["LIST", "Person", "flights", "persons", "records"]
