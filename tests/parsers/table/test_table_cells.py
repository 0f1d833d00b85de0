"""What a table says, cell by cell: dates in any order, numbers that lost their zeros, names, countries, totals, several flights."""

import pytest
from table_text import HEAD, NAMES, ROW, codes, manifest_of, read_one, read_text, traveller_of, with_cell

from parsers.table import read_manifest_table
from parsers.table.cells import Cell, CellKind, column_letters
from parsers.table.dates import DayOrder, day_order, read_clock, read_date, read_moment
from schemas.manifest import Function


def test_a_plain_table() -> None:
    message = read_text(HEAD + NAMES + ROW)
    assert message.findings == ()
    traveller = traveller_of(message)
    assert (traveller.surname, traveller.given_names, traveller.sex) == ("HOXHA", "ARBEN", "M")
    assert (traveller.birth_date, traveller.nationality) == ("1968-02-23", "ALB")
    [document] = traveller.documents
    assert (document.type, document.number, document.issuing_country, document.expires_on) == (
        "P", "BA0012345", "ALB", "2030-01-31",
    )  # fmt: skip
    assert traveller.raw == {}


@pytest.mark.parametrize(
    ("names", "row"),
    [
        ("Last Name;FIRST NAME;D.O.B.;Nationality;Passport No.;Passport country", "HOXHA;ARBEN;1968-02-23;ALB;BA0012345;ALB"),
        ("Nationalité\tPrénoms\tNom de famille\tdocument_number\tissuing-country\tDate of birth (YYYY-MM-DD) *\tDoc type",
         "ALB\tARBEN\tHOXHA\tBA0012345\tALB\t19680223\tPassport"),
    ],
)  # fmt: skip
def test_names_of_columns_are_taken_generously(names: str, row: str) -> None:
    delimiter = ";" if ";" in names else "\t"
    message = read_text(HEAD.replace(",", delimiter) + names + "\n" + row + "\n")
    assert codes(message) == []
    traveller = traveller_of(message)
    assert (traveller.surname, traveller.given_names, traveller.birth_date) == ("HOXHA", "ARBEN", "1968-02-23")
    assert (traveller.documents[0].type, traveller.documents[0].number) == ("P", "BA0012345")


@pytest.mark.parametrize(
    ("sent", "value", "code"),
    [
        ("1968-02-23", "1968-02-23", None),
        ("23/02/1968", "1968-02-23", None),
        ("23.02.1968", "1968-02-23", None),
        ("5.4.1968", "1968-04-05", None),
        ("23 FEB 1968", "1968-02-23", None),
        ("23-Feb-68", "1968-02-23", None),
        ("February 23, 1968", "1968-02-23", None),
        ("1968/2/3", "1968-02-03", None),
        ("02/23/1968", "1968-02-23", None),
        ("04/04/1968", "1968-04-04", None),
        ("00/00/1968", "1968", None),
        ("02/1968", "1968-02", None),
        ("1968", "1968", None),
        ("04/05/1968", "1968-05-04", "date_order_assumed"),
        ("31/02/1968", None, "birth_date_invalid"),
        ("soon", None, "birth_date_invalid"),
        ("2027-01-01", "2027-01-01", "birth_date_implausible"),
        ("01.02.24", "2024-02-01", "century_ambiguous"),
    ],
)
def test_birth_dates(sent: str, value: str | None, code: str | None) -> None:
    message = read_text(with_cell("birth date", sent))
    traveller = traveller_of(message)
    assert traveller.birth_date == value
    assert codes(message) == ([(code, 9, "D")] if code else [])
    assert traveller.raw.get("birth_date", sent) == sent
    assert ("birth_date" in traveller.raw) == (value != sent)


def test_other_dates_of_the_column_decide_the_order() -> None:
    rows = (
        ROW
        + ROW.replace("1968-02-23", "02/23/1968").replace("0012345", "2")
        + ROW.replace("1968-02-23", "04/05/1968").replace("0012345", "3")
    )
    message = read_text(HEAD + NAMES + rows)
    assert [person.birth_date for person in manifest_of(message).travellers] == ["1968-02-23", "1968-02-23", "1968-04-05"]
    assert codes(message) == [("date_order_inferred", 11, "D")]


