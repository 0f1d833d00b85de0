"""What the application is made of: resources that `api_service.wiring` makes and closes, handed to every request.

There is no module-level state: whoever needs something takes it from here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from structlog.typing import FilteringBoundLogger

from api_service.agreements import Agreements
from api_service.body import InFlight
from api_service.deliveries import Deliveries
from api_service.guess_limits import GuessLimits
from api_service.lists_on_disk import lists_in_force
from api_service.matching import Matcher
from api_service.metrics import Metrics, make_metrics
from api_service.protection_plan import ProtectionPlan, read_plan
from api_service.reading_pool import ReadingPool
from api_service.sandbox.protection import sandbox_plan
from api_service.settings import Mode, Settings
from api_service.shared_rates import SharedRates
from api_service.tokens.provider import IdentityProvider
from storage.alert_tail import AlertTail
from storage.audit_key import AuditKey
from storage.database import Database
from storage.list_source import PostgresListSource

Clock = Callable[[], datetime]
"""Now, with an offset."""


def utc_now() -> datetime:
    """The clock on the wall, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AppContext:
    """Everything a request may use. An `alert_tail` that was not started reads the database for every poll. Without an
    `identity_provider` only keys count."""

    settings: Settings
    database: Database
    logger: FilteringBoundLogger
    metrics: Metrics
    rate_limits: SharedRates
    reading_pool: ReadingPool
    in_flight: InFlight
    alert_tail: AlertTail
    audit_key: AuditKey
    matcher: Matcher
    guess_limits: GuessLimits
    deliveries: Deliveries
    identity_provider: IdentityProvider | None = None
    clock: Clock = utc_now
    protection: ProtectionPlan = field(default_factory=ProtectionPlan)
    agreements: Agreements = field(default_factory=Agreements)


def context_of(request: Request) -> AppContext:
    """The context of the application that serves this request."""
    return cast("AppContext", request.app.state.context)


async def _injected(request: Request) -> AppContext:
    """As a dependency it is a coroutine: FastAPI would call a plain function in a thread."""
    return context_of(request)


Context = Annotated[AppContext, Depends(_injected)]
"""The context as a parameter of an endpoint."""


def protection_of(settings: Settings) -> ProtectionPlan:
    """The site's plan; without a file, made-up contacts in the sandbox, and nobody in production."""
    if settings.protection_file is None and settings.mode is Mode.SANDBOX:
        return sandbox_plan()
    return read_plan(settings.protection_file)


def make_context(
    settings: Settings,
    database: Database,
    logger: FilteringBoundLogger,
    clock: Clock = utc_now,
) -> AppContext:
    """A context with instruments, limits and a reading pool as the settings say.

    The caller closes `alert_tail` and `reading_pool`, and the database.
    """
    return AppContext(
        settings=settings,
        database=database,
        logger=logger,
        metrics=make_metrics(),
        rate_limits=SharedRates(database, settings.requests_per_second_max, settings.requests_burst_max),
        reading_pool=ReadingPool(settings.inline_bytes_max, settings.reading_processes),
        in_flight=InFlight(settings.submissions_in_flight_bytes_max),
        alert_tail=AlertTail(database),
        audit_key=AuditKey.of_file(settings.audit_key_path),
        matcher=Matcher(lists_in_force(settings, PostgresListSource(database))),
        guess_limits=GuessLimits(),
        deliveries=Deliveries(),
        identity_provider=None if settings.token_rules is None else IdentityProvider(settings.token_rules),
        clock=clock,
        protection=protection_of(settings),
        agreements=settings.read_agreements(),
    )
