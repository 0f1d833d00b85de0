"""The project's own messages in `messages/`, each with what a person expects of it beside it.

An expectation names the fields it cares about; lists must have the same length, findings the same codes in the same order.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from parsers import read_manifests
from schemas.manifest import Manifest

MESSAGES = sorted((Path(__file__).parent / "messages").glob("*.edi"))


def check(expected: Any, found: Any, where: str) -> None:
    if isinstance(expected, dict):
        for key, value in expected.items():
            check(value, found[key], f"{where}/{key}")
    elif isinstance(expected, list):
        assert len(expected) == len(found), where
        for number, value in enumerate(expected):
            check(value, found[number], f"{where}/{number}")
    else:
        assert expected == found, where


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_own_message(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    messages = list(read_manifests(path.read_bytes()))
    assert len(messages) == len(expected)
    for wanted, message in zip(expected, messages, strict=True):
        assert message.manifest is not None
        assert [one.code for one in message.findings] == wanted.pop("findings")
        check(wanted, message.manifest.model_dump(mode="json"), path.stem)
        assert Manifest.model_validate_json(message.manifest.model_dump_json()) == message.manifest


def test_there_are_messages() -> None:
    assert len(MESSAGES) >= 10
