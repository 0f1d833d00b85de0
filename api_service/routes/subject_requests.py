"""Rights of data subjects: what is held on a person, and its correction (roles: supervisor; auditors see that there are
requests)."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api_service import subject_requests
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.errors import documented
from api_service.parameters import PRINTABLE
from api_service.routes.travellers import HeldTravellers
from api_service.subject_requests import CorrectionOrder
from schemas.roles import Role
from storage import subject_requests as stored

router = APIRouter(prefix="/v1/subject-requests", tags=["subject rights"], responses=documented(401, 403, 422, 503))

Supervisor = Annotated[Principal, Depends(require(Role.SUPERVISOR))]
Watcher = Annotated[Principal, Depends(require(Role.SUPERVISOR, Role.AUDITOR))]
RequestId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]
Text = Annotated[str, Field(min_length=2, max_length=200, pattern=PRINTABLE)]
NameText = Annotated[str, Field(min_length=1, max_length=100, pattern=PRINTABLE)]
State = Literal["received", "in_progress", "answered", "refused"]

PAGE_MAX = 500


class Subject(BaseModel):
    """Who asks, as far as known. The name as in the travel document."""

    model_config = ConfigDict(extra="forbid")

    surname: NameText | None = None
    given_names: NameText | None = None
    birth_date: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    document_number: str | None = Field(default=None, min_length=5, max_length=40, pattern=PRINTABLE)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.document_number and not (self.surname and (self.given_names or self.birth_date)):
            raise ValueError("a document number, or a surname with given names or a birth date")
        return self


class NewSubjectRequest(BaseModel):
    """`reference`: of the letter or the file. `identity`: how it was made sure that it is this person who asks."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["access", "rectification"]
    reference: Text
    identity: Text
    subject: Subject


class SubjectRequestLine(BaseModel):
    """A request without who asked."""

    request_id: str
    kind: str
    state: State
    reference: str
    received_at: AwareDatetime
    due_at: AwareDatetime
    created_by: str
    lists: bool
    decided_at: AwareDatetime | None
    decided_by: str | None


class SubjectRequest(SubjectRequestLine):
    """A request. `subject` null: forgotten, long after it was closed. `lists`: list content is disclosed in exports."""

    identity: str
    subject: dict[str, str | None] | None
    decision: str | None


class SubjectRequests(BaseModel):
    """Requests by due time."""

    items: list[SubjectRequestLine]


class SubjectDecision(BaseModel):
    """`answer` and `refuse` close the request; `disclose_lists` puts list content into exports. Each with a reason."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["answer", "refuse", "disclose_lists"]
    reason: Annotated[str, Field(min_length=5, max_length=500, pattern=r"^[^\x00]*$")]


class NewCorrection(BaseModel):
    """`alert_id`: correct this alert; absent: annotate the traveller of the flight."""

    model_config = ConfigDict(extra="forbid")

    flight_id: Text
    traveller_id: Text
    field: str = Field(pattern=r"^[a-z_]{1,40}$")
    value: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] | None = None
    reason: Annotated[str, Field(min_length=5, max_length=500, pattern=r"^[^\x00]*$")]
    alert_id: Text | None = None


class CorrectionView(BaseModel):
    """A correction as it was made."""

    correction_id: str
    request_id: str
    alert_id: str | None
    flight_id: str
    traveller_id: str
    field: str
    was: str | None
    value: str | None
    reason: str
    at: AwareDatetime
    by: str


@router.post("", status_code=201, response_model=SubjectRequest)
async def receive(body: NewSubjectRequest, who: Supervisor, context: Context) -> dict[str, Any]:
    """Register a request: it is due in a month."""
    told = body.model_dump(mode="json")
    request_id = await subject_requests.receive(context, who, body.kind, told)
    return await subject_requests.view(context, who, request_id)


@router.get("", response_model=SubjectRequests)
async def listed(_who: Watcher, context: Context, state: Annotated[State | None, Query()] = None) -> dict[str, Any]:
    """Requests by due time, without who asked."""
    async with context.database.reading() as work:
        return {"items": await stored.listed(work, state, PAGE_MAX)}


@router.get("/{request_id}", response_model=SubjectRequest, responses=documented(404))
async def one(request_id: RequestId, who: Supervisor, context: Context) -> dict[str, Any]:
    """One request."""
    return await subject_requests.view(context, who, request_id)


@router.get("/{request_id}/findings", response_model=HeldTravellers, responses=documented(404, 409))
async def findings(request_id: RequestId, who: Supervisor, context: Context) -> dict[str, Any]:
    """Travellers held who may be the person."""
    return await subject_requests.find(context, who, request_id)


@router.get("/{request_id}/export", response_model=dict[str, Any], responses=documented(404, 409))
async def export(request_id: RequestId, who: Supervisor, context: Context) -> Response:
    """Everything held on the person, as JSON to hand over."""
    headers = {"Content-Disposition": 'attachment; filename="export.json"', "Cache-Control": "no-store"}
    return Response(await subject_requests.export(context, who, request_id), headers=headers, media_type="application/json")


@router.post("/{request_id}/decisions", response_model=SubjectRequest, responses=documented(404, 409))
async def decide(request_id: RequestId, body: SubjectDecision, who: Supervisor, context: Context) -> dict[str, Any]:
    """Close the request, or decide what may be disclosed."""
    await subject_requests.decide(context, who, request_id, body.decision, body.reason)
    return await subject_requests.view(context, who, request_id)


@router.post("/{request_id}/corrections", status_code=201, responses=documented(404, 409))
async def correct(request_id: RequestId, body: NewCorrection, who: Supervisor, context: Context) -> CorrectionView:
    """Correct an alert, or annotate a traveller."""
    made = await subject_requests.correct(context, who, request_id, CorrectionOrder(**body.model_dump()))
    return CorrectionView(**{name: getattr(made, name) for name in CorrectionView.model_fields})
