"""The application keeps to its own description, for every role: no 5xx, no undocumented answer, no wrong type, no open door.

A bounded, seeded run of `tests/soak/api.py`; `make soak-api` goes on for longer, over every operation.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from access_matrix import permissions

from schemas.roles import Role
from storage.embedded import EmbeddedPostgres
from tests.soak.api import Effort, Site, drive, site

EXAMPLES = 5
"""For each operation, besides the hundred-odd cases of the coverage phase."""
PLANTED = "/planted"


async def _make(postgres: EmbeddedPostgres, name: str, template: str) -> str:
    connection = await asyncpg.connect(postgres.url_of("postgres", "postgres"))
    await connection.execute(f"CREATE DATABASE {name} OWNER kulla TEMPLATE {template} STRATEGY wal_log")
    await connection.close()
    return postgres.url_of(name)


@pytest.fixture(scope="module")
def described(postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application at work, with a fault planted in an endpoint of no use."""
    with asyncio.Runner() as runner:
        url = runner.run(_make(postgres, "kulla_described", template))
    with site(url, tmp_path_factory.mktemp("described"), _plant) as running:
        yield running


def _plant(app: Any) -> None:
    @app.get(PLANTED)
    async def planted(number: int) -> dict[str, int]:
        if number < 0:
            raise ValueError
        return {"number": number}


def _allowed(role: Role) -> tuple[str, ...]:
    """The operations a role may call: that it is refused the others, and how, is the matrix's. What a supervisor does as an
    analyst is driven once; the soak does it twice."""
    return tuple(
        f"{method} {path.replace(':path', '')}"
        for (method, path), roles in permissions().items()
        if roles is not None and role in roles and not (role is Role.SUPERVISOR and Role.ANALYST in roles)
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", list(Role))
def test_a_role_and_all_it_may_call(described: Site, role: Role, tmp_path: Path) -> None:
    found = drive(described, role, Effort(EXAMPLES, operations=_allowed(role)), tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr


def test_what_needs_no_key(described: Site, tmp_path: Path) -> None:
    public = tuple(
        f"{method} {path}"
        for (method, path), roles in permissions().items()
        if roles is None and not path.startswith(("/docs", "/openapi"))
    )
    found = drive(described, Role.AUDITOR, Effort(EXAMPLES, operations=public), tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_fault_is_found(described: Site, tmp_path: Path) -> None:
    found = drive(described, Role.AUDITOR, Effort(EXAMPLES, operations=(f"GET {PLANTED}",)), tmp_path)
    assert found.returncode == 1, found.stdout
    assert "Server error" in found.stdout


def test_problems_are_described(service: Any) -> None:
    """Whoever needs a key may be refused and slowed down, and every refusal is a problem."""
    document = service.app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation.get("security"):
                assert {"401", "403", "429", "503"} <= set(operation["responses"]), (method, path)
            for status, answer in operation["responses"].items():
                problem = answer.get("content", {}).get("application/problem+json")
                assert problem is None or problem["schema"]["$ref"].endswith("/Problem"), (method, path, status)
                assert status < "400" or problem is not None or path == "/health/ready", (method, path, status)
