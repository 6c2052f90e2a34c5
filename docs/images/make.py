"""Make docs/sample-issue.html and docs/images/mail.png anew from the demo's last issue (needs Chromium).

newsletter demo && python docs/images/make.py
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parents[1]
ISSUE = DOCS.parent / ".newsletter/demo/issues/2026-10-06/issue.html"
PAGE = """<body style="margin:0;display:flex;gap:24px;padding:24px;background:#e4dfd4">
<iframe src="file://{issue}" style="width:375px;height:1000px;border:0;border-radius:10px"></iframe>
<iframe src="file://{dark}#{story}" style="width:375px;height:1000px;border:0;border-radius:10px"></iframe></body>"""


def main() -> None:
    text = ISSUE.read_text(encoding="utf-8")
    story = re.findall(r'href="#([^"]+)"', text)[0]  # the contents list links down to each story
    sample = DOCS / "sample-issue.html"
    shutil.copyfile(ISSUE, sample)
    dark, page = ISSUE.with_name("dark.html"), ISSUE.with_name("picture.html")
    # Chromium passes no colour scheme into frames: the mail's own dark rules are answered in place.
    dark.write_text(text.replace("@media (prefers-color-scheme:dark)", "@media all"), encoding="utf-8")
    page.write_text(PAGE.format(issue=ISSUE, dark=dark, story=story), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 822, "height": 1048}, device_scale_factor=1.5)
        view.goto(f"file://{page}")
        view.screenshot(path=str(DOCS / "images/mail.png"))
        browser.close()
    dark.unlink()
    page.unlink()


if __name__ == "__main__":
    main()
