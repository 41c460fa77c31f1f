"""The kill switch: a file whose mere existence, or a variable, stops all live trading until a person clears it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError, system_reason
from ..evaluation.snapshot.snapshot import Snapshot
from ..evaluation.verdict import Verdict
from ..files import write_atomically
from ..language.literals import OFF_WORDS
from ..language.times import show_time

__all__ = [
    "DEFAULT",
    "LIVE_MODE",
    "VARIABLE",
    "active",
    "content",
    "contradicts",
    "is_live",
    "is_on",
    "throw",
]


LIVE_MODE = "LIVE_MODE"
_METRIC = "live.mode"


def is_on(environ: Mapping[str, str], name: str) -> bool:
    """Tell whether a variable is set to anything but an off word; blanks around a word make it another."""
    return environ.get(name, "").lower() not in OFF_WORDS


def is_live(environ: Mapping[str, str]) -> bool:
    """Tell whether what is started now trades with real money."""
    return is_on(environ, LIVE_MODE)


def contradicts(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot was taken where live mode was off, so that rules about live mode were left out: by the
    variable as it was collected, or by the metric `live.mode`."""
    if LIVE_MODE in snapshot.env and str(snapshot.env[LIVE_MODE] or "").lower() in OFF_WORDS:
        return True
    form = snapshot.metrics.get(_METRIC)
    value = form.get("value") if isinstance(form, dict) else form
    return value is False


DEFAULT = Path("data/live_kill_switch.txt")
"""Where the switch lies below a desk's folder unless another place is named."""

VARIABLE = "LIVE_KILL_SWITCH"


def active(path: Path, environ: Mapping[str, str]) -> str:
    """Return what holds the switch, empty where nothing does.

    An empty file or a broken link holds it too, and so does a place that nobody can look at.
    """
    shown = f"`{path.as_posix()}`"
    try:
        path.lstat()
    except FileNotFoundError:
        pass
    except OSError as problem:
        return f"{shown} cannot be looked at: {system_reason(problem)}"
    else:
        return f"{shown} exists"
    return f"{VARIABLE} is set" if is_on(environ, VARIABLE) else ""


def content(reason: str, verdicts: Iterable[Verdict], now: Decimal) -> str:
    """Return what the file says: when and why it was written, and the verdicts by digest, one line each."""
    lines = [f"kill switch set by interlock guard at {show_time(now)}", f"reason: {printable(reason)}"]
    found = [f"{each.name} {each.verdict} {each.digest()}" for each in verdicts]
    lines += [f"verdict: {printable(each)}" for each in found or ["none was given"]]
    lines.append("to clear it: find out why it was set, mend that, then remove this file")
    return "\n".join([*lines, ""])


def throw(path: Path, text: str) -> tuple[bool, str]:
    """Set the switch and return whether it is set, with the words for it; one that is set keeps its own reason."""
    shown = f"`{path.as_posix()}`"
    try:
        path.lstat()
        return True, f"the kill switch was already active: {shown} keeps the reason of then"
    except OSError:
        pass  # not there, or not to be looked at: writing tells
    try:
        path.parent.mkdir(exist_ok=True)  # not its parents: in a desk that is not there it would stop nothing
        write_atomically(path, text.encode("utf-8"))
    except (OSError, UsageError) as problem:
        why = system_reason(problem) if isinstance(problem, OSError) else str(problem)
        return False, f"THE KILL SWITCH COULD NOT BE SET: {shown}: {why}: stop live trading by hand"
    return True, f"the kill switch is active: {shown}"
