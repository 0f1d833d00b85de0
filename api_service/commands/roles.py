"""The roles of a process: `kulla up | api | screener | relay | migrate`."""

from typing import Annotated

import typer

from api_service.settings import Settings


def read_settings() -> Settings:
    """The settings, or what is wrong with them in a sentence each."""
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            where = ".".join(str(part) for part in fault["loc"])
            typer.echo(f"setting {'KULLA_' + where.upper() + ': ' if where else ''}{fault['msg']}", err=True)
        raise typer.Exit(2) from None


def up() -> None:
    """Run the whole service on this machine."""
    import uvloop

    from api_service import up as whole_service
    from api_service.logs import configure_logs
    from api_service.problems import RefusalError
    from storage.embedded.errors import EmbeddedPostgresError
    from storage.master_keys import MasterKeyError

    settings = read_settings()
    configure_logs(settings.log_level)
    try:
        uvloop.run(whole_service.run(settings))
    except (RefusalError, EmbeddedPostgresError, MasterKeyError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def api(listener: Annotated[int | None, typer.Option(hidden=True, help="An inherited listening socket.")] = None) -> None:
    """Serve HTTP."""
    import uvloop

    from api_service import serving

    uvloop.run(serving.serve_api(read_settings(), listener))


def screener() -> None:
    """Screen manifests against the lists."""
    import uvloop

    from api_service import serving

    uvloop.run(serving.serve_screener(read_settings()))


def relay() -> None:
    """Carry the outbox to Kafka."""
    import uvloop

    from api_service import serving

    settings = read_settings()
    if settings.kafka_bootstrap_servers is None:
        typer.echo("the relay needs KULLA_KAFKA_BOOTSTRAP_SERVERS", err=True)
        raise typer.Exit(2)
    uvloop.run(serving.serve_relay(settings))


def migrate() -> None:
    """Bring the database's tables up to date."""
    import asyncio

    from api_service.wiring import database_of
    from storage.migrate import migrate as apply

    async def run() -> list[str]:
        async with database_of(read_settings()) as database:
            return await apply(database)

    for name in asyncio.run(run()):
        typer.echo(f"applied {name}")
