"""Records without a name, set aside in files of their own, are found as if they were in the index of names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, PERSONS, name, record, traveller

from schemas.evidence import Lane
from schemas.stored_records import StoredRow, decode_record
from schemas.watchlist import ListKind, VersionedRecord, Watchlist
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.documents import DocumentedIndex, DocumentsAside, ShelvedDocuments, documents_path, records_path
from screening.index.documents.record_texts import BLOCK_RECORDS, RecordTexts, RecordTextsWriter
from screening.index.layered import LayeredIndex
from screening.index.packed.building import Listing, build
from screening.index.packed.layout import ForeignIndexError
from screening.index.packed.packed_index import PackedIndex
from screening.index.pruned import PrunedIndex
from screening.model import MODEL, DocumentOutcome
from screening.prepared import PreparedList, count_rarity, prepare_record, prepare_traveller

STOLEN = Watchlist(list_id="a-stolen", kind=ListKind.DOCUMENT, title="Stolen documents")
LISTS = {one.list_id: one for one in (STOLEN, PERSONS)}
NUMBERS = ("BA123450", "BA12345O", "8A123450", "BA1234505", "X1", "AC" * 8, "AC" * 7 + "4C")
PAPERS = st.lists(
    st.tuples(
        st.sampled_from(["P", "V", "PN", None]), st.sampled_from(NUMBERS), st.sampled_from(["ALB", "AL", "D", "DEU", None])
    ),
    min_size=1,
    max_size=2,
).map(tuple)
NAMES = st.lists(st.sampled_from([name("KRASHTAJ", "ARDIT"), name("HOXHA", "ILIR")]), max_size=1)
BODIES = st.tuples(st.sampled_from(sorted(LISTS)), NAMES, PAPERS, st.sampled_from([(), ("1981-04-17",)]))
RECORDS = st.dictionaries(st.sampled_from([f"R{number}" for number in range(9)]), BODIES, max_size=9)
TRAVELLERS = st.lists(
    st.builds(
        traveller,
        st.sampled_from(["KRASHTAJ", None]),
        st.just("ARDIT"),
        st.sampled_from(["1981-04-17", None]),
        documents=st.one_of(PAPERS, st.just(())),
    ),
    min_size=1,
    max_size=4,
)
FLOORS = st.sampled_from([None, 0.0, 1.0, 9.0])


def listed(bodies, version, before=None):
    """By key; what stood there before in the same words keeps its version."""
    found = {}
    for record_id, (list_id, names, papers, dates) in bodies.items():
        one = record(record_id, *names, documents=papers, birth_dates=dates)
        known = (before or {}).get((list_id, record_id))
        same = known is not None and known.record == one
        found[list_id, record_id] = known if same else versioned(LISTS[list_id], one, version)
    return dict(sorted(found.items()))


def versioned(watchlist, one, version=1):
    return VersionedRecord(watchlist=watchlist, record=one, record_version=version, list_version=version)


def prepared(records, rarity, version=2):
    return PreparedList(version, tuple(prepare_record(one, MODEL, rarity) for one in records), MODEL, rarity)


def documented(directory, records, rarity=None, replaced=frozenset()):
    """A base of these records, as a builder makes it."""
    build(directory / "base.index", (one for one in records if one.record.names), Listing(MODEL, 1, rarity))
    documents = set_aside(directory / "base", records, replaced)
    return DocumentedIndex(PackedIndex.open(directory / "base.index"), [documents])


def stored(one):
    return StoredRow(one.watchlist, one.record.model_dump_json(), one.record_version, one.list_version)


def set_aside(stem, records, replaced=frozenset()):
    unnamed = [stored(one) for one in records if not one.record.names]
    with DocumentsAside(stem) as aside:
        aside.add_all(unnamed)
        aside.finish()
    documents = ShelvedDocuments.open(stem, LISTS, replaced)
    assert len(documents) == len(unnamed) - len(replaced)
    return documents


@settings(max_examples=100, deadline=None)
@given(before=RECORDS, after=RECORDS, travellers=TRAVELLERS, floor=FLOORS)
def test_base_and_delta_give_what_the_oracle_gives(tmp_path_factory, before, after, travellers, floor):
    old = listed(before, 1)
    new = listed(after, 2, old)
    rarity = count_rarity(old.values(), MODEL)
    base = documented(tmp_path_factory.mktemp("base"), list(old.values()))
    assert base.listed.rarity.digest == rarity.digest
    expected = screen(travellers, ExhaustiveIndex(prepared(old.values(), rarity)), DAY, floor)
    assert screen(travellers, base, DAY, floor) == expected
    changed = [one for key, one in new.items() if old.get(key) is not one]
    replaced = {key for key in old if new.get(key) is not old[key]} | {
        (one.watchlist.list_id, one.record.record_id) for one in changed
    }
    layered = LayeredIndex(base, PrunedIndex(prepared(changed, rarity)), replaced, len(new))
    expected = screen(travellers, ExhaustiveIndex(prepared(new.values(), rarity)), DAY, floor)
    assert screen(travellers, layered, DAY, floor) == expected


@settings(max_examples=100, deadline=None)
@given(before=RECORDS, after=RECORDS, travellers=TRAVELLERS, floor=FLOORS)
def test_older_files_with_newer_ones_give_what_the_oracle_gives(tmp_path_factory, before, after, travellers, floor):
    directory = tmp_path_factory.mktemp("base")
    old = listed(before, 1)
    new = listed(after, 2, old)
    build(directory / "base.index", (one for one in new.values() if one.record.names), Listing(MODEL, 2))
    replaced = frozenset(key for key, one in old.items() if new.get(key) is not one and not one.record.names)
    whole = set_aside(directory / "whole", list(old.values()), replaced)
    since = set_aside(directory / "since", [one for one in new.values() if one.list_version == 2])
    base = DocumentedIndex(PackedIndex.open(directory / "base.index"), [whole, since])
    assert base.listed.record_count == len(new)
    oracle = ExhaustiveIndex(prepared(new.values(), count_rarity(new.values(), MODEL)))
    assert screen(travellers, base, DAY, floor) == screen(travellers, oracle, DAY, floor)


def test_a_flight_is_answered_as_its_travellers_one_by_one(tmp_path):
    rows = [record(f"D{number:02}", documents=(("P", f"AB12345{number % 50:02}", "ALB"),)) for number in range(60)]
    base = documented(tmp_path, [*(versioned(STOLEN, one) for one in rows), versioned(PERSONS, ARDIT)])
    papers = [[("P", f"AB12345{number:02}", issuer)] for number in range(0, 60, 3) for issuer in ("ALB", "DEU", "AL")]
    aboard = [
        traveller("KRASHTAJ", "ARDIT", documents=one, traveller_id=f"t{place}") for place, one in enumerate([*papers, []])
    ]
    prepared = [prepare_traveller(one) for one in aboard]
    for some in (prepared, prepared[:5]):
        together = [[one.key for one in candidates] for candidates in base.candidates_of_each(some, None)]
        assert together == [[one.key for one in base.candidates(each, None)] for each in some]
        assert together[0] == [("a-stolen", "D00"), ("a-stolen", "D50"), ("persons", "R1")]


def test_the_passport_and_the_visa_of_one_traveller_both_count(tmp_path):
    papers = [("P", "BA1234567", "ALB"), ("V", "V7654321", "DEU")]
    rows = [versioned(STOLEN, record(f"D{number}", documents=(paper,))) for number, paper in enumerate(papers)]
    base = documented(tmp_path, [*rows, versioned(PERSONS, ARDIT)])
    assert base.listed.record_count == 3
    [visa, passport] = (traveller("NOBODY", "KNOWN", documents=one) for one in (papers[1:], papers[:1]))
    both = traveller("NOBODY", "KNOWN", documents=papers)
    found = [[one.record.record.record_id for one in screen([asked], base, DAY)] for asked in (passport, visa, both)]
    assert found == [["D0", "R1"], ["D1"], ["D0", "D1", "R1"]]


def test_exact_and_near_lane_know_type_and_issuer(tmp_path):
    papers = {"same": ("P", "BO123456", "ALB"), "near": ("P", "B0123456", "ALB"), "visa": ("V", "BO123456", "ALB")}
    base = documented(tmp_path, [versioned(STOLEN, record(key, documents=(paper,))) for key, paper in papers.items()])
    found = {one.record.record.record_id: one for one in screen([traveller(documents=[papers["same"]])], base, DAY, 1.0)}
    assert {key: one.evidence[0].outcome for key, one in found.items()} == {
        "same": DocumentOutcome.EXACT,
        "near": DocumentOutcome.CONFUSABLE,
        "visa": DocumentOutcome.NUMBER_OTHER,
    }
    assert all(one.lanes == (Lane.DOCUMENT,) for one in found.values())
    assert not screen([traveller(documents=[("V", "80123456", "DEU")])], base, DAY)


def test_a_replaced_record_is_passed_over(tmp_path):
    rows = [versioned(STOLEN, record(key, documents=(("P", "BA1234567", "ALB"),))) for key in ("D1", "D2")]
    base = documented(tmp_path, rows, replaced=frozenset({("a-stolen", "D1")}))
    asked = prepare_traveller(traveller(documents=[("P", "BA1234567", "ALB")]))
    assert [one.key for one in base.candidates(asked, None)] == [("a-stolen", "D2")]
    assert base.listed.record_count == 1


def test_documents_do_not_make_names_rarer():
    many = [versioned(STOLEN, record(f"D{number}", documents=(("P", f"AB{number:07}", "ALB"),))) for number in range(50)]
    people = [versioned(PERSONS, one) for one in (ARDIT, *FILLERS)]
    assert count_rarity([*people, *many], MODEL).digest == count_rarity(people, MODEL).digest


def test_every_record_comes_back_as_it_was_written(tmp_path):
    odd = record(
        "D;ë\n1", documents=(("P", "AB 12\n3", "ALB"), (None, "7", None)), reason="lost\\at sea \u2028", warnings=("a",)
    )
    rows = [
        versioned(STOLEN, record(f"D{number}", documents=(("P", "AB", "ALB"),)), number) for number in range(BLOCK_RECORDS * 2)
    ]
    rows.insert(BLOCK_RECORDS - 1, versioned(PERSONS, odd, 7))
    writer = RecordTextsWriter(tmp_path / "texts")
    read = [(stored(one), decode_record(one.record.model_dump_json())) for one in rows]
    assert [writer.add(*one) for one in read] == list(range(len(rows)))
    writer.finish({})
    texts = RecordTexts.open(tmp_path / "texts", LISTS)
    assert len(texts) == len(rows)
    assert [texts[number] for number in range(len(rows))] == rows


@pytest.mark.parametrize("path", [documents_path, records_path])
@pytest.mark.parametrize("damage", [b"", b"KULLA", None])
def test_files_that_are_damaged_or_missing_are_refused(tmp_path, path, damage):
    documented(tmp_path, [versioned(STOLEN, record("D1", documents=(("P", "BA1234567", "ALB"),)))])
    file = path(tmp_path / "base")
    whole = file.read_bytes()
    file.write_bytes(whole[:-9] if damage is None else damage)
    with pytest.raises(ForeignIndexError):
        ShelvedDocuments.open(tmp_path / "base", LISTS, frozenset())
    file.unlink()
    with pytest.raises(FileNotFoundError):
        ShelvedDocuments.open(tmp_path / "base", LISTS, frozenset())


def test_a_record_of_a_list_nobody_knows_is_refused(tmp_path):
    documented(tmp_path, [versioned(STOLEN, record("D1", documents=(("P", "BA1234567", "ALB"),)))])
    with pytest.raises(ForeignIndexError, match="nobody knows"):
        ShelvedDocuments.open(tmp_path / "base", {"persons": PERSONS}, frozenset())


def test_what_is_not_finished_leaves_nothing(tmp_path):
    def failing():
        yield stored(versioned(STOLEN, record("D1", documents=(("P", "BA1234567", "ALB"),))))
        raise OSError("the source went away")

    with DocumentsAside(tmp_path / "base") as aside, pytest.raises(OSError, match="away"):
        aside.add_all(failing())
    assert list(tmp_path.iterdir()) == []
