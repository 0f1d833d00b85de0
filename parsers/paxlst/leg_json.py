"""Legs of a flight in the JSON form: times with an offset, or local to their port."""

import re
from datetime import date, time
from typing import Any, Protocol

from parsers.paxlst.dates import Moment
from parsers.paxlst.schedule import schedule
from schemas.airports import find

LEGS_MAX = 20
"""No flight has more stops; the longest milk runs have eight."""

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))?)?", re.ASCII)


class Remark(Protocol):
    """Takes the code of a finding and a pointer below the flight."""

    def __call__(self, code: str, where: str, **facts: object) -> None: ...


def read_legs(fields: dict[str, Any], remark: Remark) -> list[dict[str, Any]]:
    """The fields of `schemas.flight.Leg` for every leg; the flight's own ports and times where it has no legs."""
    sent = fields.get("legs")
    if sent is not None and not isinstance(sent, list):
        remark("json_value_invalid", "/legs", reason="a list was expected")
        sent = None
    if not sent:
        alone = {key: fields[key] for key in _LEG_FIELDS if key in fields}
        legs = [_read_leg(alone, "", remark)] if "departure_port" in alone or "arrival_port" in alone else []
    else:
        legs = [_read_leg(leg, f"/legs/{at}", remark) for at, leg in enumerate(sent[:LEGS_MAX]) if isinstance(leg, dict)]
    if legs and not any(leg.get("crosses_border") is True for leg in legs):
        crossing = [leg for leg in legs if _crosses(leg)]
        (crossing or legs)[-1]["crosses_border"] = True
    return legs


_LEG_FIELDS = ("departure_port", "arrival_port", "scheduled_departure", "scheduled_arrival", "departure_local", "arrival_local")


def _read_leg(sent: dict[str, Any], where: str, remark: Remark) -> dict[str, Any]:
    leg = {key: value for key, value in sent.items() if value is not None}
    for side in ("departure", "arrival"):
        port = leg.get(f"{side}_port")
        if isinstance(port, str):
            leg[f"{side}_port"] = port = port.strip().upper()
            if find(port) is None:
                remark("port_unknown", f"{where}/{side}_port")
        else:
            remark("port_missing", f"{where}/{side}_port", which=side)
        _read_time(leg, side, where, remark)
    return leg


def _read_time(leg: dict[str, Any], side: str, where: str, remark: Remark) -> None:
    key, local_key = f"scheduled_{side}", f"{side}_local"
    sent = leg.pop(key, None)
    text = sent if sent is not None else leg.get(local_key)
    if text is None:
        remark(f"{side}_time_missing", f"{where}/{key}")
        return
    moment = _moment(text) if isinstance(text, str) else None
    if moment is None:
        leg.pop(local_key, None)
        remark("time_invalid", f"{where}/{key}")
        return
    port = leg.get(f"{side}_port")
    scheduled, doubt = schedule(port if isinstance(port, str) else None, moment)
    if doubt is not None:
        remark(doubt, f"{where}/{key}")
    leg[key] = scheduled.at
    if not isinstance(leg.get(local_key), str) or moment.offset_minutes is None or _moment(leg[local_key]) is None:
        leg[local_key] = scheduled.local


def _moment(text: str) -> Moment | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    offset = 0 if found[3] else None
    if found[4]:
        offset = (int(found[5]) * 60 + int(found[6])) * (-1 if found[4] == "-" else 1)
    try:
        day = date.fromisoformat(found[1])
        clock = time.fromisoformat(found[2]) if found[2] else None
    except ValueError:
        return None
    return None if offset is not None and abs(offset) >= 24 * 60 else Moment(day, clock, offset, True)


def _crosses(leg: dict[str, Any]) -> bool:
    ports = [find(port) if isinstance(port := leg.get(key), str) else None for key in ("departure_port", "arrival_port")]
    return ports[0] is not None and ports[1] is not None and ports[0].country != ports[1].country
