"""Which manifests are live: those that a list change would have screened again."""

from collections.abc import Sequence
from typing import NamedTuple


class LiveIds(NamedTuple):
    """Ids of live manifests, the newest first. `ours`: they are those of the partitions that the asking screener serves and no
    others, so that it is worth while to know their travellers beforehand."""

    manifest_ids: Sequence[str]
    ours: bool = True
