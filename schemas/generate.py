"""Writes the JSON Schemas of the nouns that leave the system into `schemas/json/`.

python -m schemas.generate            rewrite them
python -m schemas.generate --check    exit 1 and say which, if any is out of date
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from schemas.alert import Alert
from schemas.events import QuarantineEvent
from schemas.manifest import Manifest
from schemas.receipt import Receipt
from schemas.watchlist import Record, Watchlist

FOLDER = Path(__file__).parent / "json"

NOUNS: dict[str, type[BaseModel]] = {
    "alert": Alert,
    "manifest": Manifest,
    "quarantine_event": QuarantineEvent,
    "receipt": Receipt,
    "record": Record,
    "watchlist": Watchlist,
}


def rendered(noun: type[BaseModel]) -> str:
    """The noun's schema as it is written when we serialise it (JSON Schema 2020-12)."""
    schema = noun.model_json_schema(mode="serialization", by_alias=True)
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema, indent=2, sort_keys=True) + "\n"


def outdated() -> list[str]:
    """Names of the files that differ from what would be written."""
    return [name for name, noun in NOUNS.items() if _read(name) != rendered(noun)]


def _read(name: str) -> str | None:
    path = FOLDER / f"{name}.json"
    return path.read_text("utf-8") if path.exists() else None


def main(arguments: list[str]) -> int:
    """Write, or check."""
    stale = outdated()
    if "--check" in arguments:
        sys.stderr.writelines(f"schemas/json/{name}.json is out of date: run `make generate`\n" for name in stale)
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for name in stale:
        (FOLDER / f"{name}.json").write_text(rendered(NOUNS[name]), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
