"""Real `newsletter` processes, quickly: forked from one that has imported everything, and killed where a plan says.

Each has a pid, memory and connections of its own, and dies by SIGKILL like any other; only the second it takes
Python to import a mailing is saved. This file is both the tests' side (`start`) and the forking process (`serve`).
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PYTHONPATH = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
_said = itertools.count(1)


@dataclass(frozen=True)
class Plan:
    """Kill the process by SIGKILL at the ``nth`` call of ``step`` (a mailing store's or the provider's method).

    ``after``: the call has taken effect. ``batch_size`` makes smaller batches than the provider's 1,000.
    """

    step: str = ""
    nth: int = 1
    after: bool = False
    batch_size: int = 1_000
    timeout: float = 30.0
    """Seconds after which a request to the provider is given up."""


UNHARMED = Plan()
PROVIDER_STEPS = ("submit", "reserve", "cancellations", "cancel")


@dataclass(frozen=True)
class Fork:
    """A command under way; what it says goes into two files."""

    pid: int
    said: str

    @property
    def out(self) -> str:
        return Path(self.said + ".out").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return Path(self.said + ".err").read_text(encoding="utf-8")

    def ended(self, limit: float) -> int:
        """Its exit status, -9 for SIGKILL; it is killed when it takes longer than ``limit`` seconds."""
        server = _server()
        assert server.stdout is not None
        _say(server, {"wait": self.pid})
        if not select.select([server.stdout], [], [], limit)[0]:
            os.kill(self.pid, signal.SIGKILL)
            _answer(server)
            raise AssertionError(f"The command hangs. {self.out} {self.err}")
        return _answer(server)


def start(environment: Mapping[str, str], folder: Path, words: tuple[str, ...], plan: Plan) -> Fork:
    """`newsletter WORDS` in ``folder``, in a process of its own."""
    said = str(folder / f"said-{next(_said)}")
    server = _server()
    given = {"environment": dict(environment), "folder": str(folder), "words": words, "said": said}
    _say(server, given | {"plan": asdict(plan)})
    return Fork(_answer(server), said)


@cache
def _server() -> subprocess.Popen[str]:
    """It ends when its standard input does, so with this process at the latest."""
    command = [sys.executable, "-m", "tests.support.sending_forks"]
    given = {**os.environ, "PYTHONPATH": PYTHONPATH}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    server = subprocess.Popen(command, cwd=ROOT, env=given, **pipes)
    atexit.register(server.communicate)
    return server


def _say(server: subprocess.Popen[str], what: Mapping[str, Any]) -> None:
    assert server.stdin is not None
    server.stdin.write(json.dumps(what) + "\n")
    server.stdin.flush()


def _answer(server: subprocess.Popen[str]) -> int:
    assert server.stdout is not None
    return int(server.stdout.readline())


# ── the forking process ────────────────────────────────────────────────────────────────────────────


def serve() -> None:
    """One request a line: start a command (the answer is its pid), or wait for one (its exit status)."""
    _import_everything()
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        else:
            answer = os.fork()
            if not answer:
                _become(request)
        print(answer, flush=True)


def _import_everything() -> None:

    import newsletter.cli.sending
    import newsletter.mailing.outbox
    import newsletter.mailing.sendgrid_provider
    import newsletter.pipeline.send
    import newsletter.storage.issues
    import newsletter.storage.mailings
    import newsletter.storage.subscribers
    import newsletter.wiring  # noqa: F401


def _become(request: Mapping[str, Any]) -> None:
    """In the child: the command, as the console script runs it. Does not return."""
    status = 1
    try:
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, end in ((1, ".out"), (2, ".err")):
            os.dup2(os.open(request["said"] + end, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        _arm(Plan(**request["plan"]))
        _main(request["words"])
    except SystemExit as end_of_it:
        status = end_of_it.code if isinstance(end_of_it.code, int) else 1
    except BaseException:  # noqa: BLE001 - what the interpreter does with it, too
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _main(words: list[str]) -> None:
    from newsletter.cli import main

    sys.argv = ["newsletter", *words]
    main()


def _arm(plan: Plan) -> None:
    from newsletter.mailing.sendgrid_provider import SendGridProvider
    from newsletter.storage.mailings import SqlMailingStore

    SendGridProvider.batch_size = plan.batch_size
    made = SendGridProvider.__init__

    def impatient(self: Any, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **{**kwargs, "timeout": plan.timeout})

    SendGridProvider.__init__ = impatient  # type: ignore[method-assign]
    if plan.step:
        owner: Any = SendGridProvider if plan.step in PROVIDER_STEPS else SqlMailingStore
        setattr(owner, plan.step, _deadly(getattr(owner, plan.step), plan))


def _deadly(method: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    calls = itertools.count(1)

    def called(*args: Any, **kwargs: Any) -> Any:
        last = next(calls) == plan.nth
        if last and plan.after:
            method(*args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*args, **kwargs)

    return called


if __name__ == "__main__":
    serve()
