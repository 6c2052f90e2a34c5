"""A story's core: the words most of its titles agree on."""

from __future__ import annotations

from collections import Counter

from newsletter.domain.story import Story
from newsletter.stories.text import stems

CORE_SHARE = 0.5


def core_of(story: Story) -> frozenset[str]:
    """Stems that half of the story's titles have."""
    count = Counter(stem for article in story.articles for stem in set(stems(article.title)))
    return frozenset(stem for stem, found in count.items() if found >= CORE_SHARE * len(story.articles))
