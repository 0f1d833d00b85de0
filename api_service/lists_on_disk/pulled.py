"""Records from the database, for a thread that builds beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


def pulled(chunks: AsyncIterator[Sequence[Row]]) -> "Pulled[Row]":
    """Chunks that are read in the event loop of whoever calls, record by record."""
    return Pulled(chunks, asyncio.get_running_loop())


class Pulled(Generic[Row]):
    """Chunks of an event loop, record by record, for a thread beside it."""

    def __init__(self, chunks: AsyncIterator[Sequence[Row]], loop: asyncio.AbstractEventLoop) -> None:
        """`loop`: in which the chunks are read."""
        self._chunks = chunks
        self._loop = loop

    def __iter__(self) -> Iterator[Row]:
        """In another thread than the loop's."""
        while chunk := asyncio.run_coroutine_threadsafe(self._next(), self._loop).result():
            yield from chunk

    async def _next(self) -> Sequence[Row]:
        async for chunk in self._chunks:
            return chunk
        return ()
