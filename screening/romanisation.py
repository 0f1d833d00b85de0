"""One sound, many spellings: the classes under which romanised names meet.

`form` undoes the differences between romanisation habits (MUHAMMAD, MOHAMMED; YOUSSEF, YUSIF; SHARIF, CHARIF stay one edit
apart), `skeleton` drops the vowels as well, which Arabic and Persian do not write. Both are lossy on purpose: they find
candidates and name the kind of difference; the weights say what such an agreement is worth.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from string import ascii_lowercase, ascii_uppercase

import numpy as np

_FORM_CACHE_MAX = 200_000  # about 40 MB of short strings: the distinct parts of a list of a million persons

_LETTERS = {
    "SHCH": "S", "TSCH": "C", "SCH": "S", "TCH": "C", "DZH": "J", "DJ": "J", "XH": "J", "ZH": "J", "KH": "H", "GH": "G",
    "PH": "F", "TH": "T", "DH": "D", "SH": "S", "CH": "C", "TS": "C", "TZ": "C", "CZ": "C", "CK": "K", "QU": "K",
    "OU": "U", "OO": "U", "EE": "I", "EA": "IA", "AI": "I", "AY": "I", "EI": "I", "EY": "I", "IY": "I", "YI": "I", "IE": "I",
    "YE": "I", "AE": "I", "OE": "U", "UE": "U", "AU": "U", "AW": "U", "OW": "U",
    "E": "I", "Y": "I", "O": "U", "W": "V", "Q": "K", "X": "KS", "C": "K",
}  # fmt: skip
_GROUPS = {letters: sound.lower() for letters, sound in _LETTERS.items() if len(letters) > 1}
"""What is written with several letters; small where it is replaced, so that it is not taken for a letter to be replaced."""
_GROUP = re.compile("|".join(sorted(_GROUPS, key=lambda key: (-len(key), key))))
_ONE_LETTER = {letter: sound for letter, sound in _LETTERS.items() if len(letter) == len(sound) == 1}
_SINGLE_LETTERS = bytes.maketrans(
    ("".join(_ONE_LETTER) + ascii_lowercase).encode(), ("".join(_ONE_LETTER.values()) + ascii_uppercase).encode()
)
_DOUBLED = re.compile(r"(.)\1+")
_ONCE = itemgetter(1)  # of a match, its letter: the same as r"\1" in two thirds of the time
_MUTE_H = re.compile(r"(?<=[AIU])H(?=[^AIU]|$)")
_SKELETON_LETTERS = str.maketrans({"G": "K", "V": "F"})
_CONSONANTS = _SKELETON_LETTERS | dict.fromkeys(map(ord, "AIU"))
_LEADING_VOWEL = "a"
_CONSONANTS_OF_LINES = bytes.maketrans(b"GV" + _LEADING_VOWEL.encode(), b"KFA")


@lru_cache(maxsize=_FORM_CACHE_MAX)
def form(part: str) -> str:
    """The part with habits of romanisation undone. Never empty for a part that is not."""
    return _undone(part, _once)


def forms(parts: Sequence[str]) -> list[str]:
    """`form` of many parts, in a fraction of the time: all are one text, a part a line."""
    return _undone("\n".join(parts), _once_in_lines).split("\n") if parts else []


def _undone(lines: str, once: Callable[[str], str]) -> str:
    sounds = _GROUP.sub(lambda found: _GROUPS[found.group()], once(lines)).replace("X", _LETTERS["X"])
    shape = once(sounds.encode().translate(_SINGLE_LETTERS).decode())
    return _MUTE_H.sub("", shape) if "H" in shape else shape


def _once(part: str) -> str:
    """Every letter once where it stands several times in a row."""
    return _DOUBLED.sub(_ONCE, part)


def _once_in_lines(lines: str) -> str:
    """The same of a long text."""
    letters = np.frombuffer(lines.encode(), dtype=np.uint8)
    return bytes(letters[np.diff(letters, prepend=np.uint8(0)) != 0]).decode()


@lru_cache(maxsize=_FORM_CACHE_MAX)
def skeleton(part: str) -> str:
    """The consonants of the form, with a leading vowel kept as `A`."""
    shape = form(part)
    first = "A" if shape[0] in "AIU" else shape[0].translate(_SKELETON_LETTERS)
    return first + shape[1:].translate(_CONSONANTS)


def skeletons(shapes: Sequence[str]) -> list[str]:
    """`skeleton` of the many parts that have these forms."""
    lines = "\n" + "\n".join(shapes)
    for vowel in "AIU":
        lines = lines.replace("\n" + vowel, "\n" + _LEADING_VOWEL)
    return lines.encode().translate(_CONSONANTS_OF_LINES, b"AIU").decode().split("\n")[1:] if shapes else []
