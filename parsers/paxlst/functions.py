"""What a message does: BGM 1001 with 1004, as a table.

Two families of 1004 exist: that of the WCO/IATA/ICAO guide (CP, XR, RP, CL, ...), and the US one for crew (C, CC, A, B, ...).
A third, of an older British profile, is CI, DC and DE.
"""

from typing import NamedTuple

from schemas.manifest import Function

_F = Function

_LIFE = {
    "CP": _F.PASSENGER_CHANGE,
    "XR": _F.PASSENGER_CANCEL,
    "RP": _F.PASSENGER_REDUCTION,
    "CL": _F.FLIGHT_CLOSE,
    "CLOB": _F.FLIGHT_CLOSE_ON_BOARD,
    "CLNB": _F.FLIGHT_CLOSE_NOT_ON_BOARD,
    "XF": _F.FLIGHT_CANCEL,
    "CF": _F.FLIGHT_CHANGE,
}

_CREW = dict.fromkeys(("C", "B", "A", "D", "E", "F"), _F.CREW_LIST) | dict.fromkeys(("CC", "BC", "EC", "FC"), _F.CREW_CHANGE)

FUNCTIONS: dict[tuple[str, str], Function] = {
    ("745", ""): _F.PASSENGER_LIST,
    **{("745", code): function for code, function in _LIFE.items()},
    ("745", "CI"): _F.PASSENGER_LIST,
    ("745", "DC"): _F.FLIGHT_CLOSE_ON_BOARD,
    ("745", "DE"): _F.FLIGHT_CLOSE_NOT_ON_BOARD,
    ("250", ""): _F.CREW_LIST,
    **{("250", code): function for code, function in (_LIFE | _CREW).items()},
    ("250", "CP"): _F.CREW_CHANGE,
    ("336", ""): _F.MASTER_CREW_LIST,
    ("336", "G"): _F.MASTER_CREW_ADD,
    ("336", "H"): _F.MASTER_CREW_DELETE,
    ("336", "I"): _F.MASTER_CREW_CHANGE,
    **{("266", code): function for code, function in _LIFE.items()},
    ("655", ""): _F.GATE_PASS,
}
"""(1001, 1004) -> function."""

_BY_CODE = {
    "745": _F.PASSENGER_LIST,
    "250": _F.CREW_LIST,
    "336": _F.MASTER_CREW_LIST,
    "266": _F.FLIGHT_CLOSE,
    "655": _F.GATE_PASS,
}
"""1001 alone, where 1004 says nothing we know."""

LAND_MODE = "10"
"""1001 of a road manifest, which is another message under the same name."""

MASTER_FUNCTIONS = frozenset(function for function in _F if function.name.startswith("MASTER"))

CREW_FUNCTIONS = frozenset({_F.CREW_LIST, _F.CREW_CHANGE}) | MASTER_FUNCTIONS

WITHOUT_DATA = frozenset(
    {
        _F.FLIGHT_CLOSE,
        _F.FLIGHT_CLOSE_ON_BOARD,
        _F.FLIGHT_CLOSE_NOT_ON_BOARD,
        _F.FLIGHT_CANCEL,
        _F.FLIGHT_CHANGE,
        _F.PASSENGER_CANCEL,
        _F.PASSENGER_REDUCTION,
        _F.MASTER_CREW_DELETE,
    }
)
"""Functions that may name persons by reference alone, or nobody."""

NOT_BOARDED = {_F.FLIGHT_CLOSE_ON_BOARD: False, _F.FLIGHT_CLOSE_NOT_ON_BOARD: True}
"""What a closure says about the persons it names."""


class FunctionReading(NamedTuple):
    """`known`: the combination is in the table; otherwise the function is the nearest reading."""

    function: Function
    known: bool


def function_of(document_code: str, function_code: str) -> FunctionReading:
    """The function that BGM says."""
    found = FUNCTIONS.get((document_code, function_code.upper()))
    if found is not None:
        return FunctionReading(found, True)
    return FunctionReading(_BY_CODE.get(document_code, _F.PASSENGER_LIST), False)
