"""The protection plan: whom to call, and by when what has to be done. Read once at the start from a TOML file.

    [[contacts]]
    port = "TIA"                # or "*": any port
    kind = "asylum"             # a kind of referral, "alert" (an alert of the protection queue), or "*"
    name = "Asylum office, duty desk"
    telephone = "+355 4 000 0000"
    languages = ["sq", "en"]

    [[deadlines]]
    kind = "unaccompanied_child"
    name = "guardian_informed"
    minutes = 60

Where the file names no deadlines at all, those below hold: they are ours, to have a clock at all, and no law's.
"""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from schemas.referral import TAKEN_OVER, ReferralKind

ANY = "*"
ALERT = "alert"
_KINDS = "|".join([*ReferralKind, ALERT])


class Contact(BaseModel):
    """Somebody who helps: a service, never a private person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: str = Field(default=ANY, pattern=r"^([A-Z0-9]{3,5}|\*)$")
    kind: str = Field(default=ANY, pattern=rf"^({_KINDS}|\*)$")
    name: str = Field(min_length=1, max_length=200)
    telephone: str | None = Field(default=None, max_length=50)
    hours: str | None = Field(default=None, max_length=100)
    languages: tuple[str, ...] = ()

    def serves(self, port: str, kind: str) -> bool:
        """Whether it is there for this port and this kind."""
        return self.port in (ANY, port) and self.kind in (ANY, kind)


class DeadlineRule(BaseModel):
    """By when, after the card was made, something has to be done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(default=ANY, pattern=rf"^({_KINDS}|\*)$")
    name: str = Field(pattern=r"^[a-z][a-z_]{0,63}$")
    minutes: int = Field(ge=1, le=60 * 24 * 90)


OWN_DEADLINES = (
    DeadlineRule(name=TAKEN_OVER, minutes=60),
    DeadlineRule(kind=ReferralKind.UNACCOMPANIED_CHILD, name="guardian_informed", minutes=60),
    DeadlineRule(kind=ReferralKind.UNACCOMPANIED_CHILD, name="transferred_to_care", minutes=24 * 60),
)
"""A person waits an hour for somebody to come; a child waits an hour for a guardian, and sleeps no second night at a border."""


class ProtectionPlan(BaseModel):
    """Contacts and deadlines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contacts: tuple[Contact, ...] = ()
    deadlines: tuple[DeadlineRule, ...] = OWN_DEADLINES

    def contacts_for(self, port: str, kind: str) -> list[dict[str, object]]:
        """Whom to call, those of the port itself first."""
        found = sorted((one for one in self.contacts if one.serves(port, kind)), key=lambda one: one.port == ANY)
        return [one.model_dump(exclude={"port", "kind"}) for one in found]

    def deadlines_for(self, kind: ReferralKind) -> tuple[DeadlineRule, ...]:
        """What has to be done for a card of this kind; a rule for the kind replaces one of that name for any."""
        rules = {rule.name: rule for wanted in (ANY, kind) for rule in self.deadlines if rule.kind == wanted}
        return tuple(rules.values())


def read_plan(path: Path | None) -> ProtectionPlan:
    """The plan of this file; without a file, no contacts and our own deadlines.

    Raises OSError, tomllib.TOMLDecodeError, pydantic.ValidationError: a service that would show nobody to call does not start.
    """
    if path is None:
        return ProtectionPlan()
    return ProtectionPlan.model_validate(tomllib.loads(path.read_text("utf-8")))
