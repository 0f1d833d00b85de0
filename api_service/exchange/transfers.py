"""Use case: a case or a record goes to a partner, or comes from one.

    export   requested (what leaves is fixed now) --> approved by another person, signed --> fetched
    import   received (verified) --> seconded into a list --> accepted by another person: a record of that list

An agreement is asked again at every step: what was allowed when it was requested may have ended since.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from pydantic import ValidationError

from api_service import watch
from api_service.exchange import content as contents
from api_service.exchange.agreements import Actor, found, note
from api_service.exchange.signing import DocumentError, ExchangeKey, claims_of, fingerprint, signer_of, verified
from api_service.problems import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from api_service.watch import RecordChange
from schemas.watchlist import Record
from storage import alert_rows, exchange, watchlists
from storage.database import Database, Work
from storage.exchange import Agreement, Partner, Transfer

KEPT = timedelta(days=30)
"""How long the content of a transfer is kept on this side; the list has its own retention."""
_MESSAGE_CHARACTERS_MAX = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """What to export: a record of a list, or (`list_id` None) a case by the id of its alert."""

    identifier: str
    list_id: str | None = None

    @property
    def kind(self) -> str:
        """record or case."""
        return "case" if self.list_id is None else "record"


async def request(database: Database, agreement_id: str, subject: Subject, reason: str, actor: Actor) -> Transfer:
    """Ask that something be exported. Raises NotFoundError, ConflictError, InvalidRequestError."""
    async with database.unit_of_work() as work:
        agreement = await found(work, agreement_id)
        _check_agreement(agreement, "export", actor)
        content = await _content(work, subject, agreement)
        message_id = f"msg_{secrets.token_hex(16)}"
        what = ("export", subject.kind, message_id, "requested")
        transfer = _transfer(agreement, what, actor, {"content": content, "reason": reason})
        await exchange.add_transfer(work, transfer)
        await note(work, actor, "export_requested", transfer.transfer_id, {"kind": subject.kind, "agreement_id": agreement_id})
        return transfer


def _transfer(agreement: Agreement, what: tuple[str, str, str, str], actor: Actor, more: dict[str, Any]) -> Transfer:
    direction, kind, message_id, state = what
    return Transfer(
        transfer_id=f"trf_{secrets.token_hex(8)}",
        agreement_id=agreement.agreement_id,
        partner_id=agreement.partner_id,
        direction=direction,
        kind=kind,
        message_id=message_id,
        state=state,
        reason=more.get("reason"),
        content=more["content"],
        document=more.get("document"),
        requested_by=actor.key_id,
        requested_at=actor.at,
        forget_at=actor.at + KEPT,
    )


def _check_agreement(agreement: Agreement, direction: str, actor: Actor) -> None:
    if not agreement.allows(direction, actor.at):
        raise ConflictError("The agreement is not in force, has expired, or does not cover this direction.")


async def _content(work: Work, subject: Subject, agreement: Agreement) -> dict[str, Any]:
    if subject.list_id is None:
        alert = await alert_rows.load(work, subject.identifier, for_update=False)
        if alert is None:
            raise NotFoundError("There is no such alert.")
        fault, list_id = contents.case_fault(alert), alert.record.list_id
        content = contents.case_content(alert, agreement.shares)
    else:
        stored = await watchlists.record(work, subject.list_id, subject.identifier)
        if stored is None:
            raise NotFoundError("There is no such record.")
        fault, list_id = contents.record_fault(stored.record), subject.list_id
        content = contents.record_content(stored.record, agreement.shares)
    if list_id not in agreement.lists:
        raise ConflictError("The agreement does not cover this list.")
    if fault:
        raise ConflictError(fault)
    return content


async def decide(database: Database, key: ExchangeKey, transfer_id: str, actor: Actor, *, approved: bool) -> Transfer:
    """Approve an export, which signs it, or refuse it. Raises NotFoundError, ForbiddenError, ConflictError."""
    async with database.unit_of_work() as work:
        transfer = await _found(work, transfer_id, "export")
        if transfer.requested_by == actor.key_id:
            raise ForbiddenError("What you requested has to be decided by somebody else.")
        if transfer.state != "requested" or transfer.content is None:
            raise ConflictError("This export does not wait for a decision.")
        agreement = await found(work, transfer.agreement_id)
        if approved:
            _check_agreement(agreement, "export", actor)
        document = _signed(key, transfer, agreement, actor) if approved else None
        state = "approved" if approved else "refused"
        await exchange.decide(work, transfer, state, (actor.key_id, actor.at), document)
        await note(work, actor, f"export_{state}", transfer_id, {"message_id": transfer.message_id})
        return await _found(work, transfer_id, "export")


def _signed(key: ExchangeKey, transfer: Transfer, agreement: Agreement, actor: Actor) -> str:
    told = {"agreement": agreement.reference, "purpose": agreement.purpose, "kind": transfer.kind, "content": transfer.content}
    return key.signed(claims_of(transfer.message_id, (key.public, agreement.public_key), actor.at, told))


async def fetch(database: Database, transfer_id: str, actor: Actor) -> str:
    """The signed document of an approved export. Raises NotFoundError, ConflictError."""
    async with database.unit_of_work() as work:
        transfer = await _found(work, transfer_id, "export")
        if transfer.document is None:
            raise NotFoundError("There is no document: not approved, or forgotten.")
        _check_agreement(await found(work, transfer.agreement_id), "export", actor)
        await note(work, actor, "export_fetched", transfer_id, {"message_id": transfer.message_id})
        return transfer.document


async def receive(database: Database, key: ExchangeKey, document: str, actor: Actor) -> Transfer:
    """Take a partner's document in, as a proposal. Raises InvalidRequestError (`reason` says why), ConflictError."""
    async with database.unit_of_work() as work:
        try:
            partner = await _signer(work, document)
            claims = verified(document, partner.public_key, key.public, actor.at)
        except DocumentError as error:
            raise InvalidRequestError("This is no valid document for us.", {"reason": str(error)}) from error
        if not _storable(claims):
            raise InvalidRequestError("This is no valid document for us.", {"reason": "malformed"})
        agreement = await exchange.agreement_by_reference(work, partner.partner_id, claims["agreement"])
        if agreement is None:
            raise ConflictError("There is no agreement of that reference with this partner in force.")
        _check_agreement(agreement, "import", actor)
        _check_content(claims, agreement)
        what = ("import", claims["kind"], claims["jti"], "received")
        transfer = _transfer(agreement, what, actor, {"content": claims["content"], "document": document})
        if not await exchange.add_transfer(work, transfer):
            raise ConflictError("This document was received before.")
        await note(work, actor, "import_received", transfer.transfer_id, {"agreement_id": agreement.agreement_id})
        return transfer


