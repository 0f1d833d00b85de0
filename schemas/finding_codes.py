"""The closed table of findings: what each code means, how bad it is, who can mend it, and how.

Sentences speak to the engineer at the carrier who reads the receipt. Words in braces are facts given by the reader; a fact is
never passenger data. A row is three lines: code, severity and fault; what was seen; what to do about it.
"""

from typing import NamedTuple

from schemas.finding import Fault, Finding, Location, Severity

VALUE_CHARACTERS_MAX = 80
"""Enough to recognise the offending text; a finding is not a copy of the message."""

_TABLE = """
input_empty error carrier
    The input is empty.
    Send the interchange in the body of the request.
interchange_absent error carrier
    No UN/EDIFACT interchange was found: no UNA or UNB segment.
    Send a whole interchange, from UNB to UNZ, as plain text.
interchange_header_missing error carrier
    The interchange starts without UNB; the default separators were assumed.
    Begin every interchange with UNB.
separators_invalid error carrier
    The service characters given in UNA are not six different separators.
    Send UNA with exactly six characters, all different from one another, none a letter or a digit.
separators_assumed warning carrier
    UNA is malformed; other separators were taken: {separators}.
    Send UNA with exactly six characters directly before UNB, or leave it out.
interchange_unterminated error network
    The interchange ends without UNZ: its end may have been lost.
    Send the interchange again, whole; check the length limits of the way it came.
interchange_empty error carrier
    The interchange contains no message.
    Leave out interchanges without a message.
interchange_reference_differs warning carrier
    The control reference of UNZ is not that of UNB.
    Repeat the reference of UNB (0020) in UNZ.
interchange_count_differs warning carrier
    UNZ counts {declared}, but {counted} were found.
    Count groups in UNZ where UNG is used, else messages.
group_reference_differs warning carrier
    The group reference of UNE is not that of UNG.
    Repeat the reference of UNG (0048) in UNE.
group_count_differs warning carrier
    UNE counts {declared} messages, but {counted} were found.
    Count the group's messages in UNE.
group_unterminated warning carrier
    The group that UNG opened is not closed by UNE.
    Close every UNG with UNE.
group_not_opened warning carrier
    UNE closes a group that no UNG opened.
    Send UNG and UNE in pairs, or neither.
segment_out_of_place warning carrier
    The segment {tag} stands where it may not; it was skipped.
    Check the order of the envelope segments.
segment_unterminated error network
    The last segment has no terminator and was not read.
    Send the interchange again, whole; check the length limits of the way it came.
final_terminator_missing warning carrier
    The last segment has no terminator; it was read all the same.
    End the last segment with the terminator too.
segment_too_long error carrier
    A segment of more than {limit} bytes was skipped.
    Check for a missing segment terminator.
message_too_long error carrier
    The message has more than {limit} segments; the rest was not read.
    Split the report into several messages.
interchange_too_long error carrier
    The interchange has more than {limit} messages; the rest was not read.
    Send the messages in several interchanges.
findings_too_many warning carrier
    This message has more than {limit} findings; the others are left out.
    Mend those shown and send the message again.
character_set_undeclared warning carrier
    Characters outside the declared set {declared}; they were read as {read_as}.
    Declare the character set in UNB (UNOC for ISO 8859-1, UNOY for UTF-8), or keep to it.
text_wrapped info network
    Line breaks inside segments were removed.
    Send each segment without line breaks inside it.
repetition_dropped warning carrier
    An element is repeated; only the first occurrence was read.
    Send the element once.
message_header_missing error carrier
    Segments stand outside any message: UNH is missing.
    Begin every message with UNH.
message_unterminated error network
    The message ends without UNT: its end may have been lost.
    Send the message again, whole; the travellers that are complete were read.
message_reference_differs error carrier
    The reference of UNT is not that of UNH; the message was refused.
    Repeat the reference of UNH (0062) in UNT and send the message again.
message_count_differs warning carrier
    UNT counts {declared} segments, but {counted} were found.
    Count the segments from UNH to UNT, both included.
message_type_unsupported error carrier
    Messages of the type {message_type} are not read here.
    Send passenger and crew lists as PAXLST.
message_type_missing warning carrier
    UNH gives no message type; the message was read as PAXLST.
    Give the type in UNH, for example PAXLST:D:12B:UN:IATA.
layout_superseded error carrier
    This is the older US layout with PDT segments, which is not read here.
    Send the UN/EDIFACT PAXLST of directory D.02B or newer.
transport_unsupported error carrier
    This is a land-mode manifest, which is not read here.
    Send air passenger lists only.
function_missing error carrier
    BGM is missing; the message was read as {read_as}.
    Say in BGM what the message is (745, 250, 266, ...).
function_unknown warning carrier
    The combination of codes in BGM is not known; the message was read as {read_as}.
    Use the codes of the WCO/IATA/ICAO guide in BGM.
flight_missing error carrier
    No flight can be read: neither a designator nor a port.
    Send TDT with the flight designator, and LOC with the ports.
travellers_missing warning carrier
    The message names nobody.
    Send a NAD group for every person, or a closure or cancellation.
count_exceeded warning carrier
    The message names {counted} persons, more than the {declared} that CNT declares for the flight.
    Give the number of persons on the whole flight in CNT.
segment_unknown warning carrier
    The segment {tag} is not known here; it was kept, but not interpreted.
    Leave out segments that are not in the guide.
qualifier_unknown info carrier
    {tag} with this qualifier is not known here; it was kept, but not interpreted.
    Leave out qualifiers that are not in the guide.
segment_misplaced warning carrier
    The segment {tag} does not belong here; it was kept, but not interpreted.
    Check the order of the segments.
value_repeated warning carrier
    {tag} is given again with another value; the first was taken.
    Send this segment once.
number_invalid warning carrier
    A number was expected.
    Send digits only.
designator_missing error carrier
    The flight has no designator.
    Send the flight number in TDT (8028), for example OR260.
designator_invalid warning carrier
    The flight designator cannot be split into carrier and number; it was kept as sent.
    Send carrier code and number together, for example OR260.
carrier_contradicts warning carrier
    The carrier in TDT (3127) is not that of the flight designator; the designator was taken.
    Send the same carrier code in both places.
designators_differ info carrier
    The legs have different designators; that of the leg which crosses the border was taken.
    Nothing to do if the flight changes its number on the way.
port_missing error carrier
    The flight lacks its {which} port.
    Send LOC+125 and LOC+87 with the ports of the border leg.
port_unknown warning carrier
    This port is not known; its time zone and country are unknown too.
    Send the IATA code of the airport.
port_qualifier_unusual warning carrier
    LOC+{qualifier} was read as a port of the route.
    Use LOC+125, LOC+87 and LOC+92 for the route.
ports_reversed warning carrier
    The arrival port stands before the departure port.
    Send LOC+125 before LOC+87.
border_leg_inferred info carrier
    No leg is marked as crossing the border; it was taken from the countries of the ports.
    Mark the leg that crosses the border with LOC+125 and LOC+87.
border_leg_ambiguous warning carrier
    Several legs are marked as crossing the border.
    Use LOC+125 and LOC+87 for exactly one leg, LOC+92 for the others.
departure_time_missing error carrier
    The scheduled departure is missing.
    Send DTM+189 after the departure port.
arrival_time_missing warning carrier
    The scheduled arrival is missing.
    Send DTM+232 after the arrival port.
time_invalid error carrier
    This is not a date and time.
    Send YYMMDDHHMM with the format code 201.
time_format_differs info carrier
    The text has not the format that its code {declared} declares; it was read by its length.
    Send the format code that fits the text.
time_separator_wrong warning carrier
    The time stands in an element of its own.
    Separate qualifier and time with the component separator.
time_qualifier_unexpected warning carrier
    DTM+{qualifier} does not fit the port it follows; {read_as}.
    Send DTM+189 after the departure port and DTM+232 after the arrival port.
time_in_gap warning carrier
    This local time does not exist: clocks are put forward then.
    Check the schedule around the change of clocks.
time_in_fold info carrier
    This local time exists twice, as clocks are put back; the first was taken.
    Nothing to do, unless the second was meant.
flight_time_implausible warning carrier
    The arrival is {hours} hours from the departure by the local clocks.
    Check dates and times of departure and arrival.
person_qualifier_unknown warning carrier
    This qualifier of NAD is not known; the person was read as a passenger.
    Send FL, FM, DDU, DDT or ZZZ for people.
person_tag_damaged error network
    The segment {tag} names a person but is not NAD; it was read as NAD.
    Send the message again, whole; check the characters that the way it came can carry.
person_start_missing error network
    Another birth date without a NAD before it: the segments from here on were read as a further person without a name.
    Send the message again, whole; begin every person with NAD and give one birth date for each.
names_maybe_swapped info carrier
    The surname is a common given name and the given names are not; they may be in each other's place, and were left as sent.
    Send the surname in the first component of C080, the given names in the second.
surname_missing error carrier
    This person has no name.
    Send the surname in NAD (C080.3036).
name_in_wrong_element warning carrier
    The name stands in the wrong element of NAD.
    Send the name in C080, the fourth element.
name_with_slash warning carrier
    Surname and given names stand in one component, with a slash.
    Send them in two components of NAD.
name_parts_too_many warning carrier
    The name has too many words; only the first 64 are compared with watchlists.
    Send the name as it stands in the document's machine readable zone.
title_maybe_glued info carrier
    A title may be glued to the given names; they were left as sent.
    Leave titles out, or send them in a component of their own.
birth_date_missing error carrier
    This person has no birth date.
    Send DTM+329 with the birth date.
birth_date_invalid error carrier
    The birth date is not a date.
    Send YYMMDD, or CCYYMMDD with the format code 102.
birth_date_implausible warning carrier
    The birth date lies in the future or too far in the past.
    Check the birth date.
century_ambiguous info carrier
    The birth date has two digits for the year: a small child or a person over a hundred; the child was taken.
    Send CCYYMMDD with the format code 102.
sex_unknown warning carrier
    This code for the sex is not known.
    Send M, F, X or U.
nationality_missing error carrier
    This person has no nationality.
    Send NAT+2 with the alpha-3 code.
country_unknown warning carrier
    This country code is not known; it was kept.
    Send the alpha-3 code of the document.
country_converted info carrier
    The country was not sent as alpha-3; it was converted.
    Send the alpha-3 code of the document.
country_withdrawn warning carrier
    This country code has been withdrawn.
    Send the code valid today, unless the document has this one.
country_specimen warning carrier
    UTO is the country of specimen documents.
    Do not send specimen documents.
document_missing error carrier
    This person has no travel document.
    Send DOC with the document's type and number.
document_number_missing error carrier
    The document has no number.
    Send the number in DOC (C503.1004).
document_type_missing warning carrier
    The document has no type.
    Send the type in DOC (C002.1001), P for a passport.
document_issuer_missing warning carrier
    The document has no issuing country.
    Send LOC+91 after the document.
document_expired warning carrier
    The document expires before the flight.
    Check the expiry date.
date_invalid warning carrier
    This is not a whole date; it was left out.
    Send YYMMDD, or CCYYMMDD with the format code 102.
document_not_opened warning carrier
    {tag} belongs to a document, but none is open; it was kept, but not interpreted.
    Send DOC before its DTM and LOC.
bag_tags_too_many warning carrier
    More than {limit} bag tags; only the first was kept.
    Check the number of consecutive tags in FTX+BAG.
traveller_repeated warning carrier
    Two persons of this message have the same identity; both were kept.
    Give every person a reference of their own (RFF+ABO).
reference_missing warning carrier
    This entry of a closure has neither RFF+ABO nor RFF+AVF nor a name: nobody can be found by it.
    Send RFF+ABO as in the list before.
carrier_absent error carrier
    The flight names no carrier, so it cannot be seen to be yours; the message was refused.
    Send the flight number in TDT (8028) with your carrier code, for example OR260.
flight_unprintable error carrier
    The flight's designator or ports contain control characters or are far too long; the message was refused.
    Send designator and ports as in the schedule, for example OR260 from AMS to TIA.
flight_departed error carrier
    The flight departed more than {hours} hours ago; the message was refused.
    Send passenger lists before departure; the border check is over now.
json_invalid error carrier
    The body is not valid JSON: {reason}.
    Send one manifest object, or a list of them, in UTF-8.
json_too_long error carrier
    The body has more than {limit} bytes.
    Send the flights one by one.
json_too_deep error carrier
    The JSON is nested deeper than {limit} levels.
    Send the manifest as the documentation shows it.
json_value_invalid error carrier
    At {pointer}: {reason}.
    Correct the value; the documentation shows every field.
json_field_unknown warning carrier
    At {pointer}: this field is not known; it was left out.
    Check the spelling of the field.
json_traveller_refused error carrier
    At {pointer}: this traveller could not be read.
    Correct the values named in the other findings.
table_unreadable error carrier
    The table cannot be read: {reason}.
    Send CSV in UTF-8, or an XLSX workbook without a password, as in the template.
table_too_large error carrier
    The table has more than {limit} {what}; the rest was not read.
    Send the flights one by one, in the layout of the template.
table_header_missing error carrier
    No row names the columns.
    Start from the template; a row with the names of the columns must stand above the travellers.
table_rows_above warning carrier
    This row stands above the names of the columns and is no part of the flight; it was not read.
    Put travellers below the row with the names of the columns.
column_unknown warning carrier
    The name of this column is not known; its values were kept, but not interpreted.
    Name the column as in the template.
column_repeated warning carrier
    Two columns have the same meaning; the first was taken.
    Leave out one of the two columns.
sheet_hidden info carrier
    Sheet {sheet} of the workbook is hidden; it was not read.
    Show the sheet if its travellers are meant to be read.
sheet_without_travellers info carrier
    Sheet {sheet} of the workbook names no columns of travellers; it was not read.
    Put the row with the names of the columns above the travellers of every sheet.
row_without_traveller warning carrier
    This row has values, but names nobody; it was left out.
    Give at least a surname or a document in every row, and nothing below the last traveller.
row_total_skipped info carrier
    This row is a total; it was not read as a traveller.
    Nothing to do; the row may as well be left out.
total_differs warning carrier
    The total says {declared}, but {counted} persons were read.
    Check that no row is missing.
flight_carried_down info carrier
    This row does not name its flight; that of the row above was taken.
    Repeat the flight in every row, or give it once above the table.
cell_formula info carrier
    The cell holds a formula; the result that the workbook stores was taken.
    Send values instead of formulas.
cell_formula_unresolved error carrier
    The cell holds a formula without a result; formulas are never evaluated.
    Send values instead of formulas.
cell_error warning carrier
    The cell holds an error of the spreadsheet program; it was left out.
    Correct the cell.
cell_too_long warning carrier
    The cell has more than {limit} characters; the rest was cut off.
    Check the cell.
cell_number_as_text warning carrier
    The cell holds a number: zeros at its beginning may have been lost.
    Format the column as text before filling it in.
document_number_damaged error carrier
    The document number was turned into a rounded number; it was left out.
    Format the column as text before filling it in.
date_order_assumed warning carrier
    Day and month cannot be told apart; the day was taken to stand first.
    Send dates as YYYY-MM-DD.
date_order_inferred info carrier
    Other dates of this column show that the month stands first; this one was read so.
    Send dates as YYYY-MM-DD.
date_serial_assumed warning carrier
    The cell holds a bare number; it was read as the date that spreadsheets mean by it.
    Format the column as a date, or send dates as YYYY-MM-DD.
quote_unclosed warning carrier
    A quotation mark is not closed; it was read as part of the text.
    Write a quotation mark inside quoted text twice.
text_encoding_assumed warning carrier
    The text is not UTF-8; it was read as {read_as}.
    Save the table as CSV in UTF-8.
kind_unknown warning carrier
    This kind of traveller is not known; the person was read as a passenger.
    Send passenger, crew or transit.
"""


class FindingCode(NamedTuple):
    """One row: `sentence` says what was seen, `remedy` what to do about it."""

    code: str
    severity: Severity
    fault: Fault
    sentence: str
    remedy: str


def _rows() -> dict[str, FindingCode]:
    lines = _TABLE.strip().splitlines()
    rows = {}
    for head, sentence, remedy in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        code, severity, fault = head.split()
        assert code not in rows, code
        rows[code] = FindingCode(code, Severity(severity), Fault(fault), sentence.strip(), remedy.strip())
    return rows


FINDING_CODES: dict[str, FindingCode] = _rows()
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
