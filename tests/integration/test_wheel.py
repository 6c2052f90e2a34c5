"""The wheel, built and run from another folder: templates, migrations, registry and sample are in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    (found,) = out.glob("*.whl")
    return found


def test_it_holds_what_the_commands_need_and_no_flows_or_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "newsletter/py.typed",
        "newsletter/data/outlets.toml",
        "newsletter/_bundled/templates/issue/frame.mjml.j2",
        "newsletter/_bundled/sample/outlets.toml",
    ):
        assert needed in names
    assert [name for name in names if name.startswith("newsletter/storage/migrations/versions/")]
    assert not [name for name in names if name.startswith(("flows/", "tests/", "benchmarks/"))]


def test_it_runs_the_whole_day_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NEWSLETTER_", "PYTHON"))}
    environment["PYTHONPATH"] = str(site)
    where = subprocess.run(
        [sys.executable, "-c", "import newsletter; print(newsletter.__file__)"],
        cwd=elsewhere, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(site)), "the wheel's copy is the one that runs"
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "demo", "--json"],
        cwd=elsewhere, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["mailed"] == 12
    assert (elsewhere / ".newsletter/demo/issues/2026-10-06/issue.html").is_file()
