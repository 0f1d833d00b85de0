"""Use case: what holds for a whole list is changed: its title, who answers for it, how urgent it is, where its threshold lies.

A change is a publication without records: a version of the lists, with an author, a reason, and what each field was and is.
What screeners read (title, severity, threshold) is in force as soon as an index with it stands; then live travellers are
screened again, and what would not be raised any more is withdrawn. The kind of a list and its id never change: another kind is
another list.

A list of four eyes changes when a second person has approved, and loses its four eyes in no other way; the database says so.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from api_service import problems
from api_service.watch import find_list, list_fault
from schemas.watchlist import Watchlist
from storage import audit, list_proposals, publications
from storage.database import Database, Work
from storage.list_proposals import Proposal
from storage.publications import ListSettings, Publication
from storage.watchlists import ListState

CHANGEABLE = ("title", "authority", "legal_basis", "severity", "threshold_bits", "false_alerts_per_1000", "four_eyes")


@dataclass(frozen=True, slots=True)
class SettingsOrder:
    """Fields as they shall be, by name; `expected_version`: the list's settings as the caller saw them; `note`: why."""

    list_id: str
    fields: Mapping[str, Any]
    expected_version: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The list as it now is, and the proposal that waits where it wants four eyes."""

    state: ListState
    proposal_id: str | None = None


async def change_list(database: Database, order: SettingsOrder, by: str, now: datetime) -> SettingsChanged:
    """Change a list's own fields, or propose to. Nothing happens where they are like that already.

    Raises NotFoundError, StaleVersionError, InvalidRequestError.
    """
    async with database.unit_of_work() as work:
        await publications.lock(work)
        state = await find_list(work, order.list_id)
        if order.expected_version != state.settings_version:
            seen = {"settings_version": state.settings_version}
            raise problems.StaleVersionError("The list has changed since.", seen)
        change = ListSettings(state.watchlist, _changed(state.watchlist, order.fields), state.record_count, order.note)
        if not change.differences:
            return SettingsChanged(state)
        if state.watchlist.four_eyes:
            return SettingsChanged(state, await _propose(work, change, by, now))
        await publications.publish_settings(work, change, by, now)
        return SettingsChanged(await find_list(work, order.list_id))


async def publish_proposed(work: Work, proposal: Proposal, approved_by: str, now: datetime) -> Publication:
    """Make a proposed change of fields the truth, upon the list as it now is. Raises InvalidRequestError where it no longer
    makes sense there."""
    assert proposal.settings is not None, "a proposal of fields has fields"
    state = await find_list(work, proposal.list_id)
    after = _changed(state.watchlist, proposal.settings)
    change = ListSettings(state.watchlist, after, state.record_count, proposal.note, approved_by)
    if not change.differences:
        return Publication(await publications.newest_version(work), unchanged=state.record_count)
    version = await publications.publish_settings(work, change, proposal.proposed_by, now)
    return Publication(version, unchanged=state.record_count)


def _changed(watchlist: Watchlist, fields: Mapping[str, Any]) -> Watchlist:
    """The list with these fields. Raises InvalidRequestError."""
    assert set(fields) <= set(CHANGEABLE), "the request's schema has no others"
    try:
        after = Watchlist.model_validate(watchlist.model_dump() | dict(fields))
    except ValidationError as error:
        wrong = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
        raise problems.InvalidRequestError(f"These fields cannot be like that: {wrong}.") from None
    if fault := list_fault(after):
        raise problems.InvalidRequestError(fault)
    return after


async def _propose(work: Work, change: ListSettings, by: str, now: datetime) -> str:
    proposal_id, list_id = secrets.token_hex(16), change.after.list_id
    wanted = {name: told["after"] for name, told in change.differences.items()}
    await list_proposals.propose_settings(work, list_id, (proposal_id, wanted, change.note), by, now)
    details = {"proposal_id": proposal_id, **change.differences}
    await audit.append(work, audit.Line(now, by, "watchlist.propose", "watchlist", list_id, details))
    return proposal_id
