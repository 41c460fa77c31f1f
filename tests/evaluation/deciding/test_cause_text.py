"""Why something is unknown, in few words: runs of points and groups of members are said once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.evaluation.deciding.cause_text import cause_lines
from interlock.language.times import show_time
from interlock.language.values import Cause, merged


def points(
    metric: str, *days: str, cause: str = "missing", member: str = "", detail: str = "", period: int = 86400
) -> list[Cause]:
    return [Cause(metric, member, f"2026-03-{day}T00:00:00Z", cause, detail, period) for day in days]


@pytest.mark.parametrize(
    ("causes", "lines"),
    [
        ([], ()),
        ([Cause("a.b", "", "", "missing")], ("a.b: missing",)),
        ([Cause("a.b", "", "", "torn source", "line 3 of x")], ("a.b: torn source, line 3 of x",)),
        ([Cause("a.b", "BTC", "", "out of range", "1.7")], ("a.b at BTC: out of range, 1.7",)),
        ([Cause("", "", "", "division by zero")], ("division by zero",)),
        (
            [Cause("level", "", "2026-03-29T01:00:00Z", "stale")],
            ("level: stale, measured at 2026-03-29T01:00:00Z",),
        ),
        (points("a", "05"), ("a: missing at 2026-03-05",)),
        (points("a", "05", "06", "07"), ("a: missing for 3 days from 2026-03-05 to 2026-03-07",)),
        (points("a", "02", "09", "16", period=604800), ("a: missing for 3 weeks from 2026-03-02 to 2026-03-16",)),
        (points("a", "05", "06", "09"), ("a: missing for 3 days, newest hole 2026-03-09",)),
        (points("a", "05", "08", "09"), ("a: missing for 3 days, newest hole 2026-03-08 to 2026-03-09",)),
        (points("a", "02", "09"), ("a: missing for 2 days, newest hole 2026-03-09",)),
        (points("a", "05", "08", period=0), ("a: missing at 2 points, newest 2026-03-08",)),
        (
            [*points("a", "05", cause="wrong type", detail="`x`"), *points("a", "06")],
            ("a: wrong type at 2026-03-05, `x`", "a: missing at 2026-03-06"),
        ),
        (
            points("a", "05", "06", cause="conflict", detail="two points in one slot"),
            ("a: conflict for 2 days from 2026-03-05 to 2026-03-06, two points in one slot",),
        ),
        (
            [*points("a", "05", detail="line 1"), *points("a", "06", detail="line 2")],
            ("a: missing for 2 days from 2026-03-05 to 2026-03-06, line 2",),
        ),
        (
            [Cause("a", "", f"2026-03-05T{hour}:00:00Z", "missing", period=3600) for hour in ("06", "07", "08")],
            ("a: missing for 3 hours from 2026-03-05T06:00:00Z to 2026-03-05T08:00:00Z",),
        ),
        (
            [*points("a", "05", "06", member="bear"), *points("a", "05", "06", member="bull")],
            ("a at bear and bull: missing for 2 days from 2026-03-05 to 2026-03-06",),
        ),
        (
            [*points("a", "05", member="bear"), *points("a", "06", member="bull")],
            ("a at bear: missing at 2026-03-05", "a at bull: missing at 2026-03-06"),
        ),
        (
            [Cause("a", each, "", "missing member") for each in "vwxyz"],
            ("a at v, w, x and 2 more: missing member",),
        ),
        ([Cause("a", "", "soon", "no time"), Cause("a", "", "later", "no time")],
         ("a: no time at 2 points, newest soon",)),
        (
            [Cause(each, "", "", "missing", "x.log: no such file") for each in ("a", "b", "c")],
            ("a, b and c: missing, x.log: no such file",),
        ),
        (
            [Cause(each, "BTC", "", "missing") for each in "abcde"],
            ("a, b, c and 2 more at BTC: missing",),
        ),
    ],
)  # fmt: skip
def test_told(causes: list[Cause], lines: tuple[str, ...]) -> None:
    assert cause_lines(causes) == lines


def test_holes_are_counted_whole() -> None:
    days = [show_time(Decimal(day * 86400)) for day in range(20000, 20700) if day % 4]
    found = merged(Cause("a", "", each, "not covered", period=86400) for each in days)
    assert cause_lines(found) == ("a: not covered for 525 days, newest hole 2026-09-01 to 2026-09-03",)


def test_more_causes_than_are_kept_are_said_to_be_more() -> None:
    days = [show_time(Decimal(day * 86400)) for day in range(18000, 20700)]
    found = merged(
        [Cause("a", "", each, "missing", period=86400) for each in days], [Cause("b", "", "", "missing")]
    )
    assert cause_lines(found) == (
        "a: missing for at least 1024 days up to 2026-09-03",
        "b: missing",
    )
