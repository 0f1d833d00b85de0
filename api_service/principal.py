"""Who asks: what authentication finds out, and every endpoint gets."""

from dataclasses import dataclass

from schemas.roles import INCLUDES, Role
from storage.acting import Caller, Sort


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `key_id` names the person or machine in histories and in the audit trail: the id of a key (it stays when the
    secret is replaced), or issuer and subject of a token. `carrier` None = any carrier, `ports` None = any port (both only in
    the sandbox, or where the role has none)."""

    key_id: str
    role: Role
    carrier: str | None = None
    ports: frozenset[str] | None = None

    @property
    def owner(self) -> str:
        """Under which name its submissions are kept: the carrier's, so that a new key of the same carrier sees the old ones."""
        return self.carrier or self.key_id

    @property
    def caller(self) -> Caller:
        """As whom the database serves it."""
        if self.role is Role.CARRIER:
            return Caller(Sort.CARRIER, self.key_id, self.owner, self.carrier)
        if self.role is Role.OFFICER:
            return Caller(Sort.OFFICER, self.key_id, ports=self.ports)
        return Caller(Sort.STAFF, self.key_id)

    def acts_as(self, *roles: Role) -> bool:
        """Whether it may do what any of these roles may."""
        return not INCLUDES[self.role].isdisjoint(roles)

    def may_see_port(self, port: str | None) -> bool:
        """Whether this port's console is open to it. What belongs to no port is open to those who see any."""
        return self.ports is None or port in self.ports
