"""Exchange over HTTP between two services: nothing without an agreement, two persons at every step, and no document is believed
that was not signed for us, now, and under it."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import jwt
import orjson
import pytest

from api_service.app import create_app
from api_service.context import make_context
from api_service.exchange.signing import ExchangeKey, fingerprint
from api_service.logs import make_logger
from api_service.settings import Settings
from storage.database import Database
from storage.policies import Policy
from storage.retention import purge
from tests.exchange_sides import CONTENT, NOW, RECORD, Neighbour, Service, Side, confused, tampered, unsigned
from tests.sample_alerts import place, sample_alert


@pytest.fixture
async def side(make_service: Any, database: Database) -> AsyncIterator[Side]:
    made = Side(make_service(clock=lambda: NOW))
    await made.people()
    async with made.clients["owner"] as owner:
        answer = await owner.post("/v1/watchlists", json={"list_id": "children", "kind": "person", "title": "Missing children"})
        assert answer.status_code in (200, 201), answer.text
        made.clients["owner"] = made.service.client(owner.headers["Authorization"].removeprefix("Bearer "))
        assert (await made.clients["owner"].put("/v1/watchlists/children/records/R1", json=RECORD)).status_code < 300
    yield made
    for client in made.clients.values():
        await client.aclose()


async def test_a_record_goes_to_a_partner_with_what_was_agreed_and_nothing_else(side: Side, database: Database) -> None:
    neighbour = Neighbour()
    agreement = await side.agree(neighbour.public, ["export"])
    document = await side.export(agreement, list_id="children", record_id="R1")
    ours = ExchangeKey.of_file(side.service.context.settings.exchange_key_path)
    claims = orjson.loads(jwt.PyJWS().decode(document, ours.private.public_key(), algorithms=["EdDSA"]))
    assert (claims["iss"], claims["aud"]) == (fingerprint(ours.public), fingerprint(neighbour.key.public))
    assert (claims["agreement"], claims["purpose"], claims["kind"]) == ("2026/1", "missing children", "record")
    assert claims["content"].keys() == {
        *("record_id", "valid_from", "expires_at", "names", "birth_dates", "birth_place", "sex", "nationalities"),
        *("category", "action", "severity", "warnings"),
    }
    assert "SECRET" not in document
    log = await side.ask("auditor", "GET", "/transfers", 200, params={"direction": "export"})
    assert [(one["state"], one["kind"]) for one in log["items"]] == [("approved", "record")]
    assert "content" not in log["items"][0]
    async with database.snapshot() as work:
        actions = [
            row["action"]
            for row in await work.fetch("SELECT action FROM audit WHERE subject_kind = 'exchange' ORDER BY position")
        ]
    assert actions == [
        f"exchange.{verb}"
        for verb in (
            *("partner_registered", "agreement_proposed", "agreement_approved"),
            *("export_requested", "export_approved", "export_fetched"),
        )
    ]


async def test_nothing_is_shared_by_default(side: Side) -> None:
    order = {"agreement_id": "agr_none", "list_id": "children", "record_id": "R1", "reason": "why"}
    await side.ask("owner", "POST", "/exports", 404, json=order)
    partner = {"partner_id": "neighbour", "name": "Neighbour", "public_key": Neighbour().public}
    await side.ask("owner", "POST", "/partners", 201, json=partner)
    await side.ask("owner", "POST", "/partners", 409, json=partner)
    terms = {
        "partner_id": "neighbour",
        "reference": "1",
        "purpose": "p",
        "legal_basis": "l",
        "directions": ["export"],
        "lists": ["other"],
        "expires_at": "2027-01-01T00:00:00Z",
        "shares": ["identity"],
    }
    for wrong in (
        {"shares": []},
        {"shares": ["everything"]},
        {"expires_at": "2026-02-01T00:00:00Z"},
        {"expires_at": "2040-01-01T00:00:00Z"},
        {"lists": []},
    ):
        await side.ask("owner", "POST", "/agreements", 422, json=terms | wrong)
    await side.ask("owner", "POST", "/agreements", 409, json=terms | {"partner_id": "nobody"})
    proposed = (await side.ask("owner", "POST", "/agreements", 201, json=terms))["agreement_id"]
    await side.ask("owner", "POST", "/agreements", 409, json=terms)
    await side.ask("owner", "POST", "/exports", 409, json=order | {"agreement_id": proposed})
    await side.ask("supervisor", "POST", f"/agreements/{proposed}/approval", 200)
    await side.ask("owner", "POST", "/exports", 409, json=order | {"agreement_id": proposed})
    for who in ("analyst", "officer", "auditor"):
        await side.ask(who, "POST", "/partners", 403, json=partner)
        await side.ask(who, "POST", "/agreements", 403, json=terms)
    await side.ask("officer", "GET", "", 403)


async def test_the_same_person_never_twice(side: Side) -> None:
    terms = {
        "partner_id": "neighbour",
        "reference": "2",
        "purpose": "p",
        "legal_basis": "l",
        "directions": ["export"],
        "lists": ["children"],
        "expires_at": "2027-01-01T00:00:00Z",
        "shares": ["identity"],
    }
    agreement = await side.agree(Neighbour().public, ["export"])
    proposed = (await side.ask("supervisor", "POST", "/agreements", 201, json=terms))["agreement_id"]
    await side.ask("supervisor", "POST", f"/agreements/{proposed}/approval", 403)
    await side.ask("second_supervisor", "POST", f"/agreements/{proposed}/approval", 200)
    await side.ask("second_supervisor", "POST", f"/agreements/{proposed}/approval", 409)
    order = {"agreement_id": agreement, "alert_id": "none", "reason": "why"}
    await side.ask("owner", "POST", "/exports", 403, json=order)
    await side.ask("supervisor", "POST", "/exports", 404, json=order)
    order = {"agreement_id": agreement, "list_id": "children", "record_id": "R1", "reason": "why"}
    asked = (await side.ask("owner", "POST", "/exports", 201, json=order))["transfer_id"]
    await side.ask("owner", "POST", f"/exports/{asked}/approval", 403)
    await side.ask("owner", "GET", f"/exports/{asked}/document", 404)
    await side.ask("supervisor", "POST", f"/exports/{asked}/refusal", 200)
    await side.ask("second_supervisor", "POST", f"/exports/{asked}/approval", 409)


async def test_an_agreement_that_ended_stops_what_was_under_way(side: Side) -> None:
    agreement = await side.agree(Neighbour().public, ["export"])
    order = {"agreement_id": agreement, "list_id": "children", "record_id": "R1", "reason": "why"}
    asked = (await side.ask("owner", "POST", "/exports", 201, json=order))["transfer_id"]
    approved = (await side.ask("owner", "POST", "/exports", 201, json=order))["transfer_id"]
    await side.ask("supervisor", "POST", f"/exports/{approved}/approval", 200)
    await side.ask("owner", "DELETE", f"/agreements/{agreement}", 204)
    await side.ask("supervisor", "POST", f"/exports/{asked}/approval", 409)
    await side.ask("owner", "GET", f"/exports/{approved}/document", 409)
    await side.ask("owner", "POST", "/exports", 409, json=order)


async def test_a_case_only_when_people_have_confirmed_it(side: Side, database: Database) -> None:
    neighbour = Neighbour()
    agreement = await side.agree(neighbour.public, ["export"], lists=["wanted"], shares=["identity", "traveller", "outcome"])
    alert = sample_alert(1)
    await place(database, alert)
    order = {"agreement_id": agreement, "alert_id": alert.alert_id, "reason": "why"}
    await side.ask("analyst", "POST", "/exports", 409, json=order)
    version = 1
    for decision in ("start_review", "possible", "confirm"):
        answer = await side.clients["analyst"].post(
            f"/v1/alerts/{alert.alert_id}/decisions",
            json={"decision": decision, "reason_code": "document_seen"},
            headers={"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
    asked = await side.ask("analyst", "POST", "/exports", 201, json=order)
    assert asked["content"].keys() == {"alert_id", "record", "traveller", "outcome"}
    assert asked["content"]["traveller"]["surname"] == "PERSON1"
    assert "SECRET" not in orjson.dumps(asked["content"]).decode()
    document = await side.export(agreement, alert_id=alert.alert_id)
    assert document.count(".") == 2


async def test_victims_are_not_exported(side: Side) -> None:
    agreement = await side.agree(Neighbour().public, ["export"])
    protected = RECORD | {"record_id": "R2", "action": "protect"}
    assert (await side.clients["owner"].put("/v1/watchlists/children/records/R2", json=protected)).status_code < 300
    order = {"agreement_id": agreement, "list_id": "children", "record_id": "R2", "reason": "why"}
    await side.ask("owner", "POST", "/exports", 409, json=order)


async def test_an_import_becomes_a_record_by_two_persons(side: Side, database: Database) -> None:
    neighbour = Neighbour()
    await side.agree(neighbour.public, ["import"])
    document = neighbour.document(await side.public_key(), CONTENT)
    received = await side.ask("owner", "POST", "/imports", 201, content=document)
    path = f"/imports/{received['transfer_id']}/acceptance"
    await side.ask("owner", "POST", path, 409, json={"list_id": "wanted"})
    assert (await side.ask("owner", "POST", path, 200, json={"list_id": "children"}))["state"] == "seconded"
    await side.ask("owner", "POST", path, 403, json={"list_id": "children"})
    assert (await side.clients["owner"].get("/v1/watchlists/children/records/neighbour.N7")).status_code == 404
    accepted = await side.ask("second_owner", "POST", path, 200, json={"list_id": "children"})
    assert (accepted["state"], accepted["list_id"]) == ("accepted", "children")
    await side.ask("supervisor", "POST", path, 409, json={"list_id": "children"})
    record = (await side.clients["owner"].get("/v1/watchlists/children/records/neighbour.N7")).json()
    shown = record.get("record", record)
    assert (shown["names"][0]["surname"], shown["authority"], shown["legal_basis"]) == (
        "OTHER",
        "neighbour",
        "treaty, article 5",
    )
    assert shown["expires_at"] == "2027-01-01", "not longer than the agreement"
    assert (await side.ask("owner", "POST", "/imports", 409, content=document))[
        "detail"
    ] == "This document was received before."


async def test_what_is_not_believed(side: Side) -> None:
    neighbour, stranger = Neighbour(), Neighbour()
    await side.agree(neighbour.public, ["import"])
    ours = await side.public_key()
    good = neighbour.document(ours, CONTENT)
    late, early = int(NOW.timestamp()) - 8 * 86_400, int(NOW.timestamp()) + 3_600
    for document, reason in (
        (tampered(good), "signature"),
        (unsigned(good), "signature"),
        (confused(good, neighbour.key.public), "signature"),
        (good[:-8] + "AAAAAAAA", "signature"),
        (stranger.document(ours, CONTENT), "unknown_partner"),
        (stranger.document(ours, CONTENT, iss=fingerprint(neighbour.key.public)), "unknown_partner"),
        (neighbour.document(stranger.public, CONTENT), "other_parties"),
        (neighbour.document(ours, CONTENT, iat=late, exp=late + 7 * 86_400), "expired"),
        (neighbour.document(ours, CONTENT, exp=early + 30 * 86_400), "times"),
        (neighbour.document(ours, CONTENT, iat=early, exp=early + 60), "times"),
        (neighbour.document(ours, CONTENT | {"reason": "not agreed"}), "beyond_agreement"),
        (neighbour.document(ours, CONTENT, purpose="something else"), "purpose"),
        (neighbour.document(ours, CONTENT, kind="list"), "malformed"),
        (neighbour.document(ours, CONTENT, jti=""), "malformed"),
        (neighbour.document(ours, CONTENT, jti="\x00"), "malformed"),
        (neighbour.document(ours, []), "malformed"),
        (neighbour.document(ours, CONTENT | {"names": [{"surname": "\x00"}]}), "malformed"),
        (neighbour.document(ours, CONTENT | {"names": 7}), "malformed"),
        (neighbour.document(ours, CONTENT | {"record_id": "x" * 200}), "malformed"),
        ("", "malformed"),
        ("a.b.c", "malformed"),
        ("\u00e9", "malformed"),
    ):
        answer = await side.ask("owner", "POST", "/imports", 422, content=document.encode())
        assert answer["reason"] == reason, document
    await side.ask("owner", "POST", "/imports", 409, content=neighbour.document(ours, CONTENT, agreement="2025/9"))
    await side.ask("owner", "POST", "/imports", 413, content=b"x" * 300_000)
    assert (await side.ask("auditor", "GET", "/transfers", 200))["items"] == []
    await side.ask("owner", "POST", "/imports", 201, content=good)


async def test_an_expired_agreement_takes_nothing_in(side: Side, make_service: Any) -> None:
    neighbour = Neighbour()
    await side.agree(neighbour.public, ["import"], expires_at="2026-03-03T00:00:00Z")
    ours = await side.public_key()
    received = await side.ask("owner", "POST", "/imports", 201, content=neighbour.document(ours, CONTENT))
    later = Side(make_service(clock=lambda: NOW + timedelta(days=3)))
    await later.people()
    await later.ask("owner", "POST", "/imports", 409, content=neighbour.document(ours, CONTENT, jti="msg_2"))
    await later.ask("owner", "POST", f"/imports/{received['transfer_id']}/acceptance", 409, json={"list_id": "children"})
    for client in later.clients.values():
        await client.aclose()


async def test_one_direction_is_not_the_other(side: Side) -> None:
    neighbour = Neighbour()
    agreement = await side.agree(neighbour.public, ["export"])
    await side.ask("owner", "POST", "/imports", 409, content=neighbour.document(await side.public_key(), CONTENT))
    received = (
        await side.ask(
            "owner",
            "POST",
            "/exports",
            201,
            json={"agreement_id": agreement, "list_id": "children", "record_id": "R1", "reason": "why"},
        )
    )["transfer_id"]
    await side.ask("owner", "POST", f"/imports/{received}/acceptance", 404, json={"list_id": "children"})


async def test_what_was_exchanged_is_forgotten_and_who_did_it_is_not(side: Side, database: Database) -> None:
    agreement = await side.agree(Neighbour().public, ["export"])
    await side.export(agreement, list_id="children", record_id="R1")
    for days, kept in ((29, 1), (31, 0)):
        await purge(database, Policy(), NOW + timedelta(days=days), "kulla")
        async with database.snapshot() as work:
            assert (
                await work.fetchval("SELECT count(*) FROM exchange_transfers WHERE content IS NOT NULL OR document IS NOT NULL")
                == kept
            )
    [transfer] = (await side.ask("auditor", "GET", "/transfers", 200))["items"]
    assert transfer["state"] == "approved"


@pytest.fixture
async def other_side(postgres: Any, template: str, tmp_path: Path) -> AsyncIterator[Side]:
    """Another service: another database, another key, its own people."""
    administrator = await asyncpg.connect(postgres.url_of("postgres", "postgres"))
    await administrator.execute(f"CREATE DATABASE kulla_other OWNER kulla TEMPLATE {template} STRATEGY wal_log")
    other = await Database.connect(postgres.url_of("kulla_other"))
    settings = Settings(_env_file=None, data_dir=tmp_path / "other", inline_bytes_max=1_000_000)
    context = make_context(settings, other, make_logger("error", io.StringIO()), lambda: NOW)
    service = Service(create_app(context), context, io.StringIO())
    made = Side(service)
    await made.people()
    yield made
    for client in made.clients.values():
        await client.aclose()
    await context.reading_pool.close()
    await other.close()
    await administrator.execute("DROP DATABASE kulla_other WITH (FORCE)")
    await administrator.close()


async def test_two_services_understand_each_other(side: Side, other_side: Side) -> None:
    """What one exports the other imports; the document is worth nothing to the one that made it."""
    ours, theirs = await side.public_key(), await other_side.public_key()
    assert ours != theirs
    agreement = await side.agree(theirs, ["export", "import"])
    await other_side.agree(ours, ["import"])
    answer = await other_side.clients["owner"].post(
        "/v1/watchlists", json={"list_id": "children", "kind": "person", "title": "Children"}
    )
    assert answer.status_code in (200, 201)
    document = await side.export(agreement, list_id="children", record_id="R1")
    received = await other_side.ask("owner", "POST", "/imports", 201, content=document)
    for who in ("owner", "supervisor"):
        path = f"/imports/{received['transfer_id']}/acceptance"
        accepted = await other_side.ask(who, "POST", path, 200, json={"list_id": "children"})
    assert accepted["state"] == "accepted"
    record = (await other_side.clients["owner"].get("/v1/watchlists/children/records/neighbour.R1")).json()
    shown = record.get("record", record)
    assert (shown["names"][0]["surname"], shown["category"], shown["reason"]) == ("SAMPLE", "missing child", None)
    await side.ask("owner", "POST", "/imports", 422, content=document)
