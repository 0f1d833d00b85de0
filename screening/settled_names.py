"""Travellers' names whose reading is settled: plain letters, one custom, no titles. That is nearly all of them, and reading
them the long way would take most of the time of screening. The result is the same as that of `screening.name_parts.read_name`.

A field is settled where the words it puts into the name do not depend on the other field: fields repeat though names do not.
"""

from functools import lru_cache

from screening.name_parts import NameParts, Part, Words, read_part, settled_parts, settled_words, without_glued_titles

FIELDS_KEPT_MAX = 30_000
"""Fields whose words are kept: some 10 MB."""


def settled_name(surname: str | None, given_names: str | None) -> tuple[Part, ...] | None:
    """The parts of the one reading of this name; None where there may be more to it."""
    family = _settled_words(surname, family=True) if surname else ()
    if family is None:
        return None
    given = _settled_words(given_names, family=False) if given_names else ()
    return None if given is None else settled_parts(family, given)


@lru_cache(maxsize=FIELDS_KEPT_MAX)
def _settled_words(field: str, *, family: bool) -> Words | None:
    """The words of a field; None where they are not settled, or where a title may be glued to one: that is a second reading."""
    words = settled_words(field)
    if words is None:
        return None
    name = NameParts(tuple([read_part(word, family=family) for word in words]), field)
    return words if next(without_glued_titles((name,)), None) is None else None
