"""All benchmarks, one after the other: `make bench`."""

import subprocess
import sys
from pathlib import Path

EVALUATION = Path("..") / "shared" / "data" / "screening_dev"
COMMANDS = (
    ("benchmarks.parser",),
    ("benchmarks.sealing",),
    ("benchmarks.journey",),
    ("benchmarks.screening", str(EVALUATION), "--peer"),
)


def main() -> int:
    """Run them; 1 if any failed."""
    failed = 0
    for module, *arguments in COMMANDS:
        if arguments and not Path(arguments[0]).exists():
            print(f"{module}: no evaluation data here, left out", flush=True)
            continue
        print(f"--- {module}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
