"""How each carrier writes its messages: releases, separators, parts. Fixed per carrier, varied between them, as in life."""

from dataclasses import dataclass, field, replace

from api_service.sandbox.carriers import CARRIERS, Carrier
from parsers.edifact.writer import Separators
from parsers.paxlst.writer import WriteOptions
from schemas.manifest import ReportingParty


@dataclass(frozen=True, slots=True)
class Habits:
    """`part_travellers_max`: persons a message at most, None = the whole flight in one (type-B networks carry about 4 kB)."""

    options: WriteOptions = field(default_factory=lambda: WriteOptions(directory="D:12B"))
    part_travellers_max: int | None = None

    def with_reference(self, reference: str) -> WriteOptions:
        """The options for one interchange with this control reference."""
        return replace(self.options, control_reference=reference)

    def reporting_party(self, carrier: Carrier) -> ReportingParty:
        """The carrier's desk; numbers of the range kept for fiction."""
        return ReportingParty(name=f"{carrier.name} APIS DESK", telephone="020 7946 0123", fax="020 7946 0124")


HABITS = (
    Habits(),
    Habits(WriteOptions(directory="D:02B", carrier_element=False), part_travellers_max=60),
    Habits(WriteOptions(directory="D:05B", una=False, line_break="\r\n")),
    Habits(WriteOptions(directory="D:15B", number_digits=4, long_birth_dates=True)),
    Habits(WriteOptions(directory="D:05B", line_break="\n", given_names_split=True), part_travellers_max=90),
    Habits(WriteOptions(directory="D:12B", grouped=False)),
    Habits(WriteOptions(directory="D:13B", separators=Separators(element="*", terminator="$"))),
)
"""The styles that are met in the wild, as the reference of this project's readers describes them."""


def habits_of(carrier: Carrier) -> Habits:
    """The carrier's style: always the same one."""
    return HABITS[CARRIERS.index(carrier) % len(HABITS)]
