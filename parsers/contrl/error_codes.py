"""Which finding becomes which syntax error: level, action, 0085, and the service segment that is to blame.

A row is a finding's code; the level it is reported at; the action there; the syntax error (0085); and 0013, `-` where the
finding's own location says it. Levels: UCI interchange, UCF group, UCM message, UCS segment, UCD data element.

Action 4 means: send this again. It is given where a part was lost on the way or could not be read, even where the rest was
taken in, because 7 would tell the sender that nothing is missing. Action 7 reports the error beside an acknowledgement: what
was sent was read all the same. A message that was refused gets 4 whatever its rows say.

What is not in the table is no matter of syntax: missing and implausible data about flights and people go to the receipt and
to CUSRES, never here.
"""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """The segment of CONTRL in which an error is reported."""

    INTERCHANGE = "UCI"
    GROUP = "UCF"
    MESSAGE = "UCM"
    SEGMENT = "UCS"
    ELEMENT = "UCD"


UNSPECIFIED = "18"
MISSING = "13"
LOWER_LEVEL_EMPTY = "32"
OUTSIDE_MESSAGE = "33"

_TABLE = """
interchange_header_missing     UCI  4  13  UNB
interchange_unterminated       UCI  4  13  UNZ
segment_unterminated           UCI  4  13  UNZ
interchange_empty              UCI  4  32  -
interchange_too_long           UCI  4  35  UNH
interchange_reference_differs  UCI  7  28  UNZ
interchange_count_differs      UCI  7  29  UNZ
separators_assumed             UCI  7  22  UNA
final_terminator_missing       UCI  7  22  UNZ
segment_out_of_place           UCI  7  33  -
message_header_missing         UCI  7  33  -
group_not_opened               UCI  7  13  UNG
group_unterminated             UCF  7  13  UNE
group_reference_differs        UCF  7  28  UNE
group_count_differs            UCF  7  29  UNE
message_unterminated           UCM  4  13  UNT
message_reference_differs      UCM  4  28  UNT
message_type_unsupported       UCM  4  17  UNH
layout_superseded              UCM  4  17  UNH
transport_unsupported          UCM  4  17  UNH
message_too_long               UCM  4  35  -
flight_departed                UCM  4  24  -
message_count_differs          UCM  7  29  UNT
message_type_missing           UCM  7  13  UNH
segment_too_long               UCS  4  39  -
flight_missing                 UCS  4  13  -
carrier_absent                 UCS  4  13  -
flight_unprintable             UCS  4  12  -
function_missing               UCS  7  13  -
segment_unknown                UCS  7  15  -
segment_misplaced              UCS  7  15  -
document_not_opened            UCS  7  15  -
repetition_dropped             UCS  7  35  -
value_repeated                 UCS  7  35  -
character_set_undeclared       UCS  7  21  -
function_unknown               UCD  7  12  -
person_qualifier_unknown       UCD  7  12  -
time_invalid                   UCD  7  12  -
time_separator_wrong           UCD  7  15  -
name_in_wrong_element          UCD  7  15  -
number_invalid                 UCD  7  37  -
"""


class Reported(NamedTuple):
    """One row. `rejects`: action 4. `tag`: 0013, None where the location says it."""

    level: Level
    rejects: bool
    error: str
    tag: str | None


def _rows() -> dict[str, Reported]:
    rows = (line.split() for line in _TABLE.strip().splitlines())
    return {
        code: Reported(Level(level), action == "4", error, tag if tag != "-" else None)
        for code, level, action, error, tag in rows
    }


ERROR_CODES: dict[str, Reported] = _rows()
"""Finding -> its row."""

SERVICE_TAGS = frozenset({"UNA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"})
"""What 0013 may name."""

WITHOUT_COMPONENTS: dict[str, frozenset[int]] = {
    "UNH": frozenset({1, 3}),
    "UNT": frozenset({1, 2}),
    "UNE": frozenset({1, 2}),
    "UNZ": frozenset({1, 2}),
    "UNG": frozenset({1, 5, 6}),
    "TDT": frozenset({1, 2}),
    "NAD": frozenset({1, 6, 8, 9}),
    "LOC": frozenset({1}),
    "ATT": frozenset({1}),
    "GEI": frozenset({1}),
    "NAT": frozenset({1}),
    "MEA": frozenset({1}),
    "FTX": frozenset({1, 2}),
    "EMP": frozenset({1}),
}
"""Tag -> its data elements (from 1 after the tag) that are no composites: S011 names no component of them."""
