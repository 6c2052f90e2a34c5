"""Settings: one table of them, read once from the environment and `.env`, each with where it came from."""

from newsletter.settings.load import Loaded, load
from newsletter.settings.model import PREFIX, SPECS, Settings, Spec

__all__ = ["PREFIX", "SPECS", "Loaded", "Settings", "Spec", "load"]
