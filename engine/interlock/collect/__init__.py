"""Collects snapshots from a desk's artefacts, as sources documents say."""

from .collecting import Collected, collect
from .explaining import Explanation
from .loading import load_sources
from .model import Sources

__all__ = ["Collected", "Explanation", "Sources", "collect", "load_sources"]
