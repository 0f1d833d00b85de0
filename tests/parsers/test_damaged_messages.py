"""After any damage nobody is lost or invented in silence, and nobody's fields are somebody else's."""

import random
from pathlib import Path

import pytest
from damage import MESSAGE, PEOPLE, SEEDS, check, check_whole, damaged, owners, read_in_chunks, substitute
from hypothesis import given, settings
from hypothesis import strategies as st

CRASHERS = sorted((Path(__file__).parent / "crashers").glob("*.edi"))


@pytest.mark.parametrize("data", SEEDS)
def test_undamaged_everybody_has_only_his_own(data: bytes) -> None:
    (message,) = read_in_chunks(data)
    assert message.manifest is not None
    assert message.findings == ()
    assert [owners(traveller) for traveller in message.manifest.travellers] == [{number} for number in range(PEOPLE)]


@given(st.integers(0, 2**40))
@settings(max_examples=200, deadline=None)
def test_damage_is_never_silent_and_moves_nothing(seed: int) -> None:
    data, once = damaged(seed)
    check_whole(data, random.Random(seed), once)


@given(st.integers(0, 2**40))
@settings(max_examples=150, deadline=None)
def test_one_wrong_letter_never_moves_a_field(seed: int) -> None:
    data = bytearray(MESSAGE)
    substitute(random.Random(seed), data)
    for message in read_in_chunks(bytes(data)):
        if message.manifest is not None:
            assert all(len(owners(traveller)) <= 1 for traveller in message.manifest.travellers)
            assert len(message.manifest.travellers) == PEOPLE or message.findings


def test_every_letter_of_every_name_segment_wrong_once() -> None:
    begin = MESSAGE.index(b"NAD")
    for at in range(begin, len(MESSAGE)):
        if chr(MESSAGE[at]).isalnum():
            for message in read_in_chunks(MESSAGE[:at] + b"=" + MESSAGE[at + 1 :]):
                if message.manifest is not None:
                    assert all(len(owners(traveller)) <= 1 for traveller in message.manifest.travellers), at


def test_every_byte_lost_once() -> None:
    for at in range(len(MESSAGE)):
        data = MESSAGE[:at] + MESSAGE[at + 1 :]
        check(data, read_in_chunks(data))


def test_every_segment_lost_once() -> None:
    segments = MESSAGE.split(b"'")
    for number in range(len(segments)):
        data = b"'".join(segments[:number] + segments[number + 1 :])
        check(data, read_in_chunks(data))


@pytest.mark.parametrize("path", CRASHERS, ids=lambda path: path.stem)
def test_what_broke_it_once(path: Path) -> None:
    data = path.read_bytes()
    check_whole(data, random.Random(len(data)))
