"""Which partitions one of several readers may hold. Pure arithmetic, shared by the streams."""

from collections.abc import Set

from schemas.delivery import Cursor

PARTITIONS = 16
"""As in the generated column `manifest_outbox.partition`: more screeners than a machine has cores help nobody."""
START = Cursor(0, 0)
"""Before everything."""


def fair_share(readers: int) -> int:
    """The most partitions each of so many readers may hold; together these shares cover all."""
    return -(-PARTITIONS // max(readers, 1))


def surplus(held: Set[int], busy: Set[int], share: int) -> list[int]:
    """What a reader above its share parts with, those of which nothing is being worked on first."""
    idle_first = sorted(held, key=lambda partition: (partition in busy, -partition))
    return idle_first[: max(0, len(held) - share)]
