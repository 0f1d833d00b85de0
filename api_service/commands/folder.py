"""`kulla watch-folder DIR`: the drop folder as a role."""

import asyncio
import contextlib
import fcntl
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api_service.settings import Settings
    from api_service.watch_folder.watcher import Folder

LOCK_NAME = ".kulla-watch-folder.lock"
"""Held while a folder is watched: two watchers would only get in each other's way."""

Directory = Annotated[Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, writable=True, resolve_path=True)]


def watch_folder(
    directory: Directory,
    carrier: Annotated[
        str | None,
        typer.Option(help="Carrier code of all files in DIR. Absent: each sub-folder of DIR is the carrier's of that name."),
    ] = None,
    poll_seconds: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks at the folder.")] = 1.0,
    settle_seconds: Annotated[float, typer.Option(min=0.0, help="Seconds a file must rest before it is read.")] = 3.0,
) -> None:
    """Receive the files that appear in a folder, and move them to done/ or failed/ with a report beside them.

    Interchanges, JSON, tables (CSV, XLSX) and e-mails with any of these are told apart by their content.
    """
    import uvloop

    from api_service.commands.roles import read_settings
    from api_service.watch_folder.watcher import Folder

    folder = Folder(directory, carrier.strip().upper() if carrier else None, poll_seconds, settle_seconds)
    with _alone_in(directory):
        uvloop.run(_serve(read_settings(), folder))


@contextlib.contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    with (directory / LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            typer.echo(f"{directory} is being watched already", err=True)
            raise typer.Exit(1) from error
        yield


async def _serve(settings: "Settings", folder: "Folder") -> None:
    """Watch until SIGTERM or SIGINT. A database that is away, now or later, only makes files wait."""
    from api_service.logs import configure_logs, failure, make_logger
    from api_service.watch_folder.watcher import RETRY_SECONDS_MAX, FolderWatcher
    from api_service.wiring import intake_context
    from storage.database import StoreUnavailableError

    configure_logs(settings.log_level)
    logger = make_logger(settings.log_level)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    while not stopping.is_set():
        try:
            async with intake_context(settings, logger) as context:
                await FolderWatcher(context, folder).run(stopping)
        except StoreUnavailableError as error:
            logger.warning("files wait", **failure(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), RETRY_SECONDS_MAX / 10)
