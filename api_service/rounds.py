"""Work that comes round: done again and again in the background, whatever happens to it once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from api_service.logs import failure
from storage.database import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class Round:
    """`work` is done every `seconds`, and again at once while it says that there is more. `waits`, `fails`: what the log says
    when the database is away, and when we made a mistake."""

    work: Callable[[], Awaitable[bool]]
    seconds: float
    waits: str
    fails: str


async def keep_doing(what: Round, logger: FilteringBoundLogger) -> None:
    """Until cancelled. A database that is away, or a mistake of ours, costs a round, not the service."""
    while True:
        more = False
        try:
            more = await what.work()
        except StoreUnavailableError:
            logger.warning(what.waits)
        except Exception as error:
            logger.error(what.fails, **failure(error))
        if not more:
            await asyncio.sleep(what.seconds)
