"""`kulla watchlist`: import a list from a file."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parsers.lists import ListFormat
from schemas.watchlist import ListKind, Watchlist

if TYPE_CHECKING:
    from api_service.list_import import Imported, ImportOrder
    from storage.database import Database

app = typer.Typer(help="Import lists.", no_args_is_help=True)

_CHUNK_BYTES = 256 * 1024
_BY = "command line"


@app.callback()
def watchlist() -> None:
    """Import lists."""


@app.command("import")
def import_list(
    list_id: Annotated[str, typer.Argument(metavar="LIST", help="The list; made where there is none of this name.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    format: Annotated[ListFormat, typer.Option(help="What the file is.")] = ListFormat.CSV,  # noqa: A002  the contract's name
    replace: Annotated[bool, typer.Option("--replace", help="Remove the records that the file does not name.")] = False,
    kind: Annotated[ListKind, typer.Option(help="Of a list that is made: what its records are about.")] = ListKind.PERSON,
    partial: Annotated[bool, typer.Option("--partial", help="Import the good rows although there are bad ones.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only tell what the file would change.")] = False,
    note: Annotated[str | None, typer.Option(help="Why the list changes; kept with its version.")] = None,
) -> None:
    """Import a file into a list: all of it, or, if a row is wrong, nothing."""
    from api_service.list_import import ImportOrder, Mode
    from api_service.settings import Settings

    mode = Mode.REPLACE if replace else Mode.MERGE
    remark = Settings().read_agreements().remark
    asyncio.run(_import(ImportOrder(list_id, _BY, mode, partial, format, preview, note, remark), file, kind))


async def _import(order: "ImportOrder", file: Path, kind: ListKind) -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from api_service.context import utc_now
    from api_service.list_import import import_file
    from api_service.problems import RefusalError
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    async with migrated_database(Settings()) as database:
        await _make_where_missing(database, order.list_id, kind)
        with Progress(*columns) as progress:
            task = progress.add_task(file.name, total=file.stat().st_size)
            chunks = _chunks(file, lambda size: progress.advance(task, size))
            try:
                done = await import_file(database, order, chunks, utc_now)
            except RefusalError as error:
                _show_errors(error)
                raise typer.Exit(1) from error
    _show(done)


def _show(done: "Imported") -> None:
    counted = done.publication or done.found
    assert counted is not None, "what was not published was counted"
    what = "preview" if done.proposal_id is None else f"proposal {done.proposal_id}, which a second person must approve"
    title = what if done.publication is None else f"list version {done.publication.list_version}"
    typer.echo(
        f"{title}: {counted.added} added, {counted.changed} changed, {counted.removed} removed, {counted.unchanged} unchanged"
    )
    for kind, count in done.tally.skipped.items():
        typer.echo(f"  skipped: {count} {kind}")
    for warning in done.tally.warnings:
        typer.echo(f"  row {warning.row}: {warning.message}", err=True)
    for error in done.tally.errors:
        typer.echo(f"  row {error.row}: {error.message}", err=True)


async def _make_where_missing(database: "Database", list_id: str, kind: ListKind) -> None:
    from pydantic import ValidationError

    from api_service import watch
    from api_service.context import utc_now
    from storage import watchlists

    async with database.reading() as work:
        if await watchlists.find(work, list_id) is not None:
            return
    try:
        await watch.create_list(database, Watchlist(list_id=list_id, kind=kind, title=list_id), _BY, utc_now())
    except ValidationError as error:
        raise typer.BadParameter("a list's name is letters, digits, dot, dash and underscore, 64 at most") from error
    typer.echo(f"made the list {list_id} (kind {kind}, severity medium)")


def _show_errors(error: Exception) -> None:
    typer.echo(str(error), err=True)
    extras = getattr(error, "extras", None) or {}
    for row in extras.get("errors", []):
        typer.echo(f"  row {row['row']}: {row['message']}", err=True)


async def _chunks(file: Path, advance: Callable[[int], None]) -> AsyncIterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
            advance(len(chunk))
