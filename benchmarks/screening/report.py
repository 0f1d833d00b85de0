"""What is printed: one section a question, each figure with its sample and its interval."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from benchmarks.screening.carried import RATE, Carried
from benchmarks.screening.data import FOLDS, DataSet
from benchmarks.screening.kulla import Equality
from benchmarks.screening.long_list import LongList
from benchmarks.screening.measures import RATES, Scored, at_rate, average_precision, by_kind, held_out
from benchmarks.screening.throughput import Throughput
from screening.index.packed.compiled import kernel_library

KINDS_RATE = 5
"""Recall by kind is told at this rate: most kinds have few cases, and at 1 per 1,000 the threshold itself is unsure."""

AROUND_BITS = (-4, -3, -2, -1, 0, 1, 2, 3)
"""From a list's default threshold."""


def describe(data: DataSet) -> Iterator[str]:
    """What was measured on."""
    positives = sum(pair.positive for pair in data.pairs)
    names = sum(len(one.record.names) for one in data.snapshot.records)
    made_up = "MADE-UP PERSONS: figures of speed and equality, only roughly of quality" if data.synthetic else "listed persons"
    yield f"data: {data.directory} ({made_up})"
    yield (
        f"      {len(data.snapshot.records):,} persons, {names:,} names; {len(data.pairs):,} pairs, {positives:,} of them "
        f"true; {len(data.innocents):,} innocent travellers"
    )
    yield "      false alert = an innocent traveller with a listed person; [95 % interval, Wilson]; - = too few run to tell"


def quality(scored: Scored) -> Iterator[str]:
    """Average precision, and recall at the rates."""
    ap = average_precision(scored.pairs, scored.ranking)
    yield f"{scored.name}: average precision {ap:.4f}" + (f"   ({scored.note})" if scored.note else "")
    for rate in RATES:
        row = at_rate(scored, rate)
        threshold = "-" if row.threshold is None else f"{row.threshold:.3f}"
        yield f"  {rate:>3} per 1,000   threshold {threshold:>8}   recall real {row.real}   all {row.everything}"


def kinds(scored: Scored) -> Iterator[str]:
    """Recall by kind."""
    threshold = at_rate(scored, KINDS_RATE).threshold
    if threshold is None:
        return
    yield f"by kind, {scored.name} at {KINDS_RATE} per 1,000:"
    for kind, share in by_kind(scored, threshold).items():
        yield f"  {kind:24} {share}  of {share.cases:,}"


def carried(scored: Scored) -> Iterator[str]:
    """Held out by person."""
    how = f"{FOLDS} parts by a hash of the id; thresholds from the other parts and every second traveller"
    yield f"held out by person ({how}), {scored.name}:"
    for rate in RATES:
        found = held_out(scored, rate)
        if found is not None:
            per_thousand = 1000 * found.false_alerts / found.innocents
            yield (
                f"  {rate:>3} per 1,000   recall real {found.real}   all {found.everything}   "
                f"false alerts then {per_thousand:.2f} per 1,000 ({found.false_alerts} of {found.innocents:,})"
            )


def carried_elsewhere(found: Carried) -> Iterator[str]:
    """A threshold of one half of the people on the other."""
    how = f"from half the persons and half the innocents (recombined), on the other halves, {len(found.then)} times:"
    yield f"threshold of {RATE:g} false alert per 1,000 {how}"
    span = f"from {min(found.chosen):.2f} to {max(found.chosen):.2f} bits"
    yield f"  threshold chosen          mean {fmean(found.chosen):.2f}   {span}"
    yield f"  false alerts then         mean {fmean(found.then):.2f}   worst {max(found.then):.2f} per 1,000"
    at_default = f"mean {fmean(found.at_default):.2f}   worst {max(found.at_default):.2f} per 1,000"
    yield f"  default threshold {found.default:5.2f}   {at_default}"


def equal(found: Equality) -> Iterator[str]:
    """Index against oracle."""
    verdict = "EQUAL to the last bit" if not found.differences else f"{found.differences} DIFFERENCES"
    yield (
        f"index and oracle: {found.travellers:,} travellers x {found.records:,} records, at the default threshold and at the "
        f"floor: {found.matches:,} matches, {verdict}"
    )
    yield f"  index {found.index_rate:,.0f}, oracle {found.oracle_rate:,.1f} travellers/s, one process"


def on_a_long_list(found: LongList) -> Iterator[str]:
    """False alerts per 1,000 at the threshold of that length, and around it."""
    yield (
        f"false alerts per 1,000 travellers, {found.persons:,} persons ({found.listed:,} of the data set, the others made up), "
        f"default threshold {found.threshold:g} bits:"
    )
    around = [found.threshold + bits for bits in AROUND_BITS]
    yield "  innocents".ljust(30) + "".join(f"{bits:>9g} bits" for bits in around)
    for one in found.found:
        cells = "".join(f"{one.per_thousand(bits):>14.2f}" for bits in around)
        yield f"  {one.whose}, {one.travellers:,}".ljust(30) + cells


def speeds(found: Sequence[Throughput]) -> Iterator[str]:
    """Throughput by size."""
    kernel = "compiled" if kernel_library() is not None else "PORTABLE (no compiled one was built here)"
    yield f"throughput, made-up persons and travellers, one process, flight by flight, cold at the start, {kernel} kernel:"
    columns = (
        *("names", "persons", "threshold", "build s", "peak MB", "file MB", "open s"),
        *("travellers/s", "asked", "alerts/1,000", "resident MB"),
    )
    yield "".join(f"{column:>13}" for column in columns)
    for one in found:
        cells = (
            *(f"{one.names:,}", f"{one.persons:,}", f"{one.threshold_bits:.2f}", f"{one.build_seconds:.1f}"),
            *(f"{one.build_peak_megabytes:,.0f}", f"{one.file_megabytes:,.0f}", f"{one.open_seconds:.3f}"),
            *(f"{one.travellers / one.seconds:,.0f}", f"{one.travellers:,}", f"{1000 * one.matches / one.travellers:.2f}"),
            f"{one.resident_megabytes:,.0f}",
        )
        yield "".join(f"{cell:>13}" for cell in cells)
