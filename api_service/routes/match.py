"""Travellers against the lists, now (contract, section 5). Nothing is stored but who asked, why, and about how many."""

from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api_service import problems
from api_service.authentication import Principal, require
from api_service.context import AppContext, Context
from api_service.errors import documented
from api_service.matching import TRAVELLERS_MAX, Matched
from api_service.parameters import PRINTABLE
from schemas.purpose import Purpose
from schemas.roles import Role
from schemas.travel_document import TravelDocument
from schemas.traveller import PartialDate, Sex, Traveller
from screening.alert_writing import alert_record, severity_of
from screening.lists_in_force import ListsBehindError
from screening.match import Match
from screening.normalise import document_number
from storage import audit

router = APIRouter(prefix="/v1", tags=["match"], responses=documented(401, 403, 503))

Searcher = Annotated[Principal, Depends(require(Role.ANALYST, Role.SUPERVISOR))]
DOCUMENTS_MAX = 20
"""Of one traveller: nobody carries more."""
Name = Annotated[str, StringConstraints(max_length=500)]
Code = Annotated[str, StringConstraints(max_length=10, to_upper=True, strip_whitespace=True)]


class MatchDocument(BaseModel):
    """A document of the traveller."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    type: Code | None = None
    issuing_country: Code | None = None


class MatchTraveller(BaseModel):
    """What screening reads of a traveller. `reference`: the caller's own name for them, given back with the answer."""

    model_config = ConfigDict(extra="forbid")

    reference: Annotated[str, StringConstraints(max_length=100)] | None = None
    surname: Name | None = None
    given_names: Name | None = None
    birth_date: PartialDate | None = None
    nationality: Code | None = None
    sex: Sex = Sex.UNKNOWN
    birth_place: Name | None = None
    documents: Annotated[tuple[MatchDocument, ...], Field(max_length=DOCUMENTS_MAX)] = ()

    def traveller(self, number: int) -> Traveller:
        """As the screener knows travellers."""
        known = self.model_dump(exclude={"reference", "documents"})
        return Traveller(traveller_id=str(number), documents=tuple(map(_document, self.documents)), **known)


class MatchOrder(BaseModel):
    """One traveller, or up to 1,000, and why they are looked up. `case`: the number of the file this is for, never a name.
    `day`: the day of travel, on which records must be valid; today where absent."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    case: Annotated[str, StringConstraints(max_length=100, pattern=PRINTABLE)] | None = None
    traveller: MatchTraveller | None = None
    travellers: Annotated[tuple[MatchTraveller, ...], Field(max_length=TRAVELLERS_MAX)] = ()
    day: date | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "MatchOrder":
        if (self.traveller is None) == (not self.travellers):
            raise ValueError("send either traveller or travellers")
        return self

    @property
    def everybody(self) -> tuple[MatchTraveller, ...]:
        """All that are asked about."""
        return self.travellers if self.traveller is None else (self.traveller,)


@router.post("/match", responses=documented(422))
async def match(order: MatchOrder, who: Searcher, context: Context) -> Response:
    """Match travellers against the lists now, with evidence, as the screener would. The look is logged with its purpose."""
    people = [one.traveller(number) for number, one in enumerate(order.everybody, 1)]
    day = order.day or context.clock().date()
    try:
        found = await context.matcher.match(people, day)
    except ListsBehindError as error:
        raise problems.OverloadedError("The lists are being read; please ask again.") from error
    await _audit(context, who, order, found)
    items = [
        {"reference": one.reference, "matches": [_shown(one_match, context) for one_match in own]}
        for one, own in _pairs(order, found)
    ]
    answer = {"list_version": found.list_version, "matcher_version": found.matcher_version, "items": items}
    return Response(orjson.dumps(answer), media_type="application/json")


def _pairs(order: MatchOrder, found: Matched) -> Any:
    return zip(order.everybody, found.matches, strict=True)


async def _audit(context: AppContext, who: Principal, order: MatchOrder, found: Matched) -> None:
    """Before anything is answered: what is not written down is not shown."""
    counts = {"travellers": len(order.everybody), "matches": sum(map(len, found.matches))}
    details = {"purpose": order.purpose, "case": order.case, "list_version": found.list_version, **counts}
    line = audit.Line(context.clock(), who.key_id, "traveller.match", "watchlist", "all", details)
    async with context.database.unit_of_work() as work:
        await audit.append(work, line)


def _shown(match: Match, context: AppContext) -> dict[str, object]:
    record, case = alert_record(match.record).model_dump(mode="json"), match.record.record.readmission
    if case is not None:
        record["readmission_clock"] = context.agreements.shown(case, context.clock().date())
    return {
        "lanes": match.lanes,
        "score": match.score,
        "band": match.band,
        "severity": severity_of(match.record),
        "record": record,
        "evidence": [piece.model_dump(mode="json") for piece in match.evidence],
    }


def _document(document: MatchDocument) -> TravelDocument:
    number = document_number(document.number)
    return TravelDocument(type=document.type, number=number, issuing_country=document.issuing_country)
