"""Greek: ELOT 743 (ISO 843 type 2), which ICAO 9303 takes over, and the usual spelling of tickets beside it.

ELOT writes ΜΠ at the beginning of a word as B, but ΝΤ and ΓΚ letter by letter and Χ as CH; people also write D, G and H.
"""

import re
import unicodedata
from collections.abc import Mapping

_LETTERS: Mapping[str, str] = {
    "ΟΥ": "OU", "ΓΓ": "NG", "ΓΞ": "NX", "ΓΧ": "NCH", "Α": "A", "Β": "V", "Γ": "G", "Δ": "D",
    "Ε": "E", "Ζ": "Z", "Η": "I", "Θ": "TH", "Ι": "I", "Κ": "K", "Λ": "L", "Μ": "M", "Ν": "N", "Ξ": "X", "Ο": "O", "Π": "P",
    "Ρ": "R", "Σ": "S", "ς": "S", "Τ": "T", "Υ": "Y", "Φ": "F", "Χ": "CH", "Ψ": "PS", "Ω": "O",
}  # fmt: skip
_ANY_LETTER = re.compile("|".join(sorted(_LETTERS, key=lambda key: (-len(key), key))))
_UPSILON = re.compile(r"([ΑΕΗ])Υ(?=([ΘΚΞΠΣΤΦΧΨ]|\b))?")
"""Upsilon after these is F before a voiceless consonant and at the end, else V."""
_INITIAL_B = re.compile(r"\bΜΠ")
_USUAL_INITIALS = ((re.compile(r"\bΝΤ"), "D"), (re.compile(r"\bΓΚ"), "G"))


def occurs(text: str) -> bool:
    """Whether any letter is Greek."""
    return any("Ͱ" <= letter <= "Ͽ" or "ἀ" <= letter <= "῿" for letter in text)


def spell(text: str, *, usual: bool) -> str:
    """The text in upper case with its Greek letters replaced; other letters stay."""
    bare = "".join(_base(letter) if occurs(letter) else letter for letter in text)
    bare = _INITIAL_B.sub("B", bare)
    if usual:
        for initial, latin in _USUAL_INITIALS:
            bare = initial.sub(latin, bare)
        bare = bare.replace("Χ", "H")
    bare = _UPSILON.sub(lambda found: found[1] + ("V" if found[2] is None else "F"), bare)
    return _ANY_LETTER.sub(lambda found: _LETTERS[found.group()], bare)


def _base(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
