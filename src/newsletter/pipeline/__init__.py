"""The story of a day in plain Python, written against `newsletter.ports` only."""
