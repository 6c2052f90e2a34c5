"""Who holds a mailing's lease: a process, named so that another one on the same machine can tell whether it lives.

A lease of a process that was killed would else keep a restart waiting until it runs out. Process numbers mean
something only within one PID namespace of one boot of one machine, and are given out again: so the name holds
all of that, and the process's start. Of a process anywhere else nothing can be known: there the lease decides.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
from pathlib import Path

_PROC = Path("/proc")
_ENDED = frozenset("ZX")  # a zombie runs no more; it waits for its parent to ask after it
_OWNER = re.compile(
    r"(?P<host>[^/]+)/(?P<pid>[1-9]\d{0,9})/(?P<start>\d*)/(?P<place>[0-9a-f]{16})/[0-9a-f]{8}"
)


def new_owner() -> str:
    """``host/pid/start/place/random``: this process, and one run in it. No two are alike."""
    pid = os.getpid()
    host = socket.gethostname().replace("/", "_") or "unknown"
    return f"{host}/{pid}/{_started(pid)[0]}/{_place()}/{secrets.token_hex(4)}"


def described(owner: str) -> str:
    """The holder in words, for people."""
    found = _OWNER.fullmatch(owner)
    return f"process {found['pid']} on {found['host']}" if found else "a process of another kind"


def is_gone(owner: str) -> bool:
    """Whether that process has certainly ended. False where it lives, is elsewhere, or nobody can know."""
    found = _OWNER.fullmatch(owner)
    if found is None or found["place"] != _place():
        return False
    pid = int(found["pid"])
    try:
        os.kill(pid, 0)  # signal 0 asks only; it also sees processes that /proc hides from other users
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        pass  # another user's: there is one of that number
    start, state = _started(pid)
    return state in _ENDED or bool(start and found["start"] and start != found["start"])


def _place() -> str:
    """Digest of what process numbers are relative to: the machine, its boot and its PID namespace."""
    parts = [socket.gethostname()]
    try:
        parts.append((_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(str((_PROC / "self/ns/pid").readlink()))
    except OSError:  # no Linux: there the host's name has to do
        pass
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _started(pid: int) -> tuple[str, str]:
    """(start in clock ticks since the boot, state letter) of a process; empty where nobody tells."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return (fields[19], fields[0]) if len(fields) > 19 else ("", "")
