"""Folded document numbers as integers, and back: exact, so that equal integers are equal numbers.

Look-alikes folded, 28 characters are left. A number is read in base 29, its first character as the lowest digit and no
character as 0, so 13 characters fit into 64 bits. What folding forgot, two bits a character say again (which of O, Q, D and 0
it was). Longer numbers take the integers above 29 to the 13th: a digest, which their text must confirm.

Integers are then scattered by a bijection: their top bits fill buckets evenly, and what is left of a number in its bucket is
short. All in two ways, one number at a time and a column of them, with the same results (tested).
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from screening.features.documents import LOOK_ALIKES

Keys = NDArray[np.uint64]

CHARACTERS_MAX = 13
"""29 to the 13th is the largest such power below 2 to the 64th."""

_BASE = 29
_LONG_KEYS_FROM: int = _BASE**CHARACTERS_MAX
_MASK = (1 << 64) - 1
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # odd, so that multiplying by them can be undone
_SHIFTS = (30, 27, 31)

FOLD = str.maketrans(dict(LOOK_ALIKES))
"""For `str.translate`: a number to its folded number."""

_FOLDED = "0123456789ACEFHJKLMNPRTUVWXY"
_INT_DIGITS = "123456789abcdefghijklmnopqrs"
_TO_INT_DIGITS = str.maketrans(_FOLDED, _INT_DIGITS)

_WRITTEN: dict[str, str] = {
    folded: folded + "".join(sorted(k for k, v in LOOK_ALIKES.items() if v == folded)) for folded in _FOLDED
}
"""By folded character: what may have been written, itself first."""

VARIANT_BITS = 2
"""Four characters at most look alike."""


def _digits() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    digits, variants = np.full(256, 255, np.uint8), np.zeros(256, np.uint32)
    digits[0] = 0
    for digit, folded in enumerate(_FOLDED, 1):
        for variant, written in enumerate(_WRITTEN[folded]):
            digits[ord(written)], variants[ord(written)] = digit, variant
    return digits, variants


_DIGIT_OF_BYTE, _VARIANT_OF_BYTE = _digits()


def scatter(key: int) -> int:
    """The bijection, for one key."""
    key = ((key ^ (key >> _SHIFTS[0])) * _FIRST) & _MASK
    key = ((key ^ (key >> _SHIFTS[1])) * _SECOND) & _MASK
    return key ^ (key >> _SHIFTS[2])


def scatter_all(keys: Keys) -> Keys:
    """The bijection, for many."""
    keys = (keys ^ (keys >> np.uint64(_SHIFTS[0]))) * np.uint64(_FIRST)
    keys = (keys ^ (keys >> np.uint64(_SHIFTS[1]))) * np.uint64(_SECOND)
    return keys ^ (keys >> np.uint64(_SHIFTS[2]))


def key_of(folded: str) -> int:
    """The scattered key of a folded number."""
    if len(folded) > CHARACTERS_MAX:
        return scatter(_long_key(folded))
    return scatter(int(folded[::-1].translate(_TO_INT_DIGITS), _BASE))


def _long_key(folded: str) -> int:
    text = folded.encode()
    digest = (zlib.crc32(text) << 30) ^ zlib.adler32(text)
    return _LONG_KEYS_FROM + digest % (_MASK - _LONG_KEYS_FROM)


def is_long(number: str) -> bool:
    """Whether the text of a number must be kept."""
    return len(number) > CHARACTERS_MAX


def keys_of(numbers: Sequence[str]) -> tuple[Keys, NDArray[np.uint32]]:
    """Scattered keys and variants of numbers, folded or not. Variants of long numbers mean nothing. Only A-Z and 0-9."""
    width = CHARACTERS_MAX + 1
    letters = np.array(numbers, dtype=f"S{width}").view(np.uint8).reshape(len(numbers), width)
    digits = _DIGIT_OF_BYTE[letters]
    assert digits.max(initial=0) < _BASE, "a document number is of A-Z and 0-9"
    keys, variants = np.zeros(len(numbers), np.uint64), np.zeros(len(numbers), np.uint32)
    for place in range(CHARACTERS_MAX):
        keys += digits[:, place].astype(np.uint64) * np.uint64(_BASE**place)
        variants |= _VARIANT_OF_BYTE[letters[:, place]] << np.uint32(VARIANT_BITS * place)
    for row in np.flatnonzero(digits[:, CHARACTERS_MAX]).tolist():
        keys[row] = _long_key(numbers[row].translate(FOLD))
    return scatter_all(keys), variants


def written(folded: str, variants: int) -> str:
    """The number as it was before folding."""
    return "".join(_WRITTEN[letter][variants >> VARIANT_BITS * place & 3] for place, letter in enumerate(folded))
