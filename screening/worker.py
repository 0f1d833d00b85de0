"""The screening worker: takes events, screens them off the event loop, records what follows. The only file here that waits.

    start -> [next_batch -> newest lists -> decode -> history -> plan -> decide -> record -> acknowledge]* -> close

*Effectively once.* Progress and alerts are recorded in one transaction; what a partition's progress already covers is skipped
before it is screened, so a repetition costs a look-up. Acknowledging comes last and only moves the stream's own mark.

A relay that was killed sends again what it had sent, under new cursors: a received manifest that was recorded before is passed
over, because it is no news.

*Any order.* What a message means is worked out from all that was screened of its flight before (`screening.flight_step`), so a
late part, a repetition or a message that Kafka lost for an hour leads to the same alerts as if it had come in time.

*Newest lists.* The newest version is asked for after the events are in hand, so an event committed after a list was published
is never screened with an older one. An event that demands a version which is not there yet waits: nothing is acknowledged.

*When things go wrong.*

    an event is wrong        quarantine it, with a reason, and go on; too many in a row -> TooManyQuarantinedError, out of `run`
    another was faster       OvertakenError of the ledger: as below, and what the other did is then known
    the world is wrong       any exception of a port: close the stream, wait (0.2 s, doubled up to 30 s), start it again; it
                             then delivers from the progress the ledger holds. Nothing was acknowledged, so nothing is lost
    the code is wrong        AssertionError leaves `run`
    `stop()`                 the batch in hand is finished, then the stream is closed
    cancelled                the stream is closed at once; the batch in hand comes again
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Protocol

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from schemas.ledger import FlightHistory
from screening.batch import Decided, Decoded, Lists, complete, decide, decode, missing, plan
from screening.flight_step import LastStates
from screening.index.port import Index
from screening.lists_in_force import InForce, ListsBehindError, ListsInForce, MemoryShelf
from screening.model import MODEL, Model
from screening.policy import PolicySettings
from screening.ports import AlertLedger, ManifestStream, WatchlistSource
from screening.thresholded import ThresholdedSource


class Observer(Protocol):
    """Told what the worker does: for metrics and logs. Must not raise. Never gets passenger data."""

    def batch_done(self, events: int, travellers: int, alerts: int, seconds: float) -> None:
        """A batch was recorded; `alerts` are those that were new."""

    def quarantined(self, reason: str) -> None:
        """An event was put aside."""

    def retrying(self, error: BaseException, delay_seconds: float) -> None:
        """A port failed; the stream is started again after the delay."""

    def lists_loaded(self, version: int, records: int, seconds: float) -> None:
        """A new version of the lists is in force."""


class SilentObserver:
    """Nobody listens."""

    def batch_done(self, events: int, travellers: int, alerts: int, seconds: float) -> None:
        """See Observer."""

    def quarantined(self, reason: str) -> None:
        """See Observer."""

    def retrying(self, error: BaseException, delay_seconds: float) -> None:
        """See Observer."""

    def lists_loaded(self, version: int, records: int, seconds: float) -> None:
        """See Observer."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`events_max`, `wait_seconds`: of one batch; `wait_seconds` is also how long `stop` may take while idle."""

    events_max: int = 32  # about 5,000 travellers: some seconds of work, little to repeat after a crash
    wait_seconds: float = 0.5
    quarantined_in_a_row_max: int = 20  # a broken release would otherwise empty the partition into quarantine
    retry_seconds_first: float = 0.2
    retry_seconds_max: float = 30.0
    policy: PolicySettings = field(default_factory=PolicySettings)
    observer: Observer = field(default_factory=SilentObserver)


class TooManyQuarantinedError(Exception):
    """So many events in a row failed that the fault is ours, not theirs. The partition stops; a person must look."""


class Worker:
    """One worker: one stream, one index, one batch at a time."""

    def __init__(
        self,
        stream: ManifestStream,
        lists: InForce,
        ledger: AlertLedger,
        settings: WorkerSettings,
        clock: Callable[[], datetime],
    ) -> None:
        """`clock` tells the time with an offset; it dates alerts and measures durations."""
        self._stream = stream
        self._lists = lists
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._stopping = asyncio.Event()
        self._index: Index | None = None
        self._states = LastStates()
        self._quarantined_in_a_row = 0
        self._failures_in_a_row = 0

    @property
    def list_version(self) -> int | None:
        """The version of the lists in force; None before the first load."""
        return None if self._index is None else self._index.listed.version

    def stop(self) -> None:
        """Finish the batch in hand, close the stream, and let `run` return."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped. Raises TooManyQuarantinedError; whatever a port raises is retried."""
        try:
            while not self._stopping.is_set():
                try:
                    await self._work()
                except (AssertionError, TooManyQuarantinedError):
                    raise
                except Exception as error:  # ports may fail in any way; the way back is always the same
                    await self._back_off(error)
        finally:
            await self._stream.close()

    async def _work(self) -> None:
        await self._stream.start()
        await self._newest_lists()
        while not self._stopping.is_set():
            batch = await self._stream.next_batch(self._settings.events_max, self._settings.wait_seconds)
            index = await self._newest_lists()
            if batch:
                await self._process(batch, index)
            self._failures_in_a_row = 0

    async def _back_off(self, error: Exception) -> None:
        delay = min(self._settings.retry_seconds_first * 2**self._failures_in_a_row, self._settings.retry_seconds_max)
        self._failures_in_a_row = min(self._failures_in_a_row + 1, 30)  # 2^30 is beyond any longest delay
        self._settings.observer.retrying(error, delay)
        with contextlib.suppress(Exception):
            await self._stream.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay)

    async def _newest_lists(self) -> Index:
        """The index of the newest lists in force, put in place between batches."""
        started = self._clock()
        index = await self._lists.newest()
        if self._index is None or index.listed.version > self._index.listed.version:
            self._settings.observer.lists_loaded(index.listed.version, index.listed.record_count, self._seconds_since(started))
        self._index = index
        return index

    async def _process(self, batch: Sequence[Delivery], index: Index) -> None:
        started = self._clock()
        fresh = await self._not_done_yet(batch)
        demanded = max((delivery.list_version for delivery in fresh), default=0)
        if demanded > index.listed.version:
            raise ListsBehindError(f"version {demanded} is demanded, {index.listed.version} is the newest")
        decoded = await self._placed(await self._news(await asyncio.to_thread(decode, fresh)))
        flights = sorted({event.flight_id for event in decoded if event.flight_id is not None})
        histories = await self._ledger.history(flights) if flights else dict[str, FlightHistory]()
        planned = await asyncio.to_thread(plan, decoded, histories, self._states)
        older = await self._ledger.manifests(sorted(needed)) if (needed := missing(planned)) else {}
        ready = complete(planned, older)
        decided = await asyncio.to_thread(
            decide, ready, histories, Lists(index, self._lists.recent), self._settings.policy, self._clock()
        )
        alerts = await self._record(decided)
        if len(decoded) < len(fresh):  # repetitions leave nothing but progress
            await self._ledger.record((), _progress(fresh))
            await self._stream.acknowledge(_progress(fresh))
        travellers = sum(event.travellers for event in decided)
        self._settings.observer.batch_done(len(decided), travellers, alerts, self._seconds_since(started))

    async def _not_done_yet(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Without the events that a partition's progress covers already; those are acknowledged again."""
        done = {partition: await self._ledger.progress(partition) for partition in {one.partition for one in batch}}
        fresh = [one for one in batch if (mark := done[one.partition]) is None or one.cursor > mark]
        if not fresh:
            await self._stream.acknowledge(_progress(batch))
        return fresh

    async def _news(self, decoded: Sequence[Decoded]) -> list[Decoded]:
        """Without received manifests that were screened before, or stand twice in the batch: newer ones may have followed."""
        received = [event for event in decoded if event.manifest and event.delivery.occasion is Occasion.RECEIVED]
        seen = set(await self._ledger.screened([event.manifest.manifest_id for event in received if event.manifest]))
        repeated = []
        for event in received:
            assert event.manifest is not None
            if event.manifest.manifest_id in seen:
                repeated.append(event.delivery)
            seen.add(event.manifest.manifest_id)
        return [event for event in decoded if event.delivery not in repeated]

    async def _placed(self, decoded: Sequence[Decoded]) -> list[Decoded]:
        """Events to be screened again, with the lists that they were screened with last."""
        again = [event.manifest.manifest_id for event in decoded if event.manifest and _is_rescreen(event)]
        versions = await self._ledger.screened_with(again) if again else {}
        return [
            replace(event, screened_with=versions.get(event.manifest.manifest_id))
            if event.manifest and _is_rescreen(event)
            else event
            for event in decoded
        ]

    async def _record(self, decided: Sequence[Decided]) -> int:
        """In order: good events together, each bad one by itself, so that progress never runs ahead of what is recorded."""
        alerts = 0
        for good, group in groupby(decided, key=lambda event: event.changes is not None):
            events = list(group)
            if good:
                changes = [event.changes for event in events if event.changes is not None]
                alerts += await self._ledger.record(changes, _progress(event.delivery for event in events))
                self._quarantined_in_a_row = 0
            else:
                await self._quarantine(events)
            await self._stream.acknowledge(_progress(event.delivery for event in events))
        return alerts

    async def _quarantine(self, events: Iterable[Decided]) -> None:
        for event in events:
            if self._quarantined_in_a_row >= self._settings.quarantined_in_a_row_max:
                raise TooManyQuarantinedError(f"{self._quarantined_in_a_row} events in a row; the last: {event.fault}")
            await self._ledger.quarantine(event.delivery, event.fault)
            self._quarantined_in_a_row += 1
            self._settings.observer.quarantined(event.fault)

    def _seconds_since(self, moment: datetime) -> float:
        return (self._clock() - moment).total_seconds()


def _is_rescreen(event: Decoded) -> bool:
    return event.delivery.occasion is Occasion.RESCREEN


def lists_in_memory(source: WatchlistSource, model: Model = MODEL) -> ListsInForce:
    """The newest lists of a source, with every base in the memory of this process."""
    thresholded = ThresholdedSource(source, model)
    return ListsInForce(thresholded, MemoryShelf(thresholded, model, _in_thread), _in_thread)


async def _in_thread(build: Callable[[], Index]) -> Index:
    return await asyncio.to_thread(build)


def _progress(deliveries: Iterable[Delivery]) -> dict[int, Cursor]:
    """The furthest cursor of each partition."""
    furthest: dict[int, Cursor] = {}
    for delivery in deliveries:
        furthest[delivery.partition] = max(delivery.cursor, furthest.get(delivery.partition, delivery.cursor))
    return furthest
