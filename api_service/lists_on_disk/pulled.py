"""Records from the database, for a thread that builds beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

from schemas.watchlist import VersionedRecord


def pulled(chunks: AsyncIterator[Sequence[VersionedRecord]]) -> "Pulled":
    """Chunks that are read in the event loop of whoever calls, record by record."""
    return Pulled(chunks, asyncio.get_running_loop())


class Pulled:
    """Chunks of an event loop, record by record, for a thread beside it."""

    def __init__(self, chunks: AsyncIterator[Sequence[VersionedRecord]], loop: asyncio.AbstractEventLoop) -> None:
        """`loop`: in which the chunks are read."""
        self._chunks = chunks
        self._loop = loop

    def __iter__(self) -> Iterator[VersionedRecord]:
        """In another thread than the loop's."""
        while chunk := asyncio.run_coroutine_threadsafe(self._next(), self._loop).result():
            yield from chunk

    async def _next(self) -> Sequence[VersionedRecord]:
        async for chunk in self._chunks:
            return chunk
        return ()
