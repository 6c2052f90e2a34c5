"""Both Sides in 5 Minutes: a newsroom's morning engine. Start reading at ``newsletter.pipeline``."""

__version__ = "0.1.0"
