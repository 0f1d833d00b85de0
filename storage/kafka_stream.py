"""Manifests from Kafka: a consumer group whose truth is the ledger.

Kafka's own committed offsets are only a mark for those who watch the lag. Whenever partitions are assigned, the stream asks the
ledger how far each is done and seeks there, because the ledger wrote that in the transaction that wrote the alerts. What was
delivered and not yet recorded when partitions change hands comes again; the ledger absorbs it.

An offset means something only within one life of a topic. A topic that was deleted and made anew counts from 0 again, and the
ledger's progress never goes back. A cursor is therefore (life, offset): where the recorded offset lies beyond the end of the
partition, or offsets begin again under a running consumer, a new life begins, whose places all come after those before it.

With Kafka down, `next_batch` waits and comes back empty; the client reconnects by itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError
from aiokafka.partitioner import murmur2

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion, Topic
from storage.kafka_topics import MESSAGE_BYTES_MAX, REQUEST_MILLISECONDS_MAX, RETRY_MILLISECONDS, KafkaSettings, ensure_topics

GROUP = "kulla-screener"
PARTITION_FETCH_BYTES_MAX = 1024 * 1024
"""Held in memory for each partition, still compressed: some 50 manifests. A single larger message is fetched all the same."""
FETCH_BYTES_MAX = MESSAGE_BYTES_MAX
"""Of one answer over all partitions."""
RESCREENS_MAX = 5_000
"""In one batch, while a list change is being worked off: their bodies are not looked at."""
PROCESSING_MILLISECONDS_MAX = 10 * 60 * 1000
"""Between two batches. Screening one takes seconds; a worker silent for longer hangs, and others take its partitions over."""
SESSION_MILLISECONDS_MAX = 6_000
"""Without a heartbeat for so long a screener is dead, and its flights wait until then. Brokers usually allow no less."""
HEARTBEAT_MILLISECONDS = 1_000
"""A member learns with its next heartbeat that the group shares anew; until then the flights that move wait."""
LOOK_SECONDS_MAX = 0.2
"""A wait for messages is cut into pieces this long, because newly assigned partitions must be placed between two of them."""
RETRY_SECONDS = 0.5
"""Between two attempts at a broker that is down; the client itself waits as well."""
METADATA_MILLISECONDS_MAX = 5_000
"""How old our knowledge of the topic may be. The usual five minutes is how long a topic made anew would go unread."""
CLOSE_SECONDS_MAX = 3.0
"""A broker that does not answer a farewell notices by itself."""

ProgressReader = Callable[[int], Awaitable[Cursor | None]]
"""How far a partition is done, from the ledger; None = nothing yet."""


class StreamUnavailableError(Exception):
    """Kafka refuses what only people can put right (access, a setting). Trying again is safe, and useless until they did."""


class KafkaStream:
    """A `screening.ports.ManifestStream` over `kulla.manifests.v1`."""

    def __init__(
        self,
        settings: KafkaSettings,
        progress: ProgressReader,
        group: str = GROUP,
        session_milliseconds_max: int = SESSION_MILLISECONDS_MAX,
    ) -> None:
        self._settings = settings
        self._progress = progress
        self._group = group
        self._session_milliseconds_max = session_milliseconds_max
        self._consumer: AIOKafkaConsumer | None = None
        self._unplaced: set[TopicPartition] = set()
        self._places: dict[int, Cursor] = {}
        """By partition: the life, and the offset that comes next."""
        self._marks: dict[TopicPartition, int] = {}
        self._commit: asyncio.Task[None] | None = None
        self._working_off = False

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions this reader has at the moment."""
        return frozenset(place.partition for place in self._consumer.assignment()) if self._consumer else frozenset()

    def holds(self, flight_key: str) -> bool:
        """Whether this flight's messages come to this reader at the moment."""
        known = self._consumer.partitions_for_topic(Topic.MANIFESTS.value) if self._consumer else None
        return known is not None and partition_of(flight_key, len(known)) in self.partitions

    async def start(self) -> None:
        """Connect and join the group. With Kafka down it returns all the same, and `next_batch` goes on trying."""
        with suppress(KafkaError):
            await self._connected()

    async def next_batch(
        self, events_max: int, wait_seconds: float, without: Collection[int] = frozenset()
    ) -> Sequence[Delivery]:
        """The next events, at most `events_max`; empty after `wait_seconds` without any, or while Kafka is down.

        Raises StreamUnavailableError where waiting does not help, and whatever the progress reader raises.
        """
        try:
            return await self._fetch(await self._connected(), (events_max, without), wait_seconds)
        except KafkaError as error:
            if error.retriable or isinstance(error, KafkaTimeoutError):
                await asyncio.sleep(min(wait_seconds, RETRY_SECONDS))
                return []
            await self.close()
            raise StreamUnavailableError(f"Kafka refuses: {type(error).__name__}") from error

    async def acknowledge(self, progress: Mapping[int, Cursor]) -> None:
        """Move the group's mark. Never waits for Kafka: the mark may be late or lost without harm."""
        self._marks |= {TopicPartition(Topic.MANIFESTS.value, at): cursor.minor + 1 for at, cursor in progress.items()}
        if self._consumer is not None and (self._commit is None or self._commit.done()):
            self._commit = asyncio.create_task(self._commit_marks(self._consumer))

    async def close(self) -> None:
        """Leave the group, so that others take over at once. Safe to call twice, and without `start`."""
        consumer, self._consumer = self._consumer, None
        if self._commit is not None:
            await asyncio.wait({self._commit}, timeout=CLOSE_SECONDS_MAX)
            self._commit.cancel()
            self._commit = None
        if consumer is not None:
            await _stop(consumer)
        self._unplaced.clear()

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is not None:
            return self._consumer
        await ensure_topics(self._settings)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap_servers,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_bytes=FETCH_BYTES_MAX,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES_MAX,
            max_poll_interval_ms=PROCESSING_MILLISECONDS_MAX,
            session_timeout_ms=self._session_milliseconds_max,
            heartbeat_interval_ms=HEARTBEAT_MILLISECONDS,
            request_timeout_ms=REQUEST_MILLISECONDS_MAX,
            retry_backoff_ms=RETRY_MILLISECONDS,
            metadata_max_age_ms=METADATA_MILLISECONDS_MAX,
        )
        try:
            await consumer.start()
        except BaseException:
            await _stop(consumer)
            raise
        # Subscribed only now, because `start` would wait for the group without end.
        consumer.subscribe([Topic.MANIFESTS.value], listener=_Assignments(consumer, self._unplaced))
        self._consumer = consumer
        return consumer

    async def _fetch(
        self, consumer: AIOKafkaConsumer, wanted: tuple[int, Collection[int]], wait_seconds: float
    ) -> Sequence[Delivery]:
        until = time.monotonic() + wait_seconds
        while True:
            await self._place(consumer)
            look_seconds = max(0.0, min(until - time.monotonic(), LOOK_SECONDS_MAX))
            records = await self._records(consumer, wanted, look_seconds)
            deliveries = [self._delivery(record) for record in records if _of(record) not in self._unplaced]
            if deliveries or time.monotonic() >= until:
                return deliveries

    async def _records(
        self, consumer: AIOKafkaConsumer, wanted: tuple[int, Collection[int]], seconds: float
    ) -> Sequence[ConsumerRecord]:
        events_max, without = wanted
        places = [place for place in consumer.assignment() if place.partition not in without]
        if without and not places:
            await asyncio.sleep(seconds)
            return []
        at_once_max = max(events_max, RESCREENS_MAX) if self._working_off else events_max
        try:
            # While a group regroups, `getmany` waits beyond its own timeout. What it has not returned, it has not taken either.
            async with asyncio.timeout(seconds + LOOK_SECONDS_MAX):
                fetched = await consumer.getmany(
                    *(places if without else ()), timeout_ms=int(seconds * 1000), max_records=at_once_max
                )
        except TimeoutError:
            return []
        records, later = _cut([record for records in fetched.values() for record in records], events_max)
        for place, offset in later.items():  # asked for again
            consumer.seek(place, offset)
        self._working_off = any(_is_bare(record) for record in records) if records else self._working_off
        return records

    async def _place(self, consumer: AIOKafkaConsumer) -> None:
        """Seek newly assigned partitions to behind what the ledger has; until then they are paused."""
        waiting = frozenset(self._unplaced)
        if not waiting:
            return
        done = {place: await self._progress(place.partition) for place in waiting}
        first = await consumer.beginning_offsets(waiting)
        end = await consumer.end_offsets(waiting)
        for place in waiting & self._unplaced & consumer.assignment():
            cursor = next_place(done[place], first[place], end[place])
            self._places[place.partition] = cursor
            consumer.seek(place, cursor.minor)
            consumer.resume(place)
            self._unplaced.discard(place)

    def _delivery(self, record: ConsumerRecord) -> Delivery:
        life, expected = self._places[record.partition]
        if record.offset < expected:
            life += 1
        self._places[record.partition] = Cursor(life, record.offset + 1)
        headers = dict(record.headers)
        bare = _is_bare(record)
        return Delivery(
            partition=record.partition,
            cursor=Cursor(life, record.offset),
            key=(record.key or b"").decode("utf-8", "replace"),
            body=b"" if bare else record.value or b"",
            occasion=_occasion(headers.get("occasion")),
            list_version=_list_version(headers.get("list_version")),
            manifest_id=_manifest_id(headers.get("manifest_id")),
        )

    async def _commit_marks(self, consumer: AIOKafkaConsumer) -> None:
        marks, self._marks = self._marks, {}
        ours = {place: offset for place, offset in marks.items() if place in consumer.assignment()}
        with suppress(KafkaError):  # a mark only
            if ours:
                await consumer.commit(ours)


