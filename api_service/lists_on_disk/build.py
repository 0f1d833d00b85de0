"""Use case: build a base of the newest published lists, and put that version in force.

Records stream from the database, page by page, into the builder in a thread; memory holds its columns, never all records, and
of those without a name (listed documents) nothing: they are set aside, into files of their own (`documents`). The rarity it was
weighed with is kept in the database before anybody can open the file.
"""

import asyncio
from pathlib import Path
from typing import NamedTuple

from api_service.lists_on_disk import files
from api_service.lists_on_disk.documents import set_documents_aside
from api_service.lists_on_disk.layer import Layer
from api_service.lists_on_disk.pulled import pulled
from api_service.lists_on_disk.readers import default_processes, read_chunks
from screening.index.packed.building import Listing, build_from_chunks
from screening.lists_in_force import kept_rarity, still_good, version_to_build
from screening.model import Model
from screening.ports import WatchlistSource
from screening.rarity import Rarity

RECORDS_FOR_SEVERAL_MIN = 100_000
"""Below that, starting processes takes as long as they save."""


async def build_newest(directory: Path, source: WatchlistSource, model: Model, processes: int | None = None) -> int:
    """Build a base of the newest published version where there is none; returns that version. `processes`: that read names of a
    long list, `default_processes` where it is not said.

    Raises StoreUnavailableError, OSError. Waits while another process of this machine builds.
    """
    async with files.building(directory):
        version = await version_to_build(source, model)
        standing = files.open_newest(directory, model)
        if standing is None or standing[1].listed.version < version:
            if standing is not None:  # a builder that failed may have left gigabytes
                files.remove_others(directory, standing[1].listed.version)
            path, before = files.path_of(directory, version), None if standing is None else standing[0]
            await _Building(source, model, version, processes or default_processes()).write(path, before)
            files.remove_others(directory, version)
    await source.put_in_force(version)
    return version


class _Building(NamedTuple):
    """What a base is built of, and by how many processes."""

    source: WatchlistSource
    model: Model
    version: int
    processes: int

    async def write(self, path: Path, standing: Path | None) -> None:
        """Write the base. `standing`: the one that stands so far."""
        source, version = self.source, self.version
        people = await source.people(version)
        frozen = await _rarity_in_force(source, self.model, people)
        documents = await set_documents_aside(path, source, version, standing)
        new = path.with_suffix(".new")
        readers = self.processes if people >= RECORDS_FOR_SEVERAL_MIN else 1
        chunks = read_chunks(pulled(source.named(version)), self.model, readers)
        rarity = await asyncio.to_thread(build_from_chunks, new, chunks, Listing(self.model, version, frozen))
        if frozen is None:
            await source.keep_rarity(kept_rarity(rarity, self.model, version))
        Layer(documents, tuple(await source.lists())).write(path)
        new.rename(path)


async def _rarity_in_force(source: WatchlistSource, model: Model, people: int) -> Rarity | None:
    """The rarity to go on with; None where the lists have outgrown it."""
    kept = await source.rarity(model.version)
    if kept is None or not still_good(kept, people):
        return None
    return Rarity.from_bytes(kept.body, model.rarity)
