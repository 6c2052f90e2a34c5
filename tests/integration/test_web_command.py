"""`newsletter serve` and `newsletter preview` as processes: address, signals, and what is never logged."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.command import Command
from tests.support.web_house import KEY, add_reader, keep, make_house

ENVIRONMENT = {"PYTHONPATH": "src", "PYTHONUNBUFFERED": "1"}


def start(home: Path, *words: str, log: Path) -> tuple[subprocess.Popen[str], str]:
    """The process and the address it announced."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")},
        "NEWSLETTER_HOME": str(home),
        "NEWSLETTER_SECRET_KEY": KEY,
        **ENVIRONMENT,
    }
    program = [sys.executable, "-c", "from newsletter.cli import main; main()", *words]
    with log.open("w") as errors:
        process = subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, log.read_text()
    return process, found[0]


def stop(process: subprocess.Popen[str], how: signal.Signals) -> tuple[int, str]:
    process.send_signal(how)
    out, _ = process.communicate(timeout=20)
    return process.returncode, out


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_logs_no_token_and_stops_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    home = tmp_path / "home"
    with make_house(home) as house:
        keep(house)
        _, token = add_reader(house)
    process, address = start(home, "serve", "--port", "0", log=tmp_path / "err")
    try:
        with httpx.Client(base_url=address) as client:
            assert client.get("/healthz").text == "ok\n"
            assert client.get("/how").status_code == 200
            clicked = client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
            assert clicked.status_code == 200
            upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
            client.get(f"/u/{token}", headers={**upgrade, "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="})
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as raw:
            raw.sendall(f"GET /u/{token} NONSENSE\r\n\r\n".encode())
            raw.recv(100)
        status, out = stop(process, how)
    finally:
        process.kill()
    assert status == 0
    logged = out + (tmp_path / "err").read_text()
    assert token not in logged
    assert token.partition(".")[0] not in logged
    assert "Traceback" not in logged


def test_preview_listens_on_this_machine_and_stops_while_it_is_watched(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with make_house(home) as house:
        keep(house)
    process, address = start(home, "preview", "--port", "0", "--no-browser", log=tmp_path / "err")
    try:
        assert address.startswith("http://127.0.0.1:")
        with httpx.Client(base_url=address) as client, client.stream("GET", "/events") as events:
            assert next(events.iter_lines()).startswith("retry")
            status, _ = stop(process, signal.SIGTERM)
    finally:
        process.kill()
    assert status == 0
    assert (tmp_path / "err").read_text() == ""


def test_a_port_that_is_taken_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(tmp_path, monkeypatch, capsys)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words in (("serve", "--port", port), ("preview", "--no-browser", "--port", port)):
            ran = command(*words)
            assert ran.status == 2
            assert "--port" in ran.err


def test_serve_says_at_the_start_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command(tmp_path, monkeypatch, capsys)
    (tmp_path / "brand.toml").write_text("nonsense = 1\n")
    ran = command("serve", "--port", "0")
    assert ran.status == 1
    assert "nonsense" in ran.err
    assert (
        command(
            "serve", "--port", "0", BRAND="", SECRET_KEY="", DATABASE_URL="sqlite:////nowhere/at/all.db"
        ).status
        == 1
    )


@pytest.mark.parametrize("words", [("serve",), ("preview",), ("reports",), ("reports", "list")])
def test_help_shows_an_example(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    ran = Command(tmp_path, monkeypatch, capsys)(*words, "--help")
    assert ran.status == 0
    assert f"newsletter {words[0]}" in ran.out


def test_no_token_is_logged_at_any_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever turns every log on to look for a fault must not collect the links of the list."""
    (tmp_path / "sitecustomize.py").write_text("import logging\nlogging.basicConfig(level=1)\n")
    home = tmp_path / "home"
    with make_house(home) as house:
        keep(house)
        _, token = add_reader(house)
    with monkeypatch.context() as patch:
        patch.setitem(ENVIRONMENT, "PYTHONPATH", f"src{os.pathsep}{tmp_path}")
        process, address = start(home, "serve", "--port", "0", log=tmp_path / "err")
    try:
        assert httpx.get(f"{address}/u/{token}").status_code == 200
    finally:
        stop(process, signal.SIGTERM)
    assert token not in (tmp_path / "err").read_text()
