"""What every request has in common: problems, request ids, metrics, logs, documentation."""

import io
import logging
import re
from typing import Any

import httpx
import orjson
import pytest
import structlog
from interchanges import interchange

from api_service import logs
from api_service.context import utc_now
from api_service.errors import KINDS
from api_service.problems import RefusalError
from api_service.rate_limits import RateLimits
from api_service.settings import Settings
from api_service.settings_table import settings_table
from api_service.told_lists import ToldLists
from schemas.roles import Role
from screening.index.packed.compiled import kernel_library
from screening.worker import lists_in_memory
from storage.list_source import PostgresListSource
from tests.screened_flights import ARTA, put_records


def _refusals(cls: type[RefusalError]) -> list[type[RefusalError]]:
    return [cls_ for sub in cls.__subclasses__() for cls_ in (sub, *_refusals(sub))]


def test_every_refusal_has_its_row() -> None:
    assert {cls for cls in _refusals(RefusalError) if cls.__module__ == "api_service.problems"} <= set(KINDS)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/v1/manifests", 405), ("GET", "/v1/manifests", 405)]
)
async def test_the_frameworks_refusals_are_problems_too(service: Any, method: str, path: str, status: int) -> None:
    async with service.client() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == path
    if status == 405:
        assert answer.headers["allow"] == "POST"


async def test_our_mistake_is_a_problem_without_details(service: Any) -> None:
    @service.app.get("/mistake/{name}")
    async def mistake(name: str) -> None:
        raise ValueError(f"passenger {name}")

    async with service.client() as client:
        answer = await client.get("/mistake/HYSENI?q=BERISHA")
    assert answer.status_code == 500
    assert "HYSENI" not in answer.json()["detail"]
    line = next(line for line in map(orjson.loads, service.log.getvalue().splitlines()) if line["event"] == "request failed")
    assert line["error"] == "builtins.ValueError"
    assert line["request_id"] == answer.json()["request_id"] == answer.headers["x-request-id"]
    assert any("mistake" in frame for frame in line["frames"])
    assert "HYSENI" not in service.log.getvalue()
    assert "BERISHA" not in service.log.getvalue()


async def test_nothing_is_kept_in_caches_unless_it_may_be(carrier: httpx.AsyncClient) -> None:
    kept = {
        path: (await carrier.get(path)).headers["cache-control"]
        for path in ("/v1/submissions", "/nothing", "/docs/favicon.png")
    }
    assert kept == {"/v1/submissions": "no-store", "/nothing": "no-store", "/docs/favicon.png": "public, max-age=86400"}
    assert (await carrier.get("/v1/submissions")).headers["x-content-type-options"] == "nosniff"


async def test_a_request_is_one_line_without_path_or_query(service: Any, carrier: httpx.AsyncClient) -> None:
    await carrier.get("/v1/submissions?cursor=BERISHA")
    [line] = map(orjson.loads, service.log.getvalue().splitlines())
    assert (line["event"], line["route"], line["status"], line["method"]) == ("request", "/v1/submissions", 422, "GET")
    assert line["key_id"]
    assert "BERISHA" not in service.log.getvalue()


async def test_what_is_counted(service: Any, carrier: httpx.AsyncClient) -> None:
    for _ in range(2):
        await carrier.post("/v1/manifests", content=interchange(), headers={"Content-Type": "text/plain"})
    await carrier.post("/v1/manifests", content=b"nothing", headers={"Content-Type": "text/plain"})
    text = (await carrier.get("/metrics")).text
    assert 'kulla_submissions_total{outcome="stored"} 1.0' in text
    assert 'kulla_submissions_total{outcome="replayed"} 1.0' in text
    assert 'kulla_submissions_total{outcome="unusable"} 1.0' in text
    assert "kulla_travellers_total 2.0" in text
    assert "kulla_receipt_seconds_count 3.0" in text
    assert 'kulla_requests_total{method="POST",route="/v1/manifests",status="202"} 1.0' in text
    assert float(re.search(r"^kulla_stream_age_seconds (\S+)$", text, re.MULTILINE)[1]) > 0  # type: ignore[index]  # no match fails the test
    assert "BERISHA" not in text
    assert "OR260" not in text


async def test_ready_tells_how_far_screening_is(make_service: Any, database: Any) -> None:
    service = make_service(stream_age_seconds_max=1e-6)
    async with service.client() as client:
        answer = (await client.get("/health/ready")).json()
        assert answer["status"] == "ready"
        assert answer["stream"]["age_seconds"] == 0
        assert answer["list_version"] == 0
        assert (await client.get("/status")).json()["intake"] == "open"

    async with service.client(await service.key(Role.CARRIER)) as client:
        await client.post("/v1/manifests", content=interchange(), headers={"Content-Type": "text/plain"})
        waiting = await client.get("/health/ready")
        assert waiting.status_code == 200
        assert waiting.json()["stream"]["status"] == "late"
        async with database.unit_of_work() as work:
            await work.execute("INSERT INTO manifest_screenings SELECT manifest_id, now(), 1, 'm' FROM manifests")
        assert (await client.get("/health/ready")).json()["stream"]["status"] == "ready"


