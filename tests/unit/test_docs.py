"""The docs name what there is: settings, keys, commands and files that somebody relies on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from newsletter.cli.app import SECTIONS
from newsletter.domain.checks import Check, Verdict
from newsletter.domain.document import document
from newsletter.domain.issue import Mail
from newsletter.settings import SPECS
from tests.support.sample_issue import sample_issue

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = (ROOT / "docs/contract.md").read_text()
COMMANDS = {name for _, commands in SECTIONS for name in commands}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_each_setting_is_documented_with_its_default(spec) -> None:
    row = next(line for line in CONTRACT.splitlines() if line.startswith(f"| `{spec.variable}` |"))
    assert spec.help in row
    assert spec.default in row


def test_each_key_of_an_issue_is_documented() -> None:
    made = document(
        sample_issue(), Mail("s", "p", "<p>x</p>", "x", 1, 1), [Check("n", "f", "l", Verdict.PASS)], {}
    )
    keys = {*made, *made["stories"][0], *made["stories"][0]["articles"][0], *made["checks"][0]}
    words = set(re.findall(r"[a-z_0-9]+", CONTRACT[CONTRACT.index("## issue.json") :]))
    assert keys <= words
    assert json.loads(json.dumps(made)) == made


DOCS = ("README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/brand.md", "docs/editors.md")


@pytest.mark.parametrize("path", DOCS)
def test_docs_name_only_commands_and_files_that_exist(path: str) -> None:
    text = (ROOT / path).read_text()
    named = set(re.findall(r"(?:^|`|&& )newsletter ([a-z][a-z-]+)", text, re.MULTILINE))
    assert named <= COMMANDS
    for link in re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'(?:href|src)="([^"]+)"', text):
        if "://" not in link:
            assert ((ROOT / path).parent / link).exists(), link


def test_the_readme_asks_for_ten_commands_at_most() -> None:
    blocks = "\n".join(re.findall(r"```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))
    commands = re.findall(r"(?:^|&& )((?:make|newsletter|prefect|pip) [a-z]+)", blocks, re.MULTILINE)
    assert "make demo" in commands
    assert "make test" in commands
    assert len(commands) <= 10
