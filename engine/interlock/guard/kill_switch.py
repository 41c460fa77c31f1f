"""The kill switch: a file or a variable that stops all live trading until a person clears it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    "Thrown",
    "active",
    "content",
    "is_live",
    "taken_on_paper",
    "throw",
]


LIVE_MODE = "LIVE_MODE"
_METRIC = "live.mode"


def is_on(environ: Mapping[str, str], name: str) -> bool:
    """Tell whether a variable is set to anything but an off value; a blank around such a value makes it on."""
    return environ.get(name, "").lower() not in OFF_WORDS


def is_live(environ: Mapping[str, str]) -> bool:
    """Tell whether live mode is on, so a start trades with real money."""
    return is_on(environ, LIVE_MODE)


def taken_on_paper(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot was taken with live mode off, so rules about live mode were skipped: by the collected
    variable, or by the metric `live.mode`."""
    if LIVE_MODE in snapshot.env and str(snapshot.env[LIVE_MODE] or "").lower() in OFF_WORDS:
        return True
    form = snapshot.metrics.get(_METRIC)
    value = form.get("value") if isinstance(form, dict) else form
    return value is False


DEFAULT = Path("data/live_kill_switch.txt")
"""The path of the switch below a desk's folder unless another one is given."""

VARIABLE = "LIVE_KILL_SWITCH"


def active(path: Path, environ: Mapping[str, str]) -> str:
    """Return what keeps the switch active, empty if nothing does.

    An empty file or a broken link keeps it active too, and so does a path that cannot be read. A folder that is not
    there does as well: whoever looks in the wrong place would never see the switch.
    """
    place = f"`{path.as_posix()}`"
    try:
        path.lstat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            return f"{place} cannot be read: its folder does not exist"
    except OSError as problem:
        return f"{place} cannot be read: {system_reason(problem)}"
    else:
        return f"{place} exists"
    return f"{VARIABLE} is set" if is_on(environ, VARIABLE) else ""


def content(reason: str, verdicts: Iterable[Verdict], now: Decimal) -> str:
    """Return the text of the file: when and why it was written, and the verdicts by digest, one line each."""
    lines = [f"kill switch set by interlock guard at {show_time(now)}", f"reason: {printable(reason)}"]
    found = [f"{each.name} {each.verdict} {each.digest()}" for each in verdicts]
    lines += [f"verdict: {printable(each)}" for each in found or ["none was given"]]
    lines.append("to clear it: find out why it was set, mend that, then remove this file")
    return "\n".join([*lines, ""])


@dataclass(frozen=True, slots=True)
class Thrown:
    """What became of a switch: whether it was set `before`, and a message."""

    before: bool
    message: str


def throw(path: Path, text: str) -> Thrown:
    """Set the switch. A switch that is set keeps its first reason."""
    place = f"`{path.as_posix()}`"
    try:
        path.lstat()
        return Thrown(True, f"the kill switch was already active: {place} keeps its first reason")
    except OSError:
        pass  # missing, or unreadable: writing will show
    try:
        path.parent.mkdir(exist_ok=True)  # not its parents: in a missing desk the switch would stop nothing
        write_atomically(path, text.encode("utf-8"))
    except (OSError, UsageError) as problem:
        why = system_reason(problem) if isinstance(problem, OSError) else str(problem)
        return Thrown(False, f"THE KILL SWITCH COULD NOT BE SET: {place}: {why}: stop live trading by hand")
    return Thrown(False, f"the kill switch is active: {place}")
