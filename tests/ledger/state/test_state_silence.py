"""A latched trigger while a source is silent: what was true in the meantime is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.ledgers import FILES, evaluate, rule, snapshot, write

QUIET = FILES["rollback.yaml"].replace("streak(daily < -3%) >= 2", "since(rejected) > 6h")
BOTH = FILES["rollback.yaml"].replace(
    "streak(daily < -3%) >= 2", "streak(daily < -3%) >= 1 and count(rejected, within=1d) >= 1"
)
DAYS = {f"2026-03-{day:02}": 0.0 for day in range(1, 29)}
FIRST, SECOND, THIRD = "2026-03-29T06:30:00Z", "2026-03-29T18:30:00Z", "2026-03-30T06:30:00Z"
TORN = {"unknown": "torn source", "detail": "line 7 of bot.log"}


def seen(as_of: str, *points: str) -> dict[str, object]:
    return {"covered": ["2026-03-01T00:00:00Z", as_of], "points": list(points)}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def outcome(tmp_path: Path, ledger: Path, policy: str, *given: dict[str, object]) -> tuple[str, str]:
    """The outcome and the reason after snapshots at the three instants, each with what it gives of two series."""
    root = write(tmp_path, rollback=policy)
    times = (FIRST, SECOND, THIRD) if len(given) == 3 else (FIRST, THIRD)
    shots = [snapshot(at, **each) for at, each in zip(times, given, strict=True)]
    found = rule(evaluate(root, ledger, *shots)[-1], "bad-days")
    return found.outcome, found.reason


def daily(days: dict[str, float], *more: str) -> dict[str, object]:
    points = [{"at": day, "value": value} for day, value in sorted(days.items())]
    return {"from": "2026-03-01", "points": [*points, *({"at": each, "value": 0} for each in more)]}


QUIET_SINCE = ("2026-03-29T05:30:00Z", "2026-03-30T05:30:00Z")


def test_data_that_come_late_tell_of_an_instant_at_which_the_trigger_was_unknown(
    tmp_path: Path, ledger: Path
) -> None:
    """At 18:30 the source was torn. Now it shows that nothing had been rejected for 13 hours at that time."""
    found = outcome(
        tmp_path, ledger, QUIET,
        {"rejected": seen(FIRST, QUIET_SINCE[0])}, {"rejected": TORN}, {"rejected": seen(THIRD, *QUIET_SINCE)},
    )  # fmt: skip
    told = "since(rejected) is 13h, needed <= 6h; only `interlock log rearm rollback/bad-days` clears it"
    assert found == ("fail", f"latched since {SECOND}: {told}")


def test_data_that_stay_away_leave_that_instant_unknown(tmp_path: Path, ledger: Path) -> None:
    late = {"covered": ["2026-03-30T05:00:00Z", THIRD], "points": [QUIET_SINCE[1]]}
    found = outcome(
        tmp_path,
        ledger,
        QUIET,
        {"rejected": seen(FIRST, QUIET_SINCE[0])},
        {"rejected": TORN},
        {"rejected": late},
    )
    told = "rejected: not covered, seen from 2026-03-30T05:00:00Z to 2026-03-30T06:30:00Z, so it may have fired at"
    hint = "give the missing data, or check it and `interlock log rearm rollback/bad-days`"
    assert found == ("unknown", f"cannot tell: {told} {SECOND}: {hint}")


def test_a_gap_that_ends_at_the_snapshot_leaves_the_trigger_unknown(tmp_path: Path, ledger: Path) -> None:
    """What was rejected just now says nothing of the day before, of which nothing was seen."""
    late = {"covered": [THIRD, THIRD], "points": [THIRD]}
    first = {"rejected": seen(FIRST, QUIET_SINCE[0])}
    found = outcome(tmp_path, ledger, QUIET, first, {"rejected": late})
    told = f"rejected: not covered, seen from {THIRD} to {THIRD}, so it may have fired at {THIRD}"
    hint = "give the missing data, or check it and `interlock log rearm rollback/bad-days`"
    assert found == ("unknown", f"cannot tell: {told}: {hint}")


def test_a_gap_that_goes_on_is_judged_up_to_the_snapshot(tmp_path: Path, ledger: Path) -> None:
    """While the log is torn something may have been rejected, before the good day of the 29th was over."""
    armed = BOTH.replace("streak(daily < -3%) >= 1", "last(daily) < -3%").replace("within=1d", "within=2d")
    root = write(tmp_path, rollback=armed)
    bad = {"daily": daily(DAYS | {"2026-03-28": -0.05}), "rejected": seen(FIRST)}
    now = {"daily": daily(DAYS | {"2026-03-28": -0.05, "2026-03-29": 0.0}), "rejected": TORN}
    found = evaluate(root, ledger, snapshot(FIRST, **bad), snapshot("2026-03-30T00:00:00Z", **now))[-1]
    assert rule(found, "bad-days").outcome == "unknown"
    assert (
        "rejected: torn source, line 7 of bot.log, so it may have fired at" in rule(found, "bad-days").reason
    )


@pytest.mark.parametrize(("since", "expected"), [("2026-03-29T00:00:00Z", "pass"), (SECOND, "unknown")])
def test_a_gap_is_judged_before_another_series_changes_within_it(
    tmp_path: Path, ledger: Path, since: str, expected: str
) -> None:
    """Until midnight the 28th was the newest day, and bad. If something was rejected then, the trigger was true."""
    armed = BOTH.replace("streak(daily < -3%) >= 1", "last(daily) < -3%").replace("within=1d", "within=1h")
    root = write(tmp_path, rollback=armed)
    days = DAYS | {"2026-03-28": -0.05}
    first = {"daily": daily(days), "rejected": seen("2026-03-29T06:30:00Z")}
    late = {"covered": [since, THIRD], "points": []}
    now = {"daily": daily(days | {"2026-03-29": 0.0}), "rejected": late}
    found = evaluate(root, ledger, snapshot(FIRST, **first), snapshot(THIRD, **now))[-1]
    assert rule(found, "bad-days").outcome == expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2026-03-29T06:00:00Z", "pass"), (FIRST, "unknown"), ("2026-03-29T10:00:00Z", "unknown")],
)
def test_a_first_record_with_a_torn_source_is_remembered(
    tmp_path: Path, ledger: Path, since: str, expected: str
) -> None:
    """Nobody ever saw what the source held when the ledger began, unless it tells later."""
    armed = QUIET.replace("since(rejected) > 6h", "count(rejected, within=5m) > 0")
    late = {"covered": [since, THIRD], "points": []}
    assert outcome(tmp_path, ledger, armed, {"rejected": TORN}, {"rejected": late})[0] == expected


def test_a_source_of_which_nothing_is_known_may_have_told_of_the_time_before_the_first_point(
    tmp_path: Path, ledger: Path
) -> None:
    """Of a rejection before the first day was over nobody could say whether that day was bad."""
    armed = BOTH.replace("streak(daily < -3%) >= 1", "last(daily) < -3%")
    early = {"daily": daily(DAYS), "rejected": seen(FIRST)}
    now = {"daily": daily(DAYS | {"2026-03-29": 0.0}), "rejected": seen(THIRD, "2026-03-31T00:00:00Z")}
    found = outcome(tmp_path, ledger, armed, early, now)
    assert found[0] == "unknown"
    assert "so it may have fired at 2026-03-02T00:00:00Z" in found[1]


def test_a_gap_that_ends_with_a_point_is_judged_before_it(tmp_path: Path, ledger: Path) -> None:
    """The row at the end of the gap says nothing of the hours before it."""
    late = {"covered": [SECOND, THIRD], "points": [SECOND, "2026-03-29T23:00:00Z", THIRD]}
    early = {"rejected": seen(FIRST, QUIET_SINCE[0])}
    found = outcome(tmp_path, ledger, QUIET, early, {"rejected": late})
    hint = "give the missing data, or check it and `interlock log rearm rollback/bad-days`"
    told = f"rejected: not covered, seen from {SECOND} to {THIRD}, so it may have fired at {SECOND}: {hint}"
    assert found == ("unknown", f"cannot tell: {told}")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (SECOND, ("pass", "streak(daily < -3%) is 0, needed < 2")),
        ("2026-03-30T03:00:00Z", ("unknown", "cannot tell: daily: torn source, line 7 of bot.log")),
    ],
)
def test_a_torn_source_may_have_the_day_that_is_over_and_not_due(
    tmp_path: Path, ledger: Path, at: str, expected: tuple[str, str]
) -> None:
    """The ledger knows every day that is due. The one that ended at midnight may be there, and nobody can read it."""
    root = write(tmp_path)
    known = {"from": "2026-03-01", "points": [{"at": day, "value": 0} for day in sorted(DAYS)]}
    found = evaluate(root, ledger, snapshot(FIRST, daily=known), snapshot(at, daily=TORN))[-1]
    assert (rule(found, "bad-days").outcome, rule(found, "bad-days").reason) == expected


@pytest.mark.parametrize(("value", "expected"), [(-0.05, "fail"), (0.0, "pass")])
def test_a_series_with_a_row_of_the_future_hides_no_period(
    tmp_path: Path, ledger: Path, value: float, expected: str
) -> None:
    """The day of the 29th may have been bad while something had been rejected within a day. Now nothing was."""
    early = {"daily": daily(DAYS), "rejected": seen(FIRST, "2026-03-29T02:00:00Z")}
    late = {"daily": daily(DAYS | {"2026-03-29": value}), "rejected": seen(THIRD, "2026-03-29T02:00:00Z")}
    assert outcome(tmp_path, ledger, BOTH, early, late)[0] == expected


def test_a_series_with_a_row_of_the_future_leaves_the_trigger_unknown(tmp_path: Path, ledger: Path) -> None:
    early = {"daily": daily(DAYS), "rejected": seen(FIRST, "2026-03-29T02:00:00Z")}
    late = {"daily": daily(DAYS, "2026-04-02"), "rejected": seen(THIRD, "2026-03-29T02:00:00Z")}
    assert outcome(tmp_path, ledger, BOTH, early, late) == (
        "unknown",
        "cannot tell: daily: clock skew at 2026-04-02, a point lies after the snapshot, so it may have fired at "
        "2026-03-29T02:00:00Z: give the missing data, or check it and `interlock log rearm rollback/bad-days`",
    )
