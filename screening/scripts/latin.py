"""Latin letters beyond A-Z: ICAO 9303 part 3 section 6, and what national tickets write instead.

Letters that only carry a mark (Ç, Ë, Š, Ğ) are no row: without the mark they are A-Z in every custom.
"""

from collections.abc import Mapping

ICAO: Mapping[str, str] = {
    "Ä": "AE", "Æ": "AE", "Å": "AA", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS", "Þ": "TH", "Ð": "D",
    "Đ": "D", "Ł": "L", "Ħ": "H", "Ŧ": "T", "ı": "I", "Ĳ": "IJ", "Ŋ": "N", "Ə": "A",
}  # fmt: skip
NATIONAL: Mapping[str, str] = {**ICAO, "Ä": "A", "Å": "A", "Ö": "O", "Ø": "O", "Ü": "U", "Đ": "DJ", "Ð": "DH", "Ə": "E"}
