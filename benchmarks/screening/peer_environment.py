"""nomenklatura in an environment of its own, outside the service's: `.venv-peers/`, from `requirements/peers.txt` with hashes.

python -m benchmarks.screening.peer_environment     make it, or make it anew where the requirements have changed
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / ".venv-peers"
REQUIREMENTS = ROOT / "requirements" / "peers.txt"


class PeersMissingError(Exception):
    """The environment could not be made or used; the text says why."""


def peers_python() -> Path:
    """Its Python; the environment is made first where it is not there. Raises PeersMissingError."""
    stamp, wanted = DIRECTORY / "stamp", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    python = DIRECTORY / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(DIRECTORY, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]
        done = subprocess.run([*install, str(REQUIREMENTS)], check=False, capture_output=True, text=True)
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:]
            raise PeersMissingError(f"its environment could not be made: pip ended with {done.returncode}: {said}")
        stamp.write_text(wanted)
    return python


if __name__ == "__main__":
    print(peers_python())
