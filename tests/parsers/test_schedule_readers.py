"""Schedules in: SSIM by its columns, our table by its header; whatever else comes is reported, never raised."""

from collections.abc import Iterable
from datetime import date

import pytest
import ssim_records as ssim
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.schedule import ScheduleFault, ScheduleItem, ScheduleReader, SsimReader, TableReader
from parsers.schedule.reading import LINE_BYTES_MAX
from schemas.schedule import ScheduledLeg, ScheduledTime, TimeMode, flights_between

HEADER = "carrier,flight_number,departure_port,arrival_port,departure_time,arrival_time,first_day,last_day"
ROW = "OS,0841,VIE,TIA,10:15,1150,2026-03-29,2026-10-24"


def read(reader: ScheduleReader, data: bytes) -> list[ScheduleItem]:
    return [*reader.feed(data), *reader.close()]


def legs(items: Iterable[ScheduleItem]) -> list[ScheduledLeg]:
    return [item for item in items if isinstance(item, ScheduledLeg)]


def faults(items: Iterable[ScheduleItem]) -> list[ScheduleFault]:
    return [item for item in items if isinstance(item, ScheduleFault)]


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows]).encode()


def test_a_leg_record_by_its_columns() -> None:
    items = read(SsimReader(), ssim.file(ssim.leg()))
    departure = ScheduledTime("VIE", 615, 0, 120)
    assert items == [
        ScheduledLeg(
            carrier="OS",
            number="841",
            suffix=None,
            variation="01",
            leg=1,
            service_type="J",
            first_day=date(2026, 3, 29),
            last_day=date(2026, 10, 24),
            days="135",
            weeks=1,
            mode=TimeMode.LOCAL,
            departure=departure,
            arrival=ScheduledTime("TIA", 710, 0, 120),
            origin=departure,
        )
    ]


def test_the_time_mode_and_negative_offsets() -> None:
    data = ssim.file(ssim.leg(at37="JFK", at48="-0430"), carrier=ssim.CARRIER.replace("2L", "2U"))
    [leg] = legs(read(SsimReader(), data))
    assert (leg.mode, leg.departure.utc_offset_minutes) == (TimeMode.UTC, -270)


def test_legs_of_one_flight_begin_where_the_first_begins() -> None:
    second = ssim.leg(at12="02", at37="TIA", at40="1230", at44="1230", at55="PRN", at193="11")
    other = ssim.leg(at6=" 900", at12="02")
    first, later, alone = legs(read(SsimReader(), ssim.file(ssim.leg(at37="LHR"), second, other)))
    assert first.origin == later.origin == first.departure
    assert (later.departure.day, later.arrival.day, later.leg) == (1, 1, 2)
    assert alone.origin == alone.departure
    [flight] = flights_between(later, date(2026, 3, 30), date(2026, 3, 30))
    assert flight.flight_keys == ("OS841-LHR-2026-03-30", "OS841-TIA-2026-03-31")


def test_another_itinerary_variation_is_another_flight() -> None:
    one, other = legs(read(SsimReader(), ssim.file(ssim.leg(at37="LHR"), ssim.leg(at10="02", at12="02"))))
    assert (one.variation, other.variation) == ("01", "02")
    assert other.origin == other.departure


def test_a_leg_operated_under_another_number_is_a_duplicate() -> None:
    reader = SsimReader()
    found = legs(read(reader, ssim.file(ssim.leg(), ssim.segment("050"), ssim.leg(at6=" 842"), ssim.segment("010"))))
    assert ([leg.number for leg in found], reader.duplicates) == (["842"], 1)


def test_suffix_frequency_passenger_times_and_open_end() -> None:
    [leg] = legs(
        read(SsimReader(), ssim.file(ssim.leg(at2="A", at36="2", at40="1010", at44="1020", at22="00XXX00", at193="J ")))
    )
    assert (leg.suffix, leg.weeks, leg.departure.minutes, leg.last_day.year) == ("A", 2, 610, 2099)
    assert (leg.departure.day, leg.arrival.day) == (-1, 0)
    [aircraft] = legs(read(SsimReader(), ssim.file(ssim.leg(at40="    "))))
    assert aircraft.departure.minutes == 615


@pytest.mark.parametrize(
    "changed",
    [
        {"at3": "?? "},
        {"at6": "ABCD"},
        {"at6": "0000"},
        {"at12": "XX"},
        {"at14": "\x00"},
        {"at15": "31FEB26"},
        {"at15": "29MÄR26"},
        {"at22": "01JAN26"},
        {"at29": "       "},
        {"at29": "1 9    "},
        {"at37": "V1E"},
        {"at40": "2560"},
        {"at58": "    ", "at62": "    "},
        {"at193": "Z0"},
        {"at10": "\x00\x01"},
    ],
)
def test_a_bad_leg_is_reported_with_its_line_and_the_next_is_read(changed: dict[str, str]) -> None:
    data = ssim.file(ssim.leg(**changed), ssim.leg(at6=" 842")).decode().encode("latin-1")
    items = read(SsimReader(), data)
    assert [fault.line for fault in faults(items)] == [3]
    assert [leg.number for leg in legs(items)] == ["842"]


