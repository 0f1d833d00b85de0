"""Protection in the sandbox: whom to call at its ports, and officers who ask for help, so that a new user sees the queue.

The services and their numbers are made up; nobody answers them. A site names its own (`KULLA_PROTECTION_FILE`), and production
shows nobody who was not named there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from random import Random
from typing import Any

import httpx

from api_service.protection_plan import ALERT, Contact, ProtectionPlan
from api_service.sandbox.carriers import REGION_PORTS
from api_service.sandbox.seeds import seeded
from schemas.referral import Need, ReferralKind

REFERRALS_AT_ONCE = len(ReferralKind)
"""One of each kind, so that a new user sees them all."""
REFERRAL_SECONDS = 900.0
"""Between two later ones: some hundred a day, at an airport where that would be many."""
REQUEST_SECONDS_MAX = 30.0
_SERVICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (ReferralKind.ASYLUM, "Duty desk for asylum", ("sq", "en", "ar")),
    (ReferralKind.UNACCOMPANIED_CHILD, "Child protection unit", ("sq", "en", "fa", "ps")),
    (ReferralKind.SUSPECTED_TRAFFICKING, "Mobile unit for victims of trafficking", ("sq", "en")),
    (ReferralKind.MEDICAL, "Doctor of the airport", ("sq", "en")),
    (ALERT, "Protection contact of the port", ("sq", "en")),
)
_LANGUAGES = ("ar", "fa", "ps", "tr", "ti", "uk", None)
_PLACES = ("gate 4", "arrivals hall", "second line", None)

Sleep = Callable[[float], Awaitable[None]]


def sandbox_plan() -> ProtectionPlan:
    """Contacts for every port of the sandbox, with our own deadlines."""
    return ProtectionPlan(contacts=tuple(_contacts()))


def _contacts() -> Iterator[Contact]:
    for port in REGION_PORTS:
        for kind, name, languages in _SERVICES:
            yield Contact(port=port, kind=kind, name=f"{name}, {port} (sandbox)", telephone="000 000", languages=languages)


def referral_requests(seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What officers ask for, and at which port; without end. The first are one of each kind."""
    rng, kinds = seeded(seed, "referrals"), tuple(ReferralKind)
    for number in count():
        kind = kinds[number] if number < len(kinds) else rng.choice(kinds)
        yield rng.choice(REGION_PORTS), _request(rng, kind)


def _request(rng: Random, kind: ReferralKind) -> dict[str, Any]:
    child = kind is ReferralKind.UNACCOMPANIED_CHILD
    people = 1 if child or kind is ReferralKind.MEDICAL else rng.randint(1, 4)
    needs = {Need.CHILD_CARE} if child else {rng.choice(tuple(Need))}
    language = rng.choice(_LANGUAGES)
    return {
        "kind": kind.value,
        "language": language,
        "people": people,
        "children": 1 if child else rng.randint(0, people - 1),
        "needs": sorted(needs | ({Need.INTERPRETER} if language else set())),
        "place": rng.choice(_PLACES),
    }


def officer_client(base_url: str, api_key: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that asks as the officer with this key. The caller closes it."""
    headers = {"Authorization": f"Bearer {api_key}"}
    return httpx.AsyncClient(base_url=base_url, headers=headers, timeout=REQUEST_SECONDS_MAX, transport=transport)


async def ask_for_protection(
    client: httpx.AsyncClient, seed: int, requests_max: int | None = None, sleep: Sleep = asyncio.sleep
) -> int:
    """Ask as an officer with this client, the first at once; until cancelled, or so many. How many cards were made.

    A service that is away, or refuses, costs a request: there will be another.
    """
    made = 0
    for number, (port, request) in enumerate(referral_requests(seed)):
        if number == requests_max:
            break
        if number >= REFERRALS_AT_ONCE:
            await sleep(REFERRAL_SECONDS)
        try:
            answer = await client.post(f"/v1/ports/{port}/referrals", json=request)
        except httpx.HTTPError:
            continue
        made += answer.status_code == httpx.codes.CREATED
    return made
