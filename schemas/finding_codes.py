"""The closed table of findings: what each code means, how bad it is, who can mend it, and how.

Sentences speak to the engineer at the carrier who reads the receipt. Words in braces are facts given by the reader; a fact is
never passenger data.
"""

from typing import NamedTuple

from schemas.finding import Fault, Finding, Location, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO
_C, _N = Fault.CARRIER, Fault.NETWORK


class FindingCode(NamedTuple):
    """One row: `sentence` says what was seen, `remedy` what to do about it."""

    code: str
    severity: Severity
    fault: Fault
    sentence: str
    remedy: str


_ROWS = (
    # The input as a whole
    FindingCode("input_empty", _E, _C, "The input is empty.", "Send the interchange in the body of the request."),
    FindingCode(
        "interchange_absent", _E, _C, "No UN/EDIFACT interchange was found: no UNA or UNB segment.",
        "Send a whole interchange, from UNB to UNZ, as plain text.",
    ),
    FindingCode(
        "interchange_header_missing", _E, _C, "The interchange starts without UNB; the default separators were assumed.",
        "Begin every interchange with UNB.",
    ),
    FindingCode(
        "separators_invalid", _E, _C, "The service characters given in UNA are not six different separators.",
        "Send UNA with exactly six characters, all different from one another, none a letter or a digit.",
    ),
    FindingCode(
        "separators_assumed", _W, _C, "UNA is malformed; other separators were taken: {separators}.",
        "Send UNA with exactly six characters directly before UNB, or leave it out.",
    ),
    FindingCode(
        "interchange_unterminated", _E, _N, "The interchange ends without UNZ: its end may have been lost.",
        "Send the interchange again, whole; check the length limits of the way it came.",
    ),
    FindingCode(
        "interchange_empty", _E, _C, "The interchange contains no message.", "Leave out interchanges without a message.",
    ),
    FindingCode(
        "interchange_reference_differs", _W, _C, "The control reference of UNZ is not that of UNB.",
        "Repeat the reference of UNB (0020) in UNZ.",
    ),
    FindingCode(
        "interchange_count_differs", _W, _C, "UNZ counts {declared}, but {counted} were found.",
        "Count groups in UNZ where UNG is used, else messages.",
    ),
    FindingCode(
        "group_reference_differs", _W, _C, "The group reference of UNE is not that of UNG.", "Repeat the reference of UNG (0048) in UNE.",
    ),
    FindingCode(
        "group_count_differs", _W, _C, "UNE counts {declared} messages, but {counted} were found.", "Count the group's messages in UNE.",
    ),
    FindingCode("group_unterminated", _W, _C, "The group that UNG opened is not closed by UNE.", "Close every UNG with UNE."),
    FindingCode("group_not_opened", _W, _C, "UNE closes a group that no UNG opened.", "Send UNG and UNE in pairs, or neither."),
    FindingCode(
        "segment_out_of_place", _W, _C, "The segment {tag} stands where it may not; it was skipped.",
        "Check the order of the envelope segments.",
    ),
    FindingCode(
        "segment_unterminated", _E, _N, "The last segment has no terminator and was not read.",
        "Send the interchange again, whole; check the length limits of the way it came.",
    ),
    FindingCode(
        "final_terminator_missing", _W, _C, "The last segment has no terminator; it was read all the same.",
        "End the last segment with the terminator too.",
    ),
    FindingCode(
        "segment_too_long", _E, _C, "A segment of more than {limit} bytes was skipped.", "Check for a missing segment terminator.",
    ),
    FindingCode(
        "segment_too_wide", _E, _C, "A segment has more than {limit} elements or components; the rest was not read.",
        "Check the separators of this segment.",
    ),
    FindingCode(
        "message_too_long", _E, _C, "The message has more than {limit} segments; the rest was not read.",
        "Split the report into several messages.",
    ),
    FindingCode(
        "interchange_too_long", _E, _C, "The interchange has more than {limit} messages; the rest was not read.",
        "Send the messages in several interchanges.",
    ),
    FindingCode(
        "findings_too_many", _W, _C, "This message has more than {limit} findings; the others are left out.",
        "Mend those shown and send the message again.",
    ),
    FindingCode(
        "character_set_undeclared", _W, _C, "Characters outside the declared set {declared}; they were read as {read_as}.",
        "Declare the character set in UNB (UNOC for ISO 8859-1, UNOY for UTF-8), or keep to it.",
    ),
    FindingCode(
        "text_wrapped", _I, _N, "Line breaks inside segments were removed.", "Send each segment without line breaks inside it.",
    ),
    FindingCode(
        "repetition_dropped", _W, _C, "An element is repeated; only the first occurrence was read.", "Send the element once.",
    ),
    # The message
    FindingCode(
        "message_header_missing", _E, _C, "Segments stand outside any message: UNH is missing.", "Begin every message with UNH.",
    ),
    FindingCode(
        "message_unterminated", _E, _N, "The message ends without UNT: its end may have been lost.",
        "Send the message again, whole; the travellers that are complete were read.",
    ),
    FindingCode(
        "message_reference_differs", _E, _C, "The reference of UNT is not that of UNH; the message was refused.",
        "Repeat the reference of UNH (0062) in UNT and send the message again.",
    ),
    FindingCode(
        "message_count_differs", _W, _C, "UNT counts {declared} segments, but {counted} were found.",
        "Count the segments from UNH to UNT, both included.",
    ),
    FindingCode(
        "message_type_unsupported", _E, _C, "Messages of the type {message_type} are not read here.", "Send passenger and crew lists as PAXLST.",
    ),
    FindingCode(
        "message_type_missing", _W, _C, "UNH gives no message type; the message was read as PAXLST.",
        "Give the type in UNH, for example PAXLST:D:12B:UN:IATA.",
    ),
    FindingCode(
        "layout_superseded", _E, _C, "This is the older US layout with PDT segments, which is not read here.",
        "Send the UN/EDIFACT PAXLST of directory D.02B or newer.",
    ),
    FindingCode(
        "transport_unsupported", _E, _C, "This is a land-mode manifest, which is not read here.", "Send air passenger lists only.",
    ),
    FindingCode(
        "function_missing", _E, _C, "BGM is missing; the message was read as {read_as}.", "Say in BGM what the message is (745, 250, 266, ...).",
    ),
    FindingCode(
        "function_unknown", _W, _C, "The combination of codes in BGM is not known; the message was read as {read_as}.",
        "Use the codes of the WCO/IATA/ICAO guide in BGM.",
    ),
    FindingCode(
        "flight_missing", _E, _C, "No flight can be read: neither a designator nor a port.",
        "Send TDT with the flight designator, and LOC with the ports.",
    ),
    FindingCode(
        "travellers_missing", _W, _C, "The message names nobody.", "Send a NAD group for every person, or a closure or cancellation.",
    ),
    FindingCode(
        "count_exceeded", _W, _C, "The message names {counted} persons, more than the {declared} that CNT declares for the flight.",
        "Give the number of persons on the whole flight in CNT.",
    ),
    FindingCode(
        "segment_unknown", _W, _C, "The segment {tag} is not known here; it was kept, but not interpreted.",
        "Leave out segments that are not in the guide.",
    ),
    FindingCode(
        "segment_misplaced", _W, _C, "The segment {tag} does not belong here; it was kept, but not interpreted.",
        "Check the order of the segments.",
    ),
    FindingCode(
        "value_repeated", _W, _C, "{tag} is given again with another value; the first was taken.", "Send this segment once.",
    ),
    FindingCode("number_invalid", _W, _C, "A number was expected.", "Send digits only."),
    # The flight
    FindingCode(
        "designator_missing", _E, _C, "The flight has no designator.", "Send the flight number in TDT (8028), for example OR260.",
    ),
    FindingCode(
        "designator_invalid", _W, _C, "The flight designator cannot be split into carrier and number; it was kept as sent.",
        "Send carrier code and number together, for example OR260.",
    ),
    FindingCode(
        "carrier_contradicts", _W, _C, "The carrier in TDT (3127) is not that of the flight designator; the designator was taken.",
        "Send the same carrier code in both places.",
    ),
    FindingCode(
        "designators_differ", _I, _C, "The legs have different designators; that of the leg which crosses the border was taken.",
        "Nothing to do if the flight changes its number on the way.",
    ),
    FindingCode("port_missing", _E, _C, "The flight lacks its {which} port.", "Send LOC+125 and LOC+87 with the ports of the border leg."),
    FindingCode("port_unknown", _W, _C, "This port is not known; its time zone and country are unknown too.", "Send the IATA code of the airport."),
    FindingCode(
        "port_qualifier_unusual", _W, _C, "LOC+{qualifier} was read as a port of the route.", "Use LOC+125, LOC+87 and LOC+92 for the route.",
    ),
    FindingCode("ports_reversed", _W, _C, "The arrival port stands before the departure port.", "Send LOC+125 before LOC+87."),
    FindingCode(
        "border_leg_inferred", _I, _C, "No leg is marked as crossing the border; it was taken from the countries of the ports.",
        "Mark the leg that crosses the border with LOC+125 and LOC+87.",
    ),
    FindingCode(
        "border_leg_ambiguous", _W, _C, "Several legs are marked as crossing the border.",
        "Use LOC+125 and LOC+87 for exactly one leg, LOC+92 for the others.",
    ),
    FindingCode(
        "departure_time_missing", _E, _C, "The scheduled departure is missing.", "Send DTM+189 after the departure port.",
    ),
    FindingCode("arrival_time_missing", _W, _C, "The scheduled arrival is missing.", "Send DTM+232 after the arrival port."),
    FindingCode("time_invalid", _E, _C, "This is not a date and time.", "Send YYMMDDHHMM with the format code 201."),
    FindingCode(
        "time_format_differs", _I, _C, "The text has not the format that its code {declared} declares; it was read by its length.",
        "Send the format code that fits the text.",
    ),
    FindingCode("time_separator_wrong", _W, _C, "The time stands in an element of its own.", "Separate qualifier and time with the component separator."),
    FindingCode(
        "time_qualifier_unexpected", _W, _C, "DTM+{qualifier} does not fit the port it follows; {read_as}.",
        "Send DTM+189 after the departure port and DTM+232 after the arrival port.",
    ),
    FindingCode(
        "time_in_gap", _W, _C, "This local time does not exist: clocks are put forward then.", "Check the schedule around the change of clocks.",
    ),
    FindingCode(
        "time_in_fold", _I, _C, "This local time exists twice, as clocks are put back; the first was taken.",
        "Nothing to do, unless the second was meant.",
    ),
    FindingCode(
        "flight_time_implausible", _W, _C, "The arrival is {hours} hours from the departure by the local clocks.",
        "Check dates and times of departure and arrival.",
    ),
    # The person
    FindingCode("surname_missing", _E, _C, "This person has no name.", "Send the surname in NAD (C080.3036)."),
    FindingCode("name_in_wrong_element", _W, _C, "The name stands in the wrong element of NAD.", "Send the name in C080, the fourth element."),
    FindingCode("name_with_slash", _W, _C, "Surname and given names stand in one component, with a slash.", "Send them in two components of NAD."),
    FindingCode(
        "title_maybe_glued", _I, _C, "A title may be glued to the given names; they were left as sent.",
        "Leave titles out, or send them in a component of their own.",
    ),
    FindingCode("birth_date_missing", _E, _C, "This person has no birth date.", "Send DTM+329 with the birth date."),
    FindingCode("birth_date_invalid", _E, _C, "The birth date is not a date.", "Send YYMMDD, or CCYYMMDD with the format code 102."),
    FindingCode("birth_date_implausible", _W, _C, "The birth date lies in the future or too far in the past.", "Check the birth date."),
    FindingCode(
        "century_ambiguous", _I, _C, "The birth date has two digits for the year: a small child or a person over a hundred; the child was taken.",
        "Send CCYYMMDD with the format code 102.",
    ),
    FindingCode("sex_unknown", _W, _C, "This code for the sex is not known.", "Send M, F, X or U."),
    FindingCode("nationality_missing", _E, _C, "This person has no nationality.", "Send NAT+2 with the alpha-3 code."),
    FindingCode("country_unknown", _W, _C, "This country code is not known; it was kept.", "Send the alpha-3 code of the document."),
    FindingCode("country_converted", _I, _C, "The country was not sent as alpha-3; it was converted.", "Send the alpha-3 code of the document."),
    FindingCode("country_withdrawn", _W, _C, "This country code has been withdrawn.", "Send the code valid today, unless the document has this one."),
    FindingCode("country_specimen", _W, _C, "UTO is the country of specimen documents.", "Do not send specimen documents."),
    FindingCode("document_missing", _E, _C, "This person has no travel document.", "Send DOC with the document's type and number."),
    FindingCode("document_number_missing", _E, _C, "The document has no number.", "Send the number in DOC (C503.1004)."),
    FindingCode("document_type_missing", _W, _C, "The document has no type.", "Send the type in DOC (C002.1001), P for a passport."),
    FindingCode("document_issuer_missing", _W, _C, "The document has no issuing country.", "Send LOC+91 after the document."),
    FindingCode("document_expired", _W, _C, "The document expires before the flight.", "Check the expiry date."),
    FindingCode("date_invalid", _W, _C, "This is not a whole date; it was left out.", "Send YYMMDD, or CCYYMMDD with the format code 102."),
    FindingCode(
        "document_not_opened", _W, _C, "{tag} belongs to a document, but none is open; it was kept, but not interpreted.",
        "Send DOC before its DTM and LOC.",
    ),
    FindingCode("bag_tags_too_many", _W, _C, "More than {limit} bag tags; only the first was kept.", "Check the number of consecutive tags in FTX+BAG."),
    FindingCode(
        "traveller_repeated", _W, _C, "Two persons of this message have the same identity; both were kept.",
        "Give every person a reference of their own (RFF+ABO).",
    ),
    FindingCode(
        "reference_missing", _W, _C, "This entry of a closure has neither RFF+ABO nor RFF+AVF nor a name: nobody can be found by it.",
        "Send RFF+ABO as in the list before.",
    ),
    # The JSON form
    FindingCode("json_invalid", _E, _C, "The body is not valid JSON: {reason}.", "Send one manifest object, or a list of them, in UTF-8."),
    FindingCode("json_too_long", _E, _C, "The body has more than {limit} bytes.", "Send the flights one by one."),
    FindingCode("json_too_deep", _E, _C, "The JSON is nested deeper than {limit} levels.", "Send the manifest as the documentation shows it."),
    FindingCode("json_value_invalid", _E, _C, "At {pointer}: {reason}.", "Correct the value; the documentation shows every field."),
    FindingCode("json_field_unknown", _W, _C, "At {pointer}: this field is not known; it was left out.", "Check the spelling of the field."),
    FindingCode("json_traveller_refused", _E, _C, "At {pointer}: this traveller could not be read.", "Correct the values named in the other findings."),
)  # fmt: skip

FINDING_CODES: dict[str, FindingCode] = {row.code: row for row in _ROWS}
"""Every code there is. A code that is not here does not exist."""


def finding(code: str, location: Location | None = None, value: str | None = None, **facts: object) -> Finding:
    """The finding with this code. KeyError for a code that is not in the table: that is our mistake, never the input's.

    `value` is the offending text, only where it cannot be passenger data; `facts` fill the braces of the sentence.
    """
    row = FINDING_CODES[code]
    return Finding(
        code=code,
        severity=row.severity,
        fault=row.fault,
        message=row.sentence.format(**facts) if facts else row.sentence,
        remedy=row.remedy,
        location=location or Location(),
        value=value[:VALUE_CHARACTERS_MAX] if value is not None else None,
    )


VALUE_CHARACTERS_MAX = 80
"""Enough to recognise the offending text; a finding is not a copy of the message."""
