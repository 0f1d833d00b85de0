"""No cell below ten is shown, and none can be worked out by subtracting along a dimension."""

from collections.abc import Mapping

from hypothesis import example, given, settings
from hypothesis import strategies as st

from api_service.statistics.withholding import FLOOR, Key, protected

_count = st.one_of(st.integers(0, 15), st.integers(0, 200))
one_property = st.dictionaries(st.tuples(st.sampled_from("abcdef")), _count, max_size=6)
two_properties = st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), _count, max_size=16)


def not_hidden(total: int, shown: list[int], unlisted: list[int]) -> bool:
    """Whether somebody who subtracts what is shown from the total has found fewer than ten people, or one small cell."""
    rest = total - sum(shown)
    if rest == 0:
        return False
    return rest < FLOOR or (len(unlisted) == 1 and unlisted[0] < FLOOR)


@settings(max_examples=200, deadline=None)
@given(one_property)
@example({("a",): 3, ("b",): 4, ("c",): 100})
@example({("a",): 9})
def test_one_property(counts: dict[Key, int]) -> None:
    table = protected(counts, 1)
    assert all(counts[key] == count >= FLOOR for key, count in table.cells.items())
    unlisted = [count for key, count in counts.items() if count and key not in table.cells]
    if table.total is not None:
        assert table.total == sum(counts.values())
        assert not not_hidden(table.total, list(table.cells.values()), unlisted)
        assert not unlisted or len(unlisted) > 1


@settings(max_examples=200, deadline=None)
@given(two_properties)
@example({("a", "w"): 50, ("a", "x"): 5, ("b", "x"): 100})
@example({("a", "w"): 5, ("a", "x"): 50, ("b", "w"): 50, ("b", "x"): 50})
def test_two_properties(counts: dict[Key, int]) -> None:
    table = protected(counts, 2)
    assert all(counts[key] == count >= FLOOR for key, count in table.cells.items())
    for dimension in (0, 1):
        truth = sums(counts, dimension)
        shown = table.margins[dimension]
        assert all(truth[value] == count >= FLOOR for value, count in shown.items())
        if table.total is not None:
            unlisted = [count for value, count in truth.items() if count and value not in shown]
            assert not not_hidden(table.total, list(shown.values()), unlisted)
        for value, total in shown.items():
            line = {key: count for key, count in counts.items() if key[dimension] == value and count}
            cells = [count for key, count in line.items() if key in table.cells]
            assert not not_hidden(total, cells, [count for key, count in line.items() if key not in table.cells])
        assert {key[dimension] for key in table.cells} <= shown.keys()


@settings(max_examples=100, deadline=None)
@given(two_properties)
def test_the_totals_are_those_of_the_smaller_table(counts: dict[Key, int]) -> None:
    """Two tables never show a total in one and withhold it in the other."""
    table = protected(counts, 2)
    for dimension in (0, 1):
        alone = protected({(value,): count for value, count in sums(counts, dimension).items()}, 1)
        assert {value: count for (value,), count in alone.cells.items()} == dict(table.margins[dimension])


def sums(counts: Mapping[Key, int], dimension: int) -> dict[str, int]:
    truth: dict[str, int] = {}
    for key, count in counts.items():
        truth[key[dimension]] = truth.get(key[dimension], 0) + count
    return truth


def test_most_of_a_large_table_is_shown() -> None:
    """Otherwise withholding everything would pass."""
    counts = {(f"r{row}", f"n{column}"): 5 if row == column else 40 + row + column for row in range(6) for column in range(6)}
    table = protected(counts, 2)
    assert table.total == sum(counts.values())
    assert len(table.margins[0]) == len(table.margins[1]) == 6
    assert len(table.cells) >= 20
    assert len(protected({("a",): 30, ("b",): 10, ("c",): 99}, 1).cells) == 3


def test_a_known_case() -> None:
    """A small cell alone in its row and column takes three others with it: the smallest rectangle."""
    counts = {(row, column): 100 for row in "abc" for column in "xyz"} | {("a", "x"): 4, ("a", "y"): 20, ("b", "x"): 30}
    table = protected(counts, 2)
    assert set(counts) - table.cells.keys() == {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}
