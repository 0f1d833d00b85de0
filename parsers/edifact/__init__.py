"""UN/EDIFACT (ISO 9735, syntax 1 to 4) without I/O: bytes to events with located findings, and segments to bytes."""

from parsers.edifact.reader import NEED_DATA, InterchangeReader, NeedData

__all__ = ["NEED_DATA", "InterchangeReader", "NeedData"]
