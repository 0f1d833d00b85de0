"""More innocent travellers from those there are: the same names and dates, in other company.

Ten false alerts in ten thousand travellers decide the threshold of one per thousand: chance. The parts of a made-up traveller
are independent, but for what a country and a sex have in common; so the given names are dealt anew among travellers of one
nationality and sex, and the birth dates among all. The first hand is the travellers as they are.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from random import Random

from schemas.traveller import Traveller

SEED = 1


def recombined(travellers: Sequence[Traveller], times: int) -> Iterator[Traveller]:
    """So many times as many; always the same. The ids tell the hand and whose surname it is."""
    random = Random(SEED)
    yield from travellers
    for hand in range(1, times):
        given = _dealt([one.given_names for one in travellers], [(one.nationality, one.sex) for one in travellers], random)
        dates = _dealt([one.birth_date for one in travellers], [None] * len(travellers), random)
        for one, name, date in zip(travellers, given, dates, strict=True):
            changed = {"traveller_id": f"{one.traveller_id}/{hand}", "given_names": name, "birth_date": date}
            yield one.model_copy(update=changed)


def _dealt(values: Sequence[str | None], groups: Sequence[object], random: Random) -> list[str | None]:
    """The values, dealt anew within each group."""
    members: defaultdict[object, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    dealt = list(values)
    for places in members.values():
        for place, other in zip(places, random.sample(places, len(places)), strict=True):
            dealt[place] = values[other]
    return dealt
