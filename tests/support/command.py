"""Run the `newsletter` command in this process, as a shell would: its exit status, stdout and stderr."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli import main


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Command:
    """``command("build", "2026-10-06")`` in the home it was made for."""

    def __init__(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        for name in [name for name in os.environ if name.startswith("NEWSLETTER_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("NEWSLETTER_HOME", str(home))
        monkeypatch.chdir(home)

    def __call__(self, *words: str, **settings: str) -> Ran:
        self.capsys.readouterr()
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["newsletter", *words])
            for name, value in settings.items():
                patch.setenv(f"NEWSLETTER_{name}", value)
            try:
                main()
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 1
        found = self.capsys.readouterr()
        return Ran(status, found.out, found.err)
