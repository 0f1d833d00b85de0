"""`GET /v1/travellers`: a search of what is held, for a purpose (contract, section 5). Auditors have no free search."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api_service import traveller_search
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.errors import documented
from api_service.parameters import PRINTABLE
from api_service.traveller_search import Purpose, Search
from schemas.roles import Role
from schemas.traveller import Traveller

router = APIRouter(prefix="/v1/travellers", tags=["travellers"], responses=documented(401, 403, 422, 503))

Analyst = Annotated[Principal, Depends(require(Role.ANALYST))]


class TravellerQuery(BaseModel):
    """Whom, and why."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(min_length=1, max_length=200, pattern=PRINTABLE, description="Words of the name, or document numbers.")
    purpose: Purpose
    note: str | None = Field(default=None, max_length=200, pattern=PRINTABLE, description="A reference; no names.")
    flight: str | None = Field(default=None, max_length=200, pattern=PRINTABLE, description="flight_key or flight_id")
    port: str | None = Field(default=None, pattern=r"^[A-Z0-9]{3,5}$", description="Port of departure or arrival.")


class FlightNamed(BaseModel):
    """Which flight."""

    flight_id: str
    flight_key: str


class HeldTraveller(BaseModel):
    """A traveller of a flight as the newest message (or, where none is left, the alert) has him."""

    traveller_id: str
    traveller: Traveller
    flight: FlightNamed
    manifest_ids: list[str]
    alert_ids: list[str]
    last_received_at: AwareDatetime | None


class HeldTravellers(BaseModel):
    """`complete` false: more messages are held than were looked through; name the flight or the port."""

    items: list[HeldTraveller]
    looked_through: int
    complete: bool


@router.get("", response_model=HeldTravellers)
async def search(query: Annotated[TravellerQuery, Query()], who: Analyst, context: Context) -> dict[str, Any]:
    """Travellers whose name has words that begin so, or with such a document. The search is in the audit trail."""
    wanted = Search(query.q, query.purpose, query.note, query.flight, query.port)
    people, found = await traveller_search.search(context, who, wanted)
    return {"items": people, "looked_through": found.looked_through, "complete": found.complete}
