"""Tables of letters, as they are easiest to read and to check: a letter, its spelling, the next letter."""

from collections.abc import Mapping


def pairs_of(rows: str) -> Mapping[str, str]:
    """What stands second, by what stands first."""
    words = rows.split()
    return dict(zip(words[::2], words[1::2], strict=True))
