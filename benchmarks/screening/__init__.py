"""How good and how fast screening is, on a data set of listed names, beside its peers in the same run.

    python -m benchmarks.screening [DIRECTORY] [--innocents N] [--parts quality,peers,...] [--draw FILE.svg ...]
    make bench-screening [DATA=DIRECTORY]

The directory holds `watchlist.csv`, `pairs.csv` and `innocents.csv`, in the form of `../shared/data/screening_dev`, which is
also the default where it lies; else a made-up set of `benchmarks.people` is used. Printed: average precision on the plain sum
of bits; recall at 1, 5 and 20 false alerts per 1,000 innocent travellers, of real names and of all, and by kind; the same
with persons held out; the same for scorers of `rapidfuzz` and for nomenklatura's matchers (in an environment of their own);
index against oracle; throughput from 10,000 to 3,000,000 names; and the curve, drawn and as text.
"""

from benchmarks.screening.data import read_data, read_list, read_pairs

__all__ = ["read_data", "read_list", "read_pairs"]
