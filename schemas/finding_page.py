"""Writes the page of findings for carriers, `docs/carriers/findings.md`, from the closed table of codes.

python -m schemas.finding_page            rewrite it
python -m schemas.finding_page --check    exit 1 if it is out of date
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from schemas.finding import Fault, Severity
from schemas.finding_codes import FINDING_CODES, FindingCode

PAGE = Path(__file__).parent.parent / "docs" / "carriers" / "findings.md"

_INTRODUCTION = """# Findings

Generated from the table of codes by `python -m schemas.finding_page`; the list is closed, no other code is ever sent.

A finding says what was wrong with a message, where, and what to do about it. It never stops the reading: what can be read is
read. `severity` says how bad it is:

| severity | meaning |
| --- | --- |
| `error` | something was lost or refused |
| `warning` | read, but it deviates |
| `info` | worth knowing; a message with nothing worse is `accepted` |

`fault` says who can mend it: the `carrier` that wrote the message, the `network` that carried it, or the `service`. Words in
braces are filled in by the reader. In a receipt each finding also has its place in the message (`location`), and `value`, the
offending text, unless that would repeat passenger data.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, _counts(), "", *_HEADER, *_rows(), ""])


_HEADER = ("| code | severity | fault | what was seen | what to do |", "| --- | --- | --- | --- | --- |")


def _counts() -> str:
    of = {severity: sum(row.severity is severity for row in FINDING_CODES.values()) for severity in Severity}
    network = sum(row.fault is Fault.NETWORK for row in FINDING_CODES.values())
    listed = ", ".join(f"{count} of severity {severity}" for severity, count in of.items())
    return f"{len(FINDING_CODES)} codes: {listed}; {network} of them are for the network to mend."


def _rows() -> Iterator[str]:
    return map(_row, FINDING_CODES.values())


def _row(code: FindingCode) -> str:
    cells = (f"`{code.code}`", code.severity, code.fault, code.sentence, code.remedy)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def outdated() -> bool:
    """Whether the page differs from what would be written."""
    return not PAGE.exists() or PAGE.read_text("utf-8") != page()


def main(arguments: list[str]) -> int:
    """Write, or check."""
    if "--check" in arguments:
        stale = outdated()
        sys.stderr.write("docs/carriers/findings.md is out of date: run `make generate`\n" if stale else "")
        return int(stale)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
