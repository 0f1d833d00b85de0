"""Queries live in files: `queries/AREA.sql`, each under a line `-- name: verb_noun`, with a comment that says what it is for.

They are loaded as literals once. Nothing is ever pasted into a query; every value is a parameter.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

_NAME_LINE = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def queries(area: str) -> Mapping[str, str]:
    """The queries of `queries/{area}.sql`, by name."""
    text = (resources.files("storage") / "queries" / f"{area}.sql").read_text("utf-8")
    pieces = _NAME_LINE.split(text)[1:]
    return MappingProxyType({name: sql.strip() for name, sql in zip(pieces[::2], pieces[1::2], strict=True)})
