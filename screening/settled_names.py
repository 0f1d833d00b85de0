"""Travellers' names whose reading is settled: plain letters, one custom, no titles. That is nearly all of them, and reading
them the long way would take most of the time of screening. The result is the same as that of `screening.name_parts.read_name`.

A field is settled where the parts it puts into the name do not depend on the other field: fields repeat though names do not.
"""

from functools import lru_cache

from schemas.traveller import NAME_PARTS_MAX
from screening.name_parts import NameParts, Part, in_order, parts_of_field, settled_words, without_glued_titles

FIELDS_KEPT_MAX = 30_000
"""Fields whose parts are kept: some 10 MB."""


def settled_name(surname: str | None, given_names: str | None) -> tuple[Part, ...] | None:
    """The parts of the one reading of this name; None where there may be more to it."""
    family = _settled_parts(surname, family=True) if surname else ()
    if family is None:
        return None
    given = _settled_parts(given_names, family=False) if given_names else ()
    if given is None or len(family) + len(given) > NAME_PARTS_MAX:
        return None
    return in_order(family, given)


@lru_cache(maxsize=FIELDS_KEPT_MAX)
def _settled_parts(field: str, *, family: bool) -> tuple[Part, ...] | None:
    """The parts of a field; None where they are not settled, or where a title may be glued to one: that is a second reading."""
    words = settled_words(field)
    if words is None:
        return None
    parts = parts_of_field(words, family=family)
    return parts if next(without_glued_titles((NameParts(parts, field),)), None) is None else None
