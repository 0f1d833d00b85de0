"""`kulla explain`: an alert's score, worked out again piece by piece."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api_service.explanations import Explained
    from schemas.alert import AlertRecord
    from screening.explain import Explanation

_BY = "command line"


def explain(alert_id: Annotated[str, typer.Argument(metavar="ALERT_ID", help="The alert.")]) -> None:
    """Work an alert's score out again, record by record, and print every piece with its sentence.

    Exit 0 if the same score came out to the bit; 1 if something is missing or differs, with what it is.
    """
    found = asyncio.run(_explained(alert_id))
    if found is None:
        typer.echo("there is no such alert", err=True)
        raise typer.Exit(2)
    for line in lines(found):
        typer.echo(line)
    raise typer.Exit(0 if found.reproduced else 1)


def lines(found: "Explained") -> list[str]:
    """What is printed: the alert's own record first, then the others of the same person."""
    alert = found.alert
    heading = f"alert {alert.alert_id}: {alert.score:.3f} bits ({alert.band}), list version {alert.list_version}"
    records = zip((alert.record, *alert.other_records), (found.own, *found.others), strict=True)
    return [heading, *(line for record, one in records for line in _of_record(record, alert.matcher_version, one))]


def _of_record(record: "AlertRecord", matcher_version: str, explanation: "Explanation") -> list[str]:
    heading = f"record {record.list_id}/{record.record_id}, version {record.record_version}; matcher {matcher_version}"
    pieces = [f"  {one.weight:+8.3f}  {one.feature}: {one.explanation}" for one in explanation.evidence]
    total = f"  {explanation.score:+8.3f}  in all"
    result = ["reproduced"] if explanation.reproduced else [f"not reproduced: {fault}" for fault in explanation.faults]
    return [heading, *pieces, total, *result]


async def _explained(alert_id: str) -> "Explained | None":
    from api_service.context import utc_now
    from api_service.explanations import explain_alert
    from api_service.settings import Settings
    from api_service.wiring import database_of

    async with database_of(Settings()) as database:
        return await explain_alert(database, alert_id, _BY, utc_now())
