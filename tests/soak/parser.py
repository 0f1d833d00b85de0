"""A million damaged messages through the parser.

python -m tests.soak.parser [--cases 1000000] [--first 0] [--seconds N] [--processes N]

Case n is the same bytes on every machine (`tests/parsers/damage.py`). Every case is read whole and in random pieces, and all
that must hold for any input is checked. What breaks it is written to `tests/parsers/crashers/`, where the ordinary tests find
it from then on. Prints progress, then what was found, and exits 1 if anything was.
"""

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parsers"))

from damage import check_whole, damaged

CRASHERS = Path(__file__).resolve().parents[1] / "parsers" / "crashers"
BLOCK_CASES = 2_000


class Block(NamedTuple):
    """What a run of cases gave: crashes by their reason, findings by code, the slowest case in microseconds a byte."""

    cases: int
    crashes: Counter[str]
    codes: Counter[str]
    slowest: tuple[float, int]


def run_block(first: int) -> Block:
    """The cases from `first` on."""
    crashes: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    slowest = (0.0, first)
    for seed in range(first, first + BLOCK_CASES):
        (data, once), begin = damaged(seed), time.perf_counter()
        try:
            messages = check_whole(data, random.Random(seed), once)
        except Exception as problem:  # whatever it is, it is what we look for
            crashes[f"{type(problem).__name__}: {problem}".split("\n")[0][:100]] += 1
            CRASHERS.mkdir(exist_ok=True)
            (CRASHERS / f"case_{seed}.edi").write_bytes(data)
            continue
        slowest = max(slowest, ((time.perf_counter() - begin) * 1e6 / (len(data) + 500), seed))
        codes.update({one.code for message in messages for one in message.findings})
    return Block(BLOCK_CASES, crashes, codes, slowest)


def say(line: str) -> None:
    """Progress is read while it happens."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run, report."""
    parser = argparse.ArgumentParser(description="a million damaged messages through the parser")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    crashes: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    cases, slowest, begin = 0, (0.0, 0), time.monotonic()
    starts = range(options.first, options.first + options.cases, BLOCK_CASES)
    with multiprocessing.Pool(options.processes) as pool:
        for block in pool.imap_unordered(run_block, starts):
            cases += block.cases
            crashes += block.crashes
            codes += block.codes
            slowest = max(slowest, block.slowest)
            seconds = time.monotonic() - begin
            if cases % (25 * BLOCK_CASES) == 0 or block.crashes:
                say(f"{cases:>9} cases {seconds:>7.0f} s {sum(crashes.values()):>5} broke it")
            if seconds > options.seconds:
                pool.terminate()
                break
    say(f"{cases} cases in {time.monotonic() - begin:.0f} s; slowest {slowest[0]:.1f} us a byte (case {slowest[1]})")
    say("findings: " + ", ".join(f"{code} {count}" for code, count in codes.most_common()))
    say(
        "broke it: " + ", ".join(f"{count} x {reason}" for reason, count in crashes.most_common())
        if crashes
        else "nothing broke it"
    )
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
