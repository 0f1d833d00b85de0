"""What a person may do to an alert, compared with the table and with a simple model of signatures."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from api_service.alert_life import NEEDS_REASON, ROLES, Order, Refusal, decide
from schemas.alert import LIVE_STATES, MACHINE_COMMANDS, TRANSITIONS, Alert, AlertState, Command, Outcome
from schemas.alert_step import MACHINE, Step, advance, signatures
from schemas.roles import INCLUDES, Role
from schemas.watchlist import AlertSeverity
from tests.sample_alerts import CREATED, sample_alert

LEGAL = {(row.source, row.command): row.target for row in TRANSITIONS}
CONFIRMED_OR_LATER = {AlertState.CONFIRMED, AlertState.HANDED_OVER, AlertState.ACKNOWLEDGED, AlertState.CLOSED}


def order(command: Command, by: str = "ana", role: Role = Role.SUPERVISOR, **more: object) -> Order:
    return Order(command, by, role, CREATED + timedelta(hours=1), **{"reason_code": "looked", **more})


def decided(alert: Alert, *orders: Order) -> Alert:
    for each in orders:
        after = decide(alert, each)
        assert isinstance(after, Alert), (each.command, after)
        alert = after
    return alert


def possible(severity: AlertSeverity = AlertSeverity.HIGH) -> Alert:
    return decided(sample_alert(severity=severity), order(Command.START_REVIEW), order(Command.POSSIBLE))


def test_confirm_on_high_is_a_first_signature_only() -> None:
    alert = decided(possible(), order(Command.CONFIRM, "ana"))
    assert (alert.state, alert.awaiting_approval, alert.version) == (AlertState.POSSIBLE, True, 4)
    assert alert.history[-1].to_state is AlertState.POSSIBLE
    assert decide(alert, order(Command.CONFIRM, "bob")) is Refusal.ILLEGAL_TRANSITION
    assert decide(alert, order(Command.APPROVE, "ana")) is Refusal.OWN_DECISION
    assert decide(alert, order(Command.APPROVE, "bob", Role.ANALYST)) is Refusal.ROLE_NOT_ALLOWED
    approved = decided(alert, order(Command.APPROVE, "bob"))
    assert (approved.state, approved.awaiting_approval) == (AlertState.CONFIRMED, False)
    assert (signatures(approved).confirmed_by, signatures(approved).approved_by) == ("ana", "bob")


@pytest.mark.parametrize("severity", [AlertSeverity.MEDIUM, AlertSeverity.LOW])
def test_below_high_one_person_confirms(severity: AlertSeverity) -> None:
    alert = decided(possible(severity), order(Command.CONFIRM, role=Role.ANALYST))
    assert (alert.state, alert.awaiting_approval) == (AlertState.CONFIRMED, False)
    assert decide(possible(severity), order(Command.APPROVE)) is Refusal.ILLEGAL_TRANSITION


def test_taking_it_back_takes_the_signatures_back() -> None:
    awaiting = decided(possible(), order(Command.CONFIRM, "ana"))
    back = decided(awaiting, order(Command.NO_MATCH, "ana"), order(Command.REOPEN), order(Command.POSSIBLE))
    assert not back.awaiting_approval
    assert signatures(back) == signatures(sample_alert())
    assert decide(back, order(Command.APPROVE, "bob")) is Refusal.ILLEGAL_TRANSITION


@pytest.mark.parametrize("command", sorted(NEEDS_REASON))
def test_a_decision_that_counts_says_why(command: Command) -> None:
    alert = {
        Command.NO_MATCH: possible(),
        Command.CONFIRM: possible(),
        Command.REOPEN: decided(possible(), order(Command.NO_MATCH)),
    }[command]
    assert decide(alert, order(command, reason_code=None)) is Refusal.REASON_MISSING
    assert isinstance(decide(alert, order(command)), Alert)


def test_only_no_match_can_be_remembered() -> None:
    assert decide(possible(), order(Command.CONFIRM, suppress=True)) is Refusal.SUPPRESSION_NOT_ALLOWED
    assert isinstance(decide(possible(), order(Command.NO_MATCH, suppress=True)), Alert)


@pytest.mark.parametrize("command", sorted(MACHINE_COMMANDS))
@pytest.mark.parametrize("role", sorted(Role))
def test_nobody_gives_the_commands_of_the_machine(command: Command, role: Role) -> None:
    assert decide(sample_alert(), order(command, role=role)) is Refusal.ROLE_NOT_ALLOWED


class Life(RuleBasedStateMachine):
    """Random orders by random people; the model knows the state, who confirmed, and who approved."""

    def __init__(self) -> None:
        super().__init__()
        self.alert = sample_alert(severity=AlertSeverity.HIGH)
        self.state = AlertState.NEW
        self.confirmed_by: str | None = None
        self.approved_by: str | None = None
        self.steps = 0

    @rule(severity=st.sampled_from(AlertSeverity))
    def start(self, severity: AlertSeverity) -> None:
        if self.steps == 0:
            self.alert = sample_alert(severity=severity)

    @rule(command=st.sampled_from(Command), by=st.sampled_from("abc"), role=st.sampled_from(Role), reason=st.booleans())
    def somebody_orders(self, command: Command, by: str, role: Role, reason: bool) -> None:
        after = decide(self.alert, order(command, by, role, reason_code="why" if reason else None, outcome=Outcome.REFERRED))
        allowed = command in ROLES and ROLES[command] in INCLUDES[role]
        awaiting = self.state is AlertState.POSSIBLE and self.confirmed_by is not None
        if command is Command.APPROVE:
            allowed = allowed and awaiting and by != self.confirmed_by
        elif command is Command.CONFIRM:
            allowed = allowed and not awaiting
        allowed = allowed and (self.state, command) in LEGAL and (reason or command not in NEEDS_REASON)
        assert isinstance(after, Alert) == allowed
        if isinstance(after, Alert):
            self._step(after, command, by)

    @rule(command=st.sampled_from(sorted(MACHINE_COMMANDS)))
    def the_machine_acts(self, command: Command) -> None:
        after = advance(self.alert, Step(command, MACHINE, CREATED))
        assert (after is not None) == ((self.state, command) in LEGAL)
        if after is not None:
            self._step(after, command, MACHINE)

    def _step(self, after: Alert, command: Command, by: str) -> None:
        source, self.steps = self.state, self.steps + 1
        first = command is Command.CONFIRM and self.alert.severity is AlertSeverity.HIGH
        self.state = AlertState.POSSIBLE if first else LEGAL[source, command]
        if command is Command.CONFIRM:
            self.confirmed_by, self.approved_by = by, None
        elif command is Command.APPROVE:
            self.approved_by = by
        elif command in {Command.NO_MATCH, Command.REOPEN}:
            self.confirmed_by = self.approved_by = None
        assert (after.history[-1].from_state, after.history[-1].to_state, after.history[-1].by) == (source, self.state, by)
        self.alert = after

    @invariant()
    def they_agree(self) -> None:
        assert self.alert.state is self.state
        assert self.alert.version == 1 + self.steps == 1 + len(self.alert.history)
        assert signatures(self.alert).confirmed_by == self.confirmed_by
        assert signatures(self.alert).approved_by == self.approved_by
        awaiting = self.state is AlertState.POSSIBLE and self.confirmed_by is not None
        assert self.alert.awaiting_approval == awaiting

    @invariant()
    def nothing_is_confirmed_without_its_signatures(self) -> None:
        if self.state in CONFIRMED_OR_LATER:
            assert self.confirmed_by is not None
            if self.alert.severity is AlertSeverity.HIGH:
                assert self.approved_by not in (None, self.confirmed_by)

    @invariant()
    def whatever_is_live_can_be_withdrawn(self) -> None:
        assert ((self.state, Command.WITHDRAW) in LEGAL) == (self.state in LIVE_STATES)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
