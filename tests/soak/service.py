"""The whole service for an hour: `python -m tests.soak.service [--minutes 60] [--rate 3] [--lives 15]`.

Carriers push whole journeys (lists, corrections, closures) at a steady rate while a list keeps changing. Retention is set so short
that what was received is purged after `--lives` minutes: in the second half of the run as many travellers go as come, caches are
full, and memory must stand still. What still grows is a leak.

Printed every minute: how far screening is behind, and the resident memory of each role. The exit code is 1 where the memory of a
role grows over the second half (a straight line through its samples) by more than allocators settle, where screening was behind by
more than a minute at any look, or where it does not catch up within a minute after the last push. A run that is shorter than four
times `--lives`, or too thin to fill a screener's cache of reports in its first half, has no second half of that kind: it says so and
gives no verdict on memory.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import numpy as np

from api_service.sandbox.journeys import JourneyMessage, make_journeys
from api_service.sandbox.lists import sandbox_lists
from api_service.sandbox.planting import plantation
from api_service.sandbox_setup import SANDBOX_SEED
from storage.report_shelf import MENTIONS_MAX
from tests.running_service import RunningService, running_service

ROLES = ("api", "screener")
SAMPLE_SECONDS = 10.0
LIST_SECONDS = 30.0
CATCH_UP_SECONDS_MAX = 60.0
BEHIND_SECONDS_MAX = 60.0
"""At any of the looks, one a minute."""
GROWTH_MB_PER_HOUR_MAX = 60.0
"""Allocators settle slowly. A screener that forgot nobody would grow by five times as much at three messages a second."""
LIVES_PER_RUN_MIN = 4
"""Lives of travellers in a run that tells of memory: a life passes before the first is purged, some more before reserves settle."""
_FLIGHTS_AT_ONCE = 40


@dataclass
class Memory:
    """Resident megabytes of each role's processes together, with the seconds since the start."""

    samples: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    behind_seconds: float = 0.0
    """The most that screening was behind at any look."""

    def take(self, service: RunningService, seconds: float) -> None:
        """Look at every role now."""
        for role in ROLES:
            resident = sum(process.memory_info().rss for process in service.roles(role)) / 2**20
            self.samples[role].append((seconds, resident))

    def growth_per_hour(self, role: str) -> float:
        """Megabytes an hour over the second half."""
        later = np.array(self.samples[role][len(self.samples[role]) // 2 :])
        return float(np.polyfit(later[:, 0], later[:, 1], 1)[0] * 3600) if len(later) > 2 else 0.0


def say(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def traffic() -> Iterator[JourneyMessage]:
    """Messages of ever new flights, in the order in which carriers would send them."""
    now = datetime.now(UTC)
    planting = plantation(1, sandbox_lists(SANDBOX_SEED, now.date()), 0.5, now.date())
    for batch in count():
        flights = range(batch * _FLIGHTS_AT_ONCE, (batch + 1) * _FLIGHTS_AT_ONCE)
        messages = [message for journey in make_journeys(7, now, flights, planting) for message in journey.messages]
        yield from sorted(messages, key=lambda message: message.due_at)


def behind_seconds(service: RunningService) -> float:
    """How long the oldest manifest waits to be screened."""
    answer = httpx.get(f"{service.url}/health/ready", timeout=10).json()
    return float(answer["stream"]["age_seconds"])


def change_list(owner: httpx.Client, number: int) -> None:
    """Put one record, take another one off: every live traveller is looked at again."""
    names = [{"surname": f"SOAK{'ABCDEFGHIJ'[number % 10]}XHI", "given_names": "BLEDAR"}]
    path = "/v1/watchlists/sandbox-attention/records"
    owner.put(f"{path}/SOAK-{number % 7}", json={"names": names, "birth_dates": ["1979-05-17"]}).raise_for_status()
    owner.delete(f"{path}/SOAK-{(number + 3) % 7}")


def soak(service: RunningService, minutes: float, rate: float) -> tuple[Memory, int]:
    """Push until the time is up; the memory seen, and the travellers received."""
    memory, travellers = Memory(), 0
    started = time.monotonic()
    sampled = printed = changed = started
    with service.client("carrier") as carrier, service.client("list_owner") as owner:
        for number, message in enumerate(traffic()):
            now = time.monotonic()
            if now - started > minutes * 60:
                return memory, travellers
            answer = carrier.post("/v1/manifests", content=message.body, headers={"Content-Type": "application/edifact"})
            travellers += sum(one["travellers"] for one in answer.json().get("messages", ())) if answer.is_success else 0
            if now - sampled > SAMPLE_SECONDS:
                memory.take(service, now - started)
                sampled = now
            if now - changed > LIST_SECONDS:
                change_list(owner, number)
                changed = now
            if now - printed > 60:
                report(service, memory, travellers)
                printed = now
            time.sleep(max(0.0, started + number / rate - time.monotonic()))
    return memory, travellers


def report(service: RunningService, memory: Memory, travellers: int) -> None:
    """One line a minute."""
    behind = behind_seconds(service)
    memory.behind_seconds = max(memory.behind_seconds, behind)
    megabytes = ", ".join(f"{role} {memory.samples[role][-1][1]:.0f} MB" for role in ROLES if memory.samples[role])
    say(f"{travellers:9,} travellers, screening behind {behind:.1f} s, {megabytes}")


def catches_up(service: RunningService) -> bool:
    """Whether nothing waits to be screened any more, soon enough."""
    until = time.monotonic() + CATCH_UP_SECONDS_MAX
    while time.monotonic() < until:
        if behind_seconds(service) == 0:
            return True
        time.sleep(0.5)
    return False


def retention(lives_minutes: float) -> dict[str, str]:
    """Settings with which what was received lives so long."""
    hours = str(lives_minutes / 60)
    return {"KULLA_RETENTION_HOURS": hours, "KULLA_RETENTION_NO_SHOW_HOURS": hours, "KULLA_PURGE_MINUTES": "0.5"}


def verdict(memory: Memory, caught_up: bool, *, settled: bool) -> bool:
    """Say what was seen; whether all of it is well. `settled`: the run was long enough to tell of memory."""
    growth = {role: memory.growth_per_hour(role) for role in ROLES}
    for role, megabytes in growth.items():
        peak = max((resident for _, resident in memory.samples[role]), default=0.0)
        told = f"at most {GROWTH_MB_PER_HOUR_MAX:.0f}" if settled else "too short a run to say what of it stays"
        say(f"{role}: peak {peak:.0f} MB, grows by {megabytes:+.0f} MB an hour over the second half ({told})")
    say(
        f"screening {'caught up' if caught_up else 'did not catch up'}, and was behind by {memory.behind_seconds:.1f} s at most"
    )
    grows = settled and max(growth.values()) > GROWTH_MB_PER_HOUR_MAX
    return caught_up and not grows and memory.behind_seconds <= BEHIND_SECONDS_MAX


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=3.0, help="messages a second")
    parser.add_argument("--lives", type=float, default=15.0, help="minutes after which what was received is purged")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_service(Path(folder) / "kulla", **retention(asked.lives)) as service,
    ):
        memory, travellers = soak(service, asked.minutes, asked.rate)
        caught_up = catches_up(service)
    say(f"{travellers:,} travellers in {asked.minutes:g} min, each kept for {asked.lives:g}")
    well = verdict(
        memory, caught_up, settled=asked.minutes >= LIVES_PER_RUN_MIN * asked.lives and travellers >= 2 * MENTIONS_MAX
    )
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
