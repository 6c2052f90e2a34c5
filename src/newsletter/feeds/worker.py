"""The inside of the cage: a process that parses one feed after the other and can do nothing else.

Started as ``python -c "from newsletter.feeds.worker import main; main()" SECONDS MEMORY_BYTES`` by
`newsletter.feeds.cage`, with an empty environment. It reads frames from stdin and writes frames to stdout; a
frame is a length (4 bytes, big endian) and that many bytes. Request: a JSON head and a body, two frames.
Answer: one JSON frame. JSON and not pickle, so that nothing a feed does in here can run code out there.

Walls, besides the parent's own watch: an alarm that kills the process when a parse runs over its time (also
when the parent is dead or busy), a limit on the address space, and no new file descriptors at all once every
module is loaded: without one there is no file to open and no socket to connect.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import pkgutil
import resource
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
NOT_HERE = frozenset({"mbcs", "oem"})
"""Codecs of another operating system."""


def main() -> None:
    """Serve until stdin ends."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    source, sink = _take_pipes()
    parse = _load()
    _wall_in(memory)
    _write(sink, b"{}")  # ready
    while (head := _read(source)) is not None:
        body = _read(source) or b""
        _write(sink, _answer(parse, json.loads(head), body, seconds))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes for frames; whatever a library prints goes nowhere."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return source, sink


def _load() -> Callable[[bytes, str], dict[str, Any]]:
    """Import all that parsing may ever need, while files can still be opened."""
    import encodings

    from newsletter.feeds.parse import parse_bytes

    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in NOT_HERE:
            with suppress(ImportError, LookupError):
                importlib.import_module(f"encodings.{module.name}")
    warm = b'<rss version="2.0"><channel><item><title>x</title><pubDate>1</pubDate></item></channel></rss>'
    parse_bytes(warm, "text/xml")
    parse_bytes(b"<rss><channel><item><title>&x</channel>", "")
    return parse_bytes


def _wall_in(memory: int) -> None:
    # What is not imported by now will not be: xml.sax looks for an optional module at every parse, and a look
    # into a changed directory needs a descriptor. Built-in and loaded modules stay.
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter]
    limits = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    )
    for kind, limit in limits:
        with suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(kind, (limit, limit))


def _answer(
    parse: Callable[[bytes, str], dict[str, Any]], head: dict[str, Any], body: bytes, seconds: float
) -> bytes:
    signal.setitimer(signal.ITIMER_REAL, seconds)  # the default action of SIGALRM: the process ends
    try:
        report = parse(body, head["type"])
        return json.dumps(report).encode()
    except MemoryError:
        return b'{"memory": true}'
    except Exception as error:  # noqa: BLE001 - a parser's bug is one feed's failure
        return json.dumps({"crash": f"{type(error).__name__}: {error}"[:300]}).encode()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _read(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return source.read(LENGTH.unpack(head)[0])


def _write(sink: BinaryIO, frame: bytes) -> None:
    sink.write(LENGTH.pack(len(frame)) + frame)
    sink.flush()
