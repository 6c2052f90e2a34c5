"""Articles to stories: near-copies, grouping, threads, line-up, blindspots. Pure functions."""
