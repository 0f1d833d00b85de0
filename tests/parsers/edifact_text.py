"""Messages for the tests, put together from segments. Everybody in them is invented."""

FLIGHT = (
    "TDT+20+OS849+++OS",
    "LOC+125+VIE",
    "DTM+189:2603011010:201",
    "LOC+87+TIA",
    "DTM+232:2603011145:201",
)
PERSON = (
    "NAD+FL+++HOXHA:ARBEN",
    "ATT+2++M",
    "DTM+329:680223",
    "NAT+2+ALB",
    "RFF+AVF:ABC123",
    "DOC+P+BA1234567",
    "DTM+36:300101",
    "LOC+91+ALB",
)
UNB = "UNB+UNOA:4+OS:ZZ+ALAPIS:ZZ+260301:0900+REF1++APIS"


def person(number: int) -> tuple[str, ...]:
    """A complete person, different for every number."""
    return (
        f"NAD+FL+++TESTI{number}:PROVA",
        "ATT+2++F",
        f"DTM+329:{70 + number % 29}0{1 + number % 9}1{number % 10}",
        "NAT+2+ALB",
        f"RFF+AVF:PNR{number:03}",
        f"DOC+P+X{number:07}",
        "DTM+36:300101",
        "LOC+91+ALB",
    )


def message(*segments: str, header: str = "UNH+M1+PAXLST:D:12B:UN:IATA", reference: str = "M1") -> list[str]:
    """UNH to UNT."""
    return [header, *segments, f"UNT+{len(segments) + 2}+{reference}"]


def interchange(*segments: str, una: str = "UNA:+.? ", terminator: str = "'") -> bytes:
    """One interchange with one message, in the default separators."""
    whole = [UNB, *message(*segments), "UNZ+1+REF1"]
    return (una + terminator * bool(una) + "".join(f"{segment}{terminator}" for segment in whole)).encode()


def passenger_list(*people: tuple[str, ...], function: str = "BGM+745", flight: tuple[str, ...] = FLIGHT) -> bytes:
    """One interchange with a message about these people."""
    return interchange(function, *flight, *(segment for one in people for segment in one))


def with_separators(una: str, data: bytes | None = None) -> bytes:
    """A message in the default separators, rewritten with those of `una`. The text must not contain the new ones."""
    component, element, terminator = una[3], una[4], una[8]
    body = (data or passenger_list(PERSON))[9:].decode()
    return (una + body.translate(str.maketrans({"+": element, ":": component, "'": terminator}))).encode()
