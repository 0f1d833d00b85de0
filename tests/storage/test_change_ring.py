"""The ring answers exactly what the whole feed would, or says that it cannot."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.delivery import Cursor
from storage import change_ring
from storage.alert_feed import FeedEntry
from storage.change_ring import ChangeRing


def entry(number: int, size: int = 10) -> FeedEntry:
    return FeedEntry(Cursor(number, 0), "x" * size)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_never_a_gap(data: st.DataObject) -> None:
    """Changes at even places; cursors anywhere. `learn` is told the truth, whole or cut by a limit."""
    begin = 2 * data.draw(st.integers(0, 20))
    feed = [entry(number) for number in range(2, begin + 1, 2)]
    ring = ChangeRing(Cursor(begin, 0))
    with_limit = change_ring.CHANGES_MAX
    try:
        change_ring.CHANGES_MAX = data.draw(st.integers(1, 8))
        for _ in range(data.draw(st.integers(1, 30))):
            cursor = Cursor(data.draw(st.integers(0, len(feed) * 2 + 1)), 0)
            limit = data.draw(st.integers(1, 10))
            truth = [one for one in feed if one.cursor > cursor][:limit]
            step = data.draw(st.sampled_from(("append", "learn", "since")))
            if step == "append":
                feed.append(entry(2 * len(feed) + 2))
                ring.append(feed[-1])
            elif step == "learn":
                whole = len(truth) < limit
                ring.learn(cursor, truth, max(cursor, Cursor(2 * len(feed), 0)) if whole else truth[-1].cursor)
            found = ring.since(cursor, limit)
            if found is None:
                assert cursor < ring.floor
            else:
                truth = [one for one in feed if one.cursor > cursor][:limit]
                assert list(found) == truth
    finally:
        change_ring.CHANGES_MAX = with_limit


def test_bytes_are_bounded_but_one_change_always_fits() -> None:
    ring = ChangeRing(Cursor(0, 0))
    for number in range(1, 5):
        ring.append(entry(number, change_ring.CHANGE_BYTES_MAX // 2))
    assert [one.cursor.major for one in ring.since(ring.floor, 10) or ()] == [3, 4]
    assert ring.since(Cursor(1, 0), 10) is None
    ring.append(entry(9, 2 * change_ring.CHANGE_BYTES_MAX))
    assert [one.cursor.major for one in ring.since(ring.floor, 10) or ()] == [9]
    assert ring.since(Cursor(9, 0), 10) == []


def test_a_quiet_port_is_learned_once() -> None:
    ring = ChangeRing(Cursor(1000, 0))
    assert ring.since(Cursor(7, 0), 10) is None
    ring.learn(Cursor(7, 0), [], Cursor(1000, 0))
    assert ring.since(Cursor(7, 0), 10) == []
    ring.append(entry(1001))
    assert len(ring.since(Cursor(7, 0), 10) or ()) == 1
