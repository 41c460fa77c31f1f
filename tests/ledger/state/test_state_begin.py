"""Where a series begins that no catalogue dates: at the oldest record, if that lists it, else it is not known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.evaluation.deciding.request import Decision
from interlock.ledger.acts import rearm
from support import roots
from support.ledgers import FILES, act, evaluate, rule, snapshot, write

COUNT = "require: count(x < 0, last=4) == 0"
LATCH = "when: streak(x < 0) >= 2\n    latch: true"
X = "metrics:\n  x: {type: number, range: [-5, 5], every: 1d}\n"
SCOPED = "metrics:\n  x: {type: number, range: [-5, 5], every: 1d, scope: side}\nscopes:\n"
POLICY = """\
policy: p
version: 1.0.0
title: T
owner: risk
verdicts: [GO, NO_GO]
rules:
  - id: q
    """
NOT_LISTED = (
    "before the first period that a record lists, and the oldest record lists none: "
    "say `began` in the catalogue"
)


def root(tmp_path: Path, rule: str, catalogue: str = X) -> Path:
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": catalogue, "p.yaml": f"{POLICY}{rule}\n"}
    return roots.write(tmp_path, files, {})


def days(first: int, stop: int, bad: Collection[int] = (), **more: object) -> dict[str, object]:
    points = [{"at": f"2026-03-{day:02}", "value": -1 if day in bad else 1} for day in range(first, stop)]
    return {"from": f"2026-03-{first:02}", "points": points, **more}


def taken(day: int, form: object = None, hour: int = 1) -> interlock.Snapshot:
    """A snapshot of a day that gives one form of the series, or does not name it."""
    metrics = {} if form is None else {"x": form}
    return roots.snapshot(f"2026-03-{day:02}T{hour:02}:00:00Z", metrics)


def verdicts(root: Path, ledger: Path, *snapshots: interlock.Snapshot) -> list[str]:
    return [each.verdicts[0].verdict for each in evaluate(root, ledger, *snapshots)]


def reason(decision: Decision) -> str:
    return decision.verdicts[0].rules[0].reason


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


TORN = {"unknown": "torn source"}
UNKNOWN: dict[str, object] = {
    "torn": TORN,
    "not named": None,
    "null": [],
    "of no time": days(1, 3) | {"from": "soon"},
    "with a key of events": days(1, 3, torn="line 7"),
}
"""What tells nothing of where the series begins."""


def test_a_series_begins_where_the_oldest_record_says(tmp_path: Path, ledger: Path) -> None:
    """Of the 3rd and the 4th nothing is known; the same window is unknown before it holds enough days."""
    where = root(tmp_path, COUNT)
    _, second = evaluate(where, ledger, taken(3, days(1, 3)), taken(7, days(5, 7)))
    assert reason(second) == "cannot tell: x: missing for 2 days from 2026-03-03 to 2026-03-04"
    assert verdicts(where, ledger, taken(8, days(3, 8))) == ["GO"]


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_series_that_the_oldest_record_does_not_tell_of_begins_nowhere(
    tmp_path: Path, ledger: Path, name: str
) -> None:
    """The list of the 7th begins with the 5th, and the 4th was a bad day."""
    where = root(tmp_path, COUNT)
    found = evaluate(where, ledger, taken(3, UNKNOWN[name]), taken(7, days(5, 7)))
    assert [each.verdicts[0].verdict for each in found] == ["NO_GO", "NO_GO"]
    assert reason(found[1]) == f"cannot tell: x: not covered, {NOT_LISTED}"


def test_a_stated_beginning_without_a_point_counts(tmp_path: Path, ledger: Path) -> None:
    where = root(tmp_path, COUNT)
    given = taken(6, {"from": "2026-03-05", "points": []}), taken(7, days(5, 7))
    assert verdicts(where, ledger, *given) == ["NO_GO", "GO"]


def test_a_series_that_is_new_is_judged_as_soon_as_it_fills_the_window(tmp_path: Path, ledger: Path) -> None:
    where = root(tmp_path, COUNT)
    given = [taken(3), *(taken(day, days(max(5, day - 2), day)) for day in range(7, 11))]
    assert verdicts(where, ledger, *given) == ["NO_GO", "NO_GO", "NO_GO", "GO", "GO"]


def test_a_series_that_is_new_is_judged_at_once_where_the_catalogue_dates_it(
    tmp_path: Path, ledger: Path
) -> None:
    where = root(tmp_path, COUNT, X.replace("1d}", "1d, began: 2026-03-05}"))
    assert verdicts(where, ledger, taken(6), taken(7, days(5, 7))) == ["NO_GO", "GO"]


def test_the_oldest_record_is_remembered_however_many_follow(tmp_path: Path, ledger: Path) -> None:
    """The archive needs the list of the newest record alone, and the oldest one to know where all begins."""
    where = root(tmp_path, "require: count(x < 0, last=9) == 0")
    known = [taken(day, days(2, day)) for day in range(3, 7)]
    assert verdicts(where, ledger, *known) == ["NO_GO", "GO", "GO", "GO"]  # the first one is not yet recorded
    other = tmp_path / "other.db"
    unknown = [taken(2), *known]
    assert verdicts(where, other, *unknown) == ["NO_GO"] * 5


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_each_record_of_the_oldest_instant_must_list_the_series(
    tmp_path: Path, ledger: Path, order: tuple[int, int]
) -> None:
    where, pair = root(tmp_path, COUNT), (taken(7), taken(7, days(5, 7)))
    given = [pair[each] for each in order]
    assert verdicts(where, ledger, *given, pair[1], taken(7, days(5, 7), hour=2)) == ["NO_GO"] * 4


def test_a_late_record_that_does_not_list_the_series_ends_what_was_known(
    tmp_path: Path, ledger: Path
) -> None:
    where = root(tmp_path, COUNT)
    given = taken(6, days(5, 6)), taken(7, days(5, 7)), taken(3), taken(7, days(5, 7), hour=2)
    assert verdicts(where, ledger, *given) == ["NO_GO", "GO", "NO_GO", "NO_GO"]


def test_a_member_that_the_oldest_record_calls_otherwise_begins_nowhere(tmp_path: Path, ledger: Path) -> None:
    """A2 is the former A, whose bad day nobody finds under the new name unless an alias says so."""
    rule = "require: all(count(x < 0, last=5) == 0)"
    before = "  side: {members: [A, B]}\n"
    where = root(tmp_path, rule, SCOPED + before)

    def at(day: int, **members: Mapping[str, Any]) -> interlock.Snapshot:
        tables = {name: {"x": form} for name, form in members.items()}
        return roots.snapshot(f"2026-03-{day:02}T01:00:00Z", {}, scopes={"side": tables})

    assert verdicts(where, ledger, at(6, A=days(1, 6, [4]), B=days(1, 6))) == ["NO_GO"]
    now = at(8, A2=days(6, 8), B=days(1, 8))
    for members in ("[A2, B], aliases: {A2: [A]}", "[A2, B]"):
        (where / "catalogue.yaml").write_text(f"{SCOPED}  side: {{members: {members}}}\n", encoding="utf-8")
        assert verdicts(where, ledger, now) == ["NO_GO"]


def test_a_latch_does_not_forget_what_was_before_the_list_of_a_later_record(
    tmp_path: Path, ledger: Path
) -> None:
    """The 5th is bad, and it may be the second bad day."""
    where, late = root(tmp_path, LATCH), taken(8, days(5, 8, [5]))
    _, second = evaluate(where, ledger, taken(3, TORN), late)
    assert second.verdicts[0].verdict == "NO_GO"
    hint = "give the missing data, or check it and `interlock log rearm p/q`"
    told = f"cannot tell: x: not covered, {NOT_LISTED}, so it may have fired at 2026-03-03T00:00:00Z: {hint}"
    assert reason(second) == told
    rearm(ledger, "p", "q", None, act("2026-03-08T02:00:00Z"))
    assert verdicts(where, ledger, taken(8, days(5, 8, [5]), hour=3)) == ["GO"]


def test_a_latch_does_not_forget_days_that_no_list_names(tmp_path: Path, ledger: Path) -> None:
    """Before the list of the 8th there may have been two bad days, though all that it lists are good."""
    where = root(tmp_path, LATCH)
    for given in (taken(3, TORN), taken(7)):
        found = evaluate(where, tmp_path / f"{given.as_of}.db", given, taken(8, days(5, 8)))[1]
        assert reason(found).startswith(
            f"cannot tell: x: not covered, {NOT_LISTED}, so it may have fired at "
        )
    assert verdicts(where, ledger, taken(3, days(1, 3)), taken(8, days(1, 8))) == ["GO", "GO"]


def test_before_the_first_record_of_all_nothing_is_missed(tmp_path: Path, ledger: Path) -> None:
    assert verdicts(root(tmp_path, LATCH), ledger, taken(8, days(5, 8, [5]))) == ["GO"]


def test_a_record_that_cannot_be_read_replaces_no_other(tmp_path: Path, ledger: Path) -> None:
    """`torn` is a key of events: nothing is known of days that have it, and the bad day before is not forgotten."""
    where = root(tmp_path, "require: count(x < 0, last=5) == 0")
    odd = taken(7, days(1, 7, [4], torn="line 7"))
    assert verdicts(where, ledger, taken(6, days(1, 6, [4])), odd, taken(8, days(6, 8))) == ["NO_GO"] * 3


@pytest.mark.parametrize("other", [{"C": {}}, {}])
def test_a_record_with_a_member_off_the_roster_replaces_no_other(
    tmp_path: Path, ledger: Path, other: dict[str, object]
) -> None:
    """Its lists may lack what is told of the stranger, so they prove nothing, and the bad day stays."""
    where = root(tmp_path, "require: all(count(x < 0, last=5) == 0)", f"{SCOPED}  side: {{members: [A]}}\n")

    def at(day: int, form: object, **members: object) -> interlock.Snapshot:
        return roots.snapshot(
            f"2026-03-{day:02}T01:00:00Z", {}, scopes={"side": {"A": {"x": form}, **members}}
        )

    given = at(6, days(1, 6, [4])), at(7, days(1, 7, [4]), **other), at(8, days(6, 8))
    found = evaluate(where, ledger, *given)
    told = "all(count(x < 0, last=5) == 0) is false, needed true"
    assert [reason(found[0]), reason(found[2])] == [told] * 2


def test_a_roster_that_changes_makes_the_ledger_look_again(tmp_path: Path, ledger: Path) -> None:
    """C was a member when its record took the place of the one before. Now it is none: that record proves nothing."""
    where = root(
        tmp_path, "require: all(count(x < 0, last=5) == 0)", f"{SCOPED}  side: {{members: [A, C]}}\n"
    )

    def at(day: int, form: object, **members: object) -> interlock.Snapshot:
        return roots.snapshot(
            f"2026-03-{day:02}T01:00:00Z", {}, scopes={"side": {"A": {"x": form}, **members}}
        )

    given = at(5, days(1, 5, [4])), at(6, days(1, 6, [4])), at(7, days(1, 7, [4]), C={"x": days(1, 7)})
    assert verdicts(where, ledger, *given) == ["NO_GO"] * 3
    (where / "catalogue.yaml").write_text(f"{SCOPED}  side: {{members: [A]}}\n", encoding="utf-8")
    found = evaluate(where, ledger, at(8, days(6, 8)))
    assert reason(found[0]) == "all(count(x < 0, last=5) == 0) is false, needed true"


NO_BEGIN = FILES["catalogue.yaml"].replace(", began: 2026-03-01", "")
AT_FIRST = "2026-03-29T06:30:00Z"
SILENT = {"unknown": "torn source"}


def test_a_silent_series_may_have_told_of_an_instant_before_the_first_record(tmp_path: Path) -> None:
    """At 20:00 something was rejected; whether the day before had been bad nobody knows."""
    trigger = "last(daily) < -3% and count(rejected, within=1h) >= 1"
    text = FILES["rollback.yaml"].replace("streak(daily < -3%) >= 2", trigger)
    ledger = tmp_path / "ledger.db"
    folder = write(tmp_path, catalogue=NO_BEGIN, rollback=text)
    seen = {"covered": ["2026-03-01T00:00:00Z", AT_FIRST], "points": ["2026-03-28T20:00:00Z"]}
    (found,) = evaluate(folder, ledger, snapshot(AT_FIRST, daily=SILENT, rejected=seen))
    assert rule(found, "bad-days").outcome == "unknown"


def test_once_rearmed_a_period_that_no_list_names_is_unknown(tmp_path: Path) -> None:
    text = FILES["rollback.yaml"].replace("streak(daily < -3%) >= 2", "count(daily < -3%, last=2) >= 1")
    ledger = tmp_path / "ledger.db"
    folder = write(tmp_path, catalogue=NO_BEGIN, rollback=text)
    (found,) = evaluate(folder, ledger, snapshot(AT_FIRST, daily=SILENT))
    assert rule(found, "bad-days").outcome == "unknown"
    rearm(ledger, "rollback", "bad-days", None, act("2026-03-29T23:00:00Z"))
    (found,) = evaluate(folder, ledger, snapshot("2026-03-30T06:30:00Z", daily=SILENT))
    assert rule(found, "bad-days").outcome == "unknown"
