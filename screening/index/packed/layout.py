"""The file of a packed index: named arrays, written once, mapped by every process that asks.

    MAGIC · place and length of the header · streamed bytes (the records' text) · arrays, each on a 64-byte border · header

The header is JSON at the end, because counts are known last; a checksum of it stands at the beginning. A file is written under
a temporary name, forced to disk and renamed, so that a reader sees a whole file or none; one that was cut, or that another
format, model or way of reading names made, is refused with the reason.
"""

import hashlib
import json
import mmap
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from screening.model import Model
from screening.name_parts import PARTICLES, TITLES, read_full_name
from screening.rarity_prior import shares_by_class

MAGIC = b"KULLAIX1"
FORMAT = 6
"""Raised when the arrays change their names or meaning."""

_START_BYTES = 64
_BORDER_BYTES = 64  # a cache line
_PROBES = """
AL MASRI, MOHAMED ALI;ДЖУРИЋ, ЖЕЉКО;ΠΑΠΑΔΌΠΟΥΛΟΣ, ΓΕΏΡΓΙΟΣ;ŞAHİN, ÇAĞLA;MÜLLER-LÜDENSCHEIDT, HANS;
الشمري, محمود;MXHMD;יוסף כהן;Щербаков, Юрий;Згурський;
O'BRIEN, ANNAMRS;XXX, FNU
"""


class ForeignIndexError(ValueError):
    """The file is no packed index that this program can use; the text says why."""


class ArrayPlace(NamedTuple):
    """Where an array stands in the file."""

    kind: str
    offset: int
    length: int


class PackedWriter:
    """Writes one file. Bytes are streamed first, then come arrays, then `finish`."""

    def __init__(self, file: BinaryIO) -> None:
        """`file`: open for writing and seeking, empty."""
        self._file = file
        self._places: dict[str, ArrayPlace] = {}
        file.write(bytes(_START_BYTES))
        self._at = _START_BYTES

    def stream(self, content: bytes) -> None:
        """Append to the streamed bytes."""
        assert not self._places, "arrays follow the streamed bytes"
        self._file.write(content)
        self._at += len(content)

    def add(self, name: str, array: NDArray[Any]) -> None:
        """Write an array."""
        self._fill()
        content = np.ascontiguousarray(array)
        self._places[name] = ArrayPlace(content.dtype.str, self._at, len(content))
        self._file.write(content.data)
        self._at += content.nbytes

    def finish(self, told: Mapping[str, object]) -> None:
        """Write the header. Until then the file is none."""
        self._fill()
        header = json.dumps({**told, "format": FORMAT, "arrays": self._places}).encode()
        self._file.write(header)
        self._file.seek(0)
        self._file.write(MAGIC + np.array([self._at, len(header), zlib.crc32(header)], dtype="<u8").tobytes())
        self._file.flush()

    def _fill(self) -> None:
        missing = -self._at % _BORDER_BYTES
        self._file.write(bytes(missing))
        self._at += missing


class PackedContent:
    """The arrays of a packed index in memory, or mapped."""

    def __init__(self, buffer: "bytes | mmap.mmap") -> None:
        """Raises ForeignIndexError."""
        self.buffer = buffer
        self.header: Mapping[str, Any] = _read_header(buffer)
        self._places = {name: ArrayPlace(*place) for name, place in self.header["arrays"].items()}
        self._arrays: dict[str, NDArray[Any]] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file; it may be replaced or removed afterwards. Raises ForeignIndexError, OSError."""
        with path.open("rb") as file:
            if not file.read(1):
                raise ForeignIndexError("The file is empty.")
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def array(self, name: str) -> NDArray[Any]:
        """A view of one array, not a copy."""
        found = self._arrays.get(name)
        if found is None:
            place = self._places[name]
            found = np.frombuffer(self.buffer, np.dtype(place.kind), place.length, place.offset)
            self._arrays[name] = found
        return found


def _read_header(buffer: "bytes | mmap.mmap") -> Mapping[str, Any]:
    if len(buffer) < _START_BYTES or buffer[: len(MAGIC)] != MAGIC:
        raise ForeignIndexError("This is no packed index, or its writing was not finished.")
    at, length, checksum = np.frombuffer(buffer, "<u8", 3, len(MAGIC)).tolist()
    if at + length != len(buffer) or zlib.crc32(buffer[at : at + length]) != checksum:
        raise ForeignIndexError("The packed index is damaged: its header is not whole.")
    header: Mapping[str, Any] = json.loads(buffer[at : at + length])
    if header["format"] != FORMAT:
        raise ForeignIndexError(f"The packed index has format {header['format']}; this program reads format {FORMAT}.")
    return header


def require_fitting(header: Mapping[str, Any], model: Model) -> None:
    """Raises ForeignIndexError where another model or another way of reading names made the file."""
    if header["model_digest"] != model_digest(model):
        raise ForeignIndexError(
            f"The packed index is of model {header['model_version']}, or of other numbers of {model.version}."
        )
    if header["reading_digest"] != reading_digest():
        raise ForeignIndexError("The packed index was made by a version that reads names otherwise.")


def model_digest(model: Model) -> str:
    """SHA-256 of every number of the model."""
    rows = {field.name: _plain(getattr(model, field.name)) for field in fields(model)}
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted(("/".join(key) if isinstance(key, tuple) else str(key), bits) for key, bits in value.items())
    return value


@cache
def reading_digest() -> str:
    """SHA-256 of how a set of names is read: whoever changes a table of letters, titles or particles changes it."""
    probes = [*sorted(shares_by_class()), *sorted(TITLES), *sorted(PARTICLES), *_PROBES.split(";")]
    read = [[(name.parts, name.text) for name in read_full_name(probe)] for probe in probes]
    return hashlib.sha256(json.dumps(read).encode()).hexdigest()


def write_file(path: Path, made: Callable[[PackedWriter], None]) -> None:
    """Have a file written under a temporary name, forced to disk and renamed. Raises OSError."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w+b") as file:
        made(PackedWriter(file))
        with mmap.mmap(file.fileno(), 0) as written:
            written.flush()
    temporary.replace(path)


def written_in_memory(made: Callable[[PackedWriter], None]) -> bytes:
    """The same file, as bytes."""
    file = BytesIO()
    made(PackedWriter(file))
    return file.getvalue()
