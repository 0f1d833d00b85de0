"""What the benchmark says is what the figures are: checked by hand on a few, and on made-up people whole."""

import math

import pytest

from benchmarks.people.files import write_innocents, write_pairs, write_watchlist
from benchmarks.screening import read_data, report
from benchmarks.screening.data import FOLDS, Pair, fold_of
from benchmarks.screening.drawing import curve_table, draw
from benchmarks.screening.kulla import equality, scored_by_kulla
from benchmarks.screening.measures import FalseAlert, Scored, at_rate, average_precision, by_kind, held_out, threshold_of
from benchmarks.screening.peers import jaro_winkler_best_pairs, listed_names, scored_by_peer
from schemas.traveller import Traveller
from screening.index.port import OneByOne


def pair(record_id, positive, kind):
    return Pair(Traveller(traveller_id="1", surname="X"), record_id, positive, kind)


def scored(scores, false_scores, innocents=1000):
    pairs = [
        pair("A", True, "alias_spelling"),
        pair("B", True, "syn_swap"),
        pair("C", True, "alias_distant"),
        pair("D", False, "neg"),
    ]
    alerts = [FalseAlert(value, "A", number) for number, value in enumerate(false_scores)]
    return Scored("test", pairs, scores, scores, alerts, innocents)


def test_average_precision_by_hand():
    one = scored([9.0, 3.0, 1.0, 5.0], [])
    assert average_precision(one.pairs, one.ranking) == pytest.approx((1 / 1 + 2 / 3 + 3 / 4) / 3)
    assert average_precision(one.pairs, [1.0] * 4) == pytest.approx(3 / 4), "equal scores are one step"


def test_the_threshold_of_a_rate_lets_no_more_false_alerts_through():
    false = [8.0, 6.0, 6.0, 4.0, 2.0]
    for allowed in range(5):
        threshold = threshold_of(false, allowed)
        assert sum(value >= threshold for value in false) <= allowed
    assert threshold_of(false, 5) is None, "too few are known to tell"


def test_recall_at_a_rate_by_hand():
    row = at_rate(scored([9.0, 7.0, -math.inf, 5.0], [8.0, 6.0, 1.0]), 1)
    assert (row.real, row.everything) == ((1, 1), (2, 3))
    assert at_rate(scored([9.0, 7.0, 0.0, 5.0], [8.0, 6.0], innocents=100), 1).threshold is None, (
        "a tenth of an alert says nothing"
    )
    assert by_kind(scored([9.0, 7.0, 0.0, 5.0], []), 8.0) == {
        "alias_distant": (0, 1),
        "alias_spelling": (1, 1),
        "syn_swap": (0, 1),
    }


def test_persons_are_held_out_whole_and_evenly():
    folds = [fold_of(f"SYN-{number}") for number in range(5000)]
    assert all(900 < folds.count(fold) < 1100 for fold in range(FOLDS))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    directory = tmp_path_factory.mktemp("data")
    write_watchlist(directory / "watchlist.csv", 300, 2)
    write_pairs(directory / "pairs.csv", 300, 2, 300)
    write_innocents(directory / "innocents.csv", 300, 2)
    return read_data(directory)


def test_a_data_set_is_measured_and_drawn(data, tmp_path):
    ours = scored_by_kulla(data)
    assert average_precision(ours.pairs, ours.ranking) > 0.9
    assert data.synthetic
    lines = [*report.describe(data), *report.quality(ours), *report.kinds(ours), *report.carried(ours)]
    assert "MADE-UP PERSONS" in lines[0]
    assert "-" in lines[4].split(), "300 innocents cannot tell of one in a thousand"
    draw(tmp_path / "curve.svg", [ours], "made up")
    draw(tmp_path / "again.svg", [ours], "made up")
    assert (tmp_path / "curve.svg").read_bytes() == (tmp_path / "again.svg").read_bytes()
    assert len(curve_table([ours]).splitlines()) == 2


def test_index_and_oracle_are_compared_honestly(data, monkeypatch):
    assert equality(data, 30).differences == 0
    monkeypatch.setattr("benchmarks.screening.kulla.build_index", _Blind)
    assert equality(data, 30).differences > 0


class _Blind(OneByOne):
    """An index that finds nothing."""

    def __init__(self, snapshot):
        self.listed = None

    def candidates(self, traveller, floor_bits):
        return ()


def test_a_peer_scores_the_same_records(data):
    peer = scored_by_peer("Jaro-Winkler best pairs", data, listed_names(data), 60)
    assert peer.innocents == 300
    assert average_precision(peer.pairs, peer.ranking) > 0.8
    assert max(alert.score for alert in peer.false_alerts) <= 100.001
    assert {alert.record_id for alert in peer.false_alerts} <= {one.record.record_id for one in data.snapshot.records}
    assert jaro_winkler_best_pairs(["ANA HOXHA"], ["HOXHA ANA", "X"])[0].tolist() == [100.0, 0.0]


def test_nothing_is_held_out_of_too_little():
    assert held_out(scored([9.0, 7.0, 0.0, 5.0], [8.0]), 5) is None
