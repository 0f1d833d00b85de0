"""Names read by the field, a chunk at a time, are the names that are read one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, FILLERS, PERSONS, name, record, snapshot

from schemas.stored_records import StoredRow
from schemas.watchlist import NameQuality, RecordName
from screening.index.packed.building import Listing, build_from_chunks
from screening.index.packed.chunk import in_chunks, read_chunk, read_stored
from screening.index.packed.keys import join_key, join_keys
from screening.model import MODEL
from screening.name_parts import read_part
from screening.prepared import record_names
from screening.prepared_names import joined_words
from screening.romanisation import form, forms, skeleton, skeletons

PIECES = st.sampled_from(
    """KRASHTAJ;ARDIT;al-masri;MOHAMED ALI;O'BRIEN;ANNAMRS;MR;DR HANS;MRS;BIN;ABU BAKR;VAN DER BERG;FNU;XXX;LNU MR;UNKNOWN;12 34
    ALEX;MXHMD;MUNXXOZ;MUXXLLER;X;AXSH;ДЖУРИЋ;ЖЕЉКО;MÜLLER;الشمري;محمود;יוסף כהן;李 小龍;É;-; ;,;A B C D E;SHEIKH BIN RASHID""".replace(
        "\n    ", ";"
    ).split(";")
)
LONG = st.integers(30, 70).map(lambda parts: " ".join(f"Q{chr(65 + one % 26)}E" for one in range(parts)))
TEXTS = st.none() | st.lists(PIECES, min_size=1, max_size=3).map(" ".join) | LONG
NAMES = st.builds(RecordName, surname=TEXTS, given_names=TEXTS, full_name=TEXTS, quality=st.sampled_from(NameQuality))
RECORDS = st.lists(st.lists(NAMES, max_size=4), min_size=1, max_size=4)


def rows_of(columns, counts, values):
    ends = columns[counts].astype(int).cumsum()
    return [columns[values][end - count : end].tolist() for end, count in zip(ends, columns[counts].astype(int), strict=True)]


@settings(max_examples=200)
@given(RECORDS)
def test_names_by_the_field_are_names_one_by_one(names_of_records):
    listed = snapshot(*[record(f"R{number}", *names) for number, names in enumerate(names_of_records)])
    chunk = read_chunk(listed.records, MODEL)
    vocabulary = chunk.vocabulary.received()
    parts = list(map(vocabulary.part, range(len(vocabulary.texts))))
    wanted = [found for one in listed.records for found in record_names(one.record)]
    assert [[parts[number] for number in row] for row in rows_of(chunk.columns, "parts_of_name", "parts")] == [
        [part._replace(family=False) for part in found.parts] for found, _ in wanted
    ]
    assert chunk.columns["weak"].tolist() == [weak for _, weak in wanted]
    assert chunk.columns["names_of_record"].tolist() == [len(record_names(one.record)) for one in listed.records]
    runs = [joined_words(found.parts) for found, _ in wanted]
    assert rows_of(chunk.columns, "joins_of_name", "join_key") == [[join_key(run.word) for run in row] for row in runs]
    assert rows_of(chunk.columns, "joins_of_name", "join_span") == [[run.start | run.size << 8 for run in row] for row in runs]


def test_stored_records_make_the_file_that_nouns_make(tmp_path):
    listed = snapshot(ARDIT, *FILLERS, record("D", name("ЖЕЉКО", "MR")), version=7, record_version=3).records
    stored = [StoredRow(PERSONS, one.record.model_dump_json(), 3, 7) for one in listed]
    for path, chunks in (
        (tmp_path / "nouns", [read_chunk(listed, MODEL)]),
        (tmp_path / "stored", [read_stored(some, MODEL) for some in in_chunks(stored, 3)]),
    ):
        build_from_chunks(path, chunks, Listing(MODEL, 7))
    assert (tmp_path / "nouns").read_bytes() == (tmp_path / "stored").read_bytes()


WORDS = st.lists(st.text("AEIOUYHXSCTKGVWDJQZ", min_size=1, max_size=12), max_size=6)


@settings(max_examples=200)
@given(WORDS)
def test_many_parts_at_once_are_romanised_like_each_of_them(parts):
    shapes = forms(parts)
    assert shapes == [form(part) for part in parts]
    assert skeletons(shapes) == [skeleton(part) for part in parts]
    assert join_keys(parts).tolist() == [join_key(read_part(part, family=True)) for part in parts]
