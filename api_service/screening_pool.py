"""Work on a table with several processes, answers in the order of the table: a list is read so, and travellers are screened.

What the work needs (an index) is made once, before the processes are forked, so they share its memory. Each process gets one
chunk of rows at a time over its own pipe and answers before it gets another: neither side can ever wait for the other to read.
Chunks that come back early wait for their turn; how many may wait is bounded, and so is memory, however long the table is.
Without `fork` (not every system has it), or for one process, the same work is done here.
"""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Generic, NamedTuple, TypeVar

Rows = list[dict[str, str]]

CHUNK_ROWS = 150
"""A flight's worth: long enough to make the pipe cheap, short enough to keep all processes busy at the end."""

CHUNKS_WAITING_MAX = 64
"""A process that is slow with one chunk lets the others go this far ahead."""


class NumberedRows(NamedTuple):
    """Rows of a table, the first of them row number `first` (from 1), with the line of the file on which each ends."""

    first: int
    lines: Sequence[int]
    rows: Rows


@dataclass(slots=True)
class Answer:
    """What came of a chunk. `faults`: line and sentence."""

    travellers: int = 0
    results: Rows = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


Result = TypeVar("Result")
Work = Callable[[NumberedRows], Result]


class WorkerLostError(Exception):
    """A process ended without an answer."""


def processes_by_default() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool(Generic[Result]):
    """Processes that do `work`. Make it before any thread is started, and use it as a context."""

    def __init__(self, work: Work[Result], processes: int) -> None:
        """Forks at once where there is anything to fork for."""
        self._work = work
        self._workers: dict[Connection, multiprocessing.process.BaseProcess] = {}
        if processes > 1 and "fork" in multiprocessing.get_all_start_methods():
            gc.freeze()  # what is shared is not touched by the collector, or each process would get a copy of its own
            for _ in range(processes):
                self._start()

    def __enter__(self) -> "Pool[Result]":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Processes end when their pipe does."""
        for connection, process in self._workers.items():
            connection.close()
            process.join()
            process.close()
        if self._workers:
            gc.unfreeze()
        self._workers.clear()

    def answers(self, chunks: Iterator[NumberedRows]) -> Iterator[Result]:
        """One answer a chunk, in their order. Raises WorkerLostError."""
        if not self._workers:
            yield from map(self._work, chunks)
            return
        yield from self._in_order(chunks)

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self._work, theirs, [ours, *self._workers]), daemon=True)
        process.start()
        theirs.close()
        self._workers[ours] = process

    def _in_order(self, chunks: Iterator[NumberedRows]) -> Iterator[Result]:
        idle, busy, done = list(self._workers), dict[Connection, int](), dict[int, Result]()
        given = written = 0
        while True:
            while idle and given - written < CHUNKS_WAITING_MAX and (chunk := next(chunks, None)) is not None:
                connection = idle.pop()
                connection.send(chunk)
                busy[connection] = given
                given += 1
            if not busy:
                return
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                done[busy.pop(ready)] = self._received(ready)
                idle.append(ready)
            while written in done:
                yield done.pop(written)
                written += 1

    @staticmethod
    def _received(connection: Connection) -> Result:
        try:
            answer: Result = connection.recv()
        except EOFError:
            raise WorkerLostError("A process ended without an answer (was it out of memory?).") from None
        return answer


def _serve(work: Work[Result], connection: Connection, others: list[Connection]) -> None:
    """In the process: answer until the pipe ends. The copies of the other ends are closed, or no pipe would ever end."""
    for other in others:
        other.close()
    while True:
        try:
            chunk = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        connection.send(work(chunk))