def test_without_a_time_mode_no_leg_is_guessed() -> None:
    items = read(SsimReader(), ssim.file(ssim.leg(), carrier="2X" + ssim.CARRIER[2:]))
    assert [fault.line for fault in faults(items)] == [2, 3]
    assert not legs(items)


def test_a_row_of_the_table() -> None:
    [leg] = read(TableReader(), table(ROW))
    assert isinstance(leg, ScheduledLeg)
    assert (leg.carrier, leg.number, leg.days, leg.mode, leg.service_type) == ("OS", "841", "1234567", TimeMode.LOCAL, "J")
    assert (leg.departure, leg.arrival) == (ScheduledTime("VIE", 615), ScheduledTime("TIA", 710))
    assert leg.origin == leg.departure


def test_optional_columns_and_a_byte_order_mark() -> None:
    header = HEADER + ",suffix,days,arrival_day,time_mode,weeks"
    [leg] = legs(read(TableReader(), b"\xef\xbb\xbf" + table(ROW + ",a,51,1,UTC,2", header=header)))
    assert (leg.suffix, leg.days, leg.arrival.day, leg.mode, leg.weeks) == ("A", "15", 1, TimeMode.UTC, 2)


@pytest.mark.parametrize(
    "row",
    [
        ROW.replace("VIE", "Vienna"),
        ROW.replace("10:15", "quarter past"),
        ROW.replace("10:15", "24:01"),
        ROW.replace("2026-03-29", "1926-03-29"),
        ROW.replace("2026-03-29", "2027-03-29"),
        ROW + ",x",
        '"' + ROW,
        ROW.replace("OS", "\udcff"),
    ],
)
def test_a_bad_row_is_reported_and_the_next_is_read(row: str) -> None:
    items = read(TableReader(), table() + b"\n" + row.encode("utf-8", "surrogateescape") + b"\n" + ROW.encode())
    assert [fault.line for fault in faults(items)] == [2]
    assert len(legs(items)) == 1


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"carrier,flight\n" + ROW.encode(), HEADER.encode() + b",carrier\n" + ROW.encode()]
)
def test_a_table_without_a_header_has_no_row(data: bytes) -> None:
    items = read(TableReader(), data)
    assert len(faults(items)) == 1
    assert not legs(items)


def test_a_line_without_end_is_one_fault_and_not_kept() -> None:
    reader = TableReader()
    items = [item for _ in range(50) for item in reader.feed(b"x" * LINE_BYTES_MAX)]
    items += [*reader.feed(b"\n" + table(ROW)), *reader.close()]
    assert ([fault.line for fault in faults(items)], len(legs(items))) == ([1], 1)


_LINES = st.one_of(
    st.binary(max_size=250),
    st.sampled_from([ssim.leg().encode(), ssim.segment("050").encode(), ssim.CARRIER.encode(), HEADER.encode(), ROW.encode()]),
)


def _mutated(line: bytes, at: int, byte: int) -> bytes:
    return line[: at % (len(line) + 1)] + bytes([byte]) + line[at % (len(line) + 1) + 1 :]


@given(
    st.lists(st.builds(_mutated, _LINES, st.integers(0, 200), st.integers(0, 255)), max_size=8),
    st.sampled_from([SsimReader, TableReader]),
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_legs_that_can_be_expanded_and_faults(lines: list[bytes], reader: type[ScheduleReader]) -> None:
    head = [HEADER.encode()] if reader is TableReader else [ssim.CARRIER.encode()]
    for item in read(reader(), b"\n".join(head + lines)):
        if isinstance(item, ScheduleFault):
            assert item.line >= 1
            assert item.message.endswith(".")
        else:
            assert all(text.isprintable() for text in item if isinstance(text, str))
            assert (
                len(list(flights_between(item, item.first_day, min(item.last_day, date(item.first_day.year, 12, 31))))) <= 366
            )


@given(st.lists(st.integers(1, 400), max_size=12), st.sampled_from([(SsimReader, "ssim"), (TableReader, "table")]))
@settings(max_examples=60, deadline=None)
def test_however_the_bytes_are_cut(cuts: list[int], kind: tuple[type[ScheduleReader], str]) -> None:
    reader, name = kind
    data = ssim.file(ssim.leg(), ssim.leg(at6="XXXX"), ssim.segment("050")) if name == "ssim" else table(ROW, "x", ROW)
    cut_reader, items, start = reader(), list[ScheduleItem](), 0
    for cut in cuts:
        items += cut_reader.feed(data[start : start + cut])
        start += cut
    items += [*cut_reader.feed(data[start:]), *cut_reader.close()]
    assert items == read(reader(), data)
