"""Roles: who may do what. A key has exactly one."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """`carrier` pushes manifests and sees only its own submissions, never anything about screening. `analyst` decides alerts;
    `supervisor` is an analyst who may check another's decision. `officer` works at the console of a port. `list_owner` keeps
    lists and readmission records. `auditor` reads the audit trail and statistics. `operator` keeps keys and settings and sees
    no passenger data."""

    CARRIER = "carrier"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    LIST_OWNER = "list_owner"
    AUDITOR = "auditor"
    OPERATOR = "operator"


INCLUDES: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {role: frozenset({role}) for role in Role} | {Role.SUPERVISOR: frozenset({Role.SUPERVISOR, Role.ANALYST})}
)
"""What each role may act as: a supervisor may do all that an analyst may."""
