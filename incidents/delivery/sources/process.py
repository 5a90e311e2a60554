"""Names the process that sends, so that its death can be told from its silence."""

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
PARTS = 4


def this_process() -> str:
    """Return `host:pid:start-ticks:random` for the running process.

    The host part also names the boot and the process namespace where the system tells them: a
    process number means something only within them.
    """
    pid = os.getpid()
    return f"{_host()}:{pid}:{_start_of(pid) or '0'}:{secrets.token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Return whether an owner named by `this_process` has surely ended.

    False whenever it cannot be known: another machine, another container, another form of name.
    """
    parts = owner.rsplit(":", PARTS - 1)
    if len(parts) != PARTS or not parts[1].isdigit():
        return False
    host, pid, started = parts[0], int(parts[1]), parts[2]
    if host != _host():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass  # it lives and belongs to somebody else, or was never a process number
    now = _start_of(pid)
    return bool(now) and started not in {"0", now}


def _host() -> str:
    boot = space = ""
    with suppress(OSError):
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    with suppress(OSError):
        space = str((PROC / "self/ns/pid").stat().st_ino)
    return "/".join((socket.gethostname().replace(":", "-"), boot, space))


def _start_of(pid: int) -> str:
    """Return when a process started, in ticks since boot; empty when unknown."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold anything; fields are counted from behind the last bracket.
    fields = stat.rpartition(")")[2].split()
    return "dead" if fields[0] in "ZX" else fields[19]
