"""Flight designators: `BA117`, `BA0117` and `BA 117` are one flight; `A92707` is A9 2707; `B2740` is B2 740."""

import re
from typing import NamedTuple

_DESIGNATOR = re.compile(r"(?P<carrier>(?=\d?[A-Z])[A-Z0-9]{2}|[A-Z]{3})(?P<number>\d{1,6})(?P<suffix>[A-Z]?)", re.ASCII)
_MASTER_LIST = re.compile(r"(?P<carrier>(?=\d?[A-Z])[A-Z0-9]{2}|[A-Z]{3}?)\d{0,4}MCL", re.ASCII)
_NUMBER = re.compile(r"(?P<number>\d{1,6})(?P<suffix>[A-Z]?)", re.ASCII)


class Designator(NamedTuple):
    """Carrier, number without leading zeros, suffix. `contradicts`: 3127 names another carrier than 8028."""

    carrier: str | None
    number: str | None
    suffix: str | None
    text: str | None
    contradicts: bool = False

    @property
    def whole(self) -> bool:
        """Whether it could be taken apart."""
        return self.carrier is not None and self.number is not None


def designator(journey: str, carrier: str) -> Designator:
    """Take 8028 apart, with the help of 3127 where there is one. `SK01MCL` is the master crew list of SK, and no flight."""
    text, carrier = journey.replace(" ", "").replace("-", "").upper(), carrier.strip().upper()
    if carrier and (found := _NUMBER.fullmatch(text.removeprefix(carrier))) is not None:
        return _made(carrier, found)
    found = _DESIGNATOR.fullmatch(text)
    if found is not None:
        return _made(found["carrier"], found)._replace(contradicts=bool(carrier))
    if not carrier and (master := _MASTER_LIST.fullmatch(text)) is not None:
        carrier = master["carrier"]
    return Designator(carrier or None, None, None, text or None)


def _made(carrier: str, found: re.Match[str]) -> Designator:
    number, suffix = found["number"].lstrip("0") or "0", found["suffix"] or None
    return Designator(carrier, number, suffix, f"{carrier}{number}{suffix or ''}")
