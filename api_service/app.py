"""The HTTP application, assembled from a context. Resources are made and closed by `api_service.wiring`, not here."""

from fastapi import APIRouter, FastAPI

from api_service import errors, observed
from api_service.body_limit import BodyLimit
from api_service.context import AppContext
from api_service.description import describe
from api_service.peers import Peers, networks
from api_service.routes import (
    alerts,
    audit,
    documentation,
    exchange,
    flights,
    health,
    holds,
    keys,
    list_reviews,
    manifests,
    match,
    outcomes,
    ports,
    precision,
    quality,
    referrals,
    schedules,
    shifts,
    statistics,
    subject_requests,
    submissions,
    suppressions,
    templates,
    travellers,
    watchlists,
    webhooks,
    what_if,
)

ROUTERS: tuple[APIRouter, ...] = (
    manifests.router,
    templates.router,
    submissions.router,
    quality.router,
    schedules.router,
    watchlists.router,
    list_reviews.router,
    precision.router,
    alerts.router,
    shifts.router,
    suppressions.router,
    match.router,
    what_if.router,
    flights.router,
    ports.router,
    outcomes.router,
    referrals.router,
    webhooks.router,
    statistics.router,
    exchange.router,
    keys.router,
    audit.router,
    holds.router,
    travellers.router,
    subject_requests.router,
    health.router,
    documentation.router,
)

_DESCRIPTION = """Advance Passenger Information: carriers send manifests, analysts decide alerts, border police act on them.

Errors are `application/problem+json` (RFC 9457). Times are RFC 3339 with an offset."""


def create_app(context: AppContext) -> FastAPI:
    """The application around these resources."""
    app = FastAPI(
        title="Kulla", version="1", description=_DESCRIPTION, docs_url=None, redoc_url=None, openapi_url="/openapi.json"
    )
    app.state.context = context
    app.state.routes = tuple(route for router in ROUTERS for route in router.routes)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(BodyLimit)
    app.add_middleware(Peers, trusted=networks(context.settings.trusted_proxies))
    observed.observe(app, context)
    describe(app)
    return app
