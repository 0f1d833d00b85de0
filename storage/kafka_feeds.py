"""What the relay carries from the store to Kafka: one line a topic.

A feed names its topic and its query, and says how a row becomes a message. The body of a manifest goes out as JSON;
an event in quarantine goes out without its body, which stays in the store, under its retention.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import asyncpg

from schemas.delivery import Cursor
from schemas.events import QuarantineEvent, Topic
from storage.bodies import inflate
from storage.vault import Vault

Header = tuple[str, bytes]
Row = asyncpg.Record


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be. `key` decides the partition: the flight. `manifest_id` where the message is one manifest."""

    cursor: Cursor
    key: str
    value: bytes
    headers: Sequence[Header] = ()
    manifest_id: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """`reader` names the feed's row of progress; `query` is one of `queries/kafka_relay.sql`."""

    reader: str
    topic: Topic
    query: str
    message: Callable[[Row, Vault], Message]


def _cursor(row: Row) -> Cursor:
    return Cursor(row["transaction_id"], row["position"])


def _manifest(row: Row, vault: Vault) -> Message:
    told = {"occasion": row["occasion"], "list_version": str(row["list_version"]), "manifest_id": row["manifest_id"]}
    headers = tuple((name, value.encode("ascii")) for name, value in told.items())
    return Message(_cursor(row), row["flight_key"], inflate(vault.open(row["body"])), headers, row["manifest_id"])


def _alert(row: Row, _vault: Vault) -> Message:
    return Message(_cursor(row), row["key"], row["payload"].encode("utf-8"))


def _quarantine(row: Row, _vault: Vault) -> Message:
    event = QuarantineEvent(
        quarantine_id=row["quarantine_id"], topic=Topic.MANIFESTS, key=row["key"], reason=row["reason"], at=row["at"]
    )
    return Message(_cursor(row), row["key"], event.model_dump_json().encode("utf-8"))


MANIFESTS = Feed("relay:manifests", Topic.MANIFESTS, "tail_manifests", _manifest)
FEEDS = (
    MANIFESTS,
    Feed("relay:alerts", Topic.ALERTS, "tail_alerts", _alert),
    Feed("relay:quarantine", Topic.QUARANTINE, "tail_quarantine", _quarantine),
)
