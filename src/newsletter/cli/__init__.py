"""The `newsletter` command. Command modules are imported only when their command runs."""

from newsletter.cli.app import main

__all__ = ["main"]
