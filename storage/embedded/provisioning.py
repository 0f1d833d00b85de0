"""Making the data directory: initdb, the service's role and its database, all aside, then one rename.

Whoever is killed halfway leaves `cluster.new`, which the next start throws away; a `cluster` is always whole. The service's
role owns its database and is no superuser: what it asks for cannot read the machine's files or run its programs.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from storage.embedded.account import Account, Streams, spawn
from storage.embedded.binaries import binary, major_version
from storage.embedded.errors import DataVersionError, StartError

DATABASE_NAME = "kulla"
ROLE_NAME = "kulla"
SUPERUSER_NAME = "postgres"
_PROVISION_SECONDS_MAX = 300
"""initdb takes two seconds; a very slow disk deserves patience, a hanging one an error."""
_INITDB = (
    f"--username={SUPERUSER_NAME}",
    "--auth-local=trust",  # the socket's directory is closed to everybody else
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",  # the same order and case rules on every machine, whatever its libc
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
    "--no-instructions",
)
_CALLER_ROLES = ("kulla_carrier", "kulla_officer", "kulla_staff")
"""What requests work as (`queries/row_security.sql`): they own nothing and cannot log in."""
_STATEMENTS = "".join(
    f"{statement};\n"
    for statement in (
        f"CREATE ROLE {ROLE_NAME} LOGIN",
        f"CREATE DATABASE {DATABASE_NAME} OWNER {ROLE_NAME}",
        *(f"CREATE ROLE {name} NOLOGIN" for name in _CALLER_ROLES),
        *(f"GRANT {name} TO {ROLE_NAME} WITH INHERIT FALSE, SET TRUE" for name in _CALLER_ROLES),
    )
)


def provision(home: Path, account: Account) -> Path:
    """The data directory of the cluster below `home`, made if there is none.

    Raises DataVersionError for data of another major version, StartError where initdb gives up.
    """
    cluster = home / "cluster"
    if cluster.exists():
        _check_version(cluster)
        return cluster
    fresh = home / "cluster.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _run(account, home, [binary("initdb"), f"--pgdata={fresh}", *_INITDB], b"")
    _run(
        account,
        home,
        [binary("postgres"), "--single", "-D", fresh, "-c", "log_min_messages=log", SUPERUSER_NAME],
        _STATEMENTS.encode(),
    )
    fresh.rename(cluster)
    return cluster


def _check_version(cluster: Path) -> None:
    found = (cluster / "PG_VERSION").read_text("ascii").strip()
    if found != major_version():
        raise DataVersionError(
            f"{cluster} was written by PostgreSQL {found}, the installed binaries are {major_version()}: "
            "dump with the old release and restore, or start on an empty data directory"
        )


def _run(account: Account, home: Path, command: Sequence[str | Path], standard_input: bytes) -> None:
    with spawn(account, home, command, Streams(subprocess.PIPE, subprocess.PIPE)) as process:
        try:
            output, _ = process.communicate(standard_input, _PROVISION_SECONDS_MAX)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise StartError("the data directory could not be made in time") from error
    if process.returncode != 0 or b"ERROR" in output or b"FATAL" in output:
        raise StartError("the data directory could not be made: " + output.decode(errors="replace").strip()[-2000:])
