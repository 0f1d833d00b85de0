"""Re-screens that wait: taken up a few at a time, so that a list change keeps no new manifest waiting.

    admit(fresh) -> what is screened at once        the rest waits here, in the order of each partition
    next(passed, screened_max) -> some, from the front        done(some)        after they were recorded

A partition's events stay in order, for its progress is one mark: behind a re-screen that waits, whatever comes in the same
partition waits as well. A stream that gives re-screens partitions of their own lets every new manifest go ahead.
"""

from collections.abc import Collection, Sequence

from schemas.delivery import Delivery
from schemas.events import Occasion


class Backlog:
    """One worker's. Bounded by what a stream gives at once: it is not asked for more of a partition that waits here."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._events: list[Delivery] = []

    def __len__(self) -> int:
        """How many wait."""
        return len(self._events)

    @property
    def events(self) -> Sequence[Delivery]:
        """All that wait."""
        return self._events

    @property
    def partitions(self) -> frozenset[int]:
        """Where something waits."""
        return frozenset(one.partition for one in self._events)

    def admit(self, fresh: Sequence[Delivery]) -> list[Delivery]:
        """Have wait what must; returns the others."""
        waiting, at_once = set(self.partitions), []
        for one in fresh:
            if one.occasion is Occasion.RESCREEN or one.partition in waiting:
                self._events.append(one)
                waiting.add(one.partition)
            else:
                at_once.append(one)
        return at_once

    def next(self, passed: Collection[str], screened_max: int) -> Sequence[Delivery]:
        """Those at the front: so many at most that must be screened, and any number whose manifests are passed over."""
        screened = 0
        for place, delivery in enumerate(self._events):
            if not is_passed(delivery, passed):
                if screened == screened_max:
                    return self._events[:place]
                screened += 1
        return self._events[:]

    def done(self, some: Sequence[Delivery]) -> None:
        """These, which `next` gave, are recorded."""
        assert self._events[: len(some)] == some
        del self._events[: len(some)]

    def clear(self) -> None:
        """Whatever waits comes again."""
        self._events.clear()


def is_passed(delivery: Delivery, passed: Collection[str]) -> bool:
    """Whether it is a re-screen of a manifest that is passed over."""
    return delivery.occasion is Occasion.RESCREEN and delivery.manifest_id in passed
