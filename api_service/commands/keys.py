"""`kulla keys`: make, list and revoke API keys."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import typer

from schemas.roles import Role

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

_BY = "command line"


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    carrier: Annotated[str | None, typer.Option(help="Airline designator: the one carrier whose flights it may push.")] = None,
    port: Annotated[str | None, typer.Option(help="IATA code: the one port whose console it may read.")] = None,
    label: Annotated[str | None, typer.Option(help="A word for people: whose key it is.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
) -> None:
    """Make a key and print it. It is shown this once."""
    typer.echo(asyncio.run(_create(role, carrier, port, (label, days))))


async def _create(role: Role, carrier: str | None, port: str | None, rest: tuple[str | None, int | None]) -> str:
    from api_service import keys
    from api_service.context import utc_now
    from api_service.problems import RefusalError
    from api_service.settings import Settings
    from api_service.wiring import migrated_database

    label, days = rest
    now = utc_now()
    order = keys.KeyOrder(role, carrier, port, label, now + timedelta(days=days) if days else None)
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
    table = Table("key_id", "role", "carrier", "port", "label", "created", "expires", "revoked")
    for key in stored:
        times = [_when(moment) for moment in (key.created_at, key.expires_at, key.revoked_at)]
        table.add_row(key.key_id, key.role, key.carrier or "", key.port or "", key.label or "", *times)
    Console().print(table)


def _when(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")


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
