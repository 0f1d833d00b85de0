"""The page of findings is the table, whole."""

from schemas import finding_page
from schemas.finding_codes import FINDING_CODES


def test_every_code_has_its_row_with_sentence_and_remedy() -> None:
    rows = {
        line.split("`")[1]: line for line in finding_page.page().splitlines() if line.startswith("| `") and line.count("|") == 6
    }
    assert list(rows) == list(FINDING_CODES)
    for code, row in FINDING_CODES.items():
        assert all(text in rows[code] for text in (row.severity, row.fault, row.sentence, row.remedy))


def test_the_page_in_the_tree_is_that_page() -> None:
    assert not finding_page.outdated()
    assert finding_page.main(["--check"]) == 0
