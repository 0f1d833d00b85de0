"""Check digits of ICAO 9303, on the standard's own specimen numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.check_digits import carried_check_digit, check_digit


@pytest.mark.parametrize(
    ("text", "digit"),
    [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("D23145890", "7"), ("520727", "3"), ("<" * 9, "0"), ("", "0")],
)
def test_known_digits(text: str, digit: str) -> None:
    assert check_digit(text) == digit


@pytest.mark.parametrize("text", ["L898-02C3", "l898902c3", "Ä", "٣٤"])
def test_other_characters_have_none(text: str) -> None:
    assert check_digit(text) is None


@pytest.mark.parametrize(
    ("number", "carried"),
    [("L898902C36", True), ("L898902C37", False), ("AB1234<<<1", True), ("L898902C3", None), ("L898902C3X", None), ("", None)],
)
def test_numbers_that_end_in_their_digit(number: str, carried: bool | None) -> None:
    assert carried_check_digit(number) is carried


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<", min_size=9, max_size=9))
def test_a_digit_that_was_appended_is_found(number: str) -> None:
    assert carried_check_digit(number + (check_digit(number) or "")) is True


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert carried_check_digit(text) in (True, False, None)
