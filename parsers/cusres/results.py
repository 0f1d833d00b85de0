"""What an answer says about the data of a message: taken in or refused, and for whom mandatory data are missing.

It is a function of what was sent, and of nothing else: neither lists nor alerts are within its reach, and no code of its
answers means that somebody is cleared or held (decision 0006).
"""

from collections.abc import Callable, Iterator

from parsers.cusres.response import Result, ResultCode, Scope
from parsers.cusres.texts import remark
from parsers.paxlst.functions import WITHOUT_DATA
from parsers.subject import Judged
from schemas.finding import Finding, Severity
from schemas.traveller import Traveller, TravellerKind

REFERENCES_MAX = 9
"""RFF in a GR4."""

FLIGHT_DATA: dict[str, str] = {
    "designator_missing": "FLIGHT NUMBER",
    "port_missing": "PORT",
    "departure_time_missing": "DEPARTURE TIME",
    "time_invalid": "TIME",
}
"""Finding about the flight -> what is to be sent again. Without it nobody on the flight is reported well enough."""


def results_of(item: Judged, *, rejected: bool, interactive: bool) -> list[Result]:
    """The results of one message: one about itself, then one for each person with too little data, in the order sent."""
    manifest = item.message.manifest
    if not item.accepted or manifest is None or rejected:
        return [Result(Scope.MESSAGE.value, (ResultCode.REFUSED.value,), texts=remark(_refusal(item)))]
    flight = [FLIGHT_DATA[code] for code in dict.fromkeys(found.code for found in item.findings) if code in FLIGHT_DATA]
    accepted = Result(Scope.MESSAGE.value, (ResultCode.ACCEPTED.value,), texts=remark(_missing(flight)) if flight else ())
    rules = _BY_REFERENCE if manifest.function in WITHOUT_DATA else _INTERACTIVE if interactive else _WITH_DATA
    needed = [] if manifest.function in WITHOUT_DATA else flight
    people = (_person(number, one, rules, needed) for number, one in enumerate(manifest.travellers, 1))
    return [accepted, *(result for result in people if result is not None)]


def _refusal(item: Judged) -> str:
    """Why: the last error is that of the verdict, if the message was refused; else its end was lost on the way."""
    if item.accepted:
        return "The message or its interchange is incomplete. Please send it again."
    errors: list[Finding] = [found for found in item.findings if found.severity is Severity.ERROR]
    return errors[-1].message if errors else "The message was refused."


def _missing(names: list[str]) -> str:
    return f"Insufficient data - {', '.join(names)} - correct and send again"


_Rule = tuple[str, Callable[[Traveller], bool]]


def _person(number: int, traveller: Traveller, rules: tuple[_Rule, ...], flight: list[str]) -> Result | None:
    names = [*flight, *(name for name, lacks in rules if lacks(traveller))]
    if not names:
        return None
    references = tuple(_references(traveller))
    return Result(
        scope=Scope.PERSON.value,
        codes=(ResultCode.INSUFFICIENT.value,),
        references=references,
        texts=remark(_missing(names)),
        item=None if references else str(number),
    )


def _references(traveller: Traveller) -> Iterator[tuple[str, str]]:
    own = traveller.references
    bookings = own.bookings or ((own.booking,) if own.booking else ())
    yield from (("AVF", booking) for booking in bookings[: REFERENCES_MAX - 1])
    if own.passenger:
        yield "ABO", own.passenger


def _lacks_number(traveller: Traveller) -> bool:
    return any(not document.number for document in traveller.documents)


def _lacks_issuer(traveller: Traveller) -> bool:
    """A visa is issued by whoever wants to see it."""
    return any(not document.issuing_country and (document.type or "")[:1] != "V" for document in traveller.documents)


def _is_nobody(traveller: Traveller) -> bool:
    own = traveller.references
    return not (traveller.surname or own.passenger or own.booking or own.other or own.ticket or own.seat or own.customer)


_WITH_DATA: tuple[_Rule, ...] = (
    ("SURNAME", lambda one: not one.surname),
    ("BIRTH DATE", lambda one: not one.birth_date),
    ("NATIONALITY", lambda one: not one.nationality),
    ("TRAVEL DOCUMENT", lambda one: not one.documents),
    ("DOCUMENT NUMBER", _lacks_number),
    ("ISSUING COUNTRY", _lacks_issuer),
)
_INTERACTIVE: tuple[_Rule, ...] = (
    *_WITH_DATA,
    ("BOOKING REFERENCE", lambda one: one.kind is not TravellerKind.CREW and not one.references.booking),
    ("PASSENGER REFERENCE", lambda one: one.kind is not TravellerKind.CREW and not one.references.passenger),
)
_BY_REFERENCE: tuple[_Rule, ...] = (("PASSENGER REFERENCE", _is_nobody),)
