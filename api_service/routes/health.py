"""Whether the service lives, whether it is ready, what it counts, and what carriers should know.

`/health/ready` decides whether carriers are sent here, so it is 503 only where a submission could not be stored. That screening
is behind (`stream` late) is for the operator: taking the intake away would not help it, and carriers get receipts without it.
"""

from contextlib import suppress

import orjson
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api_service.context import AppContext, context_of
from api_service.escalation import refresh_gauges
from api_service.settings import Mode
from screening.index.packed.compiled import kernel_library
from screening.index.packed.packed_index import KernelKind
from storage import health
from storage.acting import MACHINE, acting
from storage.database import StoreUnavailableError
from storage.health import Health
from storage.screener_lists import LoadedLists

router = APIRouter(tags=["health"])

INDEX_BEHIND_SECONDS_MAX = 30.0
"""A screener takes a change in within two seconds, and tells every ten what it has."""


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready", responses={503: {"description": "Submissions cannot be stored now"}})
async def ready(request: Request) -> Response:
    """Whether submissions can be stored; and how far screening is."""
    context = context_of(request)
    found = await _look(context)
    if found is None:
        return _json({"status": "unavailable", "database": "unavailable"}, 503)
    late = found.stream_age_seconds > context.settings.stream_age_seconds_max
    content: dict[str, object] = {
        "status": "ready",
        "database": "ready",
        "stream": {
            "status": "late" if late else "ready",
            "age_seconds": round(found.stream_age_seconds, 3),
            "transaction_seconds": round(found.transaction_seconds, 3),
        },
        "row_security": "on" if found.row_security else "off",
        "list_version": found.list_version,
        "index": _index(found.lists),
    }
    return _json(content)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus metrics of this process."""
    context = context_of(request)
    await _look(context)
    with suppress(StoreUnavailableError), acting(MACHINE):
        async with context.database.reading() as work:
            await refresh_gauges(context, work)
    return Response(generate_latest(context.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/status")
async def status(request: Request) -> Response:
    """A notice for carriers: whether manifests are taken now. Says nothing about screening."""
    context = context_of(request)
    taken = await _look(context) is not None
    notice: dict[str, object] = {
        "service": "kulla",
        "sandbox": context.settings.mode is Mode.SANDBOX,
        "intake": "open" if taken else "outage",
        "notice": "Manifests are taken." if taken else "Manifests cannot be taken at the moment; please send them again later.",
        "at": context.clock(),
    }
    return _json(notice, 200 if taken else 503)


def _index(lists: LoadedLists) -> dict[str, object]:
    """Which lists the screeners work with: of several, whoever is furthest behind. `kernel`: what this installation screens
    with; the portable one gives the same matches hundreds of times slower."""
    state = "absent" if not lists.screeners else "behind" if lists.behind_seconds > INDEX_BEHIND_SECONDS_MAX else "ready"
    return {
        "status": state,
        "screeners": lists.screeners,
        "list_version": lists.list_version,
        "records": lists.record_count,
        "kernel": KernelKind.PORTABLE if kernel_library() is None else KernelKind.COMPILED,
        "loaded_seconds": None if lists.loaded_seconds is None else round(lists.loaded_seconds, 3),
        "behind_seconds": round(lists.behind_seconds, 3),
    }


async def _look(context: AppContext) -> Health | None:
    """The store's health, with the gauge set; None where it does not answer."""
    try:
        with acting(MACHINE):
            async with context.database.reading() as work:
                found = await health.look(work)
    except StoreUnavailableError:
        return None
    context.metrics.stream_age_seconds.set(found.stream_age_seconds)
    return found


def _json(content: dict[str, object], status_code: int = 200) -> Response:
    return Response(orjson.dumps(content), status_code, media_type="application/json")
