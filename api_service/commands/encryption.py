"""`kulla encryption`: the master key, and what it wraps."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.day_keys import DayKeys
    from storage.master_keys import MasterKeys

app = typer.Typer(help="Keys of the encryption at rest.", no_args_is_help=True)


@app.command("make-key")
def make_key(file: Annotated[Path, typer.Argument(help="Where the key goes; must not be there yet.")]) -> None:
    """Draw a master key. Whoever has it and the keys of days can read the bodies; without it nobody can."""
    from storage.master_keys import MasterKeys

    if file.exists():
        raise typer.BadParameter(f"{file} is there already")
    typer.echo(f"made the master key {MasterKeys.made_at_need(file).current} in {file}")


@app.command()
def rotate() -> None:
    """Draw a new master key, wrap every day's key with it, and forget the old one. Services may go on running meanwhile."""
    masters, keys = _opened()
    name = masters.add()
    changed = keys.rewrap()
    changed += keys.rewrap()  # what a service made with the old key in the moment between
    masters.keep_only_first()
    typer.echo(f"master key {name}; {changed} keys of days wrapped anew")


@app.command()
def status() -> None:
    """Show which days can still be read."""
    masters, keys = _opened()
    typer.echo(f"master key {masters.current}")
    for day in keys.days():
        typer.echo(f"{day} can be read")


def _opened() -> "tuple[MasterKeys, DayKeys]":
    from api_service.commands.roles import read_settings
    from storage.day_keys import DayKeys
    from storage.master_keys import MasterKeyError, MasterKeys

    settings = read_settings()
    try:
        masters = MasterKeys(settings.master_key_path)
    except MasterKeyError as error:
        raise typer.BadParameter(str(error)) from error
    return masters, DayKeys(settings.day_keys_path, masters)
