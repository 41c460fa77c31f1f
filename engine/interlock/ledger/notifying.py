"""Which changes of a verdict people are told of: once, again after an interval, and when it is over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ..errors import UsageError
from ..evaluation.canonical import canonical
from ..evaluation.verdict import Verdict
from ..language.times import show_time

__all__ = ["Told", "append_lines", "events"]


@dataclass(frozen=True, slots=True)
class Told:
    """What was last told of a policy at a member: its verdict, when, and to whom."""

    verdict: str
    at: Decimal
    audience: tuple[str, ...]


def events(
    verdicts: Iterable[Verdict], told: Mapping[tuple[str, str], Told], renotify: Decimal | None
) -> Iterator[dict[str, object]]:
    """Yield one event for each verdict that people are to hear of.

    A verdict is told when it differs from the one told last, to those it names and those who heard the last one, so
    that a recovery is heard too; one that stays is told again after `renotify` seconds unless it is the best. What a
    late snapshot says of the past is not told.
    """
    for each in verdicts:
        last = told.get((each.policy, each.member or ""))
        if last is not None and each.as_of < last.at:
            continue
        audience = _audience(each)
        changed = last is None or last.verdict != each.verdict
        again = last is not None and renotify is not None and each.as_of - last.at >= renotify
        heard = set(audience) | set(last.audience if last is not None else ())
        if heard and (changed or (again and not each.is_best)):
            yield {
                "policy": each.policy,
                "member": each.member or "",
                "verdict": each.verdict,
                "before": last.verdict if last is not None else "",
                "as_of": show_time(each.as_of),
                "audience": sorted(heard),
                "next": audience,
                "reasons": [f"{rule.id}: {rule.reason}" for rule in each.failed()],
            }


def append_lines(path: Path, found: Iterable[Mapping[str, object]]) -> None:
    """Append events to a file as lines of JSON, durably; raises UsageError where that cannot be done."""
    data = b"".join(canonical(each) + b"\n" for each in found)
    if not data:
        return
    try:
        with path.open("ab") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as problem:
        reason = (problem.strerror or "the system refuses").lower()
        hint = "they are in the ledger: `interlock log show --kind notify --format json`"
        raise UsageError(f"cannot write the events to `{path.as_posix()}`: {reason}; {hint}") from None


def _audience(verdict: Verdict) -> list[str]:
    return sorted({*verdict.notify, *(name for rule in verdict.failed() for name in rule.notify)})
