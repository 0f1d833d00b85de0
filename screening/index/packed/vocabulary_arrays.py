"""The distinct listed parts as arrays: by length and alphabet of their forms, by skeleton, by initial; with signatures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.index.packed.keys import text_keys
from screening.index.packed.letter_signatures import SIGNATURE_BITS, signatures
from screening.index.packed.ragged import narrow, places, starts
from screening.index.packed.vocabulary import Vocabulary
from screening.nicknames import NO_CLASS

LETTERS_MAX = 64
"""Forms up to this long are compared exactly; longer ones stand together."""

MARK_LETTER, MARK_PARTICLE, MARK_SINGLE = 31, 32, 64
BLOCK_FORMS = 32
"""Forms in a block; as in `kernel.h`."""

_NO_PART = -1
_READ_BEYOND = 8  # bytes: letters are read so many at a time


def vocabulary_arrays(parts: Vocabulary) -> dict[str, NDArray[Any]]:
    """`parts`: in the order of `Vocabulary.order`."""
    first = np.array([at for at, form in enumerate(parts.forms) if not at or form != parts.forms[at - 1]], dtype=np.int64)
    forms = [parts.forms[at] for at in first.tolist()]
    classes, of_part = parts.classes()
    skeletons = text_keys(classes)[of_part]
    by_skeleton = np.argsort(skeletons, kind="stable")
    form_at, lengths = _text_places(forms)
    form_bytes = np.frombuffer("".join(forms).encode(), dtype=np.uint8)
    by_signature = _signature_arrays(signatures(form_bytes, form_at.astype(np.int64), lengths), lengths)
    text_at, text_lengths = _text_places(parts.texts)
    text_bytes = np.frombuffer("".join(parts.texts).encode(), dtype=np.uint8)
    letters = text_bytes[text_at[:-1]] - ord("A")
    marks = letters | np.where(parts.particles(), MARK_PARTICLE, 0) | np.where(text_lengths == 1, MARK_SINGLE, 0)
    return {
        "part_text_at": text_at,
        "part_text": text_bytes,
        "part_marks": marks.astype(np.uint8),
        "form_at": form_at,
        "form": form_bytes,
        "form_parts": np.append(first, len(parts.forms)).astype(np.uint32),
        **by_signature,
        "near_letters": _near_letters(form_bytes, form_at[by_signature["signature_form"]].astype(np.int64), lengths),
        "length_forms": np.searchsorted(lengths, [*range(LETTERS_MAX + 2), 1 << 40]).astype(np.uint32),
        "skeleton_key": skeletons[by_skeleton],
        "skeleton_part": by_skeleton.astype(np.uint32),
        **_nickname_arrays(np.array(parts.nicknames, dtype=np.int64)),
        "initials": _initials(letters, text_lengths),
    }


def _near_letters(letters: NDArray[np.uint8], at: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The letters of forms in the order of their signatures, which is one of length too; and room to read beyond the last."""
    return np.concatenate([letters[places(at, lengths)], np.zeros(_READ_BEYOND, dtype=np.uint8)])


def _nickname_arrays(classes: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The parts of each class of nicknames, one class after the other; class 0, of those that have none, is empty."""
    order = np.argsort(classes, kind="stable")[np.count_nonzero(classes == NO_CLASS) :]
    counts = np.bincount(classes[order], minlength=1)
    return {"nickname_at": starts(counts).astype(np.uint32), "nickname_part": order.astype(np.uint32)}


def _text_places(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    return narrow(starts(lengths), "letters of parts"), lengths


def _initials(letters: NDArray[np.uint8], lengths: NDArray[np.int64]) -> NDArray[np.int32]:
    found = np.full(26, _NO_PART, dtype=np.int32)
    single = np.flatnonzero(lengths == 1)
    found[letters[single]] = single
    return found


def _signature_arrays(found: NDArray[np.uint32], lengths: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Signatures in an order that puts alike ones together, and what the signatures of each block have in common: the kernel
    passes over a block that is too different as a whole."""
    order = np.lexsort((_most_telling_bits(found), lengths))
    ordered = found[order]
    first = np.arange(0, len(ordered), BLOCK_FORMS)
    return {
        "signature": ordered,
        "signature_form": order.astype(np.uint32),
        "block_all": np.bitwise_and.reduceat(ordered, first) if len(first) else ordered,
        "block_any": np.bitwise_or.reduceat(ordered, first) if len(first) else ordered,
    }


def _most_telling_bits(those: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A number to sort by, whose highest bits are those that about half of all signatures have."""
    if not len(those):
        return those
    shares = [np.count_nonzero(those >> np.uint32(bit) & np.uint32(1)) / len(those) for bit in range(SIGNATURE_BITS)]
    found = np.zeros_like(those)
    for bit in sorted(range(SIGNATURE_BITS), key=lambda one: abs(shares[one] - 0.5)):
        found = found << np.uint32(1) | those >> np.uint32(bit) & np.uint32(1)
    return found
