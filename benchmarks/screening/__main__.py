"""Measures what is asked for and prints it. See the package."""

import argparse
import platform
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.people.files import write_innocents, write_pairs, write_watchlist
from benchmarks.screening import report
from benchmarks.screening.carried import carried
from benchmarks.screening.data import DataSet, read_data
from benchmarks.screening.drawing import curve_table, draw
from benchmarks.screening.kulla import equality, scored_by_kulla
from benchmarks.screening.long_list import PERSONS, false_alerts
from benchmarks.screening.measures import Scored
from benchmarks.screening.nomenklatura_peer import ALGORITHMS, scored_by_nomenklatura
from benchmarks.screening.peer_environment import PeersMissingError
from benchmarks.screening.peers import PEERS, listed_names, scored_by_peer
from benchmarks.screening.throughput import SECONDS, SIZES, measured

DEVELOPMENT_SET = Path("..") / "shared" / "data" / "screening_dev"
SYNTHETIC = {"persons": 5_000, "pairs": 13_000, "innocents": 10_000, "seed": 1}
PARTS = ("quality", "kinds", "held-out", "carried", "equality", "peers", "nomenklatura", "long-list", "throughput", "curve")


def main() -> int:
    """1 where the index did not find what the oracle found."""
    options = _options()
    print(f"command: python -m benchmarks.screening {shlex.join(sys.argv[1:])}".rstrip())
    print(f"on: Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    with tempfile.TemporaryDirectory() as scratch:
        data = read_data(_directory(options.directory, Path(scratch)), options.innocents)
        _print(report.describe(data))
        return _measure(data, options)


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="python -m benchmarks.screening", description=__doc__)
    options.add_argument("directory", type=Path, nargs="?", help="default: the development set, else a made-up one")
    options.add_argument("--innocents", type=int, help="at most so many; default: all")
    options.add_argument("--sample", type=int, default=200, help="travellers for index against oracle")
    options.add_argument("--parts", default=",".join(PARTS), help=f"what to measure, of {', '.join(PARTS)}")
    options.add_argument("--peer-seconds", type=float, default=60.0, help="for the innocents of each peer")
    options.add_argument("--persons", type=int, default=PERSONS, help="of the long list")
    options.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="names, for throughput")
    options.add_argument("--seconds", type=float, default=SECONDS, help="of screening, for each size")
    options.add_argument("--draw", type=Path, action="append", default=[], metavar="FILE", help="the curve, .svg or .png")
    given = options.parse_args()
    given.parts = set(given.parts.split(","))
    if given.parts - set(PARTS):
        options.error(f"unknown parts: {', '.join(given.parts - set(PARTS))}")
    return given


def _directory(given: Path | None, scratch: Path) -> Path:
    if given is not None:
        return given
    if DEVELOPMENT_SET.exists():
        return DEVELOPMENT_SET
    write_watchlist(scratch / "watchlist.csv", SYNTHETIC["persons"], SYNTHETIC["seed"])
    write_pairs(scratch / "pairs.csv", SYNTHETIC["pairs"], SYNTHETIC["seed"], SYNTHETIC["persons"])
    write_innocents(scratch / "innocents.csv", SYNTHETIC["innocents"], SYNTHETIC["seed"])
    return scratch


def _measure(data: DataSet, options: argparse.Namespace) -> int:
    everything: list[Scored] = []
    if options.parts & {"quality", "kinds", "held-out", "curve"}:
        everything.append(scored_by_kulla(data))
        for part, told in (("quality", report.quality), ("kinds", report.kinds), ("held-out", report.carried)):
            if part in options.parts:
                _print(told(everything[0]))
    if "carried" in options.parts:
        _print(report.carried_elsewhere(carried(data)))
    differences = 0
    if "equality" in options.parts:
        found = equality(data, options.sample)
        differences = found.differences
        _print(report.equal(found))
    everything += _peers(data, options)
    if "curve" in options.parts:
        _print(("recall of all true pairs:", curve_table(everything)))
        for path in options.draw:
            draw(path, everything, _title(data))
    if "long-list" in options.parts:
        _print(report.on_a_long_list(false_alerts(data, options.persons)))
    if "throughput" in options.parts:
        _print(report.speeds([measured(names, options.seconds) for names in options.sizes]))
    return 1 if differences else 0


def _peers(data: DataSet, options: argparse.Namespace) -> list[Scored]:
    runs: list[Callable[[], Scored]] = []
    if "peers" in options.parts:
        listed = listed_names(data)
        runs += [lambda name=name: scored_by_peer(name, data, listed, options.peer_seconds) for name in PEERS]
    if "nomenklatura" in options.parts:
        runs += [lambda name=name: scored_by_nomenklatura(name, data, options.peer_seconds) for name in ALGORITHMS]
    found = []
    for run in runs:
        try:
            found.append(run())
        except PeersMissingError as error:
            print(f"\nnomenklatura left out: {error}")
            break
        _print(report.quality(found[-1]))
    return found


def _title(data: DataSet) -> str:
    kind = "made-up persons" if data.synthetic else f"{data.directory.name}"
    return f"{kind}: {len(data.snapshot.records):,} persons, {len(data.pairs):,} pairs, {len(data.innocents):,} innocents"


def _print(lines: Iterable[str]) -> None:
    print("", *lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
