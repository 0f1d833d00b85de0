"""Where a submission is read: tiny ones here, ordinary ones in a process next door, huge ones in a third.

Reading is pure Python and holds the interpreter's lock, so a thread would not help. Read here, a manifest of 170 travellers
would stop every other request for some ten milliseconds, at each of the several steps that a request takes: at sixty a second
they would wait for each other longer than for anything else. Next door it costs the loop half a millisecond.

Huge ones have a process of their own, or the seconds that one takes would be everybody's. It is started when the first comes.

A process that died (out of memory, killed) is replaced; the carrier is told 503 and sends the same bytes again.
"""

import asyncio
import gc
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from multiprocessing.connection import wait

from api_service.problems import OverloadedError
from api_service.reading import BodyKind, Reading, ReadingRules, read_submission

ORDINARY_BYTES_MAX = 1024 * 1024
"""Some 5,000 travellers, a third of a second of reading: what may stand in front of an ordinary manifest."""
COLLECT_ALLOCATIONS = 50_000
"""Objects made before the collector looks at the newest ones: those of some 3,000 travellers."""
HUGE_PROCESSES = 1
"""One at a time: huge submissions are rare, and nobody waits for their receipts at a gate."""


def collect_seldom() -> None:
    """Let the cycle collector of a reading process rest.

    What a reading makes has no cycles and is freed when it is handed over; looking through it again and again while it grows
    costs a quarter of the time of a large manifest.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_ALLOCATIONS)


def _begin() -> None:
    """What every reading process does first."""
    _end_with_parent()
    collect_seldom()


def _end_with_parent() -> None:
    """A serving process that is killed cannot tell its readers; they watch it themselves."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Lane:
    """Processes that read one kind of body. They are started at the first read."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._executor: ProcessPoolExecutor | None = None

    async def read(self, body: bytes, kind: BodyKind, rules: ReadingRules) -> Reading:
        executor = self._executor = self._executor or self._start()
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, read_submission, body, kind, rules)
        except BrokenProcessPool as error:
            if self._executor is executor:
                self._executor = None
            executor.shutdown(wait=False, cancel_futures=True)
            raise OverloadedError("The submission could not be read. Nothing was stored; please send it again.") from error

    async def start_all(self) -> None:
        """All processes, each asked at once: the pool starts one only where no other is idle."""
        rules = ReadingRules("", None, datetime.now(UTC), None)
        await asyncio.gather(*(self.read(b"", BodyKind.EDIFACT, rules) for _ in range(self._processes)))

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_begin)

    async def close(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)


class ReadingPool:
    """Reads submissions without keeping the event loop. `inline_bytes_max`: bodies up to this size are read in place."""

    def __init__(self, inline_bytes_max: int, processes: int) -> None:
        self._inline_bytes_max = inline_bytes_max
        self._ordinary = _Lane(processes)
        self._huge = _Lane(HUGE_PROCESSES)

    async def start(self) -> None:
        """Start the ordinary processes now, so that the first carriers do not wait for them. Optional."""
        await self._ordinary.start_all()

    async def read(self, body: bytes, kind: BodyKind, rules: ReadingRules) -> Reading:
        """The reading of a body. Raises OverloadedError where the process that was reading it died."""
        if len(body) <= self._inline_bytes_max:
            return read_submission(body, kind, rules)
        lane = self._ordinary if len(body) <= ORDINARY_BYTES_MAX else self._huge
        return await lane.read(body, kind, rules)

    async def close(self) -> None:
        """End the processes, when they have read what they are reading."""
        await self._ordinary.close()
        await self._huge.close()
