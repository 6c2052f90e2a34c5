"""The flows as an operator runs them: deployed to a real server, run by a real process worker."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from newsletter.wiring import House
from tests.support.sample_home import sample_house

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.xdist_group("prefect")]
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A Prefect server, a worker, the five deployments, and a home full of the sample newsroom."""

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

    def start(self, *words: str) -> None:
        log = (self.logs / f"{words[0]}.log").open("wb")
        command = [sys.executable, "-m", "prefect", *words]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        self.running.append(process)
        log.close()

    def log(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(errors="replace")[-4000:]

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
        found = self.get(f"/deployments/name/{deployment}")
        state = {
            "type": "SCHEDULED",
            "state_details": {"scheduled_time": (due or datetime.now(UTC)).isoformat()},
        }
        body = {"parameters": parameters, "state": state}
        made = self.post(f"/deployments/{found['id']}/create_flow_run", body)

        def ended() -> dict[str, Any] | None:
            run: dict[str, Any] = self.get(f"/flow_runs/{made['id']}")
            return run if run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

        result: dict[str, Any] = self.until(f"the end of {deployment}", ended)
        return result

    def artifacts(self, key: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.post("/artifacts/filter", {"artifacts": {"key": {"any_": [key]}}})
        return rows


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, House]]:
    folder = tmp_path_factory.mktemp("prefect")
    with sample_house(folder / "home") as (house, _, _):
        installed = Installation(folder, folder / "home")
        try:
            installed.start("server", "start", "--host", "127.0.0.1", "--port", str(installed.port))
            installed.until("the server's start", lambda: answers(f"{installed.api}/health"))
            made = installed.prefect("work-pool", "create", "newsletter", "--type", "process")
            assert made.returncode == 0, made.stdout + made.stderr
            deployed = installed.prefect("--no-prompt", "deploy", "--all")
            assert deployed.returncode == 0, deployed.stdout + deployed.stderr
            installed.start("worker", "start", "--pool", "newsletter", "--type", "process")
            yield installed, house
        finally:
            installed.stop()


def test_five_deployments_with_their_schedules(installation: tuple[Installation, House]) -> None:
    installed, _ = installation
    rows = {row["name"]: row for row in installed.post("/deployments/filter")}
    assert set(rows) == {"gather", "daily-issue", "deliver", "sync-suppressions", "backfill"}
    crons = {name: [s["schedule"]["cron"] for s in row["schedules"]] for name, row in rows.items()}
    assert crons == {
        "gather": ["10 * * * *"],
        "daily-issue": ["0 5 * * *"],
        "deliver": ["*/10 * * * *"],
        "sync-suppressions": ["30 4 * * *"],
        "backfill": [],
    }
    assert rows["daily-issue"]["schedules"][0]["schedule"]["timezone"] == "America/New_York"


def test_a_backfill_then_a_late_scheduled_day_makes_its_own_date(
    installation: tuple[Installation, House],
) -> None:
    installed, house = installation
    past = installed.run("backfill/backfill", {"start": "2026-10-04", "end": "2026-10-05"})
    assert past["state"]["type"] == "COMPLETED", past["state"]["message"]
    assert house.issues.dates() == (date(2026, 10, 4), date(2026, 10, 5))
    assert '"done"' in installed.artifacts("backfill")[0]["data"]

    due = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)
    day = installed.run("daily-issue/daily-issue", {}, due)
    assert day["state"]["type"] == "COMPLETED", day["state"]["message"]
    assert day["name"] == "issue-2026-10-06"
    assert "stale" in day["state"]["message"], "a run that is weeks late builds, and mails nobody"
    issue = house.issues.get(date(2026, 10, 6))
    assert issue is not None
    assert issue.as_of == due
    assert house.mailings.find(date(2026, 10, 6)) is None
    checks = installed.artifacts("issue-checks")
    assert "reading-time" in checks[0]["data"]
    assert installed.artifacts("issue-link")


def test_a_day_is_mailed_once_however_often_it_runs(installation: tuple[Installation, House]) -> None:
    installed, house = installation
    for _ in range(2):
        run = installed.run("daily-issue/daily-issue", {"day": "2026-10-04", "allow_stale": True})
        assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    assert len(list((installed.home / "outbox").rglob("*.eml"))) == house.subscribers.count()["active"]
    assert "submitted" in installed.artifacts("send-progress")[0]["data"]


def test_a_gather_shows_the_feeds_health(installation: tuple[Installation, House]) -> None:
    installed, _ = installation
    run = installed.run("gather/gather", {"at": "2026-10-06T10:00:00Z"})
    assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    table = installed.artifacts("feed-health")[0]["data"]
    rows = {row["outlet"]: row for row in json.loads(table)}
    assert "backed off" in rows["ternislandpacket.example"]["status"], "its feed answers 500 every time"
    assert rows["ternislandpacket.example"]["what to do"]
    assert rows["harborledger.example"]["items"] > 0


def test_a_malformed_date_says_so(installation: tuple[Installation, House]) -> None:
    installed, _ = installation
    run = installed.run("daily-issue/daily-issue", {"day": "yesterday-ish"})
    assert run["state"]["type"] == "FAILED"
    assert "day" in run["state"]["message"]
