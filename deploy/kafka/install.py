"""Gets a Java runtime, Maven and Kafka's jars, each only when it is missing.

Kafka is taken from the artifacts its project publishes for Maven: a machine without a container engine has it from there as
well, and Maven verifies the checksums. The jars (some 45 MB) are copied once; a changed `pom.xml` copies them anew.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "target"
JARS = TARGET / "jars"

JAVA_MAJOR_MIN = 17
"""Kafka 4 brokers are compiled for Java 17."""
JAVA_PACKAGES = ("openjdk-21-jre-headless", "openjdk-17-jre-headless", "openjdk-25-jre-headless")
"""Names Debian and Ubuntu give a runtime that is new enough; the first that the machine's own package lists know is taken."""
DOWNLOAD_SECONDS_MAX = 900
"""The jars come in half a minute on a fair line; a quarter of an hour is a line that does not work."""


class InstallError(Exception):
    """Something is missing that could not be installed. The message says what the reader has to install."""


def install() -> Path:
    """Make everything ready and return the directory of jars. Raises InstallError. Quick when nothing is missing."""
    with _alone():
        if java() is None:
            _apt(_java_package(), f"a Java runtime {JAVA_MAJOR_MIN} or newer")
        if java() is None:
            raise InstallError(f"`java` is older than {JAVA_MAJOR_MIN}: make a newer one the first on PATH, or set JAVA_HOME")
        if not _jars_complete():
            _copy_jars()
    return JARS


def java() -> str | None:
    """The Java launcher to use, or None when there is none that is new enough. JAVA_HOME comes before PATH."""
    home = os.environ.get("JAVA_HOME")
    candidates = ([str(Path(home, "bin", "java"))] if home else []) + ["java"]
    return next((found for name in candidates if (found := shutil.which(name)) and _java_major(found) >= JAVA_MAJOR_MIN), None)


def _java_major(launcher: str) -> int:
    said = _run([launcher, "-version"], 60)
    match = re.search(r'version "(\d+)', said.stdout)
    return int(match[1]) if match else 0


def _copy_jars() -> None:
    if shutil.which("mvn") is None:
        _apt("maven", "Maven (the command mvn)")
    shutil.rmtree(JARS, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    said = _run([*command, "-DincludeScope=runtime", f"-DoutputDirectory={JARS}"], DOWNLOAD_SECONDS_MAX)
    if said.returncode != 0:
        raise InstallError(f"Maven could not copy Kafka's jars:\n{said.stdout[-2000:]}")
    (JARS / "complete").write_text(_pom_digest(), "ascii")


def _jars_complete() -> bool:
    mark = JARS / "complete"
    return mark.exists() and mark.read_text("ascii") == _pom_digest()


def _pom_digest() -> str:
    return hashlib.sha256((HERE / "pom.xml").read_bytes()).hexdigest()


def _java_package() -> str:
    known = (
        name for name in JAVA_PACKAGES if shutil.which("apt-cache") and _run(["apt-cache", "show", name], 60).returncode == 0
    )
    return next(known, JAVA_PACKAGES[1])


def _apt(package: str, what: str) -> None:
    missing = InstallError(f"{what} is missing. Install it, for example: apt-get install --no-install-recommends {package}")
    prefix = _privilege()
    if prefix is None or shutil.which("apt-get") is None:
        raise missing
    _run([*prefix, "apt-get", "update"], DOWNLOAD_SECONDS_MAX)  # stale lists still often work, so its own failure says nothing
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"]
    if _run([*quiet, package], DOWNLOAD_SECONDS_MAX).returncode != 0:
        raise missing


def _privilege() -> list[str] | None:
    """What to put before a command so that it may install packages; None when nothing would help."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"], 10).returncode == 0:
        return ["sudo", "-n"]
    return None


def _run(command: list[str], seconds_max: float) -> "subprocess.CompletedProcess[str]":
    # Commands are fixed here; nothing of them comes from input.
    return subprocess.run(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds_max,
        check=False,
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Two installations at once would spoil each other's jars: the second waits."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
