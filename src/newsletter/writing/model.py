"""A model as writer: asks about the main stories at once, lets the verifier decide, falls back to the extract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from newsletter.domain.issue import ModelTally
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Chosen
from newsletter.domain.words import StoryWords
from newsletter.errors import ModelError
from newsletter.writing.answer import read
from newsletter.writing.assemble import Assembly, assemble
from newsletter.writing.numbered import Numbered, numbered
from newsletter.writing.prompt import VERSION, request_for
from newsletter.writing.requests import Answer, Asker
from newsletter.writing.sources import sources_of
from newsletter.writing.writer import ExtractiveWriter


class ModelWriter:
    """`ports.Writer`. Briefs and blindspots stay extractive: they are one headline."""

    name = "model"

    def __init__(self, asker: Asker, extract: ExtractiveWriter) -> None:
        self.asker, self.extract = asker, extract

    def for_issue(self, chosen: Sequence[Chosen], registry: Registry) -> ModelIssue:
        """Every main story's answer, stored or asked for now."""
        rows = {one.story.key: numbered(sources_of(one.story, registry)) for one in chosen}
        requests = {key: request_for(told, self.extract.limits) for key, told in rows.items() if told}
        return ModelIssue(self, rows, self.asker.answers(requests))

    def write(self, chosen: Chosen, registry: Registry, *, brief: bool) -> StoryWords | None:
        """One story by itself."""
        one = self.for_issue([] if brief else [chosen], registry)
        return one.write(chosen, registry, brief=brief)

    def tally(self) -> ModelTally | None:
        """Nothing was asked outside of an issue."""
        return None

    def inputs(self) -> Mapping[str, str]:
        """The model and the prompt."""
        return {"model": self.asker.model, "model_prompt": VERSION}


class ModelIssue:
    """The writer of one issue. Its answers are there already; nothing it does takes the network."""

    name = "model"

    def __init__(
        self, of: ModelWriter, rows: Mapping[str, Sequence[Numbered]], answers: Mapping[str, Answer]
    ) -> None:
        self._of, self._rows, self._answers = of, rows, answers
        self._kept: dict[str, int] = {}
        self._dropped: dict[str, Counter[str]] = {}
        self._unanswered: dict[str, ModelError] = {}

    def for_issue(self, chosen: Sequence[Chosen], registry: Registry) -> ModelIssue:
        return self._of.for_issue(chosen, registry)

    def write(self, chosen: Chosen, registry: Registry, *, brief: bool) -> StoryWords | None:
        """See `ports.Writer`. A story whose answer cannot be used is extractive, and the tally says why."""
        words = self._of.extract.write(chosen, registry, brief=brief)
        key = chosen.story.key
        if brief or words is None:
            return words
        answer = self._answers.get(key, Answer("", problem="it has no text to send"))
        try:
            if answer.problem:
                raise ModelError(answer.problem, todo=answer.todo)
            draft = read(answer.text)
        except ModelError as problem:
            self._unanswered[key] = problem
            return words
        work = Assembly({row.number: row for row in self._rows[key]}, self._of.extract.limits)
        told = assemble(draft, words, work)
        self._kept[key], self._dropped[key] = work.kept, work.dropped
        return told

    def tally(self) -> ModelTally:
        """What became of the answers to the stories written so far."""
        dropped: Counter[str] = Counter()
        for found in self._dropped.values():
            dropped.update(found)
        stories = len(self._kept) + len(self._unanswered)
        problems = self._unanswered.values()
        return ModelTally(
            stories,
            sum(self._kept.values()),
            dict(dropped),
            dict(Counter(problem.message for problem in problems)),
            {problem.message: problem.todo for problem in problems if problem.todo},
        )

    def inputs(self) -> Mapping[str, str]:
        """The model, the prompt, and the stored answers by their keys."""
        keys = sorted(answer.key for answer in self._answers.values() if not answer.problem)
        return {**self._of.inputs(), "model_texts": " ".join(keys)}
