"""The parts of a workbook: out of the zip, and through the XML parser, within limits.

A document type declaration is refused, because entities are declared there; so nothing is ever fetched or multiplied. Only
stored and deflated parts are read: the other methods can ask for gigabytes of memory.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from xml.parsers import expat

from parsers.table.cells import UnreadableTableError
from parsers.table.limits import UNZIPPED_BYTES_MAX, XML_CHUNK_BYTES, XML_DEPTH_MAX, ZIP_ENTRIES_MAX

Attributes = Mapping[str, str]

ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What a broken, encrypted or invented zip makes the standard library raise."""

_DIRECTORY_ENTRY = b"PK\x01\x02"


class XmlReader:
    """Handles the events of one part; subclasses say what they mean. Names come without their namespace prefix."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text, perhaps in several pieces."""


class Parts:
    """The parts of a workbook by name. Raises UnreadableTableError for everything that is wrong."""

    def __init__(self, data: bytes) -> None:
        if data.count(_DIRECTORY_ENTRY) > ZIP_ENTRIES_MAX:
            raise UnreadableTableError("table_too_large", limit=ZIP_ENTRIES_MAX, what="parts")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except ZIP_FAULTS as error:
            raise _broken("the zip is damaged") from error
        self._names = {entry.filename.lower(): entry for entry in self._zip.infolist()}
        self._bytes_left = UNZIPPED_BYTES_MAX

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def read(self, name: str, reader: XmlReader) -> None:
        """Hand the events of this part to the reader; nothing where there is no such part."""
        entry = self._names.get(name.lower())
        if entry is None:
            return
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _broken("a part is encrypted, or packed in an unusual way")
        try:
            with self._zip.open(entry) as stream:
                self._parse(stream.read, reader)
        except expat.ExpatError as error:
            raise _broken("a part is not well-formed XML") from error
        except (*ZIP_FAULTS, LookupError) as error:  # LookupError: an encoding that nobody knows
            raise _broken("a part is damaged") from error

    def _parse(self, read: Callable[[int], bytes], reader: XmlReader) -> None:
        parser = _parser(reader)
        while chunk := read(XML_CHUNK_BYTES):
            self._bytes_left -= len(chunk)
            if self._bytes_left < 0:
                raise UnreadableTableError("table_too_large", limit=UNZIPPED_BYTES_MAX, what="bytes when unpacked")
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _broken(reason: str) -> UnreadableTableError:
    return UnreadableTableError("table_unreadable", reason=reason)


def _parser(reader: XmlReader) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > XML_DEPTH_MAX:
            raise _broken(f"its XML is nested deeper than {XML_DEPTH_MAX} levels")
        reader.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(name.rpartition(":")[2])

    def refuse(*_declaration: object) -> None:
        raise _broken("its XML declares a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = refuse
    return parser