async def test_ready_tells_which_lists_the_screeners_have(service: Any, database: Any) -> None:
    async def index() -> dict[str, Any]:
        async with service.client() as client:
            return dict((await client.get("/health/ready")).json()["index"])

    assert (await index())["status"] == "absent"
    assert (await index())["kernel"] == ("portable" if kernel_library() is None else "compiled")
    source = PostgresListSource(database)
    lists = ToldLists(lists_in_memory(source), database, utc_now)
    await put_records(service)
    await lists.newest()
    found = await index()
    assert (found["status"], found["screeners"], found["list_version"], found["records"]) == ("ready", 1, 1, 1)
    assert 0 <= found["loaded_seconds"] < 600
    await put_records(service, [ARTA | {"sex": "F"}])
    assert (await index())["behind_seconds"] > 30, "a version is in force (since 1 March) that nobody has loaded"
    assert (await index())["status"] == "behind"
    await lists.newest()
    assert (await index())["list_version"] == 2
    async with database.unit_of_work() as work:
        await work.execute("UPDATE screener_lists SET seen_at = seen_at - interval '1 minute'")
    assert (await index())["screeners"] == 0


async def test_the_documentation_needs_nothing_from_elsewhere(service: Any) -> None:
    async with service.client() as client:
        page = await client.get("/docs")
        document = (await client.get("/openapi.json")).json()
        assert (await client.get("/docs/other.js")).status_code == 404
    assert page.status_code == 200
    assert not re.search(r"https?://", page.text)
    assert {"202", "200", "401", "403", "413", "415", "422", "429", "503"} <= set(
        document["paths"]["/v1/manifests"]["post"]["responses"]
    )
    assert "application/edifact" in document["paths"]["/v1/manifests"]["post"]["requestBody"]["content"]


def test_only_allowed_fields_are_logged() -> None:
    stream = io.StringIO()
    logger = logs.make_logger("info", stream)
    logger.info("stored", submission_id="sub_x", surname="BERISHA", travellers=[1, 2], key_id="k" * 500)
    logger.debug("not at this level")
    [line] = map(orjson.loads, stream.getvalue().splitlines())
    assert line["dropped"] == ["surname"]
    assert line["travellers"] == [1, 2]
    assert len(line["key_id"]) == logs.TEXT_CHARACTERS_MAX
    assert "BERISHA" not in stream.getvalue()


def test_libraries_log_their_template_without_its_arguments() -> None:
    stream = io.StringIO()
    before = logging.root.handlers[:], logging.root.level
    try:
        logs.configure_logs("info", stream)
        try:
            raise ValueError("BERISHA")
        except ValueError:
            logging.getLogger("library").exception("could not read %s\nBERISHA", "BERISHA")
        structlog.get_logger().warning("ours", manifest_id="man_x", name="BERISHA")
    finally:
        structlog.reset_defaults()
        logging.root.handlers[:], logging.root.level = before
    library, ours = map(orjson.loads, stream.getvalue().splitlines())
    assert (library["event"], library["logger"], library["error"]) == ("could not read %s", "library", "builtins.ValueError")
    assert ours["manifest_id"] == "man_x"
    assert "BERISHA" not in stream.getvalue()


def test_a_bucket_empties_and_fills() -> None:
    limits = RateLimits(per_second=2.0, burst=3)
    assert [limits.take("a", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert limits.take("b", 0.0) == 0.0
    assert limits.take("a", 0.5) == 0.0
    assert limits.take("a", 0.5) > 0
    assert [limits.take("a", 1000.0) for _ in range(4)][3] == 0.5


def test_production_assumes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"KULLA_DATABASE_URL, KULLA_RETENTION_HOURS, KULLA_RETENTION_NO_SHOW_HOURS"):
        Settings(_env_file=None, mode="production")
    monkeypatch.setenv("KULLA_MODE", "production")
    monkeypatch.setenv("KULLA_DATABASE_URL", "postgresql:///kulla")
    monkeypatch.setenv("KULLA_RETENTION_HOURS", "48")
    with pytest.raises(ValueError, match=r"set KULLA_RETENTION_NO_SHOW_HOURS, KULLA_MASTER_KEY_FILE\b"):
        Settings(_env_file=None)
    monkeypatch.setenv("KULLA_MASTER_KEY_FILE", "/run/secrets/kulla_master_key")
    monkeypatch.setenv("KULLA_RETENTION_NO_SHOW_HOURS", "96")
    settings = Settings(_env_file=None)
    assert settings.late_after_hours == 96
    assert "postgresql" not in repr(settings)


def test_no_limit_makes_another_impossible() -> None:
    with pytest.raises(ValueError, match="no large body would ever fit"):
        Settings(_env_file=None, submissions_in_flight_bytes_max=10_000_000)


def test_late_messages_by_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(_env_file=None).late_after_hours is None
    monkeypatch.setenv("KULLA_REFUSE_AFTER_DEPARTURE_HOURS", "12")
    monkeypatch.setenv("KULLA_SANDBOX_TRAFFIC", "off")
    assert Settings(_env_file=None).late_after_hours == 12
    assert Settings(_env_file=None).sandbox_traffic is False


def test_every_setting_is_in_the_table() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert f"| `KULLA_{name.upper()}` |" in table
        assert field.description
