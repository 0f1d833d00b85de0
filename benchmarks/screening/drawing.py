"""The curve: recall of true pairs over the rate of false alerts, one line a scorer. Drawn by matplotlib, without a screen."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.screening.measures import RATES, Scored, curve

CURVE_RATES = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20)
"""False alerts per 1,000 travellers."""


def curve_table(everything: Sequence[Scored]) -> str:
    """The same as text: a column a rate, a row a scorer."""
    head = f"{'false alerts per 1,000':44}" + "".join(f"{rate:>7}" for rate in CURVE_RATES)
    rows = []
    for scored in everything:
        points = dict(curve(scored, CURVE_RATES))
        cells = (f"{points[rate]:7.3f}" if rate in points else f"{'-':>7}" for rate in CURVE_RATES)
        rows.append(f"{scored.name:44}" + "".join(cells))
    return "\n".join((head, *rows))


def draw(path: Path, everything: Sequence[Scored], title: str) -> None:
    """Write the file; its ending (.svg, .png) says in which form."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "kulla"  # the same figures make the same file
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")
    axes = figure.subplots()
    for number, scored in enumerate(everything):
        points = curve(scored, CURVE_RATES)
        if points:
            width = 2.6 if number == 0 else 1.3
            axes.plot(*zip(*points, strict=True), marker="o", markersize=3, linewidth=width, label=scored.name)
    axes.set_xscale("log")
    axes.set_xticks([0.1, *RATES], labels=["0.1", *map(str, RATES)])
    axes.set_ylim(0, 1)
    axes.set_xlabel("false alerts per 1,000 travellers")
    axes.set_ylabel("share of true pairs found")
    axes.set_title(title, fontsize=10)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="lower right")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
