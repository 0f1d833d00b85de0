"""Which partitions one of several readers may hold. Pure arithmetic, shared by the streams."""

from collections.abc import Iterable, Set

from schemas.delivery import Cursor

PARTITIONS = 16
"""As in the generated column `manifest_outbox.partition`: more screeners than a machine has cores help nobody."""
START = Cursor(0, 0)
"""Before everything."""


def with_rescreens(partitions: Iterable[int]) -> list[int]:
    """These partitions, and those of their re-screens.

    Each partition has a second one for the same flights' re-screens, `PARTITIONS` numbers further on, with progress of its own:
    a list change sends every live manifest again, and must keep no new one waiting. Both are always read by the same reader.
    """
    return [number for partition in partitions for number in (partition, partition + PARTITIONS)]


def of_flights(partition: int) -> int:
    """The partition of the same flights that is handed out: its own, or of one of re-screens the other."""
    return partition % PARTITIONS


def fair_share(readers: int) -> int:
    """The most partitions each of so many readers may hold; together these shares cover all."""
    return -(-PARTITIONS // max(readers, 1))


def surplus(held: Set[int], busy: Set[int], share: int) -> list[int]:
    """What a reader above its share parts with, those of which nothing is being worked on first."""
    idle_first = sorted(held, key=lambda partition: (partition in busy, -partition))
    return idle_first[: max(0, len(held) - share)]
