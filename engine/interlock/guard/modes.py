"""Tells whether a start is live: by LIVE_MODE, where only a few words mean paper and every other value means live."""

from __future__ import annotations

from collections.abc import Mapping

from ..evaluation.snapshot.snapshot import Snapshot

__all__ = ["LIVE_MODE", "OFF", "contradicts", "is_live", "is_on"]

LIVE_MODE = "LIVE_MODE"
OFF = frozenset({"", "0", "false", "no", "off"})
"""The words that switch a variable off, in any case; an unset variable is off too."""

_METRIC = "live.mode"


def is_on(environ: Mapping[str, str], name: str) -> bool:
    """Tell whether a variable is set to anything but an off word; blanks around a word make it another."""
    return environ.get(name, "").lower() not in OFF


def is_live(environ: Mapping[str, str]) -> bool:
    """Tell whether what is started now trades with real money."""
    return is_on(environ, LIVE_MODE)


def contradicts(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot was taken where live mode was off, so that rules about live mode were left out: by the
    variable as it was collected, or by the metric `live.mode`."""
    if LIVE_MODE in snapshot.env and str(snapshot.env[LIVE_MODE] or "").lower() in OFF:
        return True
    form = snapshot.metrics.get(_METRIC)
    value = form.get("value") if isinstance(form, dict) else form
    return value is False
