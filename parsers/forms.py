"""Which door a body goes to, told from its content: names of files and media types are what people guess wrong."""

import codecs
import re
from enum import StrEnum

from parsers.table.cells import UnreadableTableError
from parsers.table.delimited import read_delimited
from parsers.table.layout import understand
from parsers.table.workbook import COMPOUND_FILE_MAGIC, WORKBOOK_MAGIC

HEAD_BYTES = 64 * 1024
"""What is looked at. Telegram headings before an interchange have a few hundred bytes, a table's head block a few thousand."""

_EDIFACT = re.compile(rb"UNA.{6}\s*UN[BGH]|UN[BH][^A-Za-z0-9\s]|UN[BH]\x1d", re.DOTALL)
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
    return Form.TABLE if _names_columns(head) else None


def _names_columns(head: bytes) -> bool:
    try:
        return understand(read_delimited(head)) is not None
    except UnreadableTableError:
        return False
