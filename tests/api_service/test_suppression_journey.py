"""A proven false match, through the whole service: silent for this traveller and this record as they are, and for nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from schemas.roles import Role
from storage.database import Database
from tests.interchanges import Sent, interchange
from tests.screened_flights import ARTA, alerts_of, put_records, screen_waiting, send_flight

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class Journey:
    """The service, a clock, and a traveller who flies again and again."""

    def __init__(self, make_service: Any, database: Database) -> None:
        self.now = NOW
        self.database = database
        self.service = make_service(self.clock)
        self._flights = 260

    def clock(self) -> datetime:
        return self.now

    async def screen(self) -> list[dict[str, Any]]:
        """Alerts that somebody has to do something about."""
        await screen_waiting(self.database, self.clock)
        return [alert for alert in await alerts_of(self.service) if alert["state"] in {"new", "in_review"}]

    async def fly(self, change: Callable[[bytes], bytes] = bytes) -> list[dict[str, Any]]:
        """The same traveller on another flight of the day; the alerts that are open then."""
        self._flights += 1
        day = f"{self.now:%y%m%d}"
        sent = Sent(f"OR{self._flights}", departure=f"{day}1100", arrival=f"{day}1355", travellers=1)
        await send_flight(self.service, change(interchange(sent, reference=f"REF{self._flights}")))
        return await self.screen()

    async def silence(self, alert: dict[str, Any], days: int = 30) -> str:
        """An analyst looks, finds somebody else, and asks to remember that; the suppression's id."""
        async with self.analyst() as analyst:
            for version, decision in enumerate(("start_review", "no_match"), alert["version"]):
                body = {"decision": decision, "reason_code": "other_person"}
                body |= {"suppress": True, "suppress_days": days} if decision == "no_match" else {}
                url, match = f"/v1/alerts/{alert['alert_id']}/decisions", {"If-Match": f'"{version}"'}
                answer = await analyst.post(url, json=body, headers=match)
                assert answer.status_code == 200, answer.text
            items = (await analyst.get("/v1/suppressions", params={"standing": "active"})).json()["items"]
        [made] = [item for item in items if item["alert_id"] == alert["alert_id"]]
        return str(made["suppression_id"])

    def analyst(self) -> "_Client":
        return _Client(self.service)


class _Client:
    def __init__(self, service: Any) -> None:
        self._service = service

    async def __aenter__(self) -> httpx.AsyncClient:
        self._client: httpx.AsyncClient = self._service.client(await self._service.key(Role.ANALYST))
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()


@pytest.fixture
async def silenced(make_service: Any, database: Database) -> tuple[Journey, str]:
    """A traveller who was alerted on a record and proven to be somebody else; and what remembers it."""
    journey = Journey(make_service, database)
    await put_records(journey.service)
    [alert] = await journey.fly()
    assert (alert["record"]["record_id"], alert["traveller"]["surname"]) == ("R1", "BERISHA")
    return journey, await journey.silence(alert)


async def test_the_whole_life_of_a_suppression(silenced: tuple[Journey, str]) -> None:
    journey, _ = silenced
    assert await journey.fly() == [], "the same traveller again"
    assert await journey.fly(lambda sent: sent.replace(b"BERISHA:ARTA", b"BERISHA:ARTE")) == [], "his document says who he is"

    await put_records(journey.service, [ARTA | {"birth_dates": ["1970-01-10", "1971-01-10"]}])
    rearmed = await journey.screen()
    assert {alert["record"]["record_version"] for alert in rearmed} == {2}, "the record says something else now"
    assert len(rearmed) == 3, "on every flight that is still live"
    ids = [await journey.silence(alert) for alert in rearmed]
    assert await journey.fly() == []

    [other] = await journey.fly(lambda sent: sent.replace(b"NX0000000", b"NX9999999"))
    assert other["traveller"]["documents"][0]["number"] == "NX9999999", (
        "somebody of that name and birth date with another document"
    )
    ids.append(await journey.silence(other))
    assert await journey.fly() == []

    async with journey.analyst() as analyst:
        for identifier in ids:
            answer = await analyst.delete(f"/v1/suppressions/{identifier}", params={"reason_code": "mistaken"})
            assert answer.status_code == 204
    [lifted] = await journey.fly()
    assert lifted["record"]["record_version"] == 2

    await journey.silence(lifted, days=10)
    journey.now = NOW + timedelta(days=9)
    assert await journey.fly() == []
    journey.now = NOW + timedelta(days=10)
    [expired] = await journey.fly()
    assert expired["created_at"].startswith("2026-03-11")


async def test_another_record_is_not_silenced(silenced: tuple[Journey, str]) -> None:
    journey, _ = silenced
    await put_records(journey.service, [ARTA | {"record_id": "R2", "names": [{"surname": "BERISHA", "given_names": "A."}]}])
    assert {alert["record"]["record_id"] for alert in await journey.screen()} == {"R2"}


async def test_a_traveller_corrected_to_another_document_alerts_on_the_same_flight(silenced: tuple[Journey, str]) -> None:
    journey, _ = silenced
    assert await journey.fly() == []
    journey._flights -= 1
    corrected = await journey.fly(
        lambda sent: sent.replace(b"BGM+745", b"BGM+745+CP").replace(b"NX0000000", b"NX1111111").replace(b":0830+", b":0840+")
    )
    assert [alert["traveller"]["documents"][0]["number"] for alert in corrected] == ["NX1111111"]
