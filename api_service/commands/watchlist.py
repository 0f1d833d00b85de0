"""`kulla watchlist`: import a list from a file."""

import asyncio
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.watchlist import ListKind, Watchlist

if TYPE_CHECKING:
    from storage.database import Database

app = typer.Typer(help="Import lists.", no_args_is_help=True)

_CHUNK_BYTES = 256 * 1024
_BY = "command line"


class Format(StrEnum):
    """What the file is."""

    CSV = "csv"
    FTM = "ftm"
    OFAC = "ofac"
    UN = "un"
    EU = "eu"


@app.callback()
def watchlist() -> None:
    """Import lists."""


@app.command("import")
def import_list(
    list_id: Annotated[str, typer.Argument(metavar="LIST", help="The list; made where there is none of this name.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    format: Annotated[Format, typer.Option(help="Only csv for now.")] = Format.CSV,  # noqa: A002  the contract names the option
    replace: Annotated[bool, typer.Option("--replace", help="Remove the records that the file does not name.")] = False,
    kind: Annotated[ListKind, typer.Option(help="Of a list that is made: what its records are about.")] = ListKind.PERSON,
) -> None:
    """Import a file into a list: all of it, or, if a row is wrong, nothing."""
    if format is not Format.CSV:
        raise typer.BadParameter(f"the format {format} is not read yet; csv is")
    asyncio.run(_import(list_id, file, replace, kind))


async def _import(list_id: str, file: Path, replace: bool, kind: ListKind) -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from api_service import watch
    from api_service.context import utc_now
    from api_service.problems import RefusalError
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    order = watch.ImportOrder(list_id, _BY, watch.Mode.REPLACE if replace else watch.Mode.MERGE)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    async with migrated_database(Settings()) as database:
        await _make_where_missing(database, list_id, kind)
        with Progress(*columns) as progress:
            task = progress.add_task(file.name, total=file.stat().st_size)
            chunks = _chunks(file, lambda size: progress.advance(task, size))
            try:
                done, _tally = await watch.import_csv(database, order, chunks, utc_now)
            except RefusalError as error:
                _show_errors(error)
                raise typer.Exit(1) from error
    typer.echo(
        f"list version {done.list_version}: {done.added} added, {done.changed} changed, "
        f"{done.removed} removed, {done.unchanged} unchanged"
    )


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