def _storable(claims: dict[str, Any]) -> bool:
    """The database refuses the character NUL."""
    return 0 < len(claims["jti"]) <= _MESSAGE_CHARACTERS_MAX and b"\\u0000" not in orjson.dumps(claims)


async def _signer(work: Work, document: str) -> Partner:
    kid = signer_of(document)
    for partner in await exchange.partners(work):
        if fingerprint(partner.public_key) == kid:
            return partner
    raise DocumentError("unknown_partner")


def _check_content(claims: dict[str, Any], agreement: Agreement) -> None:
    if claims["kind"] not in ("record", "case"):
        raise InvalidRequestError("This is no valid document for us.", {"reason": "malformed"})
    if claims["purpose"] != agreement.purpose:
        raise InvalidRequestError("The document names another purpose.", {"reason": "purpose"})
    if contents.beyond(claims["kind"], claims["content"], agreement.shares):
        raise InvalidRequestError("The document holds more than was agreed.", {"reason": "beyond_agreement"})
    _record(claims["kind"], claims["content"], agreement)


def _record(kind: str, content: dict[str, Any], agreement: Agreement) -> Record:
    """The record that an import would become. Its id says where it is from, and it ends with the agreement at the latest."""
    sent = content if kind == "record" else content["record"]
    try:
        record = Record.model_validate(sent)
    except ValidationError as error:
        faults = {
            "reason": "malformed",
            "fields": [".".join(map(str, row["loc"])) for row in error.errors(include_input=False)],
        }
        raise InvalidRequestError("The document's record cannot be read.", faults) from error
    last_day = agreement.expires_at.date()
    expires_at = min(record.expires_at or last_day, last_day)
    origin = {"authority": record.authority or agreement.partner_id, "legal_basis": record.legal_basis or agreement.legal_basis}
    record_id = f"{agreement.partner_id}.{record.record_id}"
    whole = record.model_dump(mode="json") | origin | {"record_id": record_id, "expires_at": expires_at.isoformat()}
    try:
        taken = Record.model_validate(whole)
    except ValidationError as error:
        raise InvalidRequestError("The document's record cannot be read.", {"reason": "malformed"}) from error
    if fault := watch.record_fault(taken, None):
        raise InvalidRequestError(fault, {"reason": "malformed"})
    return taken


