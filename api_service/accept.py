"""Which form an answer takes: the `Accept` header (RFC 9110, 12.5.1) against the forms that there are.

The highest quality wins; among equals the more specific range, then the one named first. Without a header, and where
anything is accepted, it is the first form offered. Refusals are problem+json whatever was accepted: they say more than nothing.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import Request

from api_service.problems import NotAcceptableError

JSON = "application/json"
EDIFACT = "application/edifact"

RANGES_MAX = 50
"""Browsers send ten; what stands behind is not looked at."""

_QUALITY = re.compile(r"[01](\.\d{0,3})?")


class MediaRange(NamedTuple):
    """One range of the header. `quality` from 0 (never) to 1."""

    name: str
    quality: float

    @property
    def specificity(self) -> int:
        """0 for */*, 1 for type/*, 2 for a whole name."""
        return 2 - self.name.count("*")

    def covers(self, form: str) -> bool:
        """Whether a media type is in this range."""
        kind, _slash, subtype = self.name.partition("/")
        return self.name in ("*/*", form) or (subtype == "*" and form.startswith(kind + "/"))


def ranges_of(header: str) -> list[MediaRange]:
    """The ranges of an Accept header. What is malformed is left out, as if it had not been sent."""
    found = (_range(piece) for piece in header.lower().split(",")[:RANGES_MAX])
    return [one for one in found if one is not None]


def _range(piece: str) -> MediaRange | None:
    name, *parameters = [part.strip() for part in piece.split(";")]
    qualities = [value.strip() for key, _equals, value in (part.partition("=") for part in parameters) if key.strip() == "q"]
    quality = qualities[0] if qualities else "1"
    if name.count("/") != 1 or _QUALITY.fullmatch(quality) is None:
        return None
    return MediaRange(name, min(float(quality), 1.0))


def best_form(header: str, offered: Sequence[str]) -> str | None:
    """The form to answer in; None where nothing that is offered is accepted."""
    ranges = ranges_of(header)
    if not ranges:
        return offered[0]
    ranked = []
    for preference, form in enumerate(offered):
        covering = [(one.specificity, -place, one.quality) for place, one in enumerate(ranges) if one.covers(form)]
        if covering and (best := max(covering))[2] > 0:
            ranked.append((best[2], best[0], best[1], -preference, form))
    return max(ranked)[-1] if ranked else None


def answer_form(request: Request, offered: Sequence[str]) -> str:
    """The form of this request's answer. Raises NotAcceptableError."""
    form = best_form(", ".join(request.headers.getlist("accept")), offered)
    if form is None:
        raise NotAcceptableError(f"Answers to this are {' or '.join(offered)}.", {"offered": list(offered)})
    return form
