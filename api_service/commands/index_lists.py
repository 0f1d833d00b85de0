"""`kulla index-lists`: build an index of the lists, for all processes of this machine."""

import asyncio
from typing import Annotated

import typer


def index_lists(
    processes: Annotated[
        int | None, typer.Option(min=1, max=16, help="Processes that read names of a long list; the setting, if not given.")
    ] = None,
) -> None:
    """Build an index of the newest lists, where none stands yet, and put that version in force.

    Screeners do this by themselves; by hand it warms a machine up before they start.
    """
    typer.echo(f"an index of list version {asyncio.run(_built(processes))} stands")


async def _built(processes: int | None) -> int:
    from api_service.commands.roles import read_settings
    from api_service.lists_on_disk.build import build_newest
    from api_service.lists_on_disk.shelf import DIRECTORY
    from api_service.wiring import database_of
    from screening.model import MODEL
    from screening.thresholded import ThresholdedSource
    from storage.list_source import PostgresListSource

    settings = read_settings()
    async with database_of(settings) as database:
        source = ThresholdedSource(PostgresListSource(database), MODEL)
        return await build_newest(settings.data_dir / DIRECTORY, source, MODEL, processes or settings.index_processes)
