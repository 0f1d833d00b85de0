"""The ports of `screening.ports` without a database: for tests, and to try a screener alone. Same promises, same tests."""

from storage.memory.ledger import MemoryLedger
from storage.memory.list_source import MemoryListSource
from storage.memory.stream import MemoryOutbox, MemoryStream

__all__ = ["MemoryLedger", "MemoryListSource", "MemoryOutbox", "MemoryStream"]
