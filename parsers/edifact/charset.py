"""Character sets: what UNB declares (0001), and what to do when that is not what was sent.

Senders declare UNOA and send e-mail addresses, accents and UTF-8. No byte is ever dropped for that: UTF-8 is tried first,
because text in another set is next to never valid UTF-8; then the declared set; then Windows-1252; then ISO 8859-1, which
reads anything.
"""

DECLARED = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOW": "utf-8",
    "UNOY": "utf-8",
}
"""Syntax identifier -> Python's name of the character set (ISO 9735, code list 0001)."""


def decode(data: bytes, syntax: str) -> tuple[str, str]:
    """The text, and the set it was read in. Never fails."""
    for charset in ("utf-8", DECLARED.get(syntax, "ascii"), "cp1252"):
        try:
            return data.decode(charset), charset
        except UnicodeDecodeError:
            continue
    return data.decode("iso8859-1"), "iso8859-1"
