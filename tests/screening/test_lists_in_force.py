"""The newest lists as an index: base, delta, merge, and a rarity that stands still meanwhile."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, PERSONS, name, record, traveller

from screening import lists_in_force
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.layered import LayeredIndex
from screening.lists_in_force import ListsBehindError, ListsInForce, MemoryShelf
from screening.model import MODEL
from screening.prepared import prepare_list
from screening.rarity import Rarity
from storage.memory import MemoryListSource

MANY = tuple(record(f"M{number:03}", name(f"SURNAME{'ABCDEFGHIJ'[number % 10]}", "PERSON")) for number in range(100))
LISTED = traveller("KRASHTAJ", "ARDIT", "1981-04-17")
SECOND = PERSONS.model_copy(update={"list_id": "second"})


async def at_once(build):
    return build()


@dataclass
class Shelf:
    """Bases as they are put there; counts what was ordered."""

    source: MemoryListSource
    bases: list = field(default_factory=list)
    ordered: int = 0

    async def build(self):
        self.bases.append(await MemoryShelf(self.source, MODEL, at_once).order())

    async def newest(self):
        if not self.bases:
            await self.build()
        return self.bases[-1]

    async def order(self):
        self.ordered += 1
        return self.bases[-1]

    async def close(self):
        """Nothing is built in the background."""


async def people(lists):
    return [match.record.record.record_id for match in screen([LISTED], await lists.newest(), DAY)]


async def test_a_changed_record_is_there_at_once_without_a_new_base():
    source = MemoryListSource()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, MANY)
    assert await people(lists) == []
    source.publish(PERSONS, (*MANY, ARDIT))
    assert await people(lists) == ["R1"]
    source.publish(PERSONS, (*MANY, ARDIT.model_copy(update={"reason": "new"})))
    (match,) = screen([LISTED], await lists.newest(), DAY)
    assert (match.record.record_version, match.record.list_version) == (2, 3)
    source.publish(PERSONS, MANY)
    assert await people(lists) == []
    index = await lists.newest()
    assert (index.listed.version, index.listed.record_count) == (4, 100)
    assert (len(shelf.bases), shelf.ordered) == (1, 0)
    assert await lists.newest() is index, "nothing is built where nothing has moved on"


class Busy(MemoryListSource):
    """Somebody publishes just behind a question."""

    waiting = ()

    async def newest_version(self):
        return await self._and_then(super().newest_version())

    async def published_version(self):
        return await self._and_then(super().published_version())

    async def _and_then(self, asked):
        answer = await asked
        if self.waiting:
            self.publish(PERSONS, self.waiting[0])
            self.waiting = self.waiting[1:]
        return answer


@pytest.mark.parametrize("more", [1, 2])
async def test_what_is_published_between_two_questions_needs_no_base(more):
    source = Busy()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, MANY)
    assert await people(lists) == []
    source.waiting = ((*MANY, ARDIT), MANY)[:more]
    await lists.newest()
    assert await people(lists) == (["R1"] if more == 1 else [])
    assert (len(shelf.bases), shelf.ordered) == (1, 0)


async def test_a_base_ahead_of_all_we_know_does_not_make_recent_changes_unknown():
    source = MemoryListSource()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, MANY)
    await lists.newest()
    source.publish(PERSONS, (*MANY, ARDIT))
    await shelf.build()
    assert await people(lists) == ["R1"]
    assert lists.recent.since == 1
    assert list(lists.recent.rows) == [("persons", "R1")]


async def test_scores_do_not_move_when_others_are_listed():
    source = MemoryListSource()
    lists = ListsInForce(source, Shelf(source), at_once)
    source.publish(PERSONS, (*MANY, ARDIT))
    (before,) = screen([LISTED], await lists.newest(), DAY)
    namesakes = [record(f"N{number}", name("KRASHTAJ", "AGIM"), birth_dates=("1955-01-02",)) for number in range(9)]
    source.publish(PERSONS, (*MANY, ARDIT, *namesakes))
    after = [match for match in screen([LISTED], await lists.newest(), DAY) if match.record.record.record_id == "R1"]
    assert [match.score for match in after] == [before.score]


async def test_a_delta_that_has_grown_is_merged_and_a_new_base_swapped_in():
    source = MemoryListSource()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, MANY)
    await lists.newest()
    source.publish(PERSONS, (*MANY[20:], ARDIT))
    assert await people(lists) == ["R1"]
    assert shelf.ordered == 1
    layered = await lists.newest()
    assert isinstance(layered, LayeredIndex), "screening goes on with base and delta"
    await shelf.build()
    swapped = await lists.newest()
    assert swapped is shelf.bases[-1]
    assert await people(lists) == ["R1"]


PAPERS = tuple(record(f"D{number}", documents=(("P", f"AB12345{number}", "ALB"),)) for number in range(6))


@pytest.mark.parametrize(
    ("more", "merged"), [(PAPERS[:5], False), (PAPERS, True), (FILLERS[:2] + PAPERS[:2], False), (FILLERS[:3], True)]
)
async def test_documents_make_a_delta_big_later_than_people_do(monkeypatch, more, merged):
    monkeypatch.setattr(lists_in_force, "DELTA_RECORDS_WANTED_MAX", 2)
    monkeypatch.setattr(lists_in_force, "DELTA_DOCUMENTS_WANTED_MAX", 5)
    source = MemoryListSource()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, MANY)
    await lists.newest()
    source.publish(PERSONS, (*MANY, *more))
    assert (await lists.newest()).listed.record_count == 100 + len(more)
    assert shelf.ordered == int(merged)


async def test_more_changes_than_a_delta_holds_are_waited_for_as_a_base(monkeypatch):
    monkeypatch.setattr(lists_in_force, "DELTA_RECORDS_MAX", 50)
    source = MemoryListSource()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, (ARDIT,))
    await lists.newest()
    source.publish(PERSONS, (ARDIT, *MANY))
    with pytest.raises(ListsBehindError):
        await lists.newest()
    await shelf.build()
    assert (await lists.newest()).listed.version == 3, "a hundred times the people: rarity is counted anew, as a version"


async def test_a_version_that_waits_is_used_when_its_index_stands():
    source = MemoryListSource()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, MANY)
    assert await people(lists) == []
    source.publish(PERSONS, (*MANY, ARDIT), in_force=False)
    assert await people(lists) == []
    assert shelf.ordered == 1
    await shelf.build()
    assert await source.newest_version() == 2
    assert await people(lists) == ["R1"]


async def test_rarity_is_counted_anew_only_when_the_lists_have_outgrown_it():
    source = MemoryListSource()
    shelf = MemoryShelf(source, MODEL, at_once)
    source.publish(PERSONS, MANY)
    first = (await shelf.order()).listed.rarity.digest
    source.publish(SECOND, FILLERS)
    assert (await shelf.order()).listed.rarity.digest == first
    source.publish(SECOND, [*FILLERS, *(one.model_copy(update={"record_id": f"X{one.record_id}"}) for one in MANY)])
    assert (await shelf.order()).listed.rarity.digest != first
    kept = await source.find_rarity(first[:16])
    assert Rarity.from_bytes(kept.body, MODEL.rarity).digest == first, "the older one is kept"


EDITS = st.lists(
    st.tuples(
        st.sampled_from([PERSONS, SECOND]), st.lists(st.sampled_from([ARDIT, *FILLERS, *MANY[:4]]), unique=True), st.booleans()
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(EDITS)
async def test_after_any_publications_it_is_one_index_over_what_is_listed(edits):
    source = MemoryListSource()
    shelf = Shelf(source)
    lists = ListsInForce(source, shelf, at_once)
    source.publish(PERSONS, MANY[:8])
    await lists.newest()
    asked = [LISTED, traveller("HOXHA", "ILIR", "1950-01-12", traveller_id="t2"), traveller("SURNAMEA", "PERSON")]
    for watchlist, records, rebuilt in edits:
        source.publish(watchlist, records)
        if rebuilt:
            await shelf.build()
        index = await lists.newest()
        whole = ExhaustiveIndex(prepare_list(await source.load(), MODEL, index.listed.rarity))
        assert screen(asked, index, DAY, 4.0) == screen(asked, whole, DAY, 4.0)
        assert index.listed.version == await source.newest_version()


async def test_a_recount_is_a_version_of_its_own():
    source = MemoryListSource()
    source.publish(PERSONS, MANY)
    lists = ListsInForce(source, MemoryShelf(source, MODEL, at_once), at_once)
    first = (await lists.newest()).listed
    source.publish(PERSONS, (*MANY, *FILLERS[:5]))
    assert (await lists.newest()).listed.version == 2, "a twentieth more is no reason to count anew"
    source.publish(PERSONS, (*MANY, *(record(f"N{number}", name("NEWCOMER", f"{number}A")) for number in range(30))))
    later = (await lists.newest()).listed
    assert (first.version, later.version, await source.newest_version()) == (1, 4, 4)
    assert (later.rarity.digest == first.rarity.digest, later.rarity.people) == (False, 130)
    assert lists.recent is not None
    assert lists.recent.after(3) is None, "whoever was screened with the older rarity is screened against everything"
    assert (await lists.newest()).listed.version == 4, "counted once"


async def test_changed_fields_of_a_list_need_a_base():
    source = MemoryListSource()
    source.publish(PERSONS, (ARDIT, *MANY))
    lists = ListsInForce(source, MemoryShelf(source, MODEL, at_once), at_once)
    assert await people(lists) == [ARDIT.record_id]
    source.publish(PERSONS.model_copy(update={"threshold_bits": 900.0}), (ARDIT, *MANY))
    assert await people(lists) == []
    assert lists.recent is not None
    assert lists.recent.after(1) is None
