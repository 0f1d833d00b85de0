"""`GET /v1/submissions`: a carrier sees its own, and nothing of others'."""

from typing import Any

import httpx
from interchanges import Sent, interchange

from schemas.roles import Role

EDIFACT = {"Content-Type": "application/edifact"}


async def test_the_receipt_and_what_became_of_it(carrier: httpx.AsyncClient) -> None:
    receipt = (await carrier.post("/v1/manifests", content=interchange(), headers=EDIFACT)).json()
    again = await carrier.get(f"/v1/submissions/{receipt['submission_id']}")
    became = [message | {"became": "received"} for message in receipt["messages"]]
    assert again.json() == receipt | {"status": "received", "messages": became}
    refused = (await carrier.post("/v1/manifests", content=b"nothing", headers=EDIFACT)).json()
    assert (await carrier.get(f"/v1/submissions/{refused['submission_id']}")).json()["status"] == "rejected"


async def test_anothers_submission_is_as_if_it_were_not(
    service: Any, carrier: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    receipt = (await carrier.post("/v1/manifests", content=interchange(), headers=EDIFACT)).json()
    path = f"/v1/submissions/{receipt['submission_id']}"
    async with service.client(await service.key(Role.CARRIER, carrier="LH")) as other:
        hidden = await other.get(path)
        absent = await other.get("/v1/submissions/sub_nothing")
        assert (await other.get("/v1/submissions")).json()["items"] == []
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    assert (await operator.get(path)).status_code == 200


async def test_a_new_key_of_the_same_carrier_sees_the_old_submissions(service: Any, carrier: httpx.AsyncClient) -> None:
    await carrier.post("/v1/manifests", content=interchange(), headers=EDIFACT)
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as newer:
        assert len((await newer.get("/v1/submissions")).json()["items"]) == 1
        assert (await newer.post("/v1/manifests", content=interchange(), headers=EDIFACT)).json()["replayed"] is True


async def test_pages_hold_each_submission_once(carrier: httpx.AsyncClient) -> None:
    for number in range(7):
        await carrier.post("/v1/manifests", content=interchange(Sent(), reference=f"R{number}"), headers=EDIFACT)
    seen: list[str] = []
    parameters: dict[str, Any] = {"limit": 3}
    for _ in range(3):
        page = (await carrier.get("/v1/submissions", params=parameters)).json()
        seen += [item["submission_id"] for item in page["items"]]
        parameters["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 7
    assert page["next_cursor"] is None


async def test_wrong_parameters_are_problems(carrier: httpx.AsyncClient) -> None:
    for parameters in (
        {"cursor": "rubbish"},
        {"cursor": "WyJ4IiwieSJd"},
        {"cursor": "WzFd"},
        {"limit": 0},
        {"limit": "secret-value"},
    ):
        answer = await carrier.get("/v1/submissions", params=parameters)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert "secret-value" not in answer.text
    assert (await carrier.get("/v1/submissions/%00")).status_code in (404, 422)
