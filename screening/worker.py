"""The screening worker: takes events, screens them off the event loop, records what follows. The only file here that waits.

    start -> [next_batch -> newest lists -> decode -> history -> plan -> decide -> record -> some re-screens]* -> close

*Effectively once.* Progress and alerts are recorded in one transaction; what a partition's progress already covers is skipped
before it is screened, so a repetition costs a look-up. Acknowledging comes last and only moves the stream's own mark.

A relay that was killed sends again what it had sent, under new cursors: a received manifest that was recorded before is passed
over, because it is no news.

*Any order.* What a message means is worked out from all that was screened of its flight before (`screening.flight_step`), so a
late part, a repetition or a message that Kafka lost for an hour leads to the same alerts as if it had come in time.

*Newest lists.* The newest version is asked for after the events are in hand, so an event committed after a list was published
is never screened with an older one. An event that demands a version which is not there yet waits: nothing is acknowledged.

*A list change* sends every live manifest again, and concerns next to none of them. Re-screens of manifests whose travellers
are in memory (`screening.live_manifests`), and that would change nothing, are passed over: marked as screened with the new
lists, many at once, without reading their bodies. Whatever is not in memory is screened as ever, and then is. After a start or
a hand-over, what others had screened is read from the store, a little between any two batches. Where re-screens must be
screened, as after a long import, they wait (`screening.backlog`), and a few are taken up between two looks for new manifests.

*When things go wrong.*

    an event is wrong        quarantine it, with a reason, and go on; too many in a row -> TooManyQuarantinedError, out of `run`
    another was faster       OvertakenError of the ledger: as below, and what the other did is then known
    the world is wrong       any exception of a port: close the stream, wait (0.2 s, doubled up to 30 s), start it again; it
                             then delivers from the progress the ledger holds. Nothing was acknowledged, so nothing is lost
    the code is wrong        AssertionError leaves `run`
    `stop()`                 the batch in hand is finished (of many re-screens a few), then the stream is closed
    cancelled                the stream is closed at once; the batch in hand comes again
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from schemas.identifiers import flight_id
from schemas.ledger import AlertChanges, FlightHistory
from screening.backlog import Backlog, is_passed
from screening.batch import Decided, Decoded, Lists, complete, decide, decode, keep, keep_stored, missing, plan
from screening.flight_step import LastStates
from screening.index.port import Index, matcher_version
from screening.lists_in_force import InForce, ListsBehindError, ListsInForce, MemoryShelf
from screening.live_manifests import Asked, LiveManifests
from screening.model import MODEL, Model
from screening.observer import Observer, SilentObserver
from screening.policy import PolicySettings
from screening.ports import AlertLedger, LiveSource, ManifestStream, WatchlistSource
from screening.thresholded import ThresholdedSource

NEW_PER_RESCREEN = 4
"""While new manifests come as fast as they can be screened, they get four fifths of the work; they seldom do, and re-screens
take whatever is left."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`events_max`, `wait_seconds`: of one batch; `wait_seconds` is also how long `stop` may take while idle.

    Without a `live_source` travellers are kept in memory only of what was screened, and for as long as the process lives.
    """

    events_max: int = 32  # about 5,000 travellers: some seconds of work, little to repeat after a crash
    wait_seconds: float = 0.5
    rescreened_at_once: int = 8  # manifests screened again between two looks for new ones: a third of a second
    filled_at_once: int = 4  # manifests read into memory between two batches: a tenth of a second
    live_seconds: float = 60.0  # how often the store is asked which manifests are live
    quarantined_in_a_row_max: int = 20  # a broken release would otherwise empty the partition into quarantine
    retry_seconds_first: float = 0.2
    retry_seconds_max: float = 30.0
    policy: PolicySettings = field(default_factory=PolicySettings)
    observer: Observer = field(default_factory=SilentObserver)
    live_source: LiveSource | None = None


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
        self._live = LiveManifests()
        self._backlog = Backlog()
        self._live_asked_at: datetime | None = None
        self._served: frozenset[int] | None = None
        self._to_fill: list[str] = []
        self._quarantined_in_a_row = 0
        self._failures_in_a_row = 0

    @property
    def list_version(self) -> int | None:
        """The version of the lists in force; None before the first load."""
        return None if self._index is None else self._index.listed.version

    @property
    def manifests_kept(self) -> int:
        """Of how many manifests the travellers are in memory."""
        return len(self._live)

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
        self._backlog.clear()
        await self._stream.start()
        await self._newest_lists()
        while not self._stopping.is_set():
            wait_seconds = 0.0 if self._to_fill or self._backlog else self._settings.wait_seconds
            batch = await self._stream.next_batch(self._settings.events_max, wait_seconds, self._backlog.partitions)
            index = await self._newest_lists()
            new = await self._process(batch, index) if batch else 0
            if self._backlog:
                await self._screen_again(index, self._rescreened_max(new))
            await self._fill()
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

    async def _process(self, batch: Sequence[Delivery], index: Index) -> int:
        """Screen what is new, put by what is to be screened again; how many were new."""
        started = self._clock()
        fresh = await self._not_done_yet(batch)
        demanded = max((delivery.list_version for delivery in fresh), default=0)
        if demanded > index.listed.version:
            raise ListsBehindError(f"version {demanded} is demanded, {index.listed.version} is the newest")
        at_once = self._backlog.admit(fresh)
        for first in range(0, len(at_once), self._settings.events_max):
            await self._screen(at_once[first : first + self._settings.events_max], {}, index, started)
            started = self._clock()
        return len(at_once)

    def _rescreened_max(self, new: int) -> int:
        """How many of the re-screens that wait to take up beside so many new manifests."""
        most = self._settings.rescreened_at_once
        return min(most, max(1, new // NEW_PER_RESCREEN)) if new else most

    async def _screen_again(self, index: Index, screened_max: int) -> None:
        """Some of the re-screens that wait: all that are passed over up to there, and so many that are screened."""
        started = self._clock()
        passed = await self._passed_over(self._backlog.events, index)
        some = self._backlog.next(passed, screened_max)
        await self._screen(some, passed, index, started)
        self._backlog.done(some)

    async def _passed_over(self, fresh: Sequence[Delivery], index: Index) -> Mapping[str, AlertChanges]:
        """Marks for the manifests whose re-screens would change nothing, by manifest."""
        rescreens = [(one.manifest_id, one) for one in fresh if one.occasion is Occasion.RESCREEN]
        named = {manifest_id: one for manifest_id, one in rescreens if manifest_id is not None and manifest_id in self._live}
        recent = self._lists.recent
        if not named or recent is None:
            return {}
        versions = await self._ledger.screened_with(list(named))
        flights = {manifest_id: flight_id(named[manifest_id].key) for manifest_id in versions}
        alerted = await self._ledger.alerted_records(sorted(set(flights.values())))
        asked = [Asked(one, version, alerted.get(flights[one], frozenset())) for one, version in versions.items()]
        untouched = await asyncio.to_thread(self._live.untouched, asked, recent)
        version, matcher = index.listed.version, matcher_version(index.listed)
        return {one: AlertChanges(one, version, matcher) for one in untouched}

    async def _screen(
        self, some: Sequence[Delivery], passed: Mapping[str, AlertChanges], index: Index, started: datetime
    ) -> None:
        fresh = await self._with_bodies([one for one in some if not is_passed(one, passed)])
        decoded = await self._placed(await self._news(await asyncio.to_thread(decode, fresh)))
        flights = sorted({event.flight_id for event in decoded if event.flight_id is not None})
        histories = await self._ledger.history(flights) if flights else dict[str, FlightHistory]()
        planned = await asyncio.to_thread(plan, decoded, histories, self._states)
        older = await self._ledger.manifests(sorted(needed)) if (needed := missing(planned)) else {}
        ready = complete(planned, older)
        lists = Lists(index, self._lists.recent)
        decided = await asyncio.to_thread(decide, ready, histories, lists, self._settings.policy, self._clock())
        await asyncio.to_thread(keep, decided, self._live)
        alerts = await self._record(_in_order(some, passed, decided))
        if len(decoded) + sum(is_passed(one, passed) for one in some) < len(some):  # repetitions leave nothing but progress
            await self._ledger.record((), _progress(some))
            await self._stream.acknowledge(_progress(some))
        travellers = sum(event.travellers for event in decided)
        self._settings.observer.batch_done(len(some), travellers, alerts, self._seconds_since(started))

    async def _with_bodies(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """The same, each with its body; without those whose manifest was purged meanwhile."""
        bare = [one.manifest_id for one in deliveries if one.manifest_id is not None and not one.body]
        bodies = await self._ledger.bodies(bare) if bare else {}
        return [
            one if one.body or one.manifest_id is None else replace(one, body=bodies[one.manifest_id])
            for one in deliveries
            if one.body or one.manifest_id is None or one.manifest_id in bodies
        ]

    async def _fill(self) -> None:
        """Keep travellers of a few manifests that were screened before this process began, or by another one."""
        source, now = self._settings.live_source, self._clock()
        if source is None:
            return
        moved, served = source.served != self._served, source.served
        due = moved or self._live_asked_at is None or self._seconds_since(self._live_asked_at) >= self._settings.live_seconds
        if due and (moved or not self._to_fill):
            kept_before, self._live_asked_at, self._served = self._live.ever, now, served
            live = await source.live()
            await asyncio.to_thread(self._live.forget_others, frozenset(live.manifest_ids), kept_before)
            self._to_fill = [one for one in reversed(live.manifest_ids) if one not in self._live] if live.ours else []
        some = [self._to_fill.pop() for _ in range(min(self._settings.filled_at_once, len(self._to_fill)))]
        if wanted := [one for one in some if one not in self._live]:
            bodies = await self._ledger.bodies(wanted)
            await asyncio.to_thread(keep_stored, bodies.values(), self._live)

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


def _in_order(some: Sequence[Delivery], passed: Mapping[str, AlertChanges], decided: Iterable[Decided]) -> list[Decided]:
    """What was screened and what was passed over, in the order of the stream: progress must not run ahead."""
    place = {(one.partition, one.cursor): number for number, one in enumerate(some)}
    marks = [Decided(one, passed[one.manifest_id]) for one in some if is_passed(one, passed) and one.manifest_id is not None]
    return sorted([*decided, *marks], key=lambda event: place[event.delivery.partition, event.delivery.cursor])


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
