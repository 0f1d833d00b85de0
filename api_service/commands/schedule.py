"""`kulla schedule`: import the standing schedule of carriers from a file."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api_service.schedules import Format, ScheduleImport

app = typer.Typer(help="Import schedules.", no_args_is_help=True)

_CHUNK_BYTES = 256 * 1024
_BY = "command line"
_FAULTS_SHOWN_MAX = 20
_SSIM_SUFFIXES = {".ssim", ".ssm", ".txt", ".dat"}


@app.callback()
def schedule() -> None:
    """Import schedules."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    format: Annotated[str | None, typer.Option(help="csv or ssim; default: by the file's name.")] = None,  # noqa: A002  the word of the HTTP interface
) -> None:
    """Import a file: it replaces the schedule of every carrier it names. Lines that cannot be read are left out, and shown."""
    from api_service.schedules import Format

    name = format or (Format.SSIM if file.suffix.lower() in _SSIM_SUFFIXES else Format.CSV)
    if name not in set(Format):
        raise typer.BadParameter("the format is csv or ssim")
    done = asyncio.run(_import(file, Format(name)))
    for error in done.errors[:_FAULTS_SHOWN_MAX]:
        typer.echo(f"  line {error['row']}: {error['message']}", err=True)
    carriers = ", ".join(f"{carrier} {legs}" for carrier, legs in done.carriers.items())
    typer.echo(f"{done.legs} legs ({carriers}), {done.duplicates} duplicates left out, {done.rejected} lines not used")


async def _import(file: Path, file_format: "Format") -> "ScheduleImport":
    from api_service import schedules
    from api_service.context import utc_now
    from api_service.problems import RefusalError
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    settings = Settings()
    order = schedules.ScheduleOrder(file_format, _BY, settings.due_terms)
    async with migrated_database(settings) as database:
        try:
            return await schedules.import_schedule(database, order, _chunks(file), utc_now)
        except RefusalError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