async def accept(database: Database, transfer_id: str, list_id: str, actor: Actor) -> Transfer:
    """Accept an import into a list: the first person says into which, the second, somebody else, says so too.

    On a list of four eyes that is again a proposal. Raises NotFoundError, ForbiddenError, ConflictError, InvalidRequestError.
    """
    async with database.unit_of_work() as work:
        transfer = await _found(work, transfer_id, "import")
        agreement = await found(work, transfer.agreement_id)
        _check_agreement(agreement, "import", actor)
        if list_id not in agreement.lists:
            raise ConflictError("The agreement does not cover this list.")
        if transfer.content is None or transfer.state not in ("received", "seconded"):
            raise ConflictError("This import does not wait for acceptance.")
        if transfer.state == "received":
            await watch.find_list(work, list_id)
            await exchange.second(work, transfer_id, actor.key_id, list_id)
            await note(work, actor, "import_seconded", transfer_id, {"list_id": list_id})
            return await _found(work, transfer_id, "import")
    if transfer.first_by == actor.key_id:
        raise ForbiddenError("What you accepted has to be accepted by somebody else too.")
    if transfer.list_id != list_id:
        raise ConflictError("The first person accepted it into another list.")
    record = _record(transfer.kind, dict(transfer.content), agreement)
    # Putting the same record twice changes nothing, so a crash between these two steps only repeats the first.
    changed = await watch.change_record(database, RecordChange(list_id, record.record_id, record), actor.key_id, actor.at)
    return await _accepted(database, transfer, actor, {"list_id": list_id, "proposal_id": changed.proposal_id})


async def _accepted(database: Database, transfer: Transfer, actor: Actor, details: dict[str, object]) -> Transfer:
    async with database.unit_of_work() as work:
        if await exchange.decide(work, transfer, "accepted", (actor.key_id, actor.at)):
            await note(work, actor, "import_accepted", transfer.transfer_id, details)
        return await _found(work, transfer.transfer_id, "import")


async def refuse(database: Database, transfer_id: str, actor: Actor) -> Transfer:
    """One person is enough to refuse an import. Raises NotFoundError, ConflictError."""
    async with database.unit_of_work() as work:
        transfer = await _found(work, transfer_id, "import")
        if transfer.state not in ("received", "seconded"):
            raise ConflictError("This import does not wait for acceptance.")
        await exchange.decide(work, transfer, "refused", (actor.key_id, actor.at))
        await note(work, actor, "import_refused", transfer_id, {})
        return await _found(work, transfer_id, "import")


async def _found(work: Work, transfer_id: str, direction: str) -> Transfer:
    transfer = await exchange.transfer(work, transfer_id)
    if transfer is None or transfer.direction != direction:
        raise NotFoundError(f"There is no such {direction}.")
    return transfer
