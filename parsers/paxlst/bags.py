"""Bags: how many, how heavy, and their tags, in the forms in which they come."""

from parsers.edifact.events import component
from parsers.edifact.segment import Elements
from schemas.codes import WEIGHT_UNITS_KG

BAG_TAGS_MAX = 99
"""Consecutive tags of one person. A group checked in together stays below; a number of nine digits here is an attack."""


def add_bag_tags(tags: list[str], elements: Elements) -> bool:
    """FTX+BAG: add its tags, runs of consecutive ones written out. False where there were too many, and some were left out."""
    pieces = [component(elements, 4, number) for number in range(1, len(elements[4]) + 1)] if len(elements) > 4 else []
    for position, piece in enumerate(pieces):
        if not piece or piece.upper() == "NULL" or (position and _is_count(piece)):
            continue
        following = pieces[position + 1] if position + 1 < len(pieces) else ""
        count = int(following) if _is_count(following) else 1
        tags.extend(consecutive_tags(piece, min(count, BAG_TAGS_MAX + 1)))
        if len(tags) > BAG_TAGS_MAX:
            del tags[BAG_TAGS_MAX:]
            return False
    return True


def _is_count(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= 3


def measured(elements: Elements) -> tuple[int, str]:
    """The number of MEA, where it ought to be (element 3, component 2) or where it was put instead."""
    for element, part in ((3, 2), (3, 1), (2, 1), (4, 1)):
        text = component(elements, element, part)
        if text and text.upper() not in WEIGHT_UNITS_KG:
            return element, text
    return 3, ""


def consecutive_tags(first: str, count: int) -> list[str]:
    """Bag tags from `first` on: its trailing digits count upwards."""
    stem = first.rstrip("0123456789")
    digits = first[len(stem) :]
    if not digits or len(digits) > 12:
        return [first]
    return [f"{stem}{int(digits) + step:0{len(digits)}}" for step in range(max(count, 1))]
