"""Entries out of an XML file, one subtree at a time, in the memory of one entry.

A document type declaration is refused, because entities are declared there: nothing is ever fetched or multiplied. Depth, nodes
and characters of an entry are bounded.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from parsers.lists.row import ENTRY_BYTES_MAX, ListFileError, ListRow

DEPTH_MAX = 32
"""Published lists are at most eight levels deep."""
NODES_MAX = 50_000
"""Of one entry; the largest published ones have some two thousand."""


@dataclass(slots=True)
class Node:
    """An element: its name without prefix, its attributes, its own text, its children."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """An attribute that says something, or None."""
        return (self.attributes.get(name) or "").strip() or None

    def all(self, path: str) -> Iterator["Node"]:
        """The elements at a path of names parted by `/`, in order."""
        head, _, rest = path.partition("/")
        for child in self.children:
            if child.name == head:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def value(self, path: str) -> str | None:
        """The text of the first element at a path that has any, or None."""
        return next((text for node in self.all(path) if (text := " ".join(node.text.split()))), None)

    def values(self, path: str) -> list[str]:
        """The texts of all elements at a path that have any."""
        return [text for node in self.all(path) if (text := " ".join(node.text.split()))]


class _Refused(Exception):  # noqa: N818  carries a sentence through expat, and is not seen outside
    pass


class XmlListReader:
    """Satisfies `row.ListReader`: every element of the name `entry` below the root becomes a row."""

    def __init__(self, roots: frozenset[str], entry: str, read: Callable[[int, Node], ListRow]) -> None:
        """`roots`: what the document may be; `read`: an entry's row, given its count from 1."""
        self._roots = roots
        self._entry = entry
        self._read = read
        self._rows: list[ListRow] = []
        self._number = 0
        self._open: list[Node] = []
        self._depth = 0
        self._nodes = 0
        self._characters = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes) -> list[ListRow]:
        """See the protocol."""
        return self._parse(data, final=False)

    def close(self) -> list[ListRow]:
        """See the protocol."""
        return self._parse(b"", final=True)

    def _parse(self, data: bytes, *, final: bool) -> list[ListRow]:
        try:
            self._parser.Parse(data, final)
        except _Refused as refused:
            raise ListFileError(self._number + 1, str(refused)) from None
        except (expat.ExpatError, LookupError, ValueError) as error:
            line = getattr(error, "lineno", 0)
            raise ListFileError(self._number + 1, f"The file is not well-formed XML (line {line}).") from None
        rows, self._rows = self._rows, []
        return rows

    def _doctype(self, *_: object) -> None:
        raise _Refused("The file declares a document type; lists need none, and it is not read.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self._depth += 1
        if self._depth == 1 and name not in self._roots:
            raise _Refused(f"The file is a `{name[:40]}`, not a {' or '.join(sorted(self._roots))}.")
        if self._depth > DEPTH_MAX:
            raise _Refused("The elements are nested too deep.")
        if self._open or name == self._entry:
            self._add(Node(name, attributes))

    def _add(self, node: Node) -> None:
        if not self._open:
            self._number += 1
            self._nodes = self._characters = 0
        else:
            self._open[-1].children.append(node)
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise _Refused(f"An entry has more than {NODES_MAX} elements.")
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._open:
            node = self._open.pop()
            if not self._open:
                self._rows.append(self._read(self._number, node))

    def _text(self, text: str) -> None:
        if self._open:
            self._characters += len(text)
            if self._characters > ENTRY_BYTES_MAX:
                raise _Refused(f"An entry has more than {ENTRY_BYTES_MAX} characters.")
            self._open[-1].text += text
