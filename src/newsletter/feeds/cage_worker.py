"""The outside of one caged process: start it, hand it a feed, read its answer, kill it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, Any

from newsletter.domain.feed import ParseJob
from newsletter.errors import CageError
from newsletter.feeds.worker import LENGTH

LONGEST_FRAME = 64 * 1024 * 1024
_PROGRAM = "from newsletter.feeds.worker import main; main()"


class WorkerDied(Exception):
    """The process ended in the middle; ``returncode`` is negative for a signal."""

    def __init__(self, returncode: int) -> None:
        super().__init__(f"the worker ended with {returncode}")
        self.returncode = returncode


class CageWorker:
    """One process. `give` starts a parse, `answer` fetches what it brought; one job at a time."""

    def __init__(self, seconds: float, memory_bytes: int) -> None:
        self._process = _start(seconds, memory_bytes)
        self.ready = False
        self.started = monotonic()
        """When the process, or since then the current job, was started."""
        self.job: ParseJob | None = None

    def fileno(self) -> int:
        """For a selector: readable when there is an answer or an end."""
        return self._out.fileno()

    @property
    def _in(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        return self._process.stdin

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101 - it was opened as a pipe
        return self._process.stdout

    def give(self, job: ParseJob) -> None:
        """Hand over a job. Raises `WorkerDied` when nobody is there to take it."""
        head = json.dumps({"type": job.content_type}).encode()
        self.job, self.started = job, monotonic()
        try:
            for frame in (head, job.body):
                self._in.write(LENGTH.pack(len(frame)))
                self._in.write(frame)
            self._in.flush()
        except OSError as error:
            raise WorkerDied(self.kill()) from error

    def answer(self) -> dict[str, Any]:
        """The next frame; blocks only while one is under way. Raises `WorkerDied`."""
        head = self._out.read(LENGTH.size)
        size = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else LONGEST_FRAME + 1
        frame = self._out.read(size) if size <= LONGEST_FRAME else b""
        try:
            if size > LONGEST_FRAME or len(frame) < size:
                raise ValueError
            found = json.loads(frame)
        except ValueError:
            raise WorkerDied(self._end()) from None
        self.ready, self.job = True, None
        return dict(found)

    def close(self) -> None:
        """Let an idle process end by itself (its stdin ends), or kill it."""
        with suppress(OSError):
            self._in.close()
        try:
            self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()

    def kill(self) -> int:
        """End it now; its return code."""
        self._process.kill()
        return self._end()

    def _end(self) -> int:
        try:
            code = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        for pipe in (self._in, self._out):
            with suppress(OSError):
                pipe.close()
        return code


def _start(seconds: float, memory_bytes: int) -> subprocess.Popen[bytes]:
    if not sys.executable:
        raise CageError("No Python interpreter is known to start the parsing worker with.")
    command = [sys.executable, "-c", _PROGRAM, str(seconds), str(memory_bytes)]
    try:
        return subprocess.Popen(  # noqa: S603 - our own program, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise CageError(
            f"The parsing worker could not be started: {error.strerror or error}.",
            todo="See whether the machine is out of memory or processes.",
        ) from error


def _environment() -> dict[str, str]:
    """Only what Python needs to find this package: no secret, no proxy, no setting gets into the cage."""
    here = str(Path(__file__).resolve().parents[2])
    paths = [here, *(path for path in sys.path if path and path != here)]
    return {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
