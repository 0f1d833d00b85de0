"""The scan itself: it knows whom to look for, and finds them wherever they are."""

from tests.api_service.test_flights import ARTA, DRITA, message
from tests.leak_scan import leaks, people


def test_the_scan_finds_whom_it_looks_for() -> None:
    words = people([message(1, "745", ARTA, DRITA), b"no interchange"])
    assert words == {"BERISHA", "KRASHTAJ", "DRITA", "BA1000001", "BA1234567"}
    clean = {"log": '{"event": "stored", "manifest_id": "man_ba1000001x", "rows": 2}'}
    assert leaks(words, clean) == []
    dirty = {"log": 'key "BERISHA"', "audit": "Drita was here", "metrics": 'kulla{document="BA1234567"} 1'}
    assert leaks(words, dirty) == [("BERISHA", "log"), ("Drita", "audit"), ("BA1234567", "metrics")]
