"""Holds what a step of a story came to against what it must come to."""

from __future__ import annotations

from collections.abc import Iterator

from ..language.times import show_time
from ..ledger.state.rollout_state import Standing
from ..rollout.deciding import Course
from .comparing import Difference
from .rollout_model import Wanted

__all__ = ["compared"]


def compared(wanted: Wanted, after: Standing, course: Course | None, refused: str) -> Iterator[Difference]:
    """Yield every difference; a refusal that nobody expects is the only one."""
    if wanted.refused or course is None:
        if not wanted.refused or wanted.refused not in refused:
            told = f"refused: {wanted.refused}" if wanted.refused else wanted.decision or "a decision"
            yield Difference("decision", told, f"refused: {refused}" if course is None else course.word)
            return
    else:
        yield from _decided(wanted, course)
    yield from _stood(wanted, after)


def _decided(wanted: Wanted, course: Course) -> Iterator[Difference]:
    if wanted.decision not in ("", course.word):
        yield Difference("decision", wanted.decision, course.word)
    missing = {each.about for each in course.missing}
    if wanted.missing is not None and wanted.missing != missing:
        yield Difference(
            "missing", ", ".join(sorted(wanted.missing)) or "nothing", ", ".join(sorted(missing))
        )
    for about, words in wanted.reasons.items():
        text = "; ".join(each.text for each in course.checks if each.about == about)
        yield from (Difference("reason", each, text, rule=about) for each in words if each not in text)
    found = "; ".join(course.findings)
    for each in wanted.findings or ():
        if each not in found:
            yield Difference("finding", each, found)
    if wanted.findings == () and found:
        yield Difference("findings", "none", found)
    earliest = "none" if course.earliest is None else show_time(course.earliest)
    if wanted.earliest not in ("", earliest):
        yield Difference("earliest", wanted.earliest, earliest)


def _stood(wanted: Wanted, after: Standing) -> Iterator[Difference]:
    stage = after.stage or "none"
    for what, hoped, got in (("state", wanted.state, after.state), ("stage", wanted.stage, stage)):
        if hoped not in ("", got):
            yield Difference(what, hoped, got)
    if wanted.attempt not in (None, after.attempt):
        yield Difference("attempt", str(wanted.attempt), str(after.attempt))
