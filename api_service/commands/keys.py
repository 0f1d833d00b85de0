"""`kulla keys`: make, list, rotate and revoke API keys."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.roles import Role

if TYPE_CHECKING:
    from api_service.keys import KeyOrder

app = typer.Typer(help="Make, list, rotate and revoke API keys.", no_args_is_help=True)

_BY = "command line"


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    carrier: Annotated[str | None, typer.Option(help="Airline designator: the one carrier whose flights it may push.")] = None,
    port: Annotated[
        list[str] | None, typer.Option(help="IATA code: a port whose console it may read; may be repeated.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="A word for people: whose key it is.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Client certificate (PEM) that must come with the key.", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Make a key and print it. It is shown this once."""
    from api_service.keys import KeyOrder
    from api_service.peers import fingerprint

    shown = None if certificate is None else fingerprint(certificate.read_bytes())
    if certificate is not None and shown is None:
        raise typer.BadParameter("this file holds no certificate in PEM")
    order = KeyOrder(role, carrier, tuple(port or ()), label, certificate_sha256=shown)
    typer.echo(asyncio.run(_create(order, days)))


async def _create(order: "KeyOrder", days: int | None) -> str:
    from api_service import keys
    from api_service.context import utc_now
    from api_service.problems import RefusalError
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    now = utc_now()
    order = replace(order, expires_at=now + timedelta(days=days) if days else None)
    async with migrated_database(Settings()) as database:
        try:
            return await keys.create_key(database, order, _BY, now)
        except RefusalError as error:
            raise typer.BadParameter(str(error)) from error


@app.command("list")
def list_keys() -> None:
    """Show every key, without its secret."""
    asyncio.run(_list())


async def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from api_service import keys
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    async with migrated_database(Settings()) as database:
        stored = await keys.list_keys(database)
    table = Table("key_id", "role", "carrier", "ports", "label", "created", "expires", "revoked", "last used")
    for key in stored:
        times = [_when(moment) for moment in (key.created_at, key.expires_at, key.revoked_at, key.last_used_at)]
        table.add_row(key.key_id, key.role, key.carrier or "", " ".join(key.ports or ()), key.label or "", *times)
    Console().print(table)


def _when(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="The key's id: the part between the first two underscores.")],
    overlap_hours: Annotated[float, typer.Option(min=0, help="Hours in which the present secret counts too.")] = 24.0,
    days: Annotated[int | None, typer.Option(min=1, help="Days until the key expires; else it expires as before.")] = None,
) -> None:
    """Replace the secret of a key and print the new key. It is shown this once."""
    key, until = asyncio.run(_rotate(key_id, timedelta(hours=overlap_hours), days))
    typer.echo(key)
    typer.echo(f"The secret before it counts until {_when(until)}.", err=True)


async def _rotate(key_id: str, overlap: timedelta, days: int | None) -> tuple[str, datetime]:
    from api_service import keys
    from api_service.context import utc_now
    from api_service.problems import RefusalError
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    now = utc_now()
    order = keys.RotationOrder(key_id, overlap, now + timedelta(days=days) if days else None)
    async with migrated_database(Settings()) as database:
        try:
            return await keys.rotate_key(database, order, _BY, now)
        except RefusalError as error:
            raise typer.BadParameter(str(error)) from error


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The key's id: the part between the first two underscores.")]) -> None:
    """Make a key worthless from now on."""
    asyncio.run(_revoke(key_id))


async def _revoke(key_id: str) -> None:
    from api_service import keys
    from api_service.context import utc_now
    from api_service.problems import NotFoundError
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    async with migrated_database(Settings()) as database:
        try:
            await keys.revoke_key(database, key_id, _BY, utc_now())
        except NotFoundError as error:
            raise typer.BadParameter(str(error)) from error
