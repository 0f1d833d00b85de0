"""Forms a typing error or two apart: the kernel, which compares many at once, finds those that the oracle finds."""

from random import Random

import pytest
from screening_samples import DAY, name, record, snapshot, traveller

from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.packed.compiled import kernel_library
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.model import MODEL
from screening.prepared import prepare_list

pytestmark = pytest.mark.skipif(kernel_library() is None, reason="no compiled kernel was built here")

LETTERS = "AIUNRKLMBD"
SPELLINGS = 150  # more than are compared at once, and than stand in a block
EVERYTHING_BITS = -100.0


def with_errors(random, word, errors):
    letters = list(word)
    for _ in range(errors):
        place, letter = random.randrange(len(letters)), random.choice(LETTERS)
        match random.randrange(4):
            case 0:
                letters[place] = letter
            case 1:
                letters.insert(place, letter)
            case 2:
                del letters[place]
            case _:
                letters[place : place + 2] = letters[place : place + 2][::-1]
    return "".join(letters) or letter


@pytest.mark.parametrize("length", [4, 5, 6, 7, 8, 9, 11, 16, 17, 40, 62, 63])
def test_no_spelling_is_lost(length):
    random = Random(length)
    word = "".join(random.choices(LETTERS, k=length))
    spellings = dict.fromkeys(with_errors(random, word, random.randrange(5)) for _ in range(SPELLINGS))
    records = [record(f"R{number}", name(one, None)) for number, one in enumerate(spellings)]
    prepared = prepare_list(snapshot(*records), MODEL)
    asked = [traveller(with_errors(random, word, errors), None, traveller_id=str(errors)) for errors in (0, 0, 1, 2)]
    by_oracle = screen(asked, ExhaustiveIndex(prepared), DAY, EVERYTHING_BITS)
    assert screen(asked, PackedIndex.of(prepared, KernelKind.COMPILED), DAY, EVERYTHING_BITS) == by_oracle
    assert len(by_oracle) > SPELLINGS // 10
