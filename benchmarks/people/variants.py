"""How one name comes to be written in several ways: other romanisations, joined and split words, and slips of the pen."""

from collections.abc import Mapping, Sequence
from random import Random

_RULES: Mapping[str, str] = {
    "arabic": (
        "OU:U OU:OO U:OU U:O EE:I I:EE I:Y KH:H KH:K GH:G Q:K Q:G DH:D DH:Z TH:T AA:A SH:CH J:DJ J:G EI:AI EI:AY "
        "AI:AY AY:EI SS:S MM:M Y:I E:A A:E W:OU W:V H:- AH:A ED:AD AD:ED EM:IM IR:ER ZZ:Z LL:L PH:F F:PH O:U"
    ),
    "slavic": (
        "YA:IA YA:JA IA:YA YU:IU YU:JU IU:YU KH:H KH:CH H:KH ZH:J ZH:Z SHCH:SCH SHCH:SHH EY:EI EY:EJ EY:AY IY:Y "
        "IY:II IY:I II:IY TS:C TS:TZ CH:TCH KS:X YE:E YE:IE IE:YE YI:I V:W W:V SKIY:SKI SKIY:SKYI OV:OFF EV:EFF "
        "H:G G:H Y:I I:Y DZE:DSE SZ:S CZ:CH RZ:Z E:YE O:A EVA:EWA"
    ),
    "balkan": (
        "DJ:D DJ:GJ SH:S S:SH CH:C C:CH Q:C Q:K XH:X XH:DZ ZH:Z GJ:DJ NJ:N LL:L RR:R VIC:VICH IC:ICH IQ:IC AJ:I "
        "Y:I IJ:I IJ:Y C:K E:- K:C"
    ),
    "turkic": "SH:S C:CH CH:C U:UE UE:U O:OE OE:O G:GH I:Y Y:I YEV:IEV OV:OFF KH:H J:DZH E:A A:E Q:K V:W BEK:BEG",
    "greek": "OU:U U:OU CH:H H:CH G:GH TH:T EI:I OI:I AI:E Y:I I:Y F:PH PH:F V:B OS:OU KS:X X:KS MP:B NT:D",
    "german": "UE:U U:UE OE:O O:OE AE:A A:AE SS:S CK:K TZ:Z PH:F F:PH EI:AI EY:EI Y:I TH:T DT:T SCH:SH W:V V:W",
    "latin": "NH:N CH:SH QU:K Z:S S:Z C:K K:C LL:L TT:T NN:N X:J J:G G:J Y:I I:Y V:B B:V H:- DJ:J OU:U",
    "english": "Y:IE IE:Y EY:Y EI:IE CK:K C:K K:C PH:F F:PH TT:T LL:L NN:N SS:S S:Z AE:A GH:G TH:T SEN:SON MAC:MC EA:EE",
    "indian": "EE:I I:EE OO:U U:OO TH:T T:TH V:W W:V SH:S CH:CHH DH:D BH:B AA:A KSH:X PH:F Y:I A:AH J:Z",
    "chinese": "ZH:CH X:HS X:SH Q:CH ZH:J C:TS J:CH G:K B:P D:T OU:OW UI:UEI IE:IEH IAN:IEN ONG:UNG Y:I R:J NG:N",
    "korean": (
        "CH:J J:CH P:B K:G G:K T:D D:T O:EO EO:O U:OO OO:U RI:LEE RI:YI PAK:PARK YU:YOO R:L KW:GW UN:EUN UNG:WOONG "
        "Y:- HUI:HEE I:EE"
    ),
}
RULES: Mapping[str, tuple[tuple[str, str], ...]] = {
    kind: tuple((pair.split(":")[0], pair.split(":")[1].replace("-", "")) for pair in text.split())
    for kind, text in _RULES.items()
}
"""By kind: a group of letters and what else is written for it."""

_COMMON_CLASSES = """
MOHAMMED MUHAMMAD MOHAMED MOHAMMAD MUHAMMED MOHAMAD MOHD MEHMET MAHOMED
AHMED AHMAD AHMET
HUSSEIN HUSAYN HUSSAIN HOSSEIN HUSEIN HUSEYIN HOSSAIN
HASSAN HASAN HASSEN
YOUSEF YUSUF YOUSSEF YUSSUF JUSUF YUSEF
ABDULLAH ABDALLAH ABDULAH ABDALLA ABDULLA
OMAR UMAR OMER
KHALED KHALID HALID
IBRAHIM EBRAHIM BRAHIM IBRAHEEM
SULEIMAN SULAYMAN SOLEIMAN SULEYMAN SULAIMAN
MUSTAFA MUSTAPHA MOSTAFA
ALEKSANDR ALEXANDER ALEKSANDER OLEKSANDR ALIAKSANDR
SERGEY SERGEI SERHII SIARHEI SERGUEI
DMITRIY DMITRY DMITRI DMYTRO
ALEKSEY ALEXEY ALEKSEI ALEXEI OLEKSII
MIKHAIL MIHAIL MYKHAILO MICHAIL
YURIY YURI YURY JURI IURII
NIKOLAY NIKOLAI MYKOLA NICOLAI
VLADIMIR VOLODYMYR ULADZIMIR WLADIMIR
YEVGENIY EVGENY YEVGENI EVGENII
MARIA MARIYA MARIJA MARIYAM
"""
COMMON_CLASSES: Mapping[str, tuple[str, ...]] = {
    name: tuple(other for other in line.split() if other != name)
    for line in _COMMON_CLASSES.strip().splitlines()
    for name in line.split()
}
"""For names that the whole world writes: the other ways."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KNOWN_CLASS_SHARE = 0.6


def respelt(random: Random, word: str, kind: str) -> str:
    """Another romanisation; the same word where no rule applies."""
    others = COMMON_CLASSES.get(word)
    if others and random.random() < _KNOWN_CLASS_SHARE:
        return others[int(random.random() * len(others))]
    rules = RULES[kind]
    start = int(random.random() * len(rules))
    for place in range(start, start + len(rules)):
        old, new = rules[place % len(rules)]
        if old in word:
            changed = word.replace(old, new, 1)
            return changed if len(changed) > 1 else word
    return word


def mistyped(random: Random, word: str) -> str:
    """One letter dropped, doubled, changed, added or swapped with its neighbour."""
    place, kind = int(random.random() * len(word)), int(random.random() * 5)
    letter = _LETTERS[int(random.random() * 26)]
    before, at, after = word[:place], word[place], word[place + 1 :]
    if kind == 0 and len(word) > 2:
        return before + after
    if kind == 1:
        return before + at + at + after
    if kind == 2 and after:
        return before + after[0] + at + after[1:]
    return before + (letter if kind == 3 else letter + at) + after


def respaced(random: Random, words: Sequence[str]) -> list[str]:
    """Two neighbours joined, or a long word split."""
    changed = list(words)
    place = int(random.random() * len(changed))
    if len(changed) > 1 and (random.random() < 0.7 or len(changed[place]) < 6):
        place = min(place, len(changed) - 2)
        changed[place : place + 2] = [changed[place] + changed[place + 1]]
    elif len(changed[place]) >= 6:
        cut = 2 if changed[place].startswith(("AL", "EL", "DE", "MC")) else len(changed[place]) // 2
        changed[place : place + 1] = [changed[place][:cut], changed[place][cut:]]
    return changed
