"""Each attack of the kinds that the laws are for, let in again: the random pairs must find it.

A law whose generator cannot draw the case is worth nothing. So each test undoes one mend of the engine, and counts how
many pairs it takes until one breaks a law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pytest import MonkeyPatch

from interlock.evaluation.deciding import latches, past
from interlock.evaluation.deciding.outcomes import Outcome
from interlock.evaluation.expressions import interpreter, windows
from interlock.evaluation.expressions.windows import Selection
from interlock.evaluation.snapshot import measures, series, series_history, series_values
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.points import Points
from interlock.evaluation.snapshot.series_history import PeriodHistory
from interlock.evaluation.snapshot.series_values import Members, Series, slot_at
from interlock.language.times import parse_time
from interlock.language.values import Unknown
from interlock.ledger.state import archive
from interlock.ledger.state.ledger_memory import LedgerMemory

from .campaign import EACH, searched, tally

MOST = 4000
"""How many pairs may be drawn until a defect is found; `make test` judges many more."""
ENDLESS = Decimal("Infinity")


def _running(patched: MonkeyPatch) -> None:
    patched.setattr(series, "complete", lambda *_: True)
    patched.setattr(series_history, "complete", lambda *_: True)


def _half_a_day(patched: MonkeyPatch) -> None:
    patched.setattr(series_history, "complete", lambda *_: True)


def _slack(patched: MonkeyPatch) -> None:
    patched.setattr(Series, "seen_to", lambda self, begin=None: self.as_of)


def _bridged(patched: MonkeyPatch) -> None:
    """The ledger's coverage reaches over a source that is silent now."""
    patched.setattr(measures, "irregular", lambda *given: series.irregular(*given[:5]))


def _first_list(patched: MonkeyPatch) -> None:
    """A series begins where a list first tells, whatever the oldest record does not tell."""
    patched.setattr(PeriodHistory, "began", property(lambda self: self.earliest))


