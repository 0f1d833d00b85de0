"""The distinct parts of listed names, as columns: hundreds of thousands of parts, and no object for each."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from screening.name_parts import PARTICLES, Part
from screening.nicknames import NO_CLASS, class_of
from screening.rarity import Rarity
from screening.romanisation import forms, skeletons

Ints = NDArray[np.int64]


class Vocabulary(NamedTuple):
    """Parts by number: what `name_parts.read_part` says of each, but for the field it came in."""

    texts: list[str]
    forms: list[str]
    skeletons: list[str]
    nicknames: list[int]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """The parts that these texts are."""
        shapes = forms(texts)
        return cls(list(texts), shapes, skeletons(shapes), list(map(class_of, shapes)))

    def handed_over(self) -> "HandedVocabulary":
        """For another process."""
        numbers = [number for number, nickname in enumerate(self.nicknames) if nickname != NO_CLASS]
        nicknames = {number: self.nicknames[number] for number in numbers}
        return HandedVocabulary(" ".join(self.texts), " ".join(self.forms), " ".join(self.skeletons), nicknames)

    def extend(self, more: "Vocabulary", places: Sequence[int]) -> None:
        """Add the parts that stand at these places of another vocabulary."""
        self.texts.extend([more.texts[place] for place in places])
        self.forms.extend([more.forms[place] for place in places])
        self.skeletons.extend([more.skeletons[place] for place in places])
        self.nicknames.extend([more.nicknames[place] for place in places])

    def part(self, number: int) -> Part:
        """One of them."""
        text = self.texts[number]
        return Part(text, self.forms[number], self.skeletons[number], text in PARTICLES, False, self.nicknames[number])

    def order(self) -> Ints:
        """The order of the packed vocabulary: by length of the form, form, text."""
        keys = [chr(len(form)) + form + text for form, text in zip(self.forms, self.texts, strict=True)]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)

    def classes(self) -> tuple[list[str], Ints]:
        """The distinct skeletons, and which of them each part has."""
        numbers: dict[str, int] = {}
        found = [numbers.setdefault(skeleton, len(numbers)) for skeleton in self.skeletons]
        return list(numbers), np.array(found, dtype=np.int64)

    def particles(self) -> NDArray[np.bool_]:
        """Which are particles."""
        return np.array([text in PARTICLES for text in self.texts], dtype=np.bool_)

    def bits(self, rarity: Rarity) -> NDArray[np.float64]:
        """The rarity of each part: that of its class, save of particles."""
        skeletons_found, of_part = self.classes()
        particles = self.particles()
        found = np.zeros(len(skeletons_found))
        others = np.flatnonzero(~particles)
        classes, first = np.unique(of_part[others], return_index=True)
        found[classes] = [rarity.bits(self.part(number)) for number in others[first].tolist()]
        bits = found[of_part]
        bits[particles] = [rarity.bits(self.part(number)) for number in np.flatnonzero(particles).tolist()]
        return bits


class HandedVocabulary(NamedTuple):
    """A vocabulary on its way: texts one after the other with spaces between, a few objects and not thousands; and the classes
    of the few parts that are a short form."""

    texts: str
    forms: str
    skeletons: str
    nicknames: dict[int, int]

    def received(self) -> Vocabulary:
        """The vocabulary."""
        texts = self.texts.split()
        nicknames = [NO_CLASS] * len(texts)
        for number, nickname in self.nicknames.items():
            nicknames[number] = nickname
        return Vocabulary(texts, self.forms.split(), self.skeletons.split(), nicknames)
