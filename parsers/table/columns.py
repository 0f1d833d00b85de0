"""What people call a column: the names of the template, and those that others use for the same thing.

Names are compared without case, accents, spaces, signs and whatever stands in brackets: `Date of birth (YYYY-MM-DD) *` is
`dateofbirth`. Fields of the first document are `document.*`; a 2 in the name, or the word visa, means the second.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple


class Column(NamedTuple):
    """What a column holds. `document_type`: what its name says about the document (`Passport number`), else ""."""

    field: str
    document_type: str = ""


_TRAVELLER = {
    "kind": "kind type travellertype persontype passengertype passengerorcrew category role",
    "surname": "surname surnames lastname lastnames familyname familynames name mbiemri nachname cognome apellidos "
    "nomdefamille",
    "given_names": "givennames givenname firstname firstnames firstandmiddlenames forename forenames othernames emri vorname "
    "vornamen prenom prenoms nombre",
    "title": "title",
    "sex": "sex gender gjinia geschlecht sesso sexe",
    "birth_date": "birthdate dateofbirth dob birthday born datelindja geburtsdatum datadinascita datedenaissance",
    "nationality": "nationality citizenship nationalitycode nat shtetesia staatsangehorigkeit nazionalita nationalite",
    "residence": "residence countryofresidence residencecountry",
    "birth_place": "birthplace placeofbirth cityofbirth vendlindja geburtsort",
    "birth_country": "birthcountry countryofbirth",
    "address.street": "street address streetaddress addressstreet",
    "address.city": "city town addresscity",
    "address.subdivision": "subdivision state province addressstate",
    "address.postcode": "postcode zip zipcode postalcode addresspostcode",
    "address.country": "addresscountry",
    "embarkation": "embarkation portofembarkation embarkationport boardingport joinedat",
    "disembarkation": "disembarkation portofdisembarkation disembarkationport leavesat",
    "first_entry": "firstentry portoffirstentry firstentryport",
    "references.booking": "booking bookingreference pnr bookingnumber reservation recordlocator",
    "references.passenger": "passengerreference travellerreference passengerid travellerid",
    "references.seat": "seat seatnumber cabin cabinnumber",
    "references.redress": "redress redressnumber",
    "references.known_traveller": "knowntraveller knowntravellernumber",
    "references.ticket": "ticket ticketnumber",
    "bags.count": "bags bagcount baggagecount numberofbags luggage",
    "bags.weight_kg": "bagweight bagweightkg baggageweight",
    "bags.tags": "bagtags baggagetags",
    "contact.telephone": "telephone phone mobile phonenumber telephonenumber",
    "contact.email": "email emailaddress",
    "crew_role": "crewrole crewfunction rank position",
    "verified": "verified documentchecked documentverified",
    "document.type": "documenttype doctype typeofdocument traveldocumenttype",
    "document.number": "documentnumber documentno docnumber docno document traveldocument traveldocumentnumber "
    "numberofdocument",
    "document.issuing_country": "documentcountry issuingcountry documentissuingcountry issuingstate countryofissue "
    "documentissuer issuedby documentissuingstate",
    "document.expires_on": "documentexpirydate documentexpiry expirydate expiry dateofexpiry expires expireson validuntil "
    "documentexpireson expirationdate documentexpirationdate documentvaliduntil",
    "document.issued_on": "documentissuedate issuedate dateofissue issuedon documentissuedon",
    "document.place_of_issue": "documentplaceofissue placeofissue issuingplace",
    "ordinal": "no nr number line row seq sequence",
}

_FLIGHT = {
    "carrier": "carrier airline carriercode airlinecode operatorcode",
    "number": "flight flightnumber flightno flightdesignator sailing sailingnumber voyage voyagenumber service servicenumber",
    "registration": "registration registrationorvessel aircraftregistration tailnumber tail callsign vessel "
    "vesselname ship shipname imonumber",
    "departure_port": "departureport from origin departureairport portofdeparture departurefrom",
    "departure_date": "departuredate dateofdeparture flightdate departuredatelocal date",
    "departure_time": "departuretime timeofdeparture std etd departuretimelocal",
    "departure": "departure scheduleddeparture departuredateandtime departuredatetime",
    "arrival_port": "arrivalport to destination arrivalairport portofarrival arrivalat",
    "arrival_date": "arrivaldate dateofarrival arrivaldatelocal",
    "arrival_time": "arrivaltime timeofarrival sta eta arrivaltimelocal",
    "arrival": "arrival scheduledarrival arrivaldateandtime arrivaldatetime",
}

_HEAD = {
    "function": "list listtype message messagetype function manifesttype",
    "declared_travellers": "numberoftravellers numberofpassengers travellers passengers totaltravellers totalpassengers "
    "personsonboard pob",
    "reporting_party.name": "contact contactname contactperson reportedby reportingparty operator company agent",
    "reporting_party.telephone": "contacttelephone contactphone telephone phone",
    "reporting_party.fax": "fax contactfax",
    "reporting_party.email": "contactemail email",
}


def _table(*sources: Mapping[str, str]) -> Mapping[str, str]:
    table = {name: field for source in sources for field, names in source.items() for name in names.split()}
    assert len(table) == sum(len(names.split()) for source in sources for names in source.values())
    return MappingProxyType(table)


_COLUMNS = _table(_TRAVELLER, _FLIGHT)
_HEAD_LABELS = _table(_FLIGHT, _HEAD)

FLIGHT_FIELDS = frozenset(_FLIGHT)
"""Fields of the flight; in the head block, or in every row."""

IDENTITY_FIELDS = frozenset({"surname", "given_names", "document.number", "references.passenger"})
"""A row with none of these names nobody, and a table without such a column is not one of travellers."""

_DOCUMENT_WORDS = {"passport": "P", "visa": "V", "identitycard": "I", "idcard": "I"}
_NAME_CHARACTERS_MAX = 80
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")


@lru_cache(maxsize=2048)
def column_of(name: str) -> Column | None:
    """The field that a column of this name holds."""
    compact = _compact(name)
    found = _COLUMNS.get(compact)
    if found is not None:
        return Column(found)
    return _document_column(compact)


@lru_cache(maxsize=2048)
def head_field(label: str) -> str | None:
    """The field that a label above the columns announces."""
    return _HEAD_LABELS.get(_compact(label))


def _compact(name: str) -> str:
    plain = unicodedata.normalize("NFKD", _BRACKETS.sub("", name[:_NAME_CHARACTERS_MAX])).casefold()
    return "".join(filter(str.isalnum, plain))


def _document_column(compact: str) -> Column | None:
    """`Passport no`, `Visa expiry`, `Document 2 type`, `Second document number`."""
    second = "2" in compact or compact.startswith("second")
    compact = compact.replace("2nd", "").replace("2", "").removeprefix("second")
    kind = ""
    for word, code in _DOCUMENT_WORDS.items():
        if compact.startswith(word):
            compact, kind = "document" + compact.removeprefix(word), code
    field = _COLUMNS.get(compact, "")
    if not field.startswith("document."):
        return None
    name = field.removeprefix("document.")
    return Column(f"document2.{name}" if second or kind == "V" else field, kind)
