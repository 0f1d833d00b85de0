"""Airlines and where they fly in the region: IATA designators, seats, and pairs of airports.

Facts anybody can read on an airport's departure board, written down by us; not a timetable. A test holds every port against
`schemas.airports`.
"""

from typing import NamedTuple


class Carrier(NamedTuple):
    """`seats`: the sizes of its aircraft on these routes. `routes`: `PORT-PORT`, outside end first where there is one."""

    designator: str
    name: str
    seats: tuple[int, ...]
    routes: tuple[str, ...]


def _carrier(designator: str, name: str, seats: str, routes: str) -> Carrier:
    return Carrier(designator, name, tuple(map(int, seats.split())), tuple(routes.split()))


CARRIERS = (
    _carrier("OS", "AUSTRIAN AIRLINES", "110 132 180 200", "VIE-TIA VIE-PRN VIE-SKP VIE-TGD VIE-BEG VIE-SJJ VIE-ZAG"),
    _carrier("LH", "LUFTHANSA", "100 120 168 200", "FRA-TIA MUC-TIA FRA-BEG MUC-BEG FRA-ZAG MUC-ZAG FRA-SJJ MUC-SJJ FRA-SKP"),
    _carrier("TK", "TURKISH AIRLINES", "151 169 188 220", "IST-TIA IST-PRN IST-SKP IST-TGD IST-BEG IST-SJJ IST-ZAG"),
    _carrier("PC", "PEGASUS AIRLINES", "180 189 230", "SAW-TIA SAW-PRN SAW-SKP SAW-TGD SAW-BEG SAW-SJJ SAW-ZAG"),
    _carrier("VF", "AJET", "174 189", "SAW-TIA ESB-PRN SAW-PRN SAW-SKP"),
    _carrier(
        "W4",
        "WIZZ AIR MALTA",
        "180 186 230",
        "BGY-TIA FCO-TIA BLQ-TIA VCE-TIA PSA-TIA VRN-TIA BRI-TIA CTA-TIA LTN-TIA DTM-TIA FMM-TIA CRL-TIA MAD-TIA BCN-TIA "
        "NAP-TIA TSF-TIA AHO-TIA BUD-TIA WAW-TIA CDG-TIA MXP-TIA LTN-PRN DTM-PRN FMM-PRN",
    ),
    _carrier(
        "W6", "WIZZ AIR", "180 230", "LTN-SKP DTM-SKP BGY-SKP MMX-SKP BSL-SKP FMM-OHD BSL-OHD MLH-BEG DTM-BEG EIN-BEG BUD-TIA"
    ),
    _carrier(
        "FR", "RYANAIR", "189 197", "BGY-TIA BLQ-TIA STN-TIA CRL-TIA MAN-TIA BGY-ZAG STN-ZAG CRL-ZAG BVA-ZAG STN-TGD CRL-TGD"
    ),
    _carrier("U2", "EASYJET", "156 180 186", "LGW-TIA MXP-TIA GVA-PRN BSL-PRN LGW-TIV MAN-TIV GVA-TIV"),
    _carrier("BA", "BRITISH AIRWAYS", "144 180", "LHR-TIA LHR-ZAG LHR-TIV"),
    _carrier("AZ", "ITA AIRWAYS", "148 180", "FCO-TIA FCO-BEG FCO-ZAG"),
    _carrier("A3", "AEGEAN AIRLINES", "78 174 180", "ATH-TIA ATH-BEG ATH-SKP ATH-ZAG ATH-SJJ"),
    _carrier(
        "JU",
        "AIR SERBIA",
        "70 144 180",
        "ZRH-BEG VIE-BEG CDG-BEG IST-BEG LHR-BEG FRA-BEG BEG-TIA BEG-TIV BEG-TGD BEG-SJJ BEG-SKP BEG-ZAG",
    ),
    _carrier("OU", "CROATIA AIRLINES", "76 127 149", "FRA-ZAG MUC-ZAG ZRH-ZAG LHR-ZAG CDG-ZAG VIE-ZAG ZAG-SJJ ZAG-SKP"),
    _carrier("4O", "AIR MONTENEGRO", "116", "FRA-TGD ZRH-TGD IST-TGD LJU-TGD BEG-TGD BEG-TIV"),
    _carrier("LX", "SWISS", "110 145 180", "ZRH-PRN ZRH-BEG ZRH-SJJ ZRH-ZAG"),
    _carrier("WK", "EDELWEISS AIR", "174", "ZRH-PRN ZRH-SKP ZRH-OHD ZRH-TIV"),
    _carrier("GM", "CHAIR AIRLINES", "150 180", "ZRH-PRN ZRH-SKP ZRH-OHD ZRH-KFZ"),
    _carrier("EW", "EUROWINGS", "150 180 230", "DUS-PRN CGN-PRN STR-PRN DUS-TIA STR-TIA DUS-SJJ STR-BEG CGN-ZAG STR-ZAG"),
    _carrier("OR", "TUI FLY NETHERLANDS", "189", "AMS-TIA AMS-TIV"),
    _carrier("HV", "TRANSAVIA", "149 189", "AMS-TIA RTM-TIA AMS-PRN"),
    _carrier("KL", "KLM", "100 132 180", "AMS-ZAG AMS-BEG"),
    _carrier("AF", "AIR FRANCE", "110 148", "CDG-ZAG CDG-BEG"),
    _carrier("LO", "LOT POLISH AIRLINES", "82 112 180", "WAW-TIA WAW-SKP WAW-BEG WAW-ZAG WAW-TIV WAW-OHD"),
    _carrier("SK", "SAS", "120 180", "CPH-PRN ARN-SJJ CPH-TIV"),
    _carrier("DY", "NORWEGIAN", "186 189", "OSL-PRN OSL-SJJ CPH-SJJ ARN-PRN OSL-TIV"),
    _carrier("FZ", "FLYDUBAI", "166 174", "DXB-BEG DXB-SJJ DXB-ZAG DXB-TIV DXB-TIA DXB-SKP"),
    _carrier("QR", "QATAR AIRWAYS", "144 177", "DOH-BEG DOH-ZAG DOH-SJJ"),
    _carrier("J9", "JAZEERA AIRWAYS", "174", "KWI-SJJ KWI-TIA"),
    _carrier("XY", "FLYNAS", "174", "RUH-TIA RUH-SJJ"),
    _carrier("SU", "AEROFLOT", "158 170", "SVO-BEG"),
)
"""Carriers of the sandbox, each with its routes."""

REGION_PORTS = ("TIA", "PRN", "SKP", "TGD", "TIV", "BEG", "SJJ", "ZAG", "OHD", "KFZ")
"""Ports that the sandbox serves."""
