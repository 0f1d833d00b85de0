"""A CUSRES as a value: what the writer writes and the reader reads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ResultCode(StrEnum):
    """9321 of ERC, as far as this service sends it (decision 0006).

    There is no code for "cleared", "do not board" or "selectee": they would say something about screening.
    """

    ACCEPTED = "0"
    REFUSED = "1"
    INSUFFICIENT = "4Z"


class Scope(StrEnum):
    """1049 of ERP: what a result is about."""

    MESSAGE = "1"
    PERSON = "2"


class DocumentCode(StrEnum):
    """1001 of BGM."""

    RESPONSE = "962"
    UNSOLICITED = "132"
    ACKNOWLEDGEMENT = "312"


class Sector(NamedTuple):
    """One leg: RFF+AF, then DTM, then LOC, all as the request had them.

    `times` are the components of C507, `places` qualifier and port.
    """

    designator: str
    times: tuple[tuple[str, ...], ...] = ()
    places: tuple[tuple[str, str], ...] = ()


class Result(NamedTuple):
    """One GR4. `item` (1052) says which person, counted from 1, where no reference does. `references` are qualifier and value.

    `texts` are the components of C108.
    """

    scope: str
    codes: tuple[str, ...]
    references: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Cusres:
    """One answer, whole. `transaction` are the components of RFF+TN behind the qualifier; None where there is none.

    `part` and `mark` are S010 (0070 and 0073: C first, F last).
    """

    message_reference: str
    type: tuple[str, ...] = ("CUSRES", "D", "05B", "UN", "IATA")
    access_reference: str = ""
    part: str = ""
    mark: str = ""
    document_code: str = DocumentCode.RESPONSE.value
    transaction: tuple[str, ...] | None = None
    sectors: tuple[Sector, ...] = ()
    results: tuple[Result, ...] = ()
