"""What is remembered of a message for the quality of its carrier: counts, and nothing about anybody.

The facts are counted where the message is read, from the manifest that is in hand anyway, and stored with it. They outlive the
travellers: a name that was missing is a number here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from parsers.check_digits import carried_check_digit
from schemas.identifiers import derive, flight_id
from schemas.manifest import Function, Manifest
from schemas.receipt import MessageReceipt
from schemas.travel_document import TravelDocument
from schemas.traveller import Sex, Traveller
from storage.message_facts import MessageFacts

LISTS = frozenset({Function.PASSENGER_LIST, Function.PASSENGER_CHANGE, Function.CREW_LIST, Function.CREW_CHANGE})
"""Functions that must say everything about everybody they name; closures and cancellations may name people by reference."""

DOCUMENT_NUMBERS_CHECKABLE = "document_numbers_checkable"
DOCUMENT_NUMBERS_WITH_CHECK_DIGIT = "document_numbers_with_check_digit"


def _main_document(traveller: Traveller) -> TravelDocument:
    """The first that is not a visa: a visa stands beside the document that it is in."""
    others = (document for document in traveller.documents if (document.type or "")[:1] != "V")
    return next(others, traveller.documents[0] if traveller.documents else TravelDocument())


ELEMENTS: Mapping[str, Callable[[Traveller, TravelDocument], object]] = MappingProxyType(
    {
        "surname": lambda traveller, _: traveller.surname,
        "given_names": lambda traveller, _: traveller.given_names,
        "birth_date": lambda traveller, _: traveller.birth_date and len(traveller.birth_date) == 10,
        "sex": lambda traveller, _: traveller.sex is not Sex.UNKNOWN,
        "nationality": lambda traveller, _: traveller.nationality,
        "embarkation": lambda traveller, _: traveller.embarkation,
        "disembarkation": lambda traveller, _: traveller.disembarkation,
        "document_type": lambda _, document: document.type,
        "document_number": lambda _, document: document.number,
        "document_issuing_country": lambda _, document: document.issuing_country,
        "document_expires_on": lambda _, document: document.expires_on,
    }
)
"""What makes a traveller complete. Given names are asked of everybody; a person with one name only counts as incomplete,
which is rare enough to be left to the reader of the figures."""


def facts_of(index: int, receipt: MessageReceipt, manifest: Manifest | None, carrier: str | None) -> MessageFacts:
    """The facts of one message. `carrier` is the key's; `manifest` None = rejected, then nothing of its flight is kept."""
    findings = dict(Counter(finding.code for finding in receipt.findings))
    if manifest is None:
        function = receipt.function.value if receipt.function else None
        return MessageFacts(index, carrier, receipt.status.value, function=function, findings=findings)
    flight = manifest.flight
    asked = manifest.travellers if manifest.function in LISTS else ()
    return MessageFacts(
        message_index=index,
        carrier=flight.carrier,
        status=receipt.status.value,
        function=manifest.function.value,
        test=manifest.test,
        flight_id=flight_id(flight.flight_key),
        flight_key=flight.flight_key,
        departure_port=flight.departure_port,
        arrival_port=flight.arrival_port,
        scheduled_departure=flight.scheduled_departure,
        scheduled_arrival=flight.scheduled_arrival,
        travellers=len(manifest.travellers),
        travellers_asked=len(asked),
        declared=_storable(manifest.declared_travellers),
        report=_report(manifest),
        part=_storable(manifest.message.part),
        last_part=bool(manifest.message.last_part),
        elements=elements_of(asked),
        findings=findings,
    )


def _storable(number: int | None) -> int | None:
    """A number that fits its column; what does not was never meant."""
    return number if number is not None and 0 <= number < 2**31 else None


def _report(manifest: Manifest) -> str | None:
    """Under which name the parts of one report find each other; None where the message is not a part of anything."""
    message = manifest.message
    if message.part is None:
        return None
    return derive("rep", message.access_reference or manifest.document_number or "")


def elements_of(travellers: Iterable[Traveller]) -> dict[str, int]:
    """How many of them have each element, how many have all (`complete`), and what their document numbers look like."""
    counts: Counter[str] = Counter()
    for traveller in travellers:
        document = _main_document(traveller)
        present = [name for name, has in ELEMENTS.items() if has(traveller, document)]
        counts.update(present)
        counts["complete"] += len(present) == len(ELEMENTS)
        carried = carried_check_digit(document.number_raw or document.number or "")
        counts[DOCUMENT_NUMBERS_CHECKABLE] += carried is not None
        counts[DOCUMENT_NUMBERS_WITH_CHECK_DIGIT] += bool(carried)
    return dict(counts)
