"""Getting Kafka's surroundings: what happens where something is missing."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "kafka"


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The installer with nothing on PATH, no privilege, and a target of its own."""
    if str(DEPLOY) not in sys.path:
        sys.path.append(str(DEPLOY))
    module = importlib.import_module("install")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(module.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(module, "TARGET", tmp_path / "target")
    monkeypatch.setattr(module, "JARS", tmp_path / "target" / "jars")
    return module


def command(tmp_path: Path, name: str, script: str) -> None:
    """A command of this name on PATH."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    program = tmp_path / "bin" / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def java(tmp_path: Path, version: str) -> None:
    command(tmp_path, "java", f"""echo 'openjdk version "{version}"' >&2""")


def test_without_java_and_privilege_it_says_what_to_install(install):
    with pytest.raises(install.InstallError, match=r"Java runtime 17 .*openjdk-17-jre-headless"):
        install.install()


def test_an_old_java_does_not_count(install, tmp_path):
    java(tmp_path, "11.0.2")
    assert install.java() is None
    java(tmp_path, "21.0.4")
    assert install.java() == str(tmp_path / "bin" / "java")


def test_without_maven_it_says_so(install, tmp_path):
    java(tmp_path, "17.0.1")
    with pytest.raises(install.InstallError, match=r"Maven .*apt-get install .*maven"):
        install.install()


def test_jars_are_copied_once_and_anew_when_they_are_not_complete(install, tmp_path):
    java(tmp_path, "17.0.1")
    command(
        tmp_path, "mvn", f'echo called >> {tmp_path}/calls; /bin/mkdir -p {install.JARS}; echo "$@" > {install.JARS}/kafka.jar'
    )
    install.install()
    install.install()
    assert (tmp_path / "calls").read_text() == "called\n"
    (install.JARS / "complete").write_text("of another pom")
    assert install.install() == install.JARS
    assert (tmp_path / "calls").read_text() == "called\n" * 2


def test_a_download_that_fails_is_told_and_tried_again(install, tmp_path):
    java(tmp_path, "17.0.1")
    command(tmp_path, "mvn", "echo no such line; exit 1")
    for _ in range(2):
        with pytest.raises(install.InstallError, match="no such line"):
            install.install()
