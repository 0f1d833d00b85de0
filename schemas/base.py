"""The base of every noun: immutable, closed, JSON in and out.

A noun is a value. It never changes after it is made; a change is a new noun. Unknown fields are refused where *we* are
the writer, so that a typing error shows at once instead of losing data silently.
"""

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1
"""Version of everything on the topics and in the store. Raised when a field changes its meaning, not when one is added."""


class Noun(BaseModel):
    """An immutable value with a fixed set of fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
