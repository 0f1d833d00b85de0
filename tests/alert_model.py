"""What the law of the thing says of an alert's life: written down once more for the tests, sharing nothing with the program."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from schemas.roles import Role

STEPS = {
    ("new", "start_review"): "in_review",
    ("in_review", "no_match"): "no_match",
    ("in_review", "possible"): "possible",
    ("possible", "no_match"): "no_match",
    ("possible", "confirm"): "confirmed",
    ("possible", "approve"): "confirmed",
    ("confirmed", "hand_over"): "handed_over",
    ("handed_over", "acknowledge"): "acknowledged",
    ("acknowledged", "outcome"): "closed",
    ("no_match", "reopen"): "in_review",
    ("closed", "reopen"): "in_review",
}
LIVE = ("new", "in_review", "possible", "confirmed", "handed_over", "acknowledged")
SAYS_WHY = ("no_match", "confirm", "reopen")
OFFICERS = ("acknowledge", "outcome")
ROLES = {
    "ana": Role.ANALYST,
    "bea": Role.ANALYST,
    "sue": Role.SUPERVISOR,
    "sam": Role.SUPERVISOR,
    "tia": Role.OFFICER,
    "skp": Role.OFFICER,
    "aud": Role.AUDITOR,
}
DECIDERS = ("ana", "bea", "sue", "sam")


class Asked(NamedTuple):
    """A command as somebody sends it. `seen`: the version he says he saw, None = he does not say."""

    who: str
    what: str
    alert: int
    seen: int | None
    reason: bool = True
    suppress: bool = False
    whom: str | None = None
    twice: bool = False


@dataclass(frozen=True)
class Model:
    """What is true of an alert."""

    high: bool
    state: str = "new"
    version: int = 1
    waiting: bool = False
    first: str | None = None
    second: str | None = None
    holder: str | None = None

    def verdict(self, asked: Asked) -> int:
        """The status that the command deserves now."""
        officer, decider = ROLES[asked.who] is Role.OFFICER, asked.who in DECIDERS
        if (asked.what in OFFICERS) != officer or not (officer or decider):
            return 403
        if asked.seen is None and not officer:
            return 428
        if officer and asked.who != "tia":
            return 404  # every alert here arrives in TIA
        if asked.seen not in (None, self.version):
            return 412
        if asked.what == "assign" and asked.whom not in (None, *DECIDERS):
            return 422
        return self._verdict_on_decision(asked)

    def _verdict_on_decision(self, asked: Asked) -> int:
        if asked.what == "approve" and (ROLES[asked.who] is not Role.SUPERVISOR or (self.waiting and asked.who == self.first)):
            return 403
        if (asked.what in SAYS_WHY and not asked.reason) or (asked.suppress and asked.what != "no_match"):
            return 422
        return 200 if self.legal(asked.what) else 409

    def legal(self, what: str) -> bool:
        if what in ("assign", "withdraw"):
            return self.state in LIVE
        if what == "escalate":
            return self.state in LIVE and self.state != "acknowledged"
        if what == "approve" and not self.waiting:
            return False
        return (self.state, what) in STEPS and not (what == "confirm" and self.waiting)

    def after(self, what: str, who: str, whom: str | None = None) -> "Model":
        assert self.legal(what), (self, what)
        moved = replace(self, version=self.version + 1)
        if what == "assign":
            return replace(moved, holder=whom)
        if what == "escalate":
            return moved
        if what == "withdraw":
            return replace(moved, state="withdrawn", waiting=False)
        if what == "confirm" and self.high:
            return replace(moved, waiting=True, first=who)
        signed = {"confirm": {"first": who}, "approve": {"second": who}}.get(what, {})
        if what in ("no_match", "reopen"):
            signed = {"first": None, "second": None}
        return replace(moved, state=STEPS[self.state, what], waiting=False, **signed)  # type: ignore[arg-type]  # names of fields
