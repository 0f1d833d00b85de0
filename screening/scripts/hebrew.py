"""Hebrew: the usual Israeli romanisation. Vowels are not written; `romanisation.skeleton` meets what a passport spells out."""

import re
from collections.abc import Mapping

from screening.scripts.rows import pairs_of

_LETTER_ROWS = """
א A ב B ג G ד D ה H ז Z ח H ט T כ K ך K ל L מ M ם M נ N ן N ס S ע A פ P ף F צ TZ ץ TZ ק K ר R ש SH ת T
"""
_LETTERS: Mapping[str, str] = pairs_of(_LETTER_ROWS)
_SILENT_INSIDE = "אע"
_WORD = re.compile(r"[א-ת]+")
_POINTS = re.compile(r"[֑-ׇ]")


def occurs(text: str) -> bool:
    """Whether any letter is Hebrew."""
    return _WORD.search(text) is not None


def spell(text: str) -> str:
    """The text with its Hebrew words replaced; other letters stay."""
    return _WORD.sub(lambda found: _word(found.group()), _POINTS.sub("", text))


def _word(word: str) -> str:
    found: list[str] = []
    for place, letter in enumerate(word):
        sound = _sound(word, place)
        if found and sound not in "AIO" and found[-1] not in "AIO":
            found.append("A")
        found.append(sound)
        if place == 0 and letter in _SILENT_INSIDE and word[1:2] in ("ו", "י"):
            found.pop()  # a bearer of the vowel that follows: אורי is ORI
    return "".join(found)


def _sound(word: str, place: int) -> str:
    letter, last = word[place], place == len(word) - 1
    if letter == "ו":
        return "V" if place == 0 and word[1:2] != "" else "O"
    if letter == "י":
        return "Y" if place == 0 else "I"
    if letter == "ה" and last and place:
        return "A"
    return _LETTERS[letter]
