"""Signatures of letters: what one typing error can change, and that the three ways of working them out agree."""

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from screening.index.packed.compiled import kernel_library
from screening.index.packed.letter_signatures import signature, signatures
from screening.index.packed.ragged import starts

WORDS = st.text(st.sampled_from("AIUNRKSGZEQX") | st.characters(min_codepoint=65, max_codepoint=90), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS)
def test_an_error_changes_two_bits_at_most(one, other):
    changed = (signature(one) ^ signature(other)).bit_count()
    assert changed <= 2 * OSA.distance(one, other) - abs(len(one) - len(other))


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, max_size=8))
def test_many_at_once_are_as_one_by_one(words):
    words.sort(key=len)
    lengths = np.array([len(word) for word in words], dtype=np.int64)
    found = signatures(np.frombuffer("".join(words).encode(), dtype=np.uint8), starts(lengths), lengths)
    assert found.tolist() == [signature(word) for word in words]


@pytest.mark.skipif(kernel_library() is None, reason="no compiled kernel was built here")
@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_the_kernel_has_the_same(word):
    library = kernel_library()
    library.kulla_signature.restype = ctypes.c_uint32
    assert library.kulla_signature(word.encode(), ctypes.c_uint64(len(word))) == signature(word)
