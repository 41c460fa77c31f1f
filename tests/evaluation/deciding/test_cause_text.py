"""Why something is unknown, in few words: runs of points and groups of members are said once."""

from __future__ import annotations

import pytest

from interlock.evaluation.deciding.cause_text import cause_lines
from interlock.language.values import Cause


def points(
    metric: str, *days: str, cause: str = "missing", member: str = "", detail: str = ""
) -> list[Cause]:
    return [Cause(metric, member, f"2026-03-{day}T00:00:00Z", cause, detail) for day in days]


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
        (points("a", "02", "09", "16"), ("a: missing for 3 weeks from 2026-03-02 to 2026-03-16",)),
        (points("a", "05", "06", "09"), ("a: missing at 3 points between 2026-03-05 and 2026-03-09",)),
        (points("a", "05", "08"), ("a: missing at 2 points between 2026-03-05 and 2026-03-08",)),
        (
            points("a", "05", "06", cause="conflict", detail="two points in one slot"),
            ("a: conflict for 2 days from 2026-03-05 to 2026-03-06, two points in one slot",),
        ),
        (
            [*points("a", "05", detail="line 1"), *points("a", "06", detail="line 2")],
            ("a: missing for 2 days from 2026-03-05 to 2026-03-06",),
        ),
        (
            [Cause("a", "", f"2026-03-05T{hour}:00:00Z", "missing") for hour in ("06", "07", "08")],
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
         ("a: no time at 2 points between later and soon",)),
    ],
)  # fmt: skip
def test_told(causes: list[Cause], lines: tuple[str, ...]) -> None:
    assert cause_lines(causes) == lines
