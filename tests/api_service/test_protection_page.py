"""`docs/protection.md` promises nothing without a test, and its example of a plan can be used as it is."""

import re
from pathlib import Path

from api_service.protection_plan import read_plan
from schemas.referral import ReferralKind

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "protection.md").read_text("utf-8")


def test_every_line_names_a_test_that_is_there() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| What", "| ---"))]
    assert len(rows) > 15
    for row in rows:
        named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", row)
        assert named, row
        for file, function in named:
            [found] = (ROOT / "tests").rglob(file)
            assert f"def {function}" in found.read_text("utf-8"), row


def test_the_example_is_a_plan() -> None:
    plan = read_plan(ROOT / "docs" / "examples" / "protection.toml")
    assert plan.contacts_for("TIA", "alert")
    assert {rule.name for rule in plan.deadlines_for(ReferralKind.UNACCOMPANIED_CHILD)} >= {"taken_over", "guardian_informed"}
