"""Records without a name, beside the index of names: which files of a base go on to serve the next one, and which are made.

    whole     all records without a name, as of the version in the files' name
    since     those that came after that version, made anew for every base; what they took the place of, and what is gone, is
              noted as replaced in the whole

So a base costs what has changed since the whole was made, not what a hundred million documents cost. When that is more than a
share of it, or more than can be noted, the whole is made anew.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from api_service.lists_on_disk.files import path_of
from api_service.lists_on_disk.layer import Documents, Layer
from api_service.lists_on_disk.pulled import pulled
from schemas.stored_records import StoredRow
from screening.index.documents import DocumentsAside, RecordTexts, records_path
from screening.ports import WatchlistSource

CHANGED_SHARE_MAX = 0.1
"""Of the whole: ten bases later, as much would have been read as for a new whole."""
REPLACED_MAX = 100_000
"""Every process keeps their keys, some 20 MB."""


async def set_documents_aside(
    path: Path, source: WatchlistSource, version: int, standing: Path | None
) -> tuple[Documents, ...]:
    """The documents of a new base at `path`; the files that it needs stand when this returns. `standing`: the base so far.
    Raises StoreUnavailableError, DocumentStoreError, OSError."""
    kept = None if standing is None else await _kept(standing, source, version)
    since = 0 if kept is None else kept.version
    some = await asyncio.to_thread(_write, path, pulled(source.unnamed(version, since)))
    made = (Documents(version),) if some else ()
    return made if kept is None else (kept, *made)


def _write(path: Path, records: Iterable[StoredRow]) -> bool:
    """Whether there were any. All in one thread: who gives up waiting for it takes no file away from under it."""
    with DocumentsAside(path) as aside:
        aside.add_all(records)
        if aside.records:
            aside.finish()
        return aside.records > 0


async def _kept(standing: Path, source: WatchlistSource, version: int) -> Documents | None:
    """The whole of the base that stands, where it can go on to serve."""
    documents = Layer.read(standing).documents
    if not documents:
        return None
    whole = documents[0].version
    records = RecordTexts.records_in(records_path(path_of(standing.parent, whole)))
    if await source.changed_between(whole, version) > CHANGED_SHARE_MAX * records:
        return None
    ended = await source.unnamed_ended(whole, version, REPLACED_MAX)
    return None if ended is None else Documents(whole, frozenset(ended))
