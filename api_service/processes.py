"""Children of `kulla up`: started, watched, restarted when they die, and never left behind.

Each child asks the kernel to be killed when its parent dies (PR_SET_PDEATHSIG), so that even a SIGKILL of `kulla up` leaves no
process. Children run in a session of their own: Ctrl-C in a terminal reaches only the parent, which then stops them in order.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

STOP_SECONDS_MAX = 15.0
"""A role that has not ended its work by then is killed; whatever it had not committed is done again after a restart."""
RESTART_SECONDS_MIN = 0.2
RESTART_SECONDS_MAX = 5.0
"""A role that dies at once again and again is tried this seldom, so that the log stays readable."""
STEADY_SECONDS = 30.0
"""A role that lived this long starts its next life without delay."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

log = structlog.get_logger()


def die_with_parent() -> None:
    """Called in the child between fork and exec."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def be_nice(niceness: int) -> None:
    """Let others have the processor first.

    A child has a session of its own, and with it (where the kernel groups by session) a share of its own. Within that group a
    nice value counts nothing, so the group is told as well.
    """
    os.nice(niceness)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness), "ascii")


@dataclass
class Child:
    """One role as a child process: what to run, and the process while it runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    inherited_sockets: tuple[int, ...] = ()
    restarts: bool = True
    niceness: int = 0
    """How readily it lets others have the processor (0 to 19)."""
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def keep_running(self, stopping: asyncio.Event) -> None:
        """Run until `stopping` is set; start again whenever it ends by itself."""
        delay = RESTART_SECONDS_MIN
        while not stopping.is_set():
            started = asyncio.get_running_loop().time()
            code = await self._run_once(stopping)
            if stopping.is_set() or (not self.restarts and code == 0):
                return
            lived = asyncio.get_running_loop().time() - started
            delay = RESTART_SECONDS_MIN if lived > STEADY_SECONDS else min(delay * 2, RESTART_SECONDS_MAX)
            log.warning("role ended, starting it again", service_role=self.name, exit_code=code, seconds=delay)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), delay)

    async def _run_once(self, stopping: asyncio.Event) -> int:
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            env=dict(self.environment),
            pass_fds=self.inherited_sockets,
            preexec_fn=self._prepare,
            stdin=asyncio.subprocess.DEVNULL,
        )
        ended = asyncio.ensure_future(self.process.wait())
        stop = asyncio.ensure_future(stopping.wait())
        await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not ended.done():
            await self.stop()
        return await ended

    def _prepare(self) -> None:
        os.setsid()  # here and not by `start_new_session`: it must come before the niceness, which belongs to the session
        die_with_parent()
        be_nice(self.niceness)

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL after STOP_SECONDS_MAX."""
        if self.process is None or self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            log.warning("role did not stop in time, killing it", service_role=self.name)
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


async def run_all(children: Sequence[Child], stopping: asyncio.Event) -> None:
    """Keep every child running until `stopping` is set, then stop them all together."""
    await asyncio.gather(*(child.keep_running(stopping) for child in children))