def test_contradicting_dates_decide_nothing() -> None:
    assert day_order(["23/02/1968", "02/23/1968"]) is DayOrder.UNKNOWN
    assert day_order(["04/05/1968", "23/02/1968"]) is DayOrder.DAY_FIRST
    assert day_order(["04/05/1968", "23.02.1968"]) is DayOrder.UNKNOWN


@pytest.mark.parametrize(
    ("sent", "value"),
    [("10:10", "10:10"), ("1010", "10:10"), ("9.05", "09:05"), ("10:10:59", "10:10"), ("2:05 pm", "14:05"), ("12:30 AM", "00:30"),
     ("10:10+02:00", "10:10+02:00"), ("10:10Z", "10:10Z"), ("25:00", None), ("13:00 PM", None), ("noon", None)],
)  # fmt: skip
def test_clocks(sent: str, value: str | None) -> None:
    assert read_clock(Cell(sent)) == value


def test_moments_in_one_cell_or_two() -> None:
    day, both = Cell("01/03/2026"), Cell("13/03/2026 10:10")
    assert read_moment(both, None, DayOrder.UNKNOWN) == ("2026-03-13T10:10", None)
    assert read_moment(day, Cell("10:10"), DayOrder.DAY_FIRST) == ("2026-03-01T10:10", None)
    assert read_moment(day, None, DayOrder.UNKNOWN) == ("2026-03-01", "date_order_assumed")
    assert read_moment(Cell("202603011010"), None, DayOrder.UNKNOWN).text == "2026-03-01T10:10"
    assert read_moment(Cell("2026-03-01T10:10:00+02:00"), None, DayOrder.UNKNOWN).text == "2026-03-01T10:10+02:00"
    assert read_moment(Cell("2026-03-01", CellKind.DATE), Cell("10:10"), DayOrder.UNKNOWN).text == "2026-03-01T10:10"
    assert read_moment(Cell("tomorrow"), None, DayOrder.UNKNOWN).text is None


def test_a_bare_number_is_a_date_only_where_the_cell_is_a_number() -> None:
    assert read_date(Cell("24891", CellKind.NUMBER), DayOrder.UNKNOWN) == ("19680223", "date_serial_assumed")
    assert read_date(Cell("1968", CellKind.NUMBER), DayOrder.UNKNOWN) == ("1968", None)
    assert read_date(Cell("24891"), DayOrder.UNKNOWN) == ("24891", None)


