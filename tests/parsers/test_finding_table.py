"""The table of findings is closed: every code that is used is in it, and every code in it is used."""

import re
from pathlib import Path

import pytest

from schemas.finding import Fault, Severity
from schemas.finding_codes import FINDING_CODES, VALUE_CHARACTERS_MAX, finding

PROJECT = Path(__file__).resolve().parents[2]
PARSERS = "\n".join(path.read_text("utf-8") for path in (PROJECT / "parsers").rglob("*.py"))
INTAKE = "\n".join(path.read_text("utf-8") for path in (PROJECT / "api_service").rglob("*.py"))
SOURCE = PARSERS + INTAKE


@pytest.mark.parametrize("code", FINDING_CODES)
def test_every_code_is_used_and_says_what_to_do(code: str) -> None:
    row = FINDING_CODES[code]
    assert f'"{code}"' in SOURCE or f'"{code.removesuffix("_missing")}"' in SOURCE
    assert isinstance(row.severity, Severity)
    assert isinstance(row.fault, Fault)
    assert row.sentence.endswith(".")
    assert row.remedy.endswith(".")


def test_every_code_that_is_used_is_in_the_table() -> None:
    used = set(re.findall(r'(?:finding|_note|report\.add|report\.add_once|remark|add)\(\s*"([a-z_]+)"', PARSERS))
    assert len(used) > 30
    assert used - {"wrap"} <= set(FINDING_CODES)


def test_a_value_is_cut() -> None:
    assert finding("input_empty", value="x" * 500).value == "x" * VALUE_CHARACTERS_MAX


def test_a_code_that_is_not_there_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        finding("no_such_code")
