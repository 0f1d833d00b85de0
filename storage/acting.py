"""On whose behalf the database is asked: what `Database` tells the server at the beginning of each transaction.

A request starts as nobody, and becomes somebody when it is known who asks; nobody gets nothing. Work of the service itself
(screening, relaying, migrating, what runs in the background) is done as the owner of the tables. What serves a request and
needs that too says so, in so many words: `with acting(MACHINE)`.

The identity travels with the running task (a context variable), not as a parameter: it must hold also where a query forgets who
asks, which is what the second wall is for.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from enum import StrEnum

ANY = "*"
_PLAIN = re.compile(r"[A-Za-z0-9*,]*")


class Sort(StrEnum):
    """The three kinds of callers, by the role of the database that they work as (`queries/row_security.sql`)."""

    CARRIER = "kulla_carrier"
    OFFICER = "kulla_officer"
    STAFF = "kulla_staff"


@dataclass(frozen=True, slots=True)
class Caller:
    """`owner`: of a carrier's submissions. `carrier` and `ports` None = any. `subject`: who it is, in histories."""

    sort: Sort
    subject: str
    owner: str = ""
    carrier: str | None = None
    ports: frozenset[str] | None = None

    def settings(self) -> str:
        """The statements that tell the server. Every value is of letters and digits, so that none can be anything else."""
        values = {
            "kulla.owner": self.owner,
            "kulla.carrier": ANY if self.carrier is None else self.carrier,
            "kulla.ports": ANY if self.ports is None else ",".join(sorted(self.ports)),
            "kulla.subject": self.subject.encode().hex(),
        }
        assert all(_PLAIN.fullmatch(value) for value in values.values()), "a value that cannot stand in a statement"
        return f"SET LOCAL ROLE {self.sort};" + "".join(f"SET LOCAL {name} = '{value}';" for name, value in values.items())


class Unconfined(StrEnum):
    """`MACHINE`: the service itself. `NOBODY`: a request of which is not known yet who asks."""

    MACHINE = "machine"
    NOBODY = "nobody"


MACHINE, NOBODY = Unconfined.MACHINE, Unconfined.NOBODY
_acting: ContextVar[Caller | Unconfined] = ContextVar("acting", default=MACHINE)


def now_acting() -> Caller | Unconfined:
    """On whose behalf this task works."""
    return _acting.get()


def act_as(who: Caller | Unconfined) -> Token[Caller | Unconfined]:
    """From here on, for this task and those it starts."""
    return _acting.set(who)


@contextmanager
def acting(who: Caller | Unconfined) -> Iterator[None]:
    """For a while."""
    token = _acting.set(who)
    try:
        yield
    finally:
        _acting.reset(token)
