"""All benchmarks, one after the other: `make bench`."""

import subprocess
import sys

COMMANDS = (
    ("benchmarks.parser",),
    ("benchmarks.sealing",),
    ("benchmarks.journey",),
    ("benchmarks.polling",),
    ("benchmarks.fairness",),
    ("benchmarks.screening", "--parts", "quality,kinds,held-out,equality,peers,curve"),
)


def main() -> int:
    """Run them; 1 if any failed."""
    failed = 0
    for module, *arguments in COMMANDS:
        print(f"--- {module}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
