"""A person being read."""

from typing import Any


class Draft:
    """`values` has the field names of `schemas.traveller.Traveller`. `document` is the one that is open, `document_indexes` are
    the segments that opened each. What few people have is made when it is first needed."""

    __slots__ = ("document", "document_indexes", "index", "qualifier", "references", "values")

    def __init__(self, index: int, qualifier: str, kind: str) -> None:
        self.index = index
        self.qualifier = qualifier
        self.references: dict[str, Any] = {}
        self.values: dict[str, Any] = {"kind": kind, "references": self.references}
        self.document: dict[str, str] | None = None
        self.document_indexes: list[int] = []

    @property
    def documents(self) -> list[dict[str, str]]:
        """Every document, in the order sent."""
        found: list[dict[str, str]] = self.values.setdefault("documents", [])
        return found

    @property
    def raw(self) -> dict[str, str]:
        """Texts as sent, by the field that says something else."""
        found: dict[str, str] = self.values.setdefault("raw", {})
        return found

    @property
    def bags(self) -> dict[str, Any]:
        """Fields of `schemas.traveller.Bags`."""
        found: dict[str, Any] = self.values.setdefault("bags", {})
        return found

    @property
    def unknown(self) -> list[str]:
        """Segments kept verbatim."""
        found: list[str] = self.values.setdefault("unknown_segments", [])
        return found

    @property
    def bookings(self) -> list[str]:
        """Every booking, in the order sent."""
        found: list[str] = self.references.setdefault("bookings", [])
        return found

    @property
    def other_references(self) -> list[str]:
        """References we have no name for, or a second one of a kind."""
        found: list[str] = self.references.setdefault("other", [])
        return found