def _since_began(patched: MonkeyPatch) -> None:
    """A latch forgets the time from the begin of events to their first coverage."""
    real = past._gaps

    def later(series: Series, as_of: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
        yield from (pair for pair in real(series, as_of) if pair[0] != series.began)

    patched.setattr(past, "_gaps", later)


def _torn(patched: MonkeyPatch) -> None:
    def untorn(metric: Any, form: Any, *given: Any) -> Series:
        if isinstance(form, dict):
            form = {key: each for key, each in form.items() if key != "torn"}
        return series.irregular(metric, form, *given)

    patched.setattr(measures, "irregular", untorn)


def _without(unwanted: Callable[[str, Decimal], bool]) -> Callable[[MonkeyPatch], None]:
    """A latch that forgets some of the instants at which something may have been missed."""

    def let_in(patched: MonkeyPatch) -> None:
        real = latches.gained

        def gained(name: str, *given: Any) -> Iterator[tuple[Decimal, Any]]:
            found = real(name, *given)
            yield from (pair for pair in found if pair[1] is not None or not unwanted(name, pair[0]))

        patched.setattr(latches, "gained", gained)
        patched.setattr(latches, "gaps", lambda *_: ())

    return let_in


def _unjudged(patched: MonkeyPatch) -> None:
    """A latch that judges nothing but the snapshot's own instant."""
    real = latches.unseen
    patched.setattr(latches, "unseen", lambda *given: ((), real(*given)[1]))


def _resolved(patched: MonkeyPatch) -> None:
    patched.setattr(LedgerMemory, "unknown", lambda self, key: ())


def _strangers(patched: MonkeyPatch) -> None:
    patched.setattr(measures, "other_members", lambda *_: ())


def _forgotten(patched: MonkeyPatch) -> None:
    real = measures.other_members
    patched.setattr(
        measures, "other_members", lambda scope, *given: () if scope.members_from else real(scope, *given)
    )


def _any_set(patched: MonkeyPatch) -> None:
    patched.setattr(Measures, "_namable", lambda *_: None)


def _absent_members(patched: MonkeyPatch) -> None:
    """Aggregates over those members alone that were measured."""
    real = Measures._members

    def there(self: Measures, metric: Any) -> Members:
        found = real(self, metric)
        return replace(
            found, values={name: each for name, each in found.values.items() if not isinstance(each, Unknown)}
        )

    patched.setattr(Measures, "_members", there)


def _outside(patched: MonkeyPatch) -> None:
    """Points outside of coverage bridge a gap."""
    patched.setattr(Selection, "saw", lambda self, item: True)
    patched.setattr(Selection, "seen", lambda self: self)


def _order(patched: MonkeyPatch) -> None:
    patched.setattr(windows, "in_any_order", lambda points: points)


def _future(patched: MonkeyPatch) -> None:
    patched.setattr(series, "SKEW", ENDLESS)


def _future_value(patched: MonkeyPatch) -> None:
    patched.setattr(measures, "SKEW", ENDLESS)


def _recorded_future(patched: MonkeyPatch) -> None:
    for module in (measures, archive):
        patched.setattr(module, "lived", lambda form, as_of: form)


def _keys(patched: MonkeyPatch) -> None:
    for module in (measures, series):
        patched.setattr(module, "odd_key", lambda *_: None)


def _twice(patched: MonkeyPatch) -> None:
    """Of two points in one period the last one counts."""
    real = series._placed

    def last(reading: Any, listed: list[Any], every: Decimal) -> Any:
        return real(reading, list({_slot(each, every): each for each in listed}.values()), every)

    patched.setattr(series, "_placed", last)


def _slot(point: Any, every: Decimal) -> int:
    at = parse_time(point["at"])
    assert at is not None
    return slot_at(at, every)


def _missing(patched: MonkeyPatch) -> None:
    """A missing period counts as the one before."""

    def filled(*given: Any, **more: Any) -> Series:
        found, points = series.regular(*given, **more), []
        for each in found.points:
            known = points and isinstance(each.value, Unknown)
            points.append(replace(each, value=points[-1].value) if known else each)
        return replace(found, points=Points(points))

    patched.setattr(measures, "regular", filled)


def _stale(patched: MonkeyPatch) -> None:
    real = measures.single
    patched.setattr(measures, "single", lambda metric, *given: real(replace(metric, max_age=None), *given))


def _few(patched: MonkeyPatch) -> None:
    patched.setattr(measures, "too_few", lambda *_: "")


def _best(patched: MonkeyPatch) -> None:
    """What is unknown counts as passed."""
    real = Outcome.contributing

    def passing(self: Outcome, *given: Any) -> Outcome:
        return real(replace(self, status="pass") if self.status == "unknown" else self, *given)

    patched.setattr(Outcome, "contributing", passing)


def _bounded(patched: MonkeyPatch) -> None:
    """What was not seen did not happen."""
    patched.setattr(Selection, "open", ())


def _left_out(patched: MonkeyPatch) -> None:
    """Members that only one side lists are left out, and of the other side's roster nothing is asked."""

    def shared(operation: Callable[..., Any], *arguments: Any) -> Members:
        first, *others = [each for each in arguments if isinstance(each, Members)]
        names = [name for name in first.values if all(name in each.values for each in others)]
        values = {
            name: operation(*(each.values[name] if isinstance(each, Members) else each for each in arguments))
            for name in names
        }
        return replace(first, values=values)

    patched.setattr(series_values, "each_member", shared)
    patched.setattr(interpreter, "each_member", shared)


EVENTS, NUMBERS, MEMBERS = ("ev", "ev0"), ("r", "rb"), ("m", "me", "ms")
IRREGULAR = (*EVENTS, *NUMBERS, "jobs.won", "jobs.pnl", "me")
DEFECTS: dict[str, tuple[Callable[[MonkeyPatch], None], str, tuple[str, ...]]] = {
    "a running period counts": (_running, "alone", ()),
    "the ledger keeps half a day": (_half_a_day, "short", ("s", "t")),
    "slack without end": (_slack, "alone", ()),
    "slack over an unfinished line": (_torn, "alone", ("r",)),
    "a series begins with the first list": (_first_list, "short", ("t",)),
    "a latch forgets the time since events began": (_since_began, "latched", ("ev0", "rb")),
    "the ledger bridges a silent source": (_bridged, "latched", ("ev",)),
    "a latch forgets every hole": (_without(lambda name, at: True), "latched", ("s", "r")),
    "a latch forgets the ends of gaps": (
        _without(lambda name, at: name in IRREGULAR and at.is_finite()),
        "latched",
        ("r", "f"),
    ),
    "a latch forgets a series that is lost": (
        _without(lambda name, at: not at.is_finite()),
        "latched",
        ("r", "f"),
    ),
    "a latch judges the present alone": (_unjudged, "latched", ()),
    "a latch forgets when it was unknown": (_resolved, "latched", ("ev",)),
    "strangers are ignored": (_strangers, "alone", MEMBERS),
    "a roster forgets a member": (_forgotten, "alone", ("w", "desks")),
    "a set names strangers": (_any_set, "alone", ("halted",)),
    "absent members are left out": (_absent_members, "alone", MEMBERS),
    "members that a baseline does not list are left out": (_left_out, "frozen", ("w", "desks")),
    "points before coverage count as seen": (_outside, "alone", NUMBERS),
    "equal times keep the order of the list": (_order, "alone", NUMBERS),
    "rows of the future count": (_future, "alone", ()),
    "values of the future count": (_future_value, "alone", ()),
    "recorded rows of the future count": (_recorded_future, "latched", ("ev",)),
    "unknown keys are read over": (_keys, "alone", ()),
    "of two points in a period the last counts": (_twice, "alone", ()),
    "a missing period counts as the one before": (_missing, "alone", ()),
    "stale values count": (_stale, "alone", ()),
    "few samples count": (_few, "alone", ("x", "y")),
    "unknown counts as passed": (_best, "alone", ()),
    "what was not seen did not happen": (_bounded, "alone", ()),
}
"""What lets each defect in, the kind of sketches, and the metrics that these are about (none: all)."""


@pytest.mark.parametrize("name", DEFECTS)
def test_the_laws_find_each_defect(name: str, monkeypatch: MonkeyPatch) -> None:
    let_in, kind, about = DEFECTS[name]
    let_in(monkeypatch)
    found = searched("defects", kind, about, MOST)
    assert found is not None, f"{MOST} pairs do not tell"
    monkeypatch.undo()
    assert not tally("defects", kind, found // EACH, about).failures, (
        "without the defect the same pairs keep the laws"
    )
