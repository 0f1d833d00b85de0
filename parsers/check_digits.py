"""Check digits of ICAO 9303 (part 3, section 4.9): over a document number, a date, or the composite of a machine readable zone.

Every character has a value (digits their own, A to Z 10 to 35, the filler `<` nothing), is weighted 7, 3, 1, 7, 3, 1, ... from
the left, and the sum modulo 10 is the digit.

PAXLST has no place for the check digit of a document number, and its guide wants the number without it. Some systems copy it
from the machine readable zone all the same: nine characters of number, filled with `<`, and the digit as the tenth.
"""

_WEIGHTS = (7, 3, 1)
_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
NUMBER_CHARACTERS = 9
"""The field of the document number in every machine readable zone; longer numbers overflow into the optional data."""


def check_digit(text: str) -> str | None:
    """The check digit of this text; None where it has characters that a machine readable zone cannot have."""
    values = [_VALUES.get(character) for character in text]
    total = 0
    for position, value in enumerate(values):
        if value is None:
            return None
        total += value * _WEIGHTS[position % 3]
    return str(total % 10)


def carried_check_digit(number: str) -> bool | None:
    """Whether a document number, as sent, ends in its own check digit; None where it has not the form of one that could.

    One number in ten of that form does so by chance: only the share over many numbers says something about a sender.
    """
    number = number.strip().upper()
    if len(number) != NUMBER_CHARACTERS + 1 or number[-1] not in "0123456789":
        return None
    expected = check_digit(number[:-1])
    return None if expected is None else expected == number[-1]
