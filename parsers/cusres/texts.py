"""Free text of a CUSRES (FTX, C108): capitals, the characters of UNOA, pieces that the older directories have room for."""

import re
from textwrap import wrap

TEXT_CHARACTERS_MAX = 70
"""4440 before D.01C; longer texts of newer directories are cut by programs that learned the older ones."""
TEXT_PIECES_MAX = 5
"""Components of C108."""

_OUTSIDE = re.compile(r"[^A-Z0-9 .,()/=-]+")


def remark(sentence: str) -> tuple[str, ...]:
    """The components of C108. What does not fit is left out: the receipt says it whole."""
    text = _OUTSIDE.sub(" ", sentence.upper().replace(";", ","))
    return tuple(wrap(text, TEXT_CHARACTERS_MAX)[:TEXT_PIECES_MAX])
