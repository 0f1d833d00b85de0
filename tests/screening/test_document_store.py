"""The store of listed documents gives what a dictionary would, whatever it is asked, and refuses files that are not whole."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.document_store import DocumentStoreError, build_documents, building, layout, open_documents
from screening.document_store.number_code import FOLD, key_of, keys_of
from screening.features.documents import document_outcome, read_document
from screening.model import DocumentOutcome

NUMBERS = st.one_of(
    st.text("0OQD1IX", min_size=4, max_size=6),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=4, max_size=13),
    st.text("AB8X0O", min_size=13, max_size=35),
)
DOCUMENTS = st.builds(
    read_document, st.sampled_from(["P", "V", "", None]), NUMBERS, st.sampled_from(["ALB", "DEU", "D", ""])
).filter(bool)


def read(kind, number, issuer):
    document = read_document(kind, number, issuer)
    assert document is not None
    return document


def stored(path, documents):
    assert build_documents(path, documents) == len(documents)
    return open_documents(path)


@given(listed=st.lists(st.tuples(DOCUMENTS, st.integers(0, 2**32 - 1)), max_size=40), others=st.lists(DOCUMENTS, max_size=20))
@settings(max_examples=60, deadline=None)
def test_it_answers_as_a_dictionary_does(tmp_path_factory, listed, others):
    oracle = defaultdict(list)
    for document, record in listed:
        oracle[document.folded].append((document, record))
    asked = [*others, *(document for document, _ in listed)]
    path = tmp_path_factory.mktemp("documents") / "store"
    with stored(path, listed) as store:
        assert len(store) == len(listed)
        layout.check(path)
        batch = defaultdict(list)
        for place, found in store.listed_batch([document.folded for document in asked]):
            batch[place].append(tuple(found))
        for place, document in enumerate(asked):
            one_by_one = [tuple(found) for found in store.listed(document.folded)]
            assert sorted(one_by_one) == sorted(oracle[document.folded])
            assert batch[place] == one_by_one
            outcomes = sorted((tuple(found), outcome) for found, outcome in store.matches(document))
            expected = [(entry, document_outcome(document, entry[0])) for entry in oracle[document.folded]]
            assert outcomes == sorted((entry, outcome) for entry, outcome in expected if outcome is not None)


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=50))
@settings(max_examples=100, deadline=None)
def test_one_number_and_a_column_of_them_have_the_same_keys(numbers):
    folded = [number.translate(FOLD) for number in numbers]
    assert keys_of(folded)[0].tolist() == keys_of(numbers)[0].tolist() == [key_of(number) for number in folded]
    short = {number for number in folded if len(number) <= 13}
    assert len({key_of(number) for number in short}) == len(short)


def test_exact_and_near_lane_know_type_and_issuer(tmp_path):
    listed = [(read("P", "BO123456", "ALB"), 1), (read("V", "B0123456", "ALB"), 2), (read("P", "B0123456", "SRB"), 3)]
    with stored(tmp_path / "store", listed) as store:
        found = {entry.record: outcome for entry, outcome in store.matches(read("P", "B0123456", "ALB"))}
        assert found == {1: DocumentOutcome.CONFUSABLE, 2: DocumentOutcome.NUMBER_OTHER, 3: DocumentOutcome.NUMBER_OTHER}
        assert not store.listed("80123457")


def test_one_number_listed_many_times_and_an_empty_store(tmp_path):
    document = read("P", "AB12345", "ALB")
    with stored(tmp_path / "many", [(document, record) for record in range(500)]) as store:
        assert [entry.record for entry in store.listed(document.folded)] == list(range(500))
        assert len(store.find([document.folded, "000"]).documents) == 500
    with stored(tmp_path / "none", []) as store:
        assert store.listed(document.folded) == []
        assert len(store.find([document.folded]).documents) == len(store.find([]).documents) == 0


def test_long_numbers_of_one_digest_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setattr("screening.document_store.number_code._long_key", lambda folded: 2**64 - 5)
    one, other = read("P", "AC" * 10, "ALB"), read("P", "CE" * 11, "ALB")
    with stored(tmp_path / "store", [(one, 1), (other, 2), (one, 3)]) as store:
        assert [entry.record for entry in store.listed(one.folded)] == [1, 3]
        assert store.find([other.folded, "E" * 30, one.folded]).questions.tolist() == [0, 2, 2]


def test_a_stream_of_several_chunks_is_the_same_file_in_any_order(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "CHUNK_DOCUMENTS", 64)
    random = np.random.default_rng(1)
    listed = [
        (read("P", f"AO{number:07d}", "ALB"), record) for record, number in enumerate(random.integers(0, 10**6, 1000).tolist())
    ]
    build_documents(tmp_path / "one", listed)
    build_documents(tmp_path / "other", reversed(listed))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_a_build_that_fails_leaves_the_older_file_and_nothing_else(tmp_path):
    document = read("P", "AB12345", "ALB")
    build_documents(tmp_path / "store", [(document, 1)])

    def failing():
        yield document, 2
        raise OSError("the source went away")

    with pytest.raises(OSError, match="went away"):
        build_documents(tmp_path / "store", failing())
    with open_documents(tmp_path / "store") as store:
        assert [entry.record for entry in store.listed(document.folded)] == [1]
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_files_that_are_not_whole_are_refused(tmp_path):
    path = tmp_path / "store"
    build_documents(path, [(read("P", f"AB{number:05d}", "ALB"), number) for number in range(100)])
    whole = path.read_bytes()
    damages = {
        "not a document store": (b"", b"KULLA", b"\0" * 4096, b"PK" + whole[2:]),
        "cut off": (whole[:-1], whole[: len(whole) // 2], whole + b"\0"),
        "description": (whole[:40] + b"?" + whole[41:], whole[:30]),
    }
    for sentence, damaged in damages.items():
        for data in damaged:
            path.write_bytes(data)
            with pytest.raises(DocumentStoreError, match=sentence):
                open_documents(path)
    path.write_bytes(whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:])
    with pytest.raises(DocumentStoreError, match="damaged in the column"):
        layout.check(path)
    with pytest.raises(FileNotFoundError):
        open_documents(tmp_path / "nowhere")


def test_too_many_origins_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "ORIGINS_MAX", 2)
    with pytest.raises(DocumentStoreError, match="type and issuer"):
        build_documents(tmp_path / "store", [(read("P", "AB12345", issuer), 1) for issuer in ("ALB", "DEU", "SRB")])
