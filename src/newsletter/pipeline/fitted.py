"""Fitting an issue to five minutes: render, measure, leave out the next thing that can be spared, render again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from newsletter.domain.issue import Issue, IssueOutlet, Mail
from newsletter.ports import Renderer, Trimmer


def fitted(issue: Issue, renderer: Renderer, trimmer: Trimmer, seconds: int) -> tuple[Mail, Issue]:
    """The mail, and the issue as it was cut for it; too long still where nothing can be spared any more."""
    mail = renderer.render(issue)
    while mail.reading_seconds > seconds:
        shorter = trimmer(issue)
        if shorter is None:
            break  # the reading-time check fails and says so
        issue = replace(shorter, outlets=_still_named(shorter))
        mail = renderer.render(issue)
    return mail, issue


def _still_named(issue: Issue) -> Mapping[str, IssueOutlet]:
    named = {article.outlet for story in issue.all_stories for article in story.articles}
    named |= {carrier for story in issue.all_stories for wire in story.wires for carrier in wire.carriers}
    named |= {wire.outlet for story in issue.all_stories for wire in story.wires}
    return {key: outlet for key, outlet in issue.outlets.items() if key in named}
