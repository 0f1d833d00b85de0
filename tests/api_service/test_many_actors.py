"""Many people at once over the real service and database, compared with a simple model.

Each step sends a handful of commands at the same moment: legal and illegal ones, by the right and the wrong people, on versions
that are current, stale or made up, some twice under one idempotency key, some sent again later, while the machine escalates and
withdraws and shifts hand over. Afterwards the alerts' histories say in which order the database let them happen, and the model
is led along it:

    every accepted command    is one entry of the history, legal there for that person, with one event and one audit line
    every refused command     has a moment in that order at which the model refuses it with the same status
    everything else           nothing lost, nothing doubled, nothing that nobody asked for

The model (`tests/alert_model.py`) is written down once more, from the law of the thing, and shares nothing with the program.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from api_service.escalation import escalate
from schemas.alert import Alert
from schemas.delivery import Cursor
from schemas.watchlist import AlertSeverity
from storage import alert_feed, alert_rows
from storage.audit_seal import seal_all
from storage.audit_verify import Span, verify
from tests.alert_model import DECIDERS, LIVE, OFFICERS, ROLES, Asked, Model
from tests.alert_world import World, close_world, open_world
from tests.sample_alerts import place, sample_alert

_WHAT = (
    "start_review",
    "no_match",
    "possible",
    "confirm",
    "approve",
    "hand_over",
    "reopen",
    "acknowledge",
    "outcome",
    "assign",
)
_ANYTHING = st.tuples(
    st.sampled_from([*ROLES]),
    st.sampled_from(_WHAT),
    st.integers(0, 2),
    st.sampled_from(["current", "current", "current", "stale", "made up", "unsaid"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([*DECIDERS, "tia", "nobody", None]),
    st.booleans(),
)
_NEXT = st.tuples(st.sampled_from(DECIDERS), st.integers(0, 2), st.booleans(), st.integers(0, 4))
"""What is due next on an alert, by somebody who may."""


_HELD_BACK = """
SELECT coalesce(max(transaction_id), 0) >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM alert_outbox"""


class Play(RuleBasedStateMachine):
    """One evening of three alerts."""

    world: World
    runner: asyncio.Runner

    @initialize(severities=st.lists(st.sampled_from(AlertSeverity), min_size=3, max_size=3))
    def raise_alerts(self, severities: list[AlertSeverity]) -> None:
        alerts = [
            sample_alert(next(self.world.numbers), severity=severity, created_at=self.world.now) for severity in severities
        ]
        self.ids = [alert.alert_id for alert in alerts]
        self.models = [Model(severity is AlertSeverity.HIGH) for severity in severities]
        self.histories: list[int] = [0, 0, 0]
        self.accepted: list[tuple[Asked, str, bytes]] = []
        self.suppressed = 0
        self.run(place(self.world.database, *alerts))

    def run(self, work: Awaitable[Any]) -> Any:
        async def waiting() -> Any:
            return await work

        return self.runner.run(waiting())

    @rule(
        nexts=st.lists(_NEXT, min_size=1, max_size=2),
        others=st.lists(_ANYTHING, max_size=3),
        machine=st.sampled_from(["", "seal", "escalate", "withdraw"]),
        shift=st.one_of(st.none(), st.tuples(st.integers(0, 2), st.sampled_from(DECIDERS))),
    )
    def all_at_once(self, nexts: Any, others: Any, machine: str, shift: tuple[int, str] | None) -> None:
        asked = [*(self._due(*one) for one in nexts), *(self._asked(*one) for one in others)]
        self.world.now += timedelta(minutes=4)
        giver = self.models[shift[0]].holder if shift else None
        self.run(self._play(asked, machine, (giver, shift[1]) if shift and giver and giver != shift[1] else None))

    @rule(pick=st.integers(0, 99), other=st.booleans())
    def somebody_sends_it_again(self, pick: int, other: bool) -> None:
        if self.accepted:
            self.run(self._send_again(*self.accepted[pick % len(self.accepted)], other))

    def _due(self, who: str, number: int, twice: bool, chance: int) -> Asked:
        model = self.models[number]
        if chance == 0:
            return Asked(who, "assign", number, model.version, whom=who, twice=twice)
        ways = {
            "new": "start_review",
            "in_review": "possible",
            "confirmed": "hand_over",
            "no_match": "reopen",
            "closed": "reopen",
        }
        what = ways.get(model.state, "assign")
        if model.state == "possible":
            what, who = (
                ("approve", self._approver(who, model)) if model.waiting else ("confirm", "sue" if who == "ana" else who)
            )
        elif model.state in ("handed_over", "acknowledged"):
            what, who = ("acknowledge" if model.state == "handed_over" else "outcome"), "tia"
        return Asked(who, what, number, model.version, whom=who, twice=twice)

    def _approver(self, who: str, model: Model) -> str:
        """Often whoever signed first tries to be the second, too."""
        return str(model.first) if who in ("ana", "bea") else who

    def _asked(self, *drawn: Any) -> Asked:
        who, what, number, seen, reason, suppress, *rest = drawn
        version = self.models[number].version
        seen_version = {"current": version, "stale": version - 1, "made up": version + 7, "unsaid": None}[seen]
        return Asked(who, what, number, seen_version, reason, suppress and what not in (*OFFICERS, "assign"), *rest)

    async def _play(self, asked: list[Asked], machine: str, shift: tuple[str, str] | None) -> None:
        sent = [(one, f"key-{next(self.world.numbers)}") for one in asked]
        calls = [self.world.send(one, self.ids[one.alert], key) for one, key in sent for _ in range(1 + one.twice)]
        extra: list[Awaitable[Any]] = []
        if machine == "escalate":
            extra.append(escalate(self.world.context))
        elif machine == "withdraw":
            extra.append(self.world.withdraw(self.ids[0]))
        elif machine == "seal":
            extra.append(seal_all(self.world.database, self.world.now))
        handed = [self.world.hand_over(*shift)] if shift else []
        answers, given, _ = await asyncio.gather(asyncio.gather(*calls), asyncio.gather(*handed), asyncio.gather(*extra))
        grouped = iter(answers)
        told = [(one, key, [next(grouped) for _ in range(1 + one.twice)]) for one, key in sent]
        before = list(self.models)
        claims = self._claims(told)
        paths = [await self._follow(number, claims[number], given, shift) for number in range(3)]
        for one, _key, several in told:
            for answer in several:
                deserved = {model.verdict(one) for model in paths[one.alert]}
                assert answer.status_code == 200 or answer.status_code in deserved, (
                    one,
                    answer.status_code,
                    answer.text,
                    deserved,
                )
        if given:
            assert shift is not None
            self._check_handover(given[0], shift, before, paths)
        await self._nothing_else()

    def _claims(self, told: list[tuple[Asked, str, list[httpx.Response]]]) -> list[dict[int, Asked]]:
        """Which accepted command says that it made which version of which alert."""
        claims: list[dict[int, Asked]] = [{}, {}, {}]
        for one, key, several in told:
            bodies = {answer.content for answer in several if answer.status_code == 200}
            assert len(bodies) <= 1, "one command, two answers"
            for body in bodies:
                version = int(httpx.Response(200, content=body).json()["version"])
                assert version not in claims[one.alert], "two commands made one version"
                claims[one.alert][version] = one
                self.accepted.append((one, key, body))
                self.suppressed += one.suppress
        return claims

    async def _follow(
        self, number: int, claims: dict[int, Asked], given: list[httpx.Response], shift: tuple[str, str] | None
    ) -> list[Model]:
        """Lead the model along what happened; every model on the way, the first included."""
        alert = await self._stored(number)
        path = [self.models[number]]
        for entry in alert.history[self.histories[number] :]:
            model, who = path[-1], self.world.names[entry.by]
            one = claims.pop(model.version + 1, None)
            if one is not None:
                assert (one.what, one.who) == (entry.command, who)
                assert model.verdict(one) == 200, (model, one)
                path.append(model.after(one.what, who, one.whom))
            elif entry.reason_code == "shift_handover":
                assert shift is not None
                assert alert.alert_id in given[0].json()["alert_ids"]
                assert model.holder == shift[0]
                path.append(model.after("assign", who, shift[1]))
            else:
                assert who == "kulla", "nobody asked for this"
                path.append(model.after(entry.command, who))
            assert (entry.from_state, entry.to_state) == (model.state, path[-1].state)
        assert not claims, "accepted, and lost"
        self.models[number], self.histories[number] = path[-1], len(alert.history)
        self._agree(alert, path[-1])
        return path

    def _agree(self, alert: Alert, model: Model) -> None:
        holder = alert.assignee and self.world.names[alert.assignee]
        assert (alert.state, alert.version, alert.awaiting_approval) == (model.state, model.version, model.waiting)
        assert holder == model.holder
        if model.state in ("confirmed", "handed_over", "acknowledged", "closed"):
            assert model.first is not None
            assert not model.high or model.second not in (None, model.first)
        if model.state == "closed":
            assert alert.disposition is not None
            assert alert.disposition.outcome is not None

    def _check_handover(
        self, answer: httpx.Response, shift: tuple[str, str], before: list[Model], paths: list[list[Model]]
    ) -> None:
        assert answer.status_code == 201, answer.text
        for number, path in enumerate(paths):
            if self.ids[number] not in answer.json()["alert_ids"]:
                assert any(model.holder != shift[0] or model.state not in LIVE for model in path), "left behind"

    async def _stored(self, number: int) -> Alert:
        async with self.world.database.reading() as work:
            found = await alert_rows.load(work, self.ids[number])
        assert found is not None
        return found

    async def _nothing_else(self) -> None:
        """One event and one audit line for every version, columns as the body says, and as many suppressions as were asked."""
        async with self.world.database.reading() as work:
            rows = await work.fetch("SELECT alert_id, version, state, body FROM alerts WHERE alert_id = ANY ($1)", self.ids)
            lines = await work.fetch(
                "SELECT subject_id, actor, action, (details->>'version')::int AS version FROM audit WHERE subject_id = ANY ($1)",
                self.ids,
            )
            suppressed = await work.fetchval("SELECT count(*) FROM suppressions WHERE alert_id = ANY ($1)", self.ids)
            feed = [entry async for entry in self._feed(work)]
        assert suppressed == self.suppressed
        for row in rows:
            alert = Alert.model_validate_json(row["body"])
            assert (row["version"], row["state"]) == (alert.version, alert.state)
            assert alert.version == 1 + len(alert.history)
            events = [event for event in feed if event.alert_id == alert.alert_id]
            assert [event.version for event in events] == list(range(1, alert.version + 1))
            assert events[-1] == alert
            audited = sorted(
                (line["version"], line["action"], line["actor"]) for line in lines if line["subject_id"] == alert.alert_id
            )
            expected = [(number, f"alert.{entry.command}", entry.by) for number, entry in enumerate(alert.history, 2)]
            assert audited == expected

    async def _feed(self, work: Any) -> AsyncIterator[Alert]:
        while await work.fetchval(_HELD_BACK):  # noqa: ASYNC110  # nobody tells when the server's own vacuum ends
            await asyncio.sleep(0.01)
        cursor = Cursor(0, 0)
        while page := await alert_feed.read_after(work, cursor, None, 500):
            cursor = page[-1].cursor
            for entry in page:
                if any(identifier in entry.payload for identifier in self.ids):
                    yield Alert.model_validate_json(entry.payload)

    async def _send_again(self, asked: Asked, key: str, first: bytes, other: bool) -> None:
        if other:  # the same key for something else
            asked = (
                asked._replace(what="outcome" if asked.what == "acknowledge" else "acknowledge")
                if asked.who == "tia"
                else asked
            )
            asked = (
                asked if asked.who == "tia" else asked._replace(what="possible" if asked.what != "possible" else "hand_over")
            )
            asked = asked._replace(suppress=False)
        answer = await self.world.send(asked, self.ids[asked.alert], key)
        if other:
            assert answer.status_code == 422, (asked, answer.text)
        else:
            assert (answer.status_code, answer.content) == (200, first)
        for number in range(3):
            assert (await self._stored(number)).version == self.models[number].version


async def _the_trail_is_whole(world: World) -> None:
    await seal_all(world.database, world.now)
    done = await verify(world.database, Span())
    assert (done.sound, done.unsealed) == (True, 0), done
    async with world.database.reading() as work:
        assert done.lines == await work.fetchval("SELECT count(*) FROM audit")
    assert done.lines > len(ROLES)


def test_many_actors_at_once(database_url: str, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        world = runner.run(open_world(database_url, tmp_path))
        try:
            kind = type("Tonight", (Play,), {"world": world, "runner": runner})
            run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it so
                kind,
                settings=settings(
                    max_examples=20,
                    stateful_step_count=20,
                    deadline=None,
                    phases=(Phase.generate,),  # who is first differs from run to run: there is nothing to shrink
                    suppress_health_check=list(HealthCheck),
                ),
            )
            runner.run(_the_trail_is_whole(world))
        finally:
            runner.run(close_world(world))
