"""Files of lists, in the formats their publishers use: bytes in, rows of records out, in the memory of one entry.

`reader_for` looks at the first bytes where a format has two forms (OFAC and the European Union publish XML and CSV).
"""

from collections.abc import Callable
from enum import StrEnum

from parsers.lists import document_csv, eu_xml, ofac_xml, own_csv, un_xml
from parsers.lists.eu_csv import EuCsvReader
from parsers.lists.ftm import FtmReader
from parsers.lists.ofac_csv import OfacCsvReader
from parsers.lists.row import ListFileError, ListReader, ListRow

__all__ = ["ListFileError", "ListFormat", "ListReader", "ListRow", "SniffingReader", "reader_for"]


class ListFormat(StrEnum):
    """What a file is."""

    CSV = "csv"
    FTM = "ftm"
    OFAC = "ofac"
    UN = "un"
    EU = "eu"
    DOCUMENTS = "documents"


SNIFFED_BYTES = 4_096
"""Enough to see past a byte order mark and a comment to the first character that counts."""


class SniffingReader:
    """Satisfies `ListReader`: chooses the reader by the beginning of the file."""

    def __init__(self, choose: Callable[[bytes], ListReader]) -> None:
        """`choose` is given the first bytes, without a byte order mark and white space."""
        self._choose = choose
        self._start = b""
        self._reader: ListReader | None = None

    def feed(self, data: bytes) -> list[ListRow]:
        """See the protocol."""
        if self._reader is not None:
            return self._reader.feed(data)
        self._start += data
        return self._begin() if len(self._start) >= SNIFFED_BYTES else []

    def close(self) -> list[ListRow]:
        """See the protocol."""
        rows = self._begin() if self._reader is None else []
        assert self._reader is not None
        return rows + self._reader.close()

    def _begin(self) -> list[ListRow]:
        self._reader = self._choose(self._start.removeprefix(b"\xef\xbb\xbf").lstrip())
        start, self._start = self._start, b""
        return self._reader.feed(start)


def reader_for(file_format: ListFormat) -> ListReader:
    """A reader of one file of this format."""
    return _READERS[file_format]()


def _ofac(start: bytes) -> ListReader:
    return ofac_xml.reader() if start.startswith(b"<") else OfacCsvReader()


def _eu(start: bytes) -> ListReader:
    return eu_xml.reader() if start.startswith(b"<") else EuCsvReader()


def _documents(start: bytes) -> ListReader:
    header = start.partition(b"\n")[0]
    return document_csv.reader(";" if header.count(b";") > header.count(b",") else ",")


_READERS: dict[ListFormat, Callable[[], ListReader]] = {
    ListFormat.CSV: own_csv.reader,
    ListFormat.FTM: FtmReader,
    ListFormat.OFAC: lambda: SniffingReader(_ofac),
    ListFormat.UN: un_xml.reader,
    ListFormat.EU: lambda: SniffingReader(_eu),
    ListFormat.DOCUMENTS: lambda: SniffingReader(_documents),
}
