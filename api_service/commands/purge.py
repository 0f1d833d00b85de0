"""`kulla purge`: remove what is due, and say how much of what."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.retention import PurgeReport


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what is due, and remove nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
) -> None:
    """Remove everything whose retention has ended. The service does the same every few minutes."""
    import orjson

    report = asyncio.run(_purge(dry_run))
    for fault in asyncio.run(_kafka_faults()):
        typer.echo(fault, err=True)
    if as_json:
        told = {"at": report.at, "dry_run": report.dry_run, "counts": dict(report.counts), "total": report.total}
        typer.echo(orjson.dumps(told).decode())
        return
    for name, count in sorted(report.counts.items()):
        typer.echo(f"{count:>10}  {name.replace('_', ' ')}")
    typer.echo(f"{report.total} rows {'are due' if dry_run else 'removed'}")


async def _kafka_faults() -> Sequence[str]:
    """Topics that forget too late, or that nobody could ask about."""
    from aiokafka.errors import KafkaError

    from api_service.commands.roles import read_settings
    from storage.kafka_retention import too_long
    from storage.kafka_topics import KafkaSettings

    settings = read_settings()
    if settings.kafka_bootstrap_servers is None:
        return ()
    try:
        return await too_long(KafkaSettings(settings.kafka_bootstrap_servers, retention_hours=settings.retention_hours))
    except KafkaError:
        return ("Kafka does not answer: nobody knows how long its topics keep messages",)


async def _purge(dry_run: bool) -> "PurgeReport":
    from api_service.commands.roles import read_settings
    from api_service.context import utc_now
    from api_service.wiring import migrated_database
    from storage.retention import purge as remove

    settings = read_settings()
    async with migrated_database(settings) as database:
        return await remove(database, settings.retention_policy, utc_now(), "command line", dry_run=dry_run)
