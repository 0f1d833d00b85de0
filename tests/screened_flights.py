"""Lists and a flight over HTTP, and a screener that takes in whatever waits: for tests of what follows from alerts."""

from collections.abc import Sequence
from typing import Any

from api_service.context import Clock
from schemas.roles import Role
from screening.lists_in_force import InForce
from screening.worker import Worker, WorkerSettings, lists_in_memory
from storage.database import Database
from storage.ledger import PostgresLedger
from storage.list_source import PostgresListSource
from storage.outbox_stream import OutboxStream
from tests.interchanges import interchange

READER = "screener:outbox"
WANTED = {"list_id": "wanted", "kind": "person", "title": "Wanted", "severity": "medium"}
ARTA = {
    "record_id": "R1",
    "names": [{"surname": "BERISHA", "given_names": "ARTA"}],
    "birth_dates": ["1970-01-10"],
    "documents": [{"type": "P", "number": "NX0000000", "issuing_country": "NLD"}],
}
"""The first traveller of `interchange()`."""


async def put_records(service: Any, records: Sequence[dict[str, Any]] = (ARTA,), watchlist: Any = None) -> None:
    """Put records on a list, which is made where it is not there."""
    watchlist = WANTED | (watchlist or {})
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        assert (await owner.post("/v1/watchlists", json=watchlist)).status_code in {200, 201}
        for record in records:
            path = f"/v1/watchlists/{watchlist['list_id']}/records/{record['record_id']}"
            answer = await owner.put(path, json=record)
            assert answer.status_code in {200, 201}, answer.text


async def send_flight(service: Any, body: bytes | None = None) -> None:
    """Send a flight of two travellers."""
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as carrier:
        headers = {"Content-Type": "application/edifact"}
        answer = await carrier.post("/v1/manifests", content=body or interchange(), headers=headers)
        assert answer.status_code in {200, 202}, answer.text


async def screen_waiting(database: Database, clock: Clock, lists: InForce | None = None) -> None:
    """Everything in the outbox, by a screener that has just started."""
    stream = OutboxStream(database, READER)
    lists = lists or lists_in_memory(PostgresListSource(database))
    worker = Worker(stream, lists, PostgresLedger(database, READER, clock), WorkerSettings(wait_seconds=0.05), clock)
    taken = stream.next_batch

    async def until_empty(*arguments: Any) -> Any:
        batch = await taken(*arguments)
        if not batch:
            worker.stop()
        return batch

    stream.next_batch = until_empty  # type: ignore[method-assign]  # one method of this one stream is watched
    await worker.run()


async def alerts_of(service: Any) -> list[dict[str, Any]]:
    """All alerts, as an analyst sees them."""
    async with service.client(await service.key(Role.ANALYST)) as analyst:
        return list((await analyst.get("/v1/alerts")).json()["items"])
