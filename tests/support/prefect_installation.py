"""A Prefect server, a process worker and the deployments, as an operator sets them up; over a home of one's own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A Prefect server, a worker, the deployments, and a home full of the sample newsroom."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.logs = folder
        self.environment = {
            **{
                key: value
                for key, value in os.environ.items()
                if not key.startswith(("PREFECT_", "NEWSLETTER_"))
            },
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "DO_NOT_TRACK": "1",
            "NEWSLETTER_HOME": str(home),
            "NEWSLETTER_ALLOW_HOSTS": "127.0.0.1",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def prefect(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "prefect", *words], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, timeout=START_SECONDS, check=False,
        )  # fmt: skip

    def start(self, *words: str, **more: str) -> None:
        log = (self.logs / f"{words[0]}.log").open("wb")
        command = [sys.executable, "-m", "prefect", *words]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment | more, stdout=log, stderr=log, start_new_session=True
        )
        self.running.append(process)
        log.close()

    def log(self, name: str) -> str:
        file = self.logs / f"{name}.log"
        return file.read_text(errors="replace")[-4000:] if file.exists() else ""

    def logged(self) -> str:
        """All that the server, the worker and the flows have said."""
        return "".join(file.read_text(errors="replace") for file in self.logs.glob("*.log"))

    def stop(self) -> None:
        for process in reversed(self.running):
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)

    def until(self, what: str, ready: Callable[[], Any], seconds: float = START_SECONDS) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = ready()
            if found:
                return found
            time.sleep(0.2)  # polling another process, not waiting for the clock
        pytest.fail(f"{what} did not happen in {seconds:.0f} s\n{self.log('server')}\n{self.log('worker')}")

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        def answered() -> httpx.Response | None:
            answer = httpx.post(f"{self.api}{path}", json=body or {}, timeout=30, trust_env=False)
            return None if answer.status_code == 503 else answer  # its SQLite is busy: clients ask again

        answer: httpx.Response = self.until(f"an answer to {path}", answered)
        answer.raise_for_status()
        return answer.json()

    def get(self, path: str) -> Any:
        def answered() -> httpx.Response | None:
            answer = httpx.get(f"{self.api}{path}", timeout=30, trust_env=False)
            return None if answer.status_code == 503 else answer

        answer: httpx.Response = self.until(f"an answer to {path}", answered)
        answer.raise_for_status()
        return answer.json()

    def run(self, deployment: str, parameters: dict[str, Any], due: datetime | None = None) -> dict[str, Any]:
        """Create a run of a deployment, due at that time, and wait until the worker has ended it."""
        return self.ended(self.begin(deployment, parameters, due))

    def begin(self, deployment: str, parameters: dict[str, Any], due: datetime | None = None) -> str:
        """Create a run of a deployment; its id."""
        found = self.get(f"/deployments/name/{deployment}")
        state = {
            "type": "SCHEDULED",
            "state_details": {"scheduled_time": (due or datetime.now(UTC)).isoformat()},
        }
        body = {"parameters": parameters, "state": state}
        return str(self.post(f"/deployments/{found['id']}/create_flow_run", body)["id"])

    def ended(self, run_id: str) -> dict[str, Any]:
        """The run, once it has ended."""

        def ended() -> dict[str, Any] | None:
            run: dict[str, Any] = self.get(f"/flow_runs/{run_id}")
            return run if run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

        result: dict[str, Any] = self.until(f"the end of run {run_id}", ended)
        return result

    def runs_of(self, flow: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.post("/flow_runs/filter", {"flows": {"name": {"any_": [flow]}}})
        return rows

    def artifacts(self, key: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.post("/artifacts/filter", {"artifacts": {"key": {"any_": [key]}}})
        return rows


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
