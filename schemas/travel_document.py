"""Travel documents as a carrier reports them."""

from schemas.base import Noun


class TravelDocument(Noun):
    """One document of a traveller.

    `type` is the code as sent, upper case (P passport, V visa, I identity card, ...); its first letter classifies it.
    `number` is upper case without the fillers space, `-` and `<`; `number_raw` is there only where that changed something.
    Dates are `YYYY-MM-DD` or None; `issuing_country` is ICAO 9303 / ISO 3166 alpha-3.
    """

    type: str | None = None
    number: str | None = None
    issuing_country: str | None = None
    expires_on: str | None = None
    issued_on: str | None = None
    place_of_issue: str | None = None
    number_raw: str | None = None
    issuing_country_raw: str | None = None
