"""The health check for a terminal: a line for each gate of the readiness report, and why it is not at its best."""

from __future__ import annotations

from collections.abc import Iterator

from ...evaluation.verdict import Verdict
from ...language.times import show_time
from ..escaping import line
from ..evaluation.evaluation_result import open_rules
from ..style import ReportStyle, mark
from ..tables import wrapped
from .desk_reading import DeskReading

__all__ = ["as_text"]


def as_text(reading: DeskReading, style: ReportStyle) -> str:
    """Return the text; a gate without a verdict that may be acted upon says so."""
    result = reading.result
    lines = [f"{line(reading.kind.title)} as of {show_time(result.snapshot.as_of)}"]
    for name in reading.kind.policies:
        found = [each for each in result.verdicts if each.policy == name]
        for verdict in found:
            tone = result.tone(verdict)
            status = style.paint(f"{mark(tone, style)} {result.status(verdict)}", tone)
            lines += [f"{status}  {line(verdict.name)}", *_reasons(verdict, style)]
            if result.expired(verdict):
                lines.append(
                    f"    it was {verdict.verdict} until {result.end(verdict)}: collect a new snapshot"
                )
        if not found:
            lines.append(f"{mark('unknown', style)} NOT_EVALUATED  {line(name)}")
    if any(each.inputs.stateless for each in result.verdicts):
        lines.append("judged without a ledger, so it opens nothing: name one with `--ledger FILE`")
    return "".join(f"{each}\n" for each in lines)


def _reasons(verdict: Verdict, style: ReportStyle) -> Iterator[str]:
    for reason, action in dict.fromkeys((rule.reason, rule.action) for rule in open_rules(verdict)):
        yield from wrapped(line(reason), style.width, "    ", "    ")
        if action:
            yield from wrapped(line(action), style.width, "      do: ", "          ")
