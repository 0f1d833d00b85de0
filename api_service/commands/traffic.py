"""`kulla simulate`: realistic traffic over HTTP."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api_service.sandbox.simulate import Progress, Simulation, Summary

_PLANTED_PER_FLIGHT = 0.5
_ENDLESS_FLIGHTS = 1_000_000
_ENDLESS_SECONDS_PER_MESSAGE = 5.0
"""A quiet airport: enough to see alerts come in, little enough to leave the machine to whoever tries the service."""
_TIMETABLE_FLIGHTS_MAX = 10_000
"""More than any sandbox flies; an endless simulation has no end to write."""


def simulate(
    flights: Annotated[int, typer.Option(min=1, help="How many flights, with all their messages.")] = 5,
    rate: Annotated[float | None, typer.Option(min=0.01, help="Messages a second; default: as fast as receipts come.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the service listens; default: the configured host and port.")] = None,
    key: Annotated[str | None, typer.Option(envvar="KULLA_SIMULATE_KEY", help="A carrier key; default: the sandbox's.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed sends the same flights; default: new ones each time.")] = None,
    timetable: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write these flights, and some never flown, for `kulla schedule import`."),
    ] = None,
    endless: Annotated[bool, typer.Option("--endless", hidden=True)] = False,
) -> None:
    """Push realistic flights into Western Balkan ports: synthetic people, a few of them planted on the sandbox's lists."""
    from api_service.settings import Settings

    settings = Settings()
    base_url = url or f"http://{settings.http_host}:{settings.http_port}"
    api_key = key or _sandbox_key(settings.data_dir, "carrier")
    officer_key = _sandbox_key(settings.data_dir, "officer") if endless else None
    count, pace = (_ENDLESS_FLIGHTS, 1 / _ENDLESS_SECONDS_PER_MESSAGE) if endless else (flights, rate)
    simulation = _simulation(seed, count, pace)
    if timetable is not None:
        _write_timetable(timetable, simulation)
    summary = asyncio.run(_push(base_url, api_key, simulation, officer_key))
    _show(summary)
    if summary.failed:
        raise typer.Exit(1)


def _write_timetable(file: Path, simulation: "Simulation") -> None:
    from api_service.sandbox.flights import plan_flights
    from api_service.sandbox.timetable import timetable

    flights = simulation.flights[:_TIMETABLE_FLIGHTS_MAX]
    file.write_text(timetable(plan_flights(simulation.seed, simulation.now, flights)), "utf-8")


def _sandbox_key(data_dir: Path, role: str) -> str:
    from api_service.sandbox_setup import KEYS_FILE

    try:
        return str(json.loads((data_dir / KEYS_FILE).read_text("utf-8"))[role])
    except (OSError, ValueError, KeyError) as error:
        raise typer.BadParameter(f"no sandbox keys in {data_dir}: start `kulla up` first, or give --key") from error


def _simulation(seed: int | None, flights: int, rate: float | None) -> "Simulation":
    from api_service.context import utc_now
    from api_service.sandbox.lists import sandbox_lists
    from api_service.sandbox.planting import plantation
    from api_service.sandbox.simulate import Simulation
    from api_service.sandbox_setup import SANDBOX_SEED

    now = utc_now()
    drawn = int(now.timestamp()) if seed is None else seed
    planting = plantation(drawn, sandbox_lists(SANDBOX_SEED, now.date()), _PLANTED_PER_FLIGHT, now.date())
    return Simulation(drawn, now, range(flights), messages_per_second=rate, planting=planting)


async def _push(base_url: str, api_key: str, simulation: "Simulation", officer_key: str | None) -> "Summary":
    """`officer_key`: of the endless simulation's officers, who ask for protection while the flights come in."""
    from api_service.sandbox.protection import ask_for_protection, officer_client

    if officer_key is None:
        return await _push_flights(base_url, api_key, simulation, quiet=False)
    async with officer_client(base_url, officer_key) as officer:
        asking = asyncio.create_task(ask_for_protection(officer, simulation.seed))
        try:
            return await _push_flights(base_url, api_key, simulation, quiet=True)
        finally:
            asking.cancel()


async def _push_flights(base_url: str, api_key: str, simulation: "Simulation", quiet: bool) -> "Summary":
    from rich import progress as bars

    from api_service.sandbox.simulate import carrier_client
    from api_service.sandbox.simulate import simulate as run

    async with carrier_client(base_url, api_key) as client:
        with bars.Progress(bars.SpinnerColumn(), bars.TextColumn("{task.description}"), disable=quiet) as progress:
            task = progress.add_task("pushing", total=None)

            def show(done: "Progress") -> None:
                progress.update(task, description=_described(done))

            return await run(client, simulation, show)


def _described(done: "Progress") -> str:
    return f"{done.accepted} accepted, {done.travellers} travellers"


def _show(summary: "Summary") -> None:
    def milliseconds(seconds: float | None) -> str:
        return "-" if seconds is None else f"{seconds * 1000:.0f} ms"

    found = summary.latencies
    typer.echo(
        f"{summary.sent} messages, {summary.accepted} accepted, {summary.replayed} replayed, {summary.failed} failed; "
        f"{summary.travellers} travellers in {summary.seconds:.1f} s"
    )
    typer.echo(f"receipts: p50 {milliseconds(found.p50)}, p95 {milliseconds(found.p95)}, p99 {milliseconds(found.p99)}")
    expected = sum(planted.expects_alert for planted in summary.planted)
    typer.echo(f"planted on the lists: {len(summary.planted)} travellers, of whom {expected} should raise an alert")
