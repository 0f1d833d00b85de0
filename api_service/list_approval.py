"""Use case: a second person decides about a proposed change of a list."""

from api_service import problems
from api_service.list_settings import publish_proposed
from storage import audit, list_proposals, publications
from storage.database import Database, Work
from storage.list_proposals import Decision, Proposal
from storage.publications import Publication


async def find_version(work: Work, list_id: str, version: int) -> None:
    """Raises NotFoundError where this publication did not change this list."""
    if not await list_proposals.version_exists(work, list_id, version):
        raise problems.NotFoundError("There is no such version of this list.")


async def approve(database: Database, list_id: str, proposal_id: str, decision: Decision) -> Publication:
    """Publish what was proposed. Raises NotFoundError, ConflictError (decided before), ForbiddenError (one's own proposal)."""
    async with database.unit_of_work() as work:
        await publications.lock(work)
        proposal = await _open_proposal(work, list_id, proposal_id)
        if proposal.proposed_by == decision.by:
            raise problems.ForbiddenError("Nobody approves their own proposal.")
        done = await _publish(work, proposal, decision)
        await list_proposals.decide(work, proposal_id, decision, done)
        await audit.append(work, _line(proposal, decision, "watchlist.approve"))
        return done


async def _publish(work: Work, proposal: Proposal, decision: Decision) -> Publication:
    if proposal.settings is not None:
        return await publish_proposed(work, proposal, decision.by, decision.at)
    prepared = await list_proposals.stage_again(work, proposal, decision.by, decision.at)
    done = await publications.publish(work, prepared, proposal.proposed_by, decision.at)
    await publications.discard(work, proposal.proposal_id, decision.at)
    return done


async def reject(database: Database, list_id: str, proposal_id: str, decision: Decision) -> Proposal:
    """Drop what was proposed. Raises NotFoundError, ConflictError (decided before)."""
    async with database.unit_of_work() as work:
        proposal = await _open_proposal(work, list_id, proposal_id)
        await list_proposals.decide(work, proposal_id, decision, None)
        await audit.append(work, _line(proposal, decision, "watchlist.reject"))
        return proposal


async def _open_proposal(work: Work, list_id: str, proposal_id: str) -> Proposal:
    proposal = await list_proposals.lock(work, proposal_id)
    if proposal is None or proposal.list_id != list_id:
        raise problems.NotFoundError("There is no such proposal.")
    if proposal.state != "open":
        raise problems.ConflictError(f"The proposal was {proposal.state} before.")
    return proposal


def _line(proposal: Proposal, decision: Decision, action: str) -> audit.Line:
    details = {"proposal_id": proposal.proposal_id, "proposed_by": proposal.proposed_by}
    return audit.Line(decision.at, decision.by, action, "watchlist", proposal.list_id, details)
