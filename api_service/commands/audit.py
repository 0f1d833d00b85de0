"""`kulla audit`: verify the audit trail."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.audit_verify import Span, Verification

app = typer.Typer(help="The audit trail.", no_args_is_help=True)

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]
_SENTENCES = {
    "edited": "was changed after it was sealed",
    "moved": "holds what another line held",
    "removed": "is gone",
    "inserted": "was put in past the trail",
    "block_altered": "does not fit its lines, or the block before",
    "block_missing": "is gone",
    "anchor_differs": "is not what its anchor says: the chain was rewritten",
    "anchor_forged": "has an anchor that is not signed with our key",
}


@app.callback()
def audit() -> None:
    """The audit trail."""


@app.command("verify")
def verify_trail(
    since: Annotated[datetime | None, typer.Option("--from", formats=_FORMATS, help="Lines of this moment or later.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=_FORMATS, help="Lines of before this moment.")] = None,
) -> None:
    """Hold the audit trail against its chain and its anchors: finds every line or block edited, removed, put in or moved.

    Exit 0 if the trail is sound, 1 otherwise.
    """
    from storage.audit_verify import Span

    done = asyncio.run(_verify(Span(_zoned(since), _zoned(until))))
    typer.echo(f"{done.lines} lines in {done.blocks} blocks, {done.anchors} anchors")
    typer.echo(f"{done.purged} lines purged, {done.unsealed} not yet sealed")
    for fault in done.faults:
        where = f"line {fault.position}" if fault.position is not None else f"block {fault.block}"
        within = f" (block {fault.block})" if fault.position is not None and fault.block is not None else ""
        typer.echo(f"{where}{within} {_SENTENCES[fault.kind]}", err=True)
    typer.echo("the trail is sound" if done.sound else f"{len(done.faults)} faults", err=not done.sound)
    raise typer.Exit(0 if done.sound else 1)


def _zoned(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


async def _verify(span: "Span") -> "Verification":
    from api_service.audit_trail import anchor_book
    from api_service.commands.roles import read_settings
    from api_service.wiring import migrated_database
    from storage.audit_key import AuditKey
    from storage.audit_verify import verify

    settings = read_settings()
    book = anchor_book(settings, AuditKey.of_file(settings.audit_key_path))
    async with migrated_database(settings) as database:
        return await verify(database, span, book.read())
