"""The same person under several identities, and several people under one.

A message names a person by the strongest thing it has (see `parsers.paxlst.identity`), so one that lacks the passenger
reference calls him otherwise than one that has it. Mentions that share a document together with a name or a birth date, or a
name and birth date together with a booking, are one person; the same document alone is not enough, for groups and children
travel on one. Two rules keep apart what is not: one message never names a person twice, and nobody has two passenger
references. What would break either falls apart entirely; then everybody in it is a traveller of his own.

A person goes by the identity under which he was reported first, so that a later message does not rename him. Where another
person has that identity already, he gets one of his own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.flight_life.report import Mention, Report
from schemas.identifiers import derive

_Place = tuple[bool, int, str]


@dataclass(frozen=True, slots=True)
class Identities:
    """`by_node`: mention's node -> person, where the person does not simply go by the mention's identity. `merged`: identities
    that are nobody's own -> the person whom they mean."""

    by_node: Mapping[str, str] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)

    def person(self, mention: Mention) -> str:
        """Who is mentioned."""
        return self.by_node.get(mention.node, mention.traveller_id)


def identities(reports: Sequence[Report]) -> Identities:
    """Who is who. `reports` in order."""
    identity_of, places = _nodes(reports)
    groups = _uncontested(_linked(reports), reports)
    sharing = _sharing(identity_of)
    if not groups and not sharing:
        return Identities()
    concerned = {node for group in groups for node in group} | {node for nodes in sharing.values() for node in nodes}
    together = {node: group for group in groups for node in group}
    by_node = _named({together.get(node, frozenset({node})) for node in concerned}, identity_of, places)
    for identity, nodes in sharing.items():
        if identity in nodes and identity not in together:  # said without a name: the first who goes by it is meant
            first = min((node for node in nodes if node != identity), key=lambda one: places[one])
            by_node[identity] = by_node[first]
    return Identities(by_node, _merged(by_node, identity_of, places))


def _nodes(reports: Sequence[Report]) -> tuple[dict[str, str], dict[str, _Place]]:
    """Identity of every node, and where each comes up first; messages that report before those that only name."""
    identity_of: dict[str, str] = {}
    places: dict[str, _Place] = {}
    for reporting in (True, False):
        for position, report in enumerate(reports):
            if report.reports_travellers is reporting:
                for mention in report.mentions:
                    if mention.node not in identity_of:
                        identity_of[mention.node] = mention.traveller_id
                        places[mention.node] = (not reporting, position, mention.node)
    return identity_of, places


def _sharing(identity_of: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Identities under which several nodes go."""
    if len(set(identity_of.values())) == len(identity_of):
        return {}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for node, identity in identity_of.items():
        found[identity].add(node)
    return {identity: nodes for identity, nodes in found.items() if len(nodes) > 1}


def _named(groups: Iterable[frozenset[str]], identity_of: Mapping[str, str], places: Mapping[str, _Place]) -> dict[str, str]:
    """Node -> person: each group by the identity of its first node, if nobody before it goes by that."""
    taken: set[str] = set()
    by_node: dict[str, str] = {}
    firsts = sorted((min(group, key=lambda one: places[one]), group) for group in groups)
    for first, group in sorted(firsts, key=lambda one: places[one[0]]):
        person = identity_of[first]
        if person in taken:
            person = derive("trv", first)
        taken.add(person)
        by_node |= dict.fromkeys(group, person)
    return by_node


def _merged(by_node: Mapping[str, str], identity_of: Mapping[str, str], places: Mapping[str, _Place]) -> Mapping[str, str]:
    people = set(by_node.values())
    merged: dict[str, str] = {}
    for node in sorted(by_node, key=lambda one: places[one]):
        if identity_of[node] not in people:
            merged.setdefault(identity_of[node], by_node[node])
    return merged


class _Union:
    """Disjoint sets, by path halving."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def find(self, one: str) -> str:
        parents = self._parents
        while (parent := parents.get(one, one)) != one:
            parents[one] = parents.get(parent, parent)
            one = parents[one]
        return one

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self._parents[second] = first
        self._parents.setdefault(first, first)

    def groups(self) -> list[frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for one in list(self._parents):
            found[self.find(one)].add(one)
        return [frozenset(group) for group in found.values() if len(group) > 1]


def _linked(reports: Iterable[Report]) -> list[frozenset[str]]:
    union, owners = _Union(), dict[str, str]()
    names: defaultdict[str, set[str]] = defaultdict(set)
    without_booking: set[str] = set()
    for report in reports:
        for mention in report.mentions:
            for link in mention.links:
                other = owners.setdefault(link, mention.node)
                if other != mention.node:
                    union.join(other, mention.node)
            if mention.name:
                names[mention.name].add(mention.node)
                if not mention.bookings:
                    without_booking.add(mention.name)
    for name in without_booking:
        first, *others = sorted(names[name])
        for other in others:
            union.join(first, other)
    return union.groups()


def _uncontested(groups: Iterable[frozenset[str]], reports: Iterable[Report]) -> list[frozenset[str]]:
    group_of = {one: group for group in groups for one in group}
    if not group_of:
        return []
    contested: set[frozenset[str]] = set()
    passengers: dict[frozenset[str], str] = {}
    for report in reports:
        named: dict[frozenset[str], str] = {}
        for mention in report.mentions:
            group = group_of.get(mention.node)
            if group is not None and not _agrees(mention, group, named, passengers):
                contested.add(group)
    return [group for group in set(group_of.values()) if group not in contested]


def _agrees(
    mention: Mention, group: frozenset[str], named: dict[frozenset[str], str], passengers: dict[frozenset[str], str]
) -> bool:
    alone = named.setdefault(group, mention.node) == mention.node
    return alone and (not mention.passenger or passengers.setdefault(group, mention.passenger) == mention.passenger)
