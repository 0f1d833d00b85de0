"""Writes made-up persons to a file, or a whole data set to a directory. See the package."""

import argparse
import time
from pathlib import Path

from benchmarks.people.files import write_innocents, write_pairs, write_watchlist


def main() -> None:
    """Read the options and write."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.people", description=__doc__)
    options.add_argument("--persons", type=int, default=5_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--out", type=Path, required=True, help="FILE.csv: the list alone; else a directory for all three tables"
    )
    options.add_argument("--pairs", type=int, default=10_000)
    options.add_argument("--innocents", type=int, default=10_000)
    given = options.parse_args()
    start = time.perf_counter()
    if given.out.suffix == ".csv":
        write_watchlist(given.out, given.persons, given.seed)
    else:
        given.out.mkdir(parents=True, exist_ok=True)
        write_watchlist(given.out / "watchlist.csv", given.persons, given.seed)
        write_pairs(given.out / "pairs.csv", given.pairs, given.seed, given.persons)
        write_innocents(given.out / "innocents.csv", given.innocents, given.seed)
    print(f"{given.persons} made-up persons of seed {given.seed} written in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
