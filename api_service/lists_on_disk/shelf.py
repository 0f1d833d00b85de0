"""The shelf that screeners and API processes take their bases from (`screening.lists_in_force.BaseShelf`).

Short lists are indexed in the memory of each process, in a second: no file, no other process. Longer ones stand on disk.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from api_service.lists_on_disk import files
from api_service.processes import die_with_parent
from api_service.settings import Settings
from screening.index.port import Index
from screening.lists_in_force import ListsBehindError, ListsInForce, MemoryShelf
from screening.model import MODEL, Model
from screening.ports import WatchlistSource
from screening.thresholded import ThresholdedSource

DIRECTORY = "lists"
"""Below KULLA_DATA_DIR."""
IN_MEMORY_RECORDS_MAX = 5_000
"""Indexed in a second, in some 20 MB; beyond that every process would spend both for itself."""
NICENESS = 10
"""A base is not urgent, for screening goes on without it; but on a machine that never rests it must still come about: this
leaves it a tenth of a busy core, where the lowest priority would leave it a seventieth."""

ORDER_SECONDS_MIN = 2.0
"""A builder that ends at once (the disk is full, the database is away) is started again this seldom."""

BuildsBase = Callable[[], Awaitable[None]]
"""Has a base of the newest published version built, in force when it returns."""


class DiskShelf:
    """Bases of one machine. `build` is run in the background, one at a time."""

    def __init__(self, directory: Path, model: Model, build: BuildsBase) -> None:
        self._directory = directory
        self._model = model
        self._build = build
        self._building: asyncio.Task[None] | None = None
        self._path: Path | None = None
        self._base: Index | None = None
        self._ordered_at = 0.0

    async def newest(self) -> Index:
        """The newest base; waits for the first. Raises ListsBehindError where it could not be built."""
        if await self.standing() is None:
            await self.order()
            assert self._building is not None
            await asyncio.wait([self._building])
        base = await self.standing()
        if base is None:
            raise ListsBehindError("the index of the lists could not be built")
        return base

    async def standing(self) -> Index | None:
        """The newest base that stands."""
        found = await asyncio.to_thread(files.newest_first, self._directory)
        if found and found[0] != self._path:
            opened = await asyncio.to_thread(files.open_newest, self._directory, self._model)
            if opened is not None:
                self._path, self._base = opened
        return self._base

    async def order(self) -> Index | None:
        """Have a newer base built in the background, unless one is being built or was ordered this moment."""
        now = asyncio.get_running_loop().time()
        if self._building is None or (self._building.done() and now >= self._ordered_at + ORDER_SECONDS_MIN):
            self._ordered_at = now
            self._building = asyncio.ensure_future(self._build())
        return self._base

    async def close(self) -> None:
        """Stop building."""
        if self._building is not None:
            self._building.cancel()
            await asyncio.wait([self._building])


class Shelf:
    """Memory for short lists, disk for longer ones. Satisfies `BaseShelf`."""

    def __init__(self, source: WatchlistSource, memory: MemoryShelf, disk: DiskShelf) -> None:
        self._source = source
        self._memory = memory
        self._disk = disk
        self._short: bool | None = None

    async def newest(self) -> Index:
        """See `BaseShelf`. Lists that have just outgrown memory stay there until their first base on disk stands."""
        if self._short is None:
            await self._measure()
        if self._short:
            return await self._memory.newest()
        return await self._disk.standing() or self._memory.standing or await self._disk.newest()

    async def order(self) -> Index | None:
        """See `BaseShelf`. Only now the length is looked at anew: a base stays where it is."""
        await self._measure()
        return await (self._memory.order() if self._short else self._disk.order())

    async def _measure(self) -> None:
        self._short = await self._source.count(await self._source.published_version()) <= IN_MEMORY_RECORDS_MAX

    async def close(self) -> None:
        """Stop building."""
        await self._disk.close()


def lists_in_force(settings: Settings, source: WatchlistSource) -> ListsInForce:
    """The newest lists for one process; the caller closes it."""
    source = ThresholdedSource(source, MODEL)
    disk = DiskShelf(settings.data_dir / DIRECTORY, MODEL, lambda: _in_a_process(settings))
    return ListsInForce(source, Shelf(source, MemoryShelf(source, MODEL, _in_thread), disk), _in_thread)


async def _in_thread(build: Callable[[], Index]) -> Index:
    return await asyncio.to_thread(build)


async def _in_a_process(settings: Settings) -> None:
    """`kulla index-lists`, as low as it gets; what came of it is seen at the next look at the directory."""
    url = {} if settings.database_url is None else {"KULLA_DATABASE_URL": settings.database_url}
    readers = {} if settings.index_processes is None else {"KULLA_INDEX_PROCESSES": str(settings.index_processes)}
    environment = dict(os.environ) | {"KULLA_DATA_DIR": str(settings.data_dir)} | url | readers
    command = (sys.executable, "-m", "api_service.cli", "index-lists")
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, preexec_fn=_prepare, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _prepare() -> None:
    die_with_parent()
    os.nice(NICENESS)
