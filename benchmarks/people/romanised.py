"""Names of the `faker` package, which come in their own script, as a passport would carry them: A-Z.

One plain spelling for each letter. The other spellings that people meet in life are made in `benchmarks.people.variants`.
"""

import re
import unicodedata
from functools import cache
from importlib import import_module


def _alphabet(letters: str, romanised: str) -> dict[str, str]:
    return dict(zip(letters, romanised.split(), strict=True))


_CYRILLIC = _alphabet(
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁІЇЄҐЃЌЉЊЏЅЈ",
    "A B V G D E ZH Z I Y K L M N O P R S T U F KH TS CH SH SHCH - Y - E YU YA E I YI YE G GJ KJ LJ NJ DZH DZ J",
)
_GREEK = _alphabet("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "A V G D E Z I TH I K L M N X O P R S T Y F CH PS O")
_GEORGIAN = _alphabet(
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ", "A B G D E V Z T I K L M N O P ZH R S T U P K GH Q SH CH TS DZ TS CH KH J H"
)
_LATIN = {"Ł": "L", "Ø": "O", "Æ": "AE", "Đ": "D", "Ð": "D", "Þ": "TH", "Ə": "A", "ß": "SS", "Œ": "OE", "İ": "I", "I": "I"}
_LETTERS = str.maketrans({k: v.replace("-", "") for k, v in {**_CYRILLIC, **_GREEK, **_GEORGIAN, **_LATIN}.items()})
_OTHER = re.compile(r"[^A-Z ]+")


def latin(text: str) -> str:
    """The text in A-Z and spaces; empty where its script is not known here."""
    plain = text.translate(_LETTERS).upper().replace("ΟΥ", "OU").replace("ΟΎ", "OU").translate(_LETTERS)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    bare = bare.translate(_LETTERS).replace("-", " ").replace("'", "")
    return "" if _OTHER.search(bare) else " ".join(bare.split())


@cache
def faker_names(locale: str, table: str) -> tuple[str, ...]:
    """One table of names of a locale of `faker`, such as `last_names`, in its order; tables with weights by falling weight."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    found = getattr(provider, table, ())
    ordered = sorted(found, key=lambda name: -found[name]) if isinstance(found, dict) else found
    return tuple(dict.fromkeys(filter(None, map(latin, ordered))))
