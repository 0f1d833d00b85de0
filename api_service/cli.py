"""The command line: `kulla VERB`. The verbs are the contract's; each lives in `api_service.commands`."""

import typer

from api_service.commands import (
    audit,
    encryption,
    explain,
    folder,
    index_lists,
    keys,
    offline,
    purge,
    roles,
    schedule,
    screening,
    traffic,
    watchlist,
)

app = typer.Typer(
    name="kulla",
    help="Advance Passenger Information: manifests in, alerts out, people decide.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with local variables would print passengers
)

app.command("up")(roles.up)
app.command("api")(roles.api)
app.command("screener")(roles.screener)
app.command("relay")(roles.relay)
app.command("migrate")(roles.migrate)
app.command("index-lists")(index_lists.index_lists)
app.command("purge")(purge.purge)
app.command("watch-folder")(folder.watch_folder)
app.command("parse")(offline.parse)
app.command("screen")(screening.screen)
app.command("explain")(explain.explain)
app.command("simulate")(traffic.simulate)
app.add_typer(watchlist.app, name="watchlist")
app.add_typer(schedule.app, name="schedule")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(encryption.app, name="encryption")


def main() -> None:
    """Entry point of the `kulla` script."""
    app()


if __name__ == "__main__":
    main()
