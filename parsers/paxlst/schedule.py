"""Local times at ports: which offset the clocks there have then."""

from datetime import datetime
from typing import NamedTuple

from parsers.paxlst.dates import Moment, fixed_offset
from schemas.airports import find


class Scheduled(NamedTuple):
    """`at` has the port's offset, None where the port or the hour is unknown; `local` is the clock as sent."""

    at: datetime | None
    local: str | None


UNKNOWN = Scheduled(None, None)


def schedule(port: str | None, moment: Moment) -> tuple[Scheduled, str | None]:
    """The moment at this port, and the code of a finding where the clocks are being changed then.

    An offset that was sent wins. In the hour that exists twice the first is taken; the hour that does not exist is read with
    the offset from before the change, so that it lies after everything before it.
    """
    if moment.clock is None:
        return Scheduled(None, moment.local), None
    local = datetime.combine(moment.day, moment.clock)
    if moment.offset_minutes is not None:
        return Scheduled(fixed_offset(local, moment.offset_minutes), moment.local), None
    airport = find(port) if port else None
    if airport is None:
        return Scheduled(None, moment.local), None
    zone = airport.zone()
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    remark = None if first == second else "time_in_fold" if first > second else "time_in_gap"
    return Scheduled(fixed_offset(local, int(first.total_seconds() // 60)), moment.local), remark
