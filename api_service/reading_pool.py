"""Where a submission is read: small ones here, large ones in a process of their own.

Reading is pure Python and holds the interpreter's lock, so a thread would not help: while it reads 32 MiB, every other request
would wait its turn of some milliseconds at each step. A process costs half a second to start and the memory of an interpreter,
so it is started when the first large body comes.

A pool whose process died (out of memory, killed) is replaced; the carrier is told 503 and sends the same bytes again.
"""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait

from api_service.problems import OverloadedError
from api_service.reading import BodyKind, Reading, ReadingRules, read_submission


def _end_with_parent() -> None:
    """A serving process that is killed cannot tell its readers; they watch it themselves."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class ReadingPool:
    """Reads submissions without keeping the event loop for long. `inline_bytes_max`: bodies up to this size are read here."""

    def __init__(
        self,
        inline_bytes_max: int,
        processes: int,
        read: Callable[[bytes, BodyKind, ReadingRules], Reading] = read_submission,
    ) -> None:
        self._inline_bytes_max = inline_bytes_max
        self._processes = processes
        self._read = read
        self._executor: ProcessPoolExecutor | None = None

    async def read(self, body: bytes, kind: BodyKind, rules: ReadingRules) -> Reading:
        """The reading of a body. Raises OverloadedError where the process that was reading it died."""
        if len(body) <= self._inline_bytes_max:
            return self._read(body, kind, rules)
        if self._executor is None:
            self._executor = self._start()
        executor = self._executor
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, self._read, body, kind, rules)
        except BrokenProcessPool as error:
            self._discard(executor)
            raise OverloadedError(
                "The submission could not be read just now. Nothing was stored; please send it again."
            ) from error

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_end_with_parent)

    def _discard(self, executor: ProcessPoolExecutor) -> None:
        if self._executor is executor:
            self._executor = None
        executor.shutdown(wait=False, cancel_futures=True)

    async def close(self) -> None:
        """End the processes, when they have read what they are reading."""
        executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)
