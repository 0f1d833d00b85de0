"""The whole service for an hour: `python -m tests.soak.service [--minutes 60] [--rate 3]`.

Carriers push whole journeys (lists, corrections, closures) at a steady rate while a list keeps changing. Printed every minute: how far
screening is behind, and the resident memory of each role. At the end the memory of each role is fitted by a straight line over
the second half, when caches are full. A screener knows the live travellers, so its memory follows their number until retention
ends their lives; what grows by more than that is a leak, and the exit code is 1. The same holds where screening does not catch
up within a minute after the last push.
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
from tests.running_service import RunningService, running_service

ROLES = ("api", "screener")
SAMPLE_SECONDS = 10.0
LIST_SECONDS = 30.0
CATCH_UP_SECONDS_MAX = 60.0
GROWTH_MB_PER_HOUR_MAX = 60.0
"""Beside what the live travellers take: allocators settle slowly."""
LIVE_TRAVELLER_BYTES_MAX = 1_500
"""What a screener holds of a live traveller: the columns that a changed record is compared with, and the state of the flight."""
_FLIGHTS_AT_ONCE = 40


@dataclass
class Memory:
    """Resident megabytes of each role's processes together, with the seconds since the start."""

    samples: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

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
    megabytes = ", ".join(f"{role} {memory.samples[role][-1][1]:.0f} MB" for role in ROLES if memory.samples[role])
    say(f"{travellers:9,} travellers, screening behind {behind_seconds(service):.1f} s, {megabytes}")


def catches_up(service: RunningService) -> bool:
    """Whether nothing waits to be screened any more, soon enough."""
    until = time.monotonic() + CATCH_UP_SECONDS_MAX
    while time.monotonic() < until:
        if behind_seconds(service) == 0:
            return True
        time.sleep(0.5)
    return False


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=3.0, help="messages a second")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder) / "kulla") as service:
        memory, travellers = soak(service, asked.minutes, asked.rate)
        caught_up = catches_up(service)
    growth = {role: memory.growth_per_hour(role) for role in ROLES}
    per_hour = travellers * 60 / asked.minutes
    allowed = GROWTH_MB_PER_HOUR_MAX + per_hour * LIVE_TRAVELLER_BYTES_MAX / 2**20
    for role, megabytes in growth.items():
        peak = max((resident for _, resident in memory.samples[role]), default=0.0)
        say(f"{role}: peak {peak:.0f} MB, grows by {megabytes:+.0f} MB an hour over the second half (at most {allowed:.0f})")
    say(f"{travellers:,} travellers in {asked.minutes:g} min; screening {'caught up' if caught_up else 'did not catch up'}")
    sys.exit(0 if caught_up and max(growth.values()) <= allowed else 1)


if __name__ == "__main__":
    main()
