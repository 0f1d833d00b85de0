"""What belongs to others looks like what does not exist, and what a role must not know stands in none of its answers."""

from typing import Any

import httpx
import orjson
import pytest
from access_matrix import permissions
from interchanges import Sent, interchange
from test_access_matrix import call

from schemas.alert import Command
from schemas.alert_step import Step, advance
from schemas.roles import Role
from storage import alert_rows, outbox
from storage.database import Database
from tests.sample_alerts import CREATED, place, sample_alert

SECRETS = ("SECRET", "wanted", "secret_list")
"""Words of the sample alerts that only analysts may read: reason, category, list, its title and authority, comments, evidence."""
ABOUT_SCREENING = ("alert", "screen", "match", "hit", "watch", "record_id", "score", "suppress", "lane")


async def push(service: Any, carrier: str, designator: str) -> str:
    async with service.client(await service.key(Role.CARRIER, carrier=carrier)) as client:
        sent = interchange(Sent(designator=designator), reference=f"REF{carrier}")
        answer = await client.post("/v1/manifests", content=sent, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["submission_id"])


def told(answer: httpx.Response) -> dict[str, Any]:
    """What the caller learns, without what it asked for itself."""
    return {"status": answer.status_code, **{name: answer.json()[name] for name in ("type", "title", "detail")}}


async def test_another_carriers_submission(service: Any) -> None:
    others = await push(service, "W6", "W6100")
    own = await push(service, "OR", "OR260")
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
        theirs = await client.get(f"/v1/submissions/{others}")
        nothing = await client.get("/v1/submissions/sub_invented")
        listed = (await client.get("/v1/submissions")).json()["items"]
    assert told(theirs) == told(nothing)
    assert theirs.status_code == 404
    assert [item["submission_id"] for item in listed] == [own]


async def test_another_ports_alert(service: Any, database: Database) -> None:
    elsewhere = sample_alert(1, port="SKP")
    await place(database, elsewhere)
    async with service.client(await service.key(Role.OFFICER, ports=("TIA", "KFZ"))) as officer:
        for command, body in (("acknowledgement", None), ("outcome", {"outcome": "right_person"})):
            theirs = await officer.post(f"/v1/alerts/{elsewhere.alert_id}/{command}", json=body)
            nothing = await officer.post(f"/v1/alerts/alr_invented/{command}", json=body)
            assert told(theirs) == told(nothing)
            assert theirs.status_code == 404
        assert (await officer.get("/v1/ports/SKP/alerts")).status_code == 403, "that a port exists is no secret"


async def handed_over(database: Database) -> Any:
    """An alert on its way to the officers of Tirana, full of what they must not read."""
    alert = sample_alert(1)
    other = alert.record.model_copy(update={"list_id": "secret_list", "legal_basis": "SECRET BASIS"})
    alert = alert.model_copy(update={"other_records": (other,)})
    await place(database, alert)
    for number, command in enumerate((Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM, Command.HAND_OVER), 9):
        after = advance(alert, Step(command, "ana", CREATED.replace(hour=number), "SECRET CODE", "SECRET COMMENT"))
        assert after is not None, command
        async with database.unit_of_work() as work:
            await alert_rows.save(work, after, expected_version=alert.version)
            await outbox.publish_alert(work, after)
        alert = after
    return alert


async def test_an_officer_reads_no_reason_category_or_list(service: Any, database: Database) -> None:
    """Every answer to every endpoint an officer may call, with an alert full of secrets behind it."""
    alert = await handed_over(database)
    key = await service.key(Role.OFFICER, port="TIA")
    seen = b""
    for method, path in [route for route, roles in permissions().items() if roles and Role.OFFICER in roles]:
        body = orjson.dumps({"outcome": "right_person"}) if path.endswith("/outcome") else b"{}"
        answer = await call(
            service.app, method, path.format(port="TIA", alert_id=alert.alert_id, referral_id="ref_none"), key, body
        )
        seen += answer.body
    assert b"refer_second_line" in seen, "what to do is said"
    assert b"PERSON1" in seen
    assert [secret for secret in SECRETS if secret.encode() in seen] == []


async def test_a_carrier_reads_nothing_about_screening(service: Any, database: Database) -> None:
    """Every answer to every endpoint a carrier may call, with an alert on a traveller of its own."""
    submission = await push(service, "OR", "OR260")
    await place(database, sample_alert(1))
    key = await service.key(Role.CARRIER, carrier="OR")
    for method, path in [route for route, roles in permissions().items() if roles and Role.CARRIER in roles]:
        answer = await call(service.app, method, path.format(submission_id=submission, code="OR"), key, interchange())
        text = answer.body.decode("latin-1").lower()
        assert [word for word in (*ABOUT_SCREENING, "secret") if word in text] == [], (method, path)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ANALYST, Role.SUPERVISOR)])
async def test_alerts_are_for_analysts(service: Any, database: Database, role: Role) -> None:
    """Whatever a role may call, it never reads the surname of an alert, nor its reason; an officer of its port the name only."""
    await handed_over(database)
    scope = {Role.CARRIER: {"carrier": "OR"}, Role.OFFICER: {"port": "SKP"}}.get(role, {})
    key = await service.key(role, **scope)
    for method, path in [route for route, roles in permissions().items() if roles and role in roles and route[0] == "GET"]:
        names = {name: "SKP" if name == "port" else "OR" for name in ("port", "code", "alert_id", "list_id", "flight")}
        address = path.replace(":path", "")
        for name in {part[1:-1] for part in address.split("/") if part.startswith("{")}:
            address = address.replace(f"{{{name}}}", names.get(name, "1"))
        answer = await call(service.app, method, address, key, b"")
        assert b"PERSON1" not in answer.body, (method, path)
        assert b"SECRET REASON" not in answer.body, (method, path)