@pytest.mark.parametrize(
    ("name", "sent", "code", "column"),
    [
        ("surname", "HOXHA/ARBEN", None, None),
        ("sex", "Q", "sex_unknown", "C"),
        ("nationality", "ZZZ", "country_unknown", "E"),
        ("nationality", "Albania", "country_converted", "E"),
        ("nationality", "", "nationality_missing", "E"),
        ("birth date", "", "birth_date_missing", "D"),
        ("document number", "", "document_number_missing", "G"),
        ("document number", "1,23E+11", "document_number_damaged", "G"),
        ("document type", "", "document_type_missing", "F"),
        ("document country", "", "document_issuer_missing", "H"),
        ("document expiry", "2025-01-01", "document_expired", "I"),
        ("document expiry", "never", "date_invalid", "I"),
        ("embarkation", "QQQQQ", "port_unknown", "J"),
        ("bags", "many", "number_invalid", "J"),
        ("kind", "mascot", "kind_unknown", "J"),
        ("given names", "=A1", "cell_formula_unresolved", "B"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(name: str, sent: str, code: str | None, column: str | None) -> None:
    message = read_text(with_cell(name, sent))
    assert traveller_of(message).surname == ("HOXHA/ARBEN" if name == "surname" else "HOXHA")
    assert codes(message) == ([(code, 9, column)] if code else [])
    for finding in message.findings:
        assert "DTM" not in finding.remedy
        assert "LOC" not in finding.remedy
        assert finding.value is None


def test_a_name_in_one_cell_is_taken_apart_and_said() -> None:
    message = read_text(
        HEAD + 'surname,birth date,nationality,passport number,passport country\n"HOXHA, ARBEN MR",1968-02-23,ALB,BA1,ALB\n'
    )
    traveller = traveller_of(message)
    assert (traveller.surname, traveller.given_names, traveller.title) == ("HOXHA", "ARBEN", "MR")
    assert codes(message) == [("name_with_slash", 9, "A")]


def test_visas_and_second_documents() -> None:
    names = NAMES.strip() + ",visa number,visa country,visa expiry\n"
    message = read_text(HEAD + names + ROW.strip() + ",00077,ITA,2027-01-01\n")
    passport, visa = traveller_of(message).documents
    assert (passport.type, visa.type, visa.number, visa.issuing_country) == ("P", "V", "00077", "ITA")
    assert message.findings == ()


def test_one_bad_row_does_not_spoil_the_table() -> None:
    rows = ROW + ",,,,,,,,\n;;;\n,,M,garbage,,,,,\n" + ROW.replace("HOXHA", "BERISHA").replace("0012345", "7")
    message = read_text(HEAD + NAMES + rows)
    assert [person.surname for person in manifest_of(message).travellers] == ["HOXHA", ";;;", "BERISHA"]
    assert ("row_without_traveller", 12, None) in codes(message)


def test_totals_are_no_travellers() -> None:
    message = read_text(HEAD + NAMES + ROW + "Total,1\n")
    assert codes(message) == [("row_total_skipped", 10, None)]
    assert manifest_of(message).declared_travellers == 1
    message = read_text(HEAD + NAMES + ROW + "TOTAL PAX: 2,,,,,,,,\n")
    assert [code for code, _, _ in codes(message)] == ["row_total_skipped", "total_differs"]
    assert len(manifest_of(message).travellers) == 1


def test_somebody_called_total_is_a_traveller() -> None:
    message = read_text(HEAD + NAMES + ROW.replace("HOXHA", "TOTAL"))
    assert traveller_of(message).surname == "TOTAL"


def test_unknown_columns_are_kept() -> None:
    message = read_text(HEAD + NAMES.strip() + ",shoe size\n" + ROW.strip() + ",43\n")
    assert codes(message) == [("column_unknown", 8, "J")]
    assert traveller_of(message).unknown_segments == ("shoe size:43",)


def test_several_flights_give_several_manifests() -> None:
    names = "flight,from,to,departure date,departure time,arrival date,arrival time," + NAMES
    rows = [
        "OR260,AMS,TIA,2026-03-01,10:10,2026-03-01,12:40," + ROW,
        "OR261,TIA,AMS,2026-03-01,14:00,2026-03-01,16:50," + ROW.replace("HOXHA", "BERISHA"),
        ",,,,,,," + ROW.replace("HOXHA", "KRASNIQI").replace("0012345", "8"),
        "OR260,AMS,TIA,2026-03-01,10:10,2026-03-01,12:40," + ROW.replace("HOXHA", "GASHI").replace("0012345", "9"),
    ]
    first, second = read_manifest_table((names + "".join(rows)).encode())
    assert [manifest_of(m).flight.flight_key for m in (first, second)] == ["OR260-AMS-2026-03-01", "OR261-TIA-2026-03-01"]
    assert [person.surname for person in manifest_of(first).travellers] == ["HOXHA", "GASHI"]
    assert [person.surname for person in manifest_of(second).travellers] == ["BERISHA", "KRASNIQI"]
    assert codes(first) == []
    assert codes(second) == [("flight_carried_down", 4, None)]
    assert manifest_of(first).manifest_id != manifest_of(second).manifest_id


def test_crew_is_a_list_of_its_own_unless_the_table_says_what_it_is() -> None:
    names = "kind," + NAMES
    rows = "crew," + ROW + "passenger," + ROW.replace("0012345", "2")
    crew, passengers = read_manifest_table((HEAD + names + rows).encode())
    assert (crew.function, passengers.function) == (Function.CREW_LIST, Function.PASSENGER_LIST)
    assert traveller_of(crew).kind == "crew"
    together = read_text("message,passenger list\n" + HEAD + names + rows)
    assert [person.kind for person in manifest_of(together).travellers] == ["crew", "passenger"]


def test_a_closure_names_people_by_reference() -> None:
    message = read_text("message,flight_close_not_on_board\n" + HEAD + "surname,passenger reference,seat\nHOXHA,P1,1A\n")
    assert message.findings == ()
    assert traveller_of(message).not_boarded is True


@pytest.mark.parametrize(
    ("head", "key"),
    [
        ("vessel,Pearl of the Sea\nfrom,ITBRI\nto,ALDRZ\n", "PEARLOFTHESEA?-ITBRI-2026-03-01"),
        ("registration,N123A\nfrom,AMS\nto,TIA\n", "N123A?-AMS-2026-03-01"),
        ("registration,PH-ABC\ncarrier,OR\nfrom,AMS\nto,TIA\n", "PHABC?-AMS-2026-03-01"),
        ("flight: OR260\nfrom: AMS,to: TIA\n", "OR260-AMS-2026-03-01"),
        ("carrier,flight,from,to\nOR,260,AMS,TIA\n", "OR260-AMS-2026-03-01"),
    ],
)
def test_ships_and_small_aircraft(head: str, key: str) -> None:
    times = "departure,2026-03-01 10:10\narrival,2026-03-01 12:40\n"
    message = read_text(head + times + NAMES + ROW)
    flight = manifest_of(message).flight
    assert flight.flight_key == key
    assert {code for code, _, _ in codes(message)} <= {"port_unknown"}
    assert flight.carrier == ("OR" if "OR" in head and "PEARL" not in key and "N123A" not in key else None)


def test_without_a_flight_nothing_is_accepted_and_everybody_is_named() -> None:
    message = read_text(NAMES + ROW + ROW)
    assert message.manifest is None
    assert codes(message) == [("flight_missing", 2, None), ("flight_missing", 3, None)]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "input_empty"), (b" \n", "input_empty"), (b"hello", "table_header_missing"), (b"\x00\x01", "table_unreadable"),
     (b"PK\x03\x04 no zip", "table_unreadable"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table_unreadable")],
)  # fmt: skip
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    message = read_one(data)
    assert message.manifest is None
    assert [name for name, _, _ in codes(message)] == [code]


def test_older_encodings_are_recognised_and_said() -> None:
    text = HEAD + NAMES + ROW.replace("HOXHA", "MÜLLER").replace("ARBEN", "ZOË")
    western = read_one(text.encode("cp1252"))
    assert codes(western) == [("text_encoding_assumed", None, None)]
    assert (traveller_of(western).surname, traveller_of(western).given_names) == ("MÜLLER", "ZOË")
    central = read_one(text.replace("MÜLLER", "WAŁĘSA").replace("ZOË", "ŚWIĘTOSŁAW").encode("cp1250"))
    assert (traveller_of(central).surname, traveller_of(central).given_names) == ("WAŁĘSA", "ŚWIĘTOSŁAW")


def test_a_quotation_mark_that_nobody_closed_costs_nobody() -> None:
    message = read_text(HEAD + NAMES + ROW.replace("HOXHA", '"HOXHA') + ROW.replace("0012345", "2") * 1)
    assert len(manifest_of(message).travellers) == 2
    assert codes(message) == [("quote_unclosed", 9, None)]


def test_quoted_cells_may_hold_delimiters_and_line_breaks() -> None:
    message = read_text(HEAD + '"surname","given\nnames","birth date",nationality,passport number,passport country,address\n'
                        'HOXHA,"ARBEN ""BENI""",1968-02-23,ALB,BA1,ALB,"Rruga 1,\r\n1001 Tirana"\n')  # fmt: skip
    assert message.findings == ()
    traveller = traveller_of(message)
    assert traveller.given_names == 'ARBEN "BENI"'
    assert traveller.address is not None
    assert traveller.address.street == "Rruga 1, 1001 Tirana"


def test_column_letters() -> None:
    assert [column_letters(at) for at in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
