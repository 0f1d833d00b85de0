"""32 bits that tell which letters a form has, and which again: forms whose signatures differ in many bits are far apart.

One letter exchanged changes at most two bits, one more or less at most one. Forms know but nineteen letters
(`screening.romanisation`), of which thirteen are often there twice: the others have no second bit, and letters that no form
has share one. `near.c` has the same table.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

SIGNATURE_BITS = 32

_ONCE = "ABDFGHIJKLMNPRSTUVZ"
_AGAIN = "AIUNRKSLDVMTB"
_OTHERS = "CEOQWXY"  # of no form, but nothing depends on that
_LETTERS = _ONCE + _OTHERS

_FIRST: Mapping[str, int] = {letter: 1 << min(place, len(_ONCE) - 1) for place, letter in enumerate(_LETTERS)}
_SECOND: Mapping[str, int] = {letter: 1 << len(_ONCE) + _AGAIN.index(letter) if letter in _AGAIN else 0 for letter in _LETTERS}


def signature(form: str) -> int:
    """The bits of one form of A-Z."""
    bits = 0
    for letter in form:
        bits |= _SECOND[letter] if bits & _FIRST[letter] else _FIRST[letter]
    return bits


def signatures(letters: NDArray[np.uint8], at: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The same for forms that stand one after the other, in the order of their lengths; `at`: where each begins."""
    first, second = (np.array([bits[chr(65 + one)] for one in range(26)], dtype=np.uint32) for bits in (_FIRST, _SECOND))
    found = np.zeros(len(lengths), dtype=np.uint32)
    for place in range(int(lengths.max(initial=0))):
        those = int(np.searchsorted(lengths, place, side="right"))
        letter = letters[at[those:-1] + place] - 65
        found[those:] |= np.where(found[those:] & first[letter], second[letter], first[letter])
    return found