class _Assignments(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Notes which partitions came, and holds them until they are placed."""

    def __init__(self, consumer: AIOKafkaConsumer, unplaced: set[TopicPartition]) -> None:
        self._consumer = consumer
        self._unplaced = unplaced

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002  all are, always
        self._unplaced.clear()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._unplaced.update(assigned)
        self._consumer.pause(*assigned)


def partition_of(flight_key: str, partitions: int) -> int:
    """Where the relay's producer puts a flight, as any Kafka client does by default."""
    return (int(murmur2(flight_key.encode("utf-8"))) & 0x7FFFFFFF) % partitions


def next_place(done: Cursor | None, first: int, end: int) -> Cursor:
    """Where to read next: (life, offset), from what the ledger has done and the offsets the partition holds.

    `first` is the oldest offset still there, `end` the one that the next message will get.
    """
    if done is None:
        return Cursor(0, first)
    if done.minor >= end:  # no such message exists: this is another topic than the one that was read
        return Cursor(done.major + 1, first)
    return Cursor(done.major, max(done.minor + 1, first))


async def _stop(consumer: AIOKafkaConsumer) -> None:
    with suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await consumer.stop()


def _cut(records: Sequence[ConsumerRecord], events_max: int) -> tuple[Sequence[ConsumerRecord], Mapping[TopicPartition, int]]:
    """So many records with a body at most, and any number of the others; and where to go on reading for what is left."""
    taken: list[ConsumerRecord] = []
    later: dict[TopicPartition, int] = {}
    bodies = 0
    for record in records:
        bodies += not _is_bare(record)
        if later or bodies > events_max:
            later.setdefault(_of(record), record.offset)
        else:
            taken.append(record)
    return taken, later


def _is_bare(record: ConsumerRecord) -> bool:
    """A re-screen that names its manifest: its body is in the store as well, and most of them are passed over."""
    headers = dict(record.headers)
    return _occasion(headers.get("occasion")) is Occasion.RESCREEN and "manifest_id" in headers


def _of(record: ConsumerRecord) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)


def _occasion(header: bytes | None) -> Occasion:
    """A header nobody can read is no reason to lose a manifest: it is then screened as newly received."""
    try:
        return Occasion((header or b"").decode("ascii"))
    except ValueError:
        return Occasion.RECEIVED


def _manifest_id(header: bytes | None) -> str | None:
    return None if header is None else header.decode("utf-8", "replace")


def _list_version(header: bytes | None) -> int:
    try:
        return max(0, int(header or b"0"))
    except ValueError:
        return 0
