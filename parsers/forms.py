"""Which door a body goes to, told from its content: names of files and media types are what people guess wrong."""

import codecs
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from parsers.manifest_json import read_manifest_json
from parsers.manifests import read_manifests
from parsers.message import ReadMessage
from parsers.table.cells import UnreadableTableError
from parsers.table.delimited import read_delimited
from parsers.table.layout import understand
from parsers.table.reader import read_manifest_table
from parsers.table.workbook import COMPOUND_FILE_MAGIC, WORKBOOK_MAGIC

HEAD_BYTES = 64 * 1024
"""What is looked at. Telegram headings before an interchange have a few hundred bytes, a table's head block a few thousand."""

_EDIFACT = re.compile(rb"UNA.{6}\s*UN[BGH]|UN[BH][+\x1d]", re.DOTALL)
_EDIFACT_PERHAPS = re.compile(rb"UN[BH][^A-Za-z0-9\s]")  # with other separators; but a cell may end so as well
_WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Form(StrEnum):
    """What a body is."""

    EDIFACT = "edifact"
    JSON = "json"
    TABLE = "table"


def form_of(data: bytes) -> Form | None:
    """What these bytes are; None where they are nothing that is read here. Never raises on any input."""
    head = data[:HEAD_BYTES]
    if head.startswith((WORKBOOK_MAGIC, COMPOUND_FILE_MAGIC)):
        return Form.TABLE
    encoding = _WIDE_MARKS.get(head[:2])
    if encoding is not None:
        head = head[2:].decode(encoding, "replace").encode()
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text[:1] in (b"{", b"["):
        return Form.JSON
    if _EDIFACT.search(text):
        return Form.EDIFACT
    if _names_columns(head):
        return Form.TABLE
    return Form.EDIFACT if _EDIFACT_PERHAPS.search(text) else None


def read_any(data: bytes, *, received_on: date | None = None) -> Iterator[ReadMessage]:
    """Every manifest of a body, through the door that its content asks for; EDIFACT's says best what is missing."""
    match form_of(data):
        case Form.JSON:
            yield from read_manifest_json(data, received_on=received_on)
        case Form.TABLE:
            yield from read_manifest_table(data, received_on=received_on)
        case _:
            yield from read_manifests(data, received_on=received_on)


def _names_columns(head: bytes) -> bool:
    try:
        return understand(read_delimited(head)) is not None
    except UnreadableTableError:
        return False
