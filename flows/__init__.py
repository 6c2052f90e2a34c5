"""Prefect only: thin flows and tasks around `newsletter.pipeline`."""
