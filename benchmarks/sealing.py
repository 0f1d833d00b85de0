"""What encryption at rest costs a message of 170 travellers, beside what had to be done anyway.

python -m benchmarks.sealing

Prints the best of several runs on one core: the machine's noise only ever adds.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.message_maker import paxlst
from benchmarks.parser import best_ms
from parsers import read_manifests
from storage.bodies import deflate, inflate
from storage.day_keys import DayKeys
from storage.master_keys import MasterKeys
from storage.vault import Vault

TRAVELLERS = 170


def main() -> None:
    """Print milliseconds a message."""
    raw = paxlst(TRAVELLERS)
    manifest = next(iter(read_manifests(raw))).manifest
    assert manifest is not None
    body, now = manifest.model_dump_json().encode(), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as home:
        vault = Vault(DayKeys(Path(home) / "days", MasterKeys.made_at_need(Path(home) / "master.key")))
        at_rest = deflate(body)
        sealed = vault.seal(now, at_rest)
        rows = {
            f"deflate the body ({len(body)} -> {len(at_rest)} bytes)": lambda: deflate(body),
            "seal the body": lambda: vault.seal(now, at_rest),
            f"deflate and seal the raw message ({len(raw)} bytes)": lambda: vault.seal(now, deflate(raw)),
            "open the body": lambda: vault.open(sealed),
            "inflate the body": lambda: inflate(at_rest),
        }
        for name, work in rows.items():
            sys.stdout.write(f"{name:<60} {best_ms(work, 0.5):8.4f} ms\n")


if __name__ == "__main__":
    main()
