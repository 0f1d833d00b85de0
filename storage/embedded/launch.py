"""Become an unprivileged child that dies with its parent, then become the program. Run as a script, never imported.

    python -I -S launch.py UID GID PARENT_PID HOME PROGRAM ARGUMENT...          (UID -1: stay who we are)

PostgreSQL refuses to run as root, so root's child takes another uid here. That uid may be unable to reach the program or
HOME, because a directory above them is closed to others (a checkout below a 0700 home). Then, and only then, it keeps one
capability to pass closed directories: the weakest that is enough, found by trying. It survives the exec as an *ambient* one.

The kernel forgets the parent-death signal whenever the uid changes, hence the order. That signal is sent when the parent's
*thread* ends: spawn from a thread that lives as long as the server should.

This is a program of its own because nothing of it may run between fork and exec of a process that has threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT = 1, 8, 47
_PR_CAP_AMBIENT_RAISE, _PR_CAP_AMBIENT_CLEAR_ALL = 2, 4
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_CAPABILITY_VERSION_3 = 0x20080522
_ATTEMPTS = (None, _CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE)
"""Weakest first: none; read and pass any directory; also execute files closed to others (a wheel unpacked under umask 077)."""

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _prctl(option: int, argument: int = 0, third: int = 0) -> None:
    values = (ctypes.c_ulong(value) for value in (argument, third, 0, 0))
    _check(_libc.prctl(ctypes.c_int(option), *values))


def _capabilities() -> list[int]:
    """Effective, permitted and inheritable, as two 32-bit words each, low words first."""
    header, words = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _check(_libc.capget(header, words))
    return list(words)


def _set_capabilities(words: list[int]) -> None:
    _check(_libc.capset((ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)(*words)))


def _keep_only(capability: int | None) -> None:
    """Make `capability` effective, inheritable and ambient, and no other. Permitted stays for the next attempt."""
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    words = _capabilities()
    mask = 0 if capability is None else 1 << capability
    _set_capabilities([mask, words[1], mask, 0, words[4], 0])
    if capability is not None:
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _change_user(uid: int, gid: int) -> None:
    _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def _execute(parent: int, home: str, command: list[str]) -> None:
    os.chdir(home)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit("the parent is gone")
    os.execv(command[0], command)  # noqa: S606 - becoming the program is the purpose


def main(arguments: list[str]) -> None:
    """Never returns: becomes the program, or exits with the reason."""
    uid, gid, parent, home, command = int(arguments[0]), int(arguments[1]), int(arguments[2]), arguments[3], arguments[4:]
    os.umask(0o077)
    if uid < 0:
        _execute(parent, home, command)
    _change_user(uid, gid)
    reason: OSError | None = None
    for capability in _ATTEMPTS:
        try:
            _keep_only(capability)
            _execute(parent, home, command)
        except PermissionError as error:
            reason = error
    sys.exit(f"uid {uid} cannot reach {home} or {command[0]}: {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
