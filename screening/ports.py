"""The ports of the screening worker: what it needs from the world, said as protocols.

The worker knows nothing of PostgreSQL or Kafka. It takes deliveries from a `ManifestStream`, reads lists from a
`WatchlistSource`, and writes through an `AlertLedger`. `storage` has adapters of each (in memory, outbox, Kafka); one suite of
tests runs against all of them; `api_service.wiring` is where the type checker proves that they fit.

The guarantee the three give together is *effectively once*: a stream delivers at least once, in order per flight; the ledger
writes alerts and progress in one transaction and absorbs what it has seen before. Losing a process at any point therefore costs
a repetition, never an alert.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from schemas.delivery import Cursor, Delivery
from schemas.ledger import AlertChanges, FlightHistory
from schemas.live_manifests import LiveIds
from schemas.manifest import Manifest
from schemas.stored_records import StoredRow
from schemas.watchlist import KeptRarity, ListChanges, RecordKey, VersionedRecord, Watchlist


class ManifestStream(Protocol):
    """Manifests to be screened: at least once, in order within a partition, a flight always in the same partition. A stream may
    give a flight's re-screens a partition of their own, so that new manifests need not wait for them.

    After a restart, delivery goes on behind the progress that the ledger recorded for the partition. Two live readers of the
    same stream never own the same partition, save for a moment during a hand-over; what both then deliver, the ledger absorbs.
    """

    async def start(self) -> None:
        """Connect and claim partitions. Called again after `close`, delivery goes on behind the ledger's progress."""

    async def next_batch(
        self, events_max: int, wait_seconds: float, without: Collection[int] = frozenset()
    ) -> Sequence[Delivery]:
        """The next events; empty after `wait_seconds` without any. At most `events_max`, re-screens without a body apart.

        `without`: partitions of which nothing is wanted now; what they hold is given later.
        """

    async def acknowledge(self, progress: Mapping[int, Cursor]) -> None:
        """Told after the ledger's commit. The ledger's row is the truth; this only moves the stream's own mark."""

    async def close(self) -> None:
        """Give the partitions back. Safe to call twice, and without `start`."""


class WatchlistSource(Protocol):
    """Where the lists come from.

    A version is published, and then in force. What a record says in a version never changes, so that the records as of a
    version are the same whenever, and by whomever, they are asked for.
    """

    async def newest_version(self) -> int:
        """The newest version in force; 0 before the first. Cheap: asked between any two batches."""

    async def published_version(self) -> int:
        """The newest published version, in force or not yet."""

    async def put_in_force(self, version: int) -> None:
        """Put this version, and all before it, in force: every live traveller is screened again. Again changes nothing."""

    async def publish_recount(self) -> int:
        """Publish a version, in force when an index of it stands, in which rarity is counted anew, unless one
        waits already: whoever builds first counts. Returns the newest published version."""

    async def count(self, version: int) -> int:
        """How many records there are as of a version."""

    async def people(self, version: int) -> int:
        """How many of them have a name. Listed documents are nobody: rarity is counted of names."""

    async def sizes(self, version: int) -> Mapping[str, int]:
        """How many records each list has as of a version; cheap. A list without any may be absent."""

    async def lists(self) -> Sequence[Watchlist]:
        """All lists, in the order of their ids."""

    def records(self, version: int) -> AsyncIterator[Sequence[VersionedRecord]]:
        """All records of all lists as of a version, by list and record id, in chunks: a million are never in memory at once."""

    def named(self, version: int) -> AsyncIterator[Sequence[StoredRow]]:
        """Of these, the ones with a name, in the same order."""

    def unnamed(self, version: int, since: int) -> AsyncIterator[Sequence[StoredRow]]:
        """Of these, the ones without a name that came, or became what they are, after version `since`; in any order."""

    async def unnamed_ended(self, since: int, version: int, records_max: int) -> Sequence[RecordKey] | None:
        """Records without a name as they were at version `since`, and are no more at `version`: changed or gone; None where
        they are more than `records_max`."""

    async def changed_between(self, since: int, version: int) -> int:
        """About how many records were added, changed or removed after `since`, up to `version`; cheap."""

    async def changes(self, since: int, records_max: int) -> ListChanges | None:
        """What has changed from `since` to the newest version in force; None where it is more than `records_max` records, or
        where a version in between changed what holds for a whole list, or counted rarity anew: then a base is needed.

        What came and went in between is not told of.
        """

    async def record_version(self, key: RecordKey, number: int) -> VersionedRecord | None:
        """One version of one record, current or not; None where it is not kept any more."""

    async def rarity(self, model_version: str) -> KeptRarity | None:
        """The rarity in force for a model: the newest that was kept."""

    async def find_rarity(self, digest_start: str) -> KeptRarity | None:
        """A rarity that was kept, by the beginning of its digest."""

    async def keep_rarity(self, rarity: KeptRarity) -> None:
        """Keep a rarity, and with it put it in force. The same again changes nothing."""


class LiveSource(Protocol):
    """Which manifests are live, so that a screener knows whose travellers to keep in memory."""

    @property
    def served(self) -> frozenset[int]:
        """The partitions whose manifests it tells of now. After a hand-over they are others: it is then asked again at once."""

    async def live(self) -> LiveIds:
        """All that are live now, the newest first."""


class AlertLedger(Protocol):
    """The one place alerts are written by the machine."""

    async def history(self, flight_ids: Sequence[str]) -> Mapping[str, FlightHistory]:
        """What is known already, by flight id; a flight nobody knows is absent. The reports are those of manifests recorded
        as screened and still there, tests apart, in any order."""

    async def screened(self, manifest_ids: Sequence[str]) -> frozenset[str]:
        """Which of these manifests were recorded before. A received manifest among them is a repetition with another cursor
        (a relay that was killed sends again), and must not be taken for news: newer messages may have followed it."""

    async def screened_with(self, manifest_ids: Sequence[str]) -> Mapping[str, int]:
        """With which version of the lists these manifests were screened last; those that never were are absent."""

    async def manifests(self, manifest_ids: Sequence[str]) -> Mapping[str, Manifest]:
        """Manifests that were recorded as screened, by id; one that was purged is absent."""

    async def bodies(self, manifest_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Manifests as JSON, as they were stored, screened or not; one that was purged is absent."""

    async def alerted_records(self, flight_ids: Sequence[str]) -> Mapping[str, frozenset[RecordKey]]:
        """Which records the alerts of these flights stand on, ended or not; a flight without alerts is absent."""

    async def progress(self, partition: int) -> Cursor | None:
        """How far this partition is done; None = nothing yet."""

    async def record(self, changes: Sequence[AlertChanges], progress: Mapping[int, Cursor]) -> int:
        """One transaction: alerts, their events, the manifests' screened mark, and progress, which never goes back.

        Returns how many alerts were new. Raises when the transaction did not commit; nothing is then half-written. Raises
        OvertakenError where another worker recorded, meanwhile, what the changes hold for news: in a hand-over two may work on
        the same flight, and what one worked out without the other's messages must not stand.
        """

    async def quarantine(self, delivery: Delivery, reason: str) -> None:
        """Put aside an event that cannot be processed, with its reason (no passenger data in it), and move past it: the
        delivery's cursor is recorded as progress in the same transaction."""
