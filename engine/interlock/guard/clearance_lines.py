"""The lines for an operator about a start that was cleared, refused, or goes on on paper."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from ..diagnostics import printable
from ..errors import NotCleared
from .clearance import Clearance

__all__ = ["refusal_line", "require_clearance", "start_lines", "warning_lines"]

_LOG = logging.getLogger("interlock.guard")


def refusal_line(found: Clearance) -> str:
    """Return the log line of a refused live start."""
    return printable(f"live mode is refused: {found.reason}; {found.switch}")


def warning_lines(found: Clearance) -> Iterator[str]:
    """Yield the warnings for an operator: each verdict that a waiver opened, and the notes."""
    opened = (each.headline for each in found.verdicts if each.opening)
    return (printable(each) for each in (*opened, *found.notes))


def start_lines(found: Clearance) -> Iterator[str]:
    """Yield the lines for an operator about a start that continues."""
    verdicts = ", ".join(f"{each.name} is {each.verdict}" for each in found.verdicts)
    if found.live:
        yield printable(f"live: {verdicts}")
        return
    yield "paper: LIVE_MODE is off, this start runs on paper"
    yield printable(
        f"paper: {verdicts}" if found.open else f"paper: live mode would be refused: {found.reason}"
    )


def require_clearance(found: Clearance) -> Clearance:
    """Return a clearance that lets a program continue; log CRITICAL and raise NotCleared for any other."""
    refused = found.live and not found.open
    for line in found.choices:
        _LOG.info("%s", line)
    if refused:
        _LOG.critical("%s", refusal_line(found))
    for line in warning_lines(found):
        _LOG.warning("%s", line)
    if refused:
        raise NotCleared(refusal_line(found), found.code)
    for line in start_lines(found):
        _LOG.info("%s", line)
    return found
