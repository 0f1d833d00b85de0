"""One manifest's whole journey, on real parts, in both arrangements: bytes go in, alerts come out, people decide."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from traffic import Expected, alerts, journeys, push_all, wait_until_screened

from parsers import read_manifests
from parsers.paxlst.writer import write_paxlst
from schemas.manifest import Function
from schemas.traveller import References
from tests.running_service import RunningService

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "paxlst"
OWN_MESSAGES = Path(__file__).resolve().parents[1] / "parsers" / "messages"

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


def _sample_bodies() -> list[bytes]:
    """Published PAXLST messages where they lie; nothing where the folder is absent (a test of the parser says so visibly)."""
    bodies = [path.read_bytes() for path in sorted(SAMPLES.glob("*.edi"))]
    return [body for body in bodies if b"PAXLST:D" in body.replace(b"\r\n", b"")]


def test_planted_travellers_alert_once_and_nobody_is_lost(service: RunningService) -> None:
    flights = journeys(seed=11, flights=8)
    messages = [message for flight in flights for message in flight.messages]
    receipts = push_all(service, [message.body for message in messages])
    samples = push_all(service, _sample_bodies())
    wait_until_screened(service)
    found = alerts(service)
    planted = [one for flight in flights for one in flight.planted]
    assert len(planted) >= 12
    Expected(planted).check(found)
    counted = sum(message["travellers"] for receipt in receipts for message in receipt["messages"])
    assert counted == sum(message.travellers for message in messages), "a traveller was lost or invented"
    assert all(message["manifest_id"] for receipt in samples for message in receipt["messages"])
    _receipts_are_kept(service, [*receipts, *samples])
    _repeating_changes_nothing(service, [message.body for message in messages], Expected(planted))
    assert service.stop() == 0


def _receipts_are_kept(service: RunningService, receipts: list[dict[str, object]]) -> None:
    with service.client("carrier") as client:
        for receipt in receipts:
            kept = client.get(f"/v1/submissions/{receipt['submission_id']}")
            assert kept.status_code == 200
            assert kept.json()["sha256"] == receipt["sha256"]


def _repeating_changes_nothing(service: RunningService, bodies: list[bytes], expected: Expected) -> None:
    before = {alert["alert_id"]: alert["version"] for alert in alerts(service)}
    assert all(receipt["replayed"] for receipt in push_all(service, bodies))
    wait_until_screened(service)
    found = alerts(service)
    assert {alert["alert_id"]: alert["version"] for alert in found} == before
    expected.check(found)


def test_a_changed_list_reaches_the_travellers_who_are_there_already(service: RunningService) -> None:
    flights = journeys(seed=31, flights=3, per_flight=1.0)
    push_all(service, [message.body for flight in flights for message in flight.messages])
    wait_until_screened(service)
    before = {alert["alert_id"]: alert["version"] for alert in alerts(service)}
    record = {
        "record_id": "NEW-1",
        "names": [{"surname": "QERIMAXHI", "given_names": "BLEDAR ARTUR"}],
        "birth_dates": ["1979-05-17"],
        "documents": [],
    }
    body = _with_name(flights[0].messages[0].body, "QERIMAXHI:BLEDAR ARTUR", "790517")
    push_all(service, [body])
    path = "/v1/watchlists/sandbox-attention/records/NEW-1"
    with service.client("list_owner") as owner:
        assert owner.put(path, json=record).status_code in (200, 201)
        added = _await_alert(service, lambda alert: alert["record"]["record_id"] == "NEW-1" and alert["state"] == "new")
        assert owner.delete(path).status_code in (200, 204)
    gone = _await_alert(service, lambda alert: alert["alert_id"] == added["alert_id"] and alert["state"] == "withdrawn")
    assert gone["history"][-1]["by"] == "kulla"
    unchanged = {alert["alert_id"]: alert["version"] for alert in alerts(service) if alert["alert_id"] in before}
    assert unchanged == before, "a list change touched alerts it had nothing to do with"


def _with_name(body: bytes, name: str, born: str) -> bytes:
    """A small correction of that flight: one traveller of this name, the rest of the message as it was."""
    manifest = next(iter(read_manifests(body))).manifest
    assert manifest is not None
    surname, given = name.split(":")
    person = manifest.travellers[0].model_copy(
        update={
            "surname": surname,
            "given_names": given,
            "birth_date": f"19{born[:2]}-{born[2:4]}-{born[4:]}",
            "references": References(passenger="NEW1", booking="NEW111"),
            "documents": (),
            "raw": {},
        }
    )
    changed = manifest.model_copy(update={"travellers": (person,), "function": Function.PASSENGER_CHANGE})
    return write_paxlst(changed)


def _await_alert(service: RunningService, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for alert in alerts(service):
            if wanted(alert):
                return alert
        time.sleep(0.1)
    raise AssertionError("the alert did not come")


def test_a_hit_is_decided_by_people_and_reaches_the_console(service: RunningService) -> None:
    flights = journeys(seed=23, flights=4)
    push_all(service, [message.body for flight in flights for message in flight.messages])
    wait_until_screened(service)
    high = next(alert for alert in alerts(service) if alert["severity"] == "high" and alert["state"] == "new")
    path = f"/v1/alerts/{high['alert_id']}"
    with service.client("analyst") as analyst, service.client("supervisor") as supervisor:
        _decide(analyst, path, "start_review")
        _decide(analyst, path, "possible")
        waiting = _decide(analyst, path, "confirm")
        assert (waiting["state"], waiting["awaiting_approval"]) == ("possible", True)
        confirmed = _decide(supervisor, path, "approve")
        assert confirmed["state"] == "confirmed"
        assert _decide(analyst, path, "hand_over")["state"] == "handed_over"
    port = high["flight"]["arrival_port"]
    with service.client("officer") as officer:
        seen = officer.get(f"/v1/ports/{port}/alerts", params={"limit": 100}).raise_for_status().json()["items"]
        mine = [alert for alert in seen if alert["alert_id"] == high["alert_id"]]
        assert mine[-1]["state"] == "handed_over"
        assert "reason" not in mine[-1]["record"]
        assert "category" not in mine[-1]["record"]
        assert officer.post(f"{path}/acknowledgement", headers={"Idempotency-Key": "a"}).status_code == 200
        outcome = officer.post(f"{path}/outcome", json={"outcome": "wrong_person"}, headers={"Idempotency-Key": "b"})
        assert outcome.status_code == 200
        assert outcome.json()["state"] == "closed"


def _decide(client: httpx.Client, path: str, decision: str) -> dict[str, object]:
    version = client.get(path).raise_for_status().headers["ETag"]
    body = {"decision": decision, "reason_code": "identity_compared", "comment": "compared with the passport"}
    response = client.post(f"{path}/decisions", json=body, headers={"If-Match": version})
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer
