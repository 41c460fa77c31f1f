"""Says in words, and by an exception, that a live start is not cleared."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from ..diagnostics import printable
from ..errors import NotCleared
from .clearing import Clearance

__all__ = ["insisted", "refusal", "warnings", "words"]

_LOG = logging.getLogger("interlock.guard")


def refusal(found: Clearance) -> str:
    """Return the line that a refused live start leaves in the log."""
    return printable(f"live mode is refused: {found.reason}; {found.switch}")


def warnings(found: Clearance) -> Iterator[str]:
    """Yield what an operator reads first: each verdict that people's waivers opened, and what else is to be known."""
    opened = (each.headline for each in found.verdicts if each.opening)
    return (printable(each) for each in (*opened, *found.notes))


def words(found: Clearance) -> Iterator[str]:
    """Yield the lines that an operator reads about a start that goes on."""
    verdicts = ", ".join(f"{each.name} is {each.verdict}" for each in found.verdicts)
    if found.live:
        yield printable(f"live: {verdicts}")
        return
    yield "paper: LIVE_MODE is off, this start runs on paper"
    yield printable(
        f"paper: {verdicts}" if found.open else f"paper: live mode would be refused: {found.reason}"
    )


def insisted(found: Clearance) -> Clearance:
    """Return a clearance that lets a program go on; log CRITICAL and raise NotCleared for any other."""
    refused = found.live and not found.open
    if refused:
        _LOG.critical("%s", refusal(found))
    for line in warnings(found):
        _LOG.warning("%s", line)
    if refused:
        raise NotCleared(refusal(found), found.code)
    for line in words(found):
        _LOG.info("%s", line)
    return found
