"""The messages a carrier certifies its system against: each with the answer it must get.

python -m api_service.sandbox.certification            rewrite docs/carriers/certification/ and the table of its page
python -m api_service.sandbox.certification --check    exit 1 if anything there is out of date

Good messages come from our own writer; a faulty one is a good one with one thing broken. The people do not exist; the flights
are those of the designator ZZ, years ahead, so that no message is ever too late.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api_service.sandbox.flights import airport
from parsers.edifact.writer import Separators
from parsers.paxlst.writer import WriteOptions, split_parts, write_paxlst, write_paxlst_interchange
from schemas.flight import Flight, Leg, flight_key
from schemas.manifest import Function, Manifest, Message, ReportingParty
from schemas.travel_document import TravelDocument
from schemas.traveller import References, Sex, Traveller, TravellerKind

DOCS = Path(__file__).resolve().parents[2] / "docs" / "carriers"
FOLDER = DOCS / "certification"
PAGE = DOCS / "certification.md"
BEGIN = "<!-- table: made by `python -m api_service.sandbox.certification` -->\n"
END = "<!-- end of table -->"
CARRIER = "ZZ"

_PREPARED = datetime(2030, 6, 3, 6, 30, tzinfo=UTC)
_MESSAGE = Message(directory="D:15B", agency="UN", association="IATA", reference="1", access_reference="ZZ420/300603/1015")
_OPTIONS = WriteOptions(line_break="\r\n", long_birth_dates=True, control_reference="CERT01")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a message of the interchange must be answered. `codes` are those of its findings, in any order."""

    status: str
    function: str | None
    travellers: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One file: `http_status` is that of `POST /v1/manifests/validate`."""

    name: str
    title: str
    body: bytes
    http_status: int
    messages: tuple[Expected, ...]


def _leg(departure: str, arrival: str, departs: str, arrives: str, border: bool = True) -> Leg:
    def at(port: str, local: str) -> datetime:
        return datetime.fromisoformat(f"{local}:00").replace(tzinfo=airport(port).zone())

    return Leg(
        departure_port=departure,
        arrival_port=arrival,
        scheduled_departure=at(departure, departs),
        scheduled_arrival=at(arrival, arrives),
        departure_local=departs,
        arrival_local=arrives,
        crosses_border=border,
    )


def _flight(*legs: Leg) -> Flight:
    border = next(leg for leg in legs if leg.crosses_border)
    return Flight(
        flight_key=flight_key(CARRIER, "420", None, legs[0].departure_port, "2030-06-03"),
        carrier=CARRIER,
        number="420",
        designator=f"{CARRIER}420",
        departure_port=border.departure_port,
        arrival_port=border.arrival_port,
        scheduled_departure=border.scheduled_departure,
        scheduled_arrival=border.scheduled_arrival,
        legs=legs,
    )


_ONE_LEG = _flight(_leg("VIE", "TIA", "2030-06-03T10:15", "2030-06-03T11:50"))
_TWO_LEGS = _flight(
    _leg("GRZ", "VIE", "2030-06-03T08:30", "2030-06-03T09:10", border=False),
    _leg("VIE", "TIA", "2030-06-03T10:15", "2030-06-03T11:50"),
)
_PEOPLE = (
    ("PROVA", "ARTA", Sex.FEMALE, "1984-02-17", "ALB", "BX1234567"),
    ("MUSTER", "JOHANN GEORG", Sex.MALE, "1969-11-30", "AUT", "P7654321"),
    ("ESEMPIO", "LUCIA", Sex.FEMALE, "2018-07-04", "ITA", "YB2468013"),
    ("ORNEK", "DENIZ", Sex.UNSPECIFIED, "1991-05-09", "TUR", "U13579246"),
)


def _traveller(number: int, kind: TravellerKind = TravellerKind.PASSENGER) -> Traveller:
    surname, given, sex, birth, country, document = _PEOPLE[number]
    crew = kind is TravellerKind.CREW
    return Traveller(
        traveller_id="",
        kind=kind,
        surname=surname,
        given_names=given,
        sex=sex,
        birth_date=birth,
        nationality=country,
        embarkation="VIE",
        disembarkation="TIA",
        references=References(booking=None if crew else f"CERT0{number}", passenger=f"ZZ42000{number}"),
        documents=(TravelDocument(type="P", number=document, issuing_country=country, expires_on="2034-12-31"),),
        crew_role="CR1" if crew else None,
    )


def _manifest(function: Function, travellers: tuple[Traveller, ...] = (), flight: Flight = _ONE_LEG) -> Manifest:
    return Manifest(
        manifest_id="",
        message=_MESSAGE,
        function=function,
        sender="ZZAPIS",
        recipient="ALBAPIS",
        prepared_at=_PREPARED,
        reporting_party=ReportingParty(name="ZZ APIS DESK", telephone="4312345678", email="APIS@EXAMPLE.ORG"),
        flight=flight,
        travellers=travellers,
        declared_travellers=len(travellers) or None,
        test=True,
    )


def _written(function: Function, *numbers: int, **options: Any) -> bytes:
    return write_paxlst(_manifest(function, tuple(map(_traveller, numbers))), _with(**options))


def _with(**options: Any) -> WriteOptions:
    fields = {name: getattr(_OPTIONS, name) for name in WriteOptions.__slots__}
    return WriteOptions(**fields | options)


def _reference_only(number: int, not_boarded: bool) -> Traveller:
    return Traveller(traveller_id="", references=_traveller(number).references, not_boarded=not_boarded)


def _changed(body: bytes, *pairs: tuple[str, str]) -> bytes:
    """The body with the first occurrence of each text replaced."""
    for old, new in pairs:
        assert old.encode() in body, old
        body = body.replace(old.encode(), new.encode(), 1)
    return body


def cases() -> Iterator[Case]:
    """All of them, good ones first."""
    yield from _good_lists()
    yield from _good_lives()
    yield from _faulty_people()
    yield from _faulty_messages()


def _good_lists() -> Iterator[Case]:
    fine = "accepted"
    listed = Expected(fine, "passenger_list", 4)
    yield Case("01_passenger_list", "A passenger list", _written(Function.PASSENGER_LIST, 0, 1, 2, 3), 200, (listed,))
    parts = split_parts(_manifest(Function.PASSENGER_LIST, tuple(map(_traveller, range(4)))), 2)
    both = (Expected(fine, "passenger_list", 2),) * 2
    numbered = [part.model_copy(update={"message": _numbered(part, number)}) for number, part in enumerate(parts, 1)]
    yield Case("02_parts", "A list in two parts", write_paxlst_interchange(numbered, _OPTIONS), 200, both)
    crew = _manifest(Function.CREW_LIST, (_traveller(1, TravellerKind.CREW), _traveller(3, TravellerKind.CREW)))
    yield Case("03_crew_list", "A crew list", write_paxlst(crew, _OPTIONS), 200, (Expected(fine, "crew_list", 2),))
    two = _manifest(Function.PASSENGER_LIST, tuple(map(_traveller, range(4))), _TWO_LEGS)
    yield Case("04_two_legs", "A flight of two legs", write_paxlst(two, _OPTIONS), 200, (listed,))
    other = Separators(component="^", element="|", decimal=".", release="?", repetition="*", terminator="~")
    body = _written(Function.PASSENGER_LIST, 0, 1, 2, 3, separators=other)
    yield Case("05_other_separators", "Other separators, announced in UNA", body, 200, (listed,))


def _numbered(part: Manifest, number: int) -> Message:
    return part.message.model_copy(update={"reference": str(number)})


def _good_lives() -> Iterator[Case]:
    lives = (
        ("06_correction", "A correction of one passenger", Function.PASSENGER_CHANGE),
        ("07_cancelled_passenger", "One passenger leaves the flight", Function.PASSENGER_CANCEL),
    )
    for name, title, function in lives:
        yield Case(name, title, _written(function, 0), 200, (Expected("accepted", function.value, 1),))
    closures = ((Function.FLIGHT_CLOSE_ON_BOARD, (0, 1, 2)), (Function.FLIGHT_CLOSE_NOT_ON_BOARD, (3,)))
    for number, (function, named) in enumerate(closures, 8):
        absent = function is Function.FLIGHT_CLOSE_NOT_ON_BOARD
        closure = _manifest(function, tuple(_reference_only(one, absent) for one in named))
        title = "Closure: who is not on board" if absent else "Closure: who is on board"
        name = f"{number:02}_{function.value.removeprefix('flight_')}"
        expected = Expected("accepted", function.value, len(named))
        yield Case(name, title, write_paxlst(closure, _OPTIONS), 200, (expected,))
    cancelled = write_paxlst(_manifest(Function.FLIGHT_CANCEL), _OPTIONS)
    yield Case("10_flight_cancelled", "The flight is cancelled", cancelled, 200, (Expected("accepted", "flight_cancel", 0),))


_ONE_FAULT = {
    "20_birth_date_missing": ("No birth date", (("DTM+329:19840217:102'\r\n", ""),), ("birth_date_missing",)),
    "21_nationality_missing": ("No nationality", (("NAT+2+ALB'\r\n", ""),), ("nationality_missing",)),
    "22_document_number_missing": ("No document number", (("+BX1234567'", "'"),), ("document_number_missing",)),
    "23_document_expired": ("A document expired at the flight", (("DTM+36:341231", "DTM+36:300101"),), ("document_expired",)),
    "24_country_unknown": ("A country that does not exist", (("NAT+2+ALB", "NAT+2+QQQ"),), ("country_unknown",)),
    "25_birth_date_invalid": ("The 31st of February", (("19840217", "19840231"),), ("birth_date_invalid",)),
    "26_name_with_slash": ("Names with a slash, in one component", (("PROVA:ARTA", "PROVA/ARTA"),), ("name_with_slash",)),
    "27_sex_unknown": ("A code for the sex that is none", (("ATT+2++F", "ATT+2++Q"),), ("sex_unknown",)),
    "28_count_exceeded": ("Fewer declared than named", (("CNT+42:4", "CNT+42:3"),), ("count_exceeded",)),
    "29_arrival_time_missing": ("No scheduled arrival", (("DTM+232:3006031150:201'\r\n", ""),), ("arrival_time_missing",)),
}
"""A passenger list of four with one thing broken: still accepted, and told so."""


def _faulty_people() -> Iterator[Case]:
    fine = _written(Function.PASSENGER_LIST, 0, 1, 2, 3)
    for name, (title, changes, codes) in _ONE_FAULT.items():
        body = _changed(fine, *changes)
        if any(not new for _, new in changes):
            body = _recounted(body, fine)
        yield Case(name, title, body, 200, (Expected("accepted_with_findings", "passenger_list", 4, codes),))


def _recounted(body: bytes, original: bytes) -> bytes:
    """UNT counts the segments again, so that the one fault is the one meant."""
    segments = original[original.index(b"UNH") : original.index(b"UNT")].count(b"'") + 1
    present = body[body.index(b"UNH") : body.index(b"UNT")].count(b"'") + 1
    return _changed(body, (f"UNT+{segments}+", f"UNT+{present}+"))


def _faulty_messages() -> Iterator[Case]:
    fine = _written(Function.PASSENGER_LIST, 0, 1, 2, 3)
    told, refused = "accepted_with_findings", "rejected"
    segments = fine[fine.index(b"UNH") : fine.index(b"UNT")].count(b"'") + 1
    body = _changed(fine, (f"UNT+{segments}+", f"UNT+{segments + 5}+"))
    counted = Expected(told, "passenger_list", 4, ("message_count_differs",))
    yield Case("40_segments_miscounted", "UNT counts wrongly", body, 200, (counted,))
    body = _changed(fine, (f"UNT+{segments}+1", f"UNT+{segments}+2"))
    other = Expected(refused, None, 0, ("message_reference_differs",))
    yield Case("41_reference_differs", "UNT repeats another reference", body, 422, (other,))
    cut = fine[: fine.index(b"UNT")]
    lost = Expected(told, "passenger_list", 4, ("message_unterminated", "interchange_unterminated"))
    yield Case("42_cut_off", "The end was lost on the way", cut, 200, (lost,))
    body = _changed(fine, ("TDT+20+ZZ420+++ZZ", "TDT+20"))
    nameless = Expected(refused, "passenger_list", 4, ("designator_missing", "carrier_absent"))
    yield Case("43_no_designator", "The flight has no designator", body, 422, (nameless,))
    body = _changed(fine, ("PAXLST:D:15B", "CUSRES:D:15B"))
    foreign = Expected(refused, None, 0, ("message_type_unsupported",))
    yield Case("44_other_type", "A message of another type", body, 422, (foreign,))
    yield Case("45_no_interchange", "No EDIFACT at all", b"HELLO", 422, (Expected(refused, None, 0, ("interchange_absent",)),))


def expectations() -> dict[str, Any]:
    """What `expected.json` says, by file name."""
    return {f"{case.name}.edi": _expectation(case) for case in cases()}


def _expectation(case: Case) -> dict[str, Any]:
    messages = [
        {"status": one.status, "function": one.function, "travellers": one.travellers, "codes": sorted(one.codes)}
        for one in case.messages
    ]
    return {"title": case.title, "http_status": case.http_status, "messages": messages}


def table() -> str:
    """The table of the page."""
    columns = ("file", "what it is", "HTTP", "status", "read as", "travellers", "findings")
    head = f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n"
    return head + "".join(_row(case, message) for case in cases() for message in case.messages)


def _row(case: Case, message: Expected) -> str:
    file = f"[{case.name}](certification/{case.name}.edi)"
    codes = ", ".join(f"[`{code}`](findings.md)" for code in sorted(message.codes)) or "none"
    cells = (file, case.title, case.http_status, message.status, message.function or "-", message.travellers, codes)
    return f"| {' | '.join(map(str, cells))} |\n"


def files() -> Mapping[Path, bytes]:
    """Everything that is written, by path."""
    written = {FOLDER / f"{case.name}.edi": case.body for case in cases()}
    before, begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, "the page has lost the marks around its table"
    assert end, "the page has lost the marks around its table"
    page = before + begin + table() + end + after
    expected = json.dumps(expectations(), indent=2) + "\n"
    return written | {FOLDER / "expected.json": expected.encode(), PAGE: page.encode()}


def outdated() -> list[str]:
    """Names of files that differ from what would be written."""
    return [path.name for path, content in files().items() if not path.exists() or path.read_bytes() != content]


def main(arguments: list[str]) -> int:
    """Write, or check."""
    if "--check" in arguments:
        stale = outdated()
        sys.stderr.writelines(f"docs/carriers: {name} is out of date: run `make generate`\n" for name in stale)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, content in files().items():
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
