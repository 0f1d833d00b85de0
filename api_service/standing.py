"""Whether who listens may still listen: asked again and again while a stream is open, because a stream is one long request.

Keys only. A token cannot be called back, and lives about as long as a stream.
"""

import asyncio

from api_service.context import AppContext
from api_service.principal import Principal
from storage import keys
from storage.acting import MACHINE, acting
from storage.database import StoreUnavailableError

ASKED_EVERY_SECONDS = 1.0
"""How long a revoked key may still be sent something."""


class Standing:
    """Of one listener."""

    def __init__(self, context: AppContext, who: Principal) -> None:
        self._context = context
        self._who = who
        self._asked_at = asyncio.get_running_loop().time()

    async def __call__(self) -> bool:
        """False as soon as the key is revoked or expired. Also where the store does not answer: nobody knows."""
        now = asyncio.get_running_loop().time()
        if "#" in self._who.key_id or now - self._asked_at < ASKED_EVERY_SECONDS:
            return True
        self._asked_at = now
        try:
            with acting(MACHINE):
                async with self._context.database.reading() as work:
                    stored = await keys.find(work, self._who.key_id)
        except StoreUnavailableError:
            return False
        return stored is not None and stored.lives(self._context.clock())
