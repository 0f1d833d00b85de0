"""PAXLST: passenger and crew lists of every directory from D.02B on, read and written."""

from parsers.paxlst.reader import Context, Reading, read_message

__all__ = ["Context", "Reading", "read_message"]
