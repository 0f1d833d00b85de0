"""What the worker did in each phase of an import: its rate, and the longest time a new flight waited."""

import time
from collections.abc import Awaitable
from typing import NamedTuple

import psutil

from benchmarks.lists.world import World

ALONE = "alone"


class _Phase(NamedTuple):
    name: str
    began: float
    ended: float
    worker_seconds: float
    rescreened: int
    travellers_rescreened: int


class Phases:
    """Phases one after the other."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._phases: list[_Phase] = []
        self._process = psutil.Process()

    async def run(self, name: str, until: Awaitable[object]) -> None:
        """One that lasts until this is done."""
        began, before = time.perf_counter(), self._counts()
        try:
            await until
        finally:
            self._note(name, began, before)

    def _note(self, name: str, began: float, before: tuple[float, int, int]) -> None:
        counted = [now - then for now, then in zip(self._counts(), before, strict=True)]
        self._phases.append(_Phase(name, began, time.perf_counter(), counted[0], int(counted[1]), int(counted[2])))

    def _counts(self) -> tuple[float, int, int]:
        ledger = self._world.ledger
        return self._used(), ledger.rescreened, ledger.travellers_rescreened

    def _used(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def tell(self) -> None:
        """A line each, and one for all that is not alone."""
        for phase in self._phases:
            print(f"{phase.name:13}{self._line([phase])}")
        alone = [one for one in self._phases if one.name == ALONE]
        during = [one for one in self._phases if one.name != ALONE]
        share, effort = self._rate(during) / self._rate(alone), self._effort(during) / self._effort(alone)
        print(f"worker alone (mean of before and after) {self._rate(alone):.0f} travellers/s, during the import", end="")
        print(f" {self._rate(during):.0f}: {share:.2f} of it; a flight waited {self._longest(during):.2f} s at most")
        print(f"travellers, new and again, a second of its processor time: {self._effort(alone):.0f} alone,", end="")
        print(f" {self._effort(during):.0f} during the import: {effort:.2f}")

    def _effort(self, phases: list[_Phase]) -> float:
        """Travellers screened, new and again, for each second of processor: what others on the machine take does not count."""
        new = sum(seen.travellers for seen in self._world.ledger.seen if _within(seen.at, phases))
        used = sum(one.worker_seconds for one in phases)
        return (new + sum(one.travellers_rescreened for one in phases)) / used if used else 0.0

    def _line(self, phases: list[_Phase]) -> str:
        seconds = sum(one.ended - one.began for one in phases)
        busy = sum(one.worker_seconds for one in phases)
        again = sum(one.rescreened for one in phases)
        return (
            f"{seconds:6.1f} s  {self._rate(phases):6.0f} travellers/s, waited {self._longest(phases):5.2f} s at most, "
            f"{again} flights screened again, this process {busy / seconds if seconds else 0:.2f} of a core"
        )

    def _rate(self, phases: list[_Phase]) -> float:
        seconds = sum(one.ended - one.began for one in phases)
        travellers = sum(seen.travellers for seen in self._world.ledger.seen if _within(seen.at, phases))
        return travellers / seconds if seconds else 0.0

    def _longest(self, phases: list[_Phase]) -> float:
        return max((seen.waited_seconds for seen in self._world.ledger.seen if _within(seen.at, phases)), default=0.0)


def _within(moment: float, phases: list[_Phase]) -> bool:
    return any(one.began <= moment < one.ended for one in phases)
