"""Bodies that are read whole are bounded, whether their length is declared or not."""

import httpx
import pytest
from fastapi import FastAPI, Request

from api_service.body_limit import JSON_BYTES_MAX, BodyLimit


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(BodyLimit)

    @app.post("/v1/watchlists")
    async def whole(request: Request) -> int:
        return len(await request.body())

    @app.post("/v1/watchlists/any/imports")
    async def streamed(request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kulla")


async def chunks(count: int, size: int = 64 * 1024):
    for _ in range(count):
        yield b" " * size


async def test_what_fits_passes(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/watchlists", content=b" " * JSON_BYTES_MAX)
    assert (answer.status_code, answer.json()) == (200, JSON_BYTES_MAX)


async def test_a_declared_length_is_refused_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/watchlists", content=b" " * (JSON_BYTES_MAX + 1))
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["body_bytes_max"] == JSON_BYTES_MAX


async def test_an_undeclared_length_is_counted(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/watchlists", content=chunks(40))
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_streaming_routes_set_their_own_limit(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/watchlists/any/imports", content=chunks(40))
    assert (answer.status_code, answer.json()) == (200, 40 * 64 * 1024)
