"""Numbers that stand for texts and dates in the sorted arrays of an index."""

import math
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from schemas.watchlist import RecordKey
from screening.features.names import JOINED_SKELETON_MIN
from screening.name_parts import Part
from screening.rarity import BITS_GRAIN
from screening.romanisation import forms, skeletons

DATES_MAX = 16
"""A record with more birth dates stands once for all of them, as if the best one always fitted: else hostile records with a
thousand names and a thousand dates would make a million entries."""

NO_DATE, MANY_DATES = 0, 0xFFFFFFFF

_KEY_BYTES = 8
_JOIN_KEY_MOST = 0xFFFFFFFF
_THRESHOLD_MOST = 1 << 30


def date_keys(dates: Sequence[str]) -> list[int]:
    """YYYYMMDD with 00 for what is unknown; `NO_DATE` for none; `MANY_DATES` for too many, or one that is no date."""
    if not dates:
        return [NO_DATE]
    keys = [date_key(one) for one in dates]
    return [key for key in keys if key is not None] if len(dates) <= DATES_MAX and None not in keys else [MANY_DATES]


def date_key(date: str) -> int | None:
    """The number of one date; None where a part that is given is zero or no number of ASCII digits."""
    digits = date.replace("-", "")
    if not digits.isascii() or not digits.isdigit() or "00" in (digits[4:6], digits[6:8]) or digits[:4] == "0000":
        return None
    return int(digits.ljust(8, "0"))


def whole_bits(bits: float) -> int:
    """A threshold in 1/64 bits, rounded down: no record that reaches it is lost."""
    if math.isnan(bits):
        return -_THRESHOLD_MOST
    return math.floor(min(max(bits * BITS_GRAIN, -_THRESHOLD_MOST), _THRESHOLD_MOST))


def text_key(text: str) -> int:
    """64 bits that stand for a text in sorted arrays. Two texts that meet by chance cost a look, never a match."""
    return int.from_bytes(blake2b(text.encode(), digest_size=_KEY_BYTES).digest(), "little")


def text_keys(texts: Iterable[str]) -> NDArray[np.uint64]:
    """The keys of many texts."""
    digests = b"".join([blake2b(text.encode(), digest_size=_KEY_BYTES).digest() for text in texts])
    return np.frombuffer(digests, dtype="<u8")


def record_key(key: RecordKey) -> int:
    """64 bits for a record of a list."""
    return text_key(record_key_text(key))


def record_key_text(key: RecordKey) -> str:
    """What the key of a record is made of."""
    return "\0".join(key)


def join_key(word: Part) -> int:
    """32 bits for what a joined word must share with a part (`features.names.joined_agreement`): its skeleton, or its form
    where the skeleton is so short that vowels must not differ."""
    return text_key(_join_text(word.form, word.skeleton)) & _JOIN_KEY_MOST


def join_keys(texts: Sequence[str]) -> NDArray[np.uint64]:
    """`join_key` of the parts that texts of A-Z would be."""
    shapes = forms(texts)
    return text_keys(list(map(_join_text, shapes, skeletons(shapes)))) & np.uint64(_JOIN_KEY_MOST)


def _join_text(shape: str, consonants: str) -> str:
    return consonants if len(consonants) >= JOINED_SKELETON_MIN else "=" + shape
