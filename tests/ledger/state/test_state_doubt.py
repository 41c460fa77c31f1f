"""A latched trigger with an unknown outcome: it stays unknown until data or a person decides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import interlock
from interlock.errors import UsageError
from interlock.evaluation.deciding.request import Decision
from interlock.ledger.acts import rearm
from support import roots
from support.beginnings import recording_in
from support.ledgers import FILES, act, evaluate, rule, snapshot, write

DAYS = {f"2026-03-{day:02}": 0.0 for day in range(1, 25)}
GOOD = {"2026-03-28": 0.01, "2026-03-29": 0.01}
BAD = {"2026-03-25": -0.05, "2026-03-26": -0.05, "2026-03-27": -0.05}
HOLE = {each: value for each, value in BAD.items() if each != "2026-03-26"}
AT, NEXT = "2026-03-30T06:30:00Z", "2026-03-31T06:30:00Z"
DOUBT = (
    "cannot tell: daily: missing at 2026-03-26, so it may have fired at 2026-03-27T00:00:00Z: give the "
    "missing data, or check it and `interlock log rearm rollback/bad-days`"
)
ARMED = FILES["rollback.yaml"].replace("when: streak(daily", "when: hot and streak(daily")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path)


def outcome(decision: Decision) -> tuple[str, str | None, bool]:
    found = rule(decision, "bad-days")
    return found.outcome, found.contribution, found.latched


def test_a_missing_day_that_may_have_completed_a_run_leaves_the_trigger_unknown(
    root: Path, ledger: Path
) -> None:
    """With the day it would be latched, so without it nothing better can be said."""
    found = evaluate(root, ledger, snapshot(AT, DAYS | HOLE | GOOD))[0]
    assert outcome(found) == ("unknown", "ROLLBACK", False)  # without a record it was blind for too long
    assert rule(found, "bad-days").reason == DOUBT
    assert found.verdicts[0].possible == "ROLLBACK"


def test_the_doubt_stays_however_often_it_is_asked(root: Path, ledger: Path) -> None:
    same = snapshot(AT, DAYS | HOLE | GOOD)
    later = snapshot("2026-03-30T12:30:00Z", GOOD)
    for found in evaluate(root, ledger, same, same, later):
        assert (outcome(found)[::2], rule(found, "bad-days").reason) == (("unknown", False), DOUBT)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-0.05, ("fail", "ROLLBACK", True)), (0.02, ("pass", "CONTINUE", False))],
)
def test_the_missing_day_ends_the_doubt(
    root: Path, ledger: Path, value: float, expected: tuple[str, str, bool]
) -> None:
    given = snapshot("2026-03-30T12:30:00Z", DAYS | HOLE | GOOD | {"2026-03-26": value})
    assert outcome(evaluate(root, ledger, snapshot(AT, DAYS | HOLE | GOOD), given)[1]) == expected


def test_a_person_ends_the_doubt(root: Path, ledger: Path) -> None:
    evaluate(root, ledger, snapshot(AT, DAYS | HOLE | GOOD))
    assert rearm(ledger, "rollback", "bad-days", None, act("2026-03-30T08:00:00Z")) == (
        ("rollback", "", "bad-days"),
    )
    late = snapshot(NEXT, {"2026-03-30": 0.01})
    assert outcome(evaluate(root, ledger, late)[0]) == ("pass", "CONTINUE", False)
    with pytest.raises(UsageError) as problem:
        rearm(ledger, "rollback", "bad-days", None, act("2026-03-31T08:00:00Z"))
    assert str(problem.value) == "`rollback/bad-days` is not latched: latched are none"


def test_doubt_that_outlasts_the_blind_limit_latches(root: Path, ledger: Path) -> None:
    good = snapshot("2026-03-25T06:30:00Z", DAYS)
    doubt = [snapshot(at, DAYS | HOLE | GOOD) for at in (AT, "2026-03-30T07:30:00Z")]
    found = evaluate(root, ledger, good, *doubt)[-1]
    assert outcome(found) == ("fail", "ROLLBACK", True)
    assert "it was unknown for longer than 1d 06h" in rule(found, "bad-days").reason


def test_doubt_that_may_last_for_ever_accuses_nobody(tmp_path: Path, ledger: Path) -> None:
    endless = FILES["rollback.yaml"].replace(
        "latch: true\n    blind_limit: 30h", "latch: true\n    blind_limit: never"
    )
    root = write(tmp_path, rollback=endless)
    doubt = [snapshot(at, DAYS | HOLE | GOOD) for at in (AT, "2026-04-30T06:30:00Z")]
    for found in evaluate(root, ledger, *doubt):
        assert outcome(found) == ("unknown", "INVESTIGATE", False)
        assert found.verdicts[0].possible == "ROLLBACK"
    full = snapshot("2026-04-30T12:30:00Z", DAYS | BAD | GOOD)
    assert outcome(evaluate(root, ledger, full)[0]) == ("fail", "ROLLBACK", True)


def test_days_missing_since_the_series_began_are_doubt_from_the_first_record_on(
    root: Path, ledger: Path
) -> None:
    """Nothing tells that the first record is the first that there was to see."""
    early = {"2026-03-20": -0.05, "2026-03-21": 0.0, "2026-03-22": 0.0}
    assert outcome(evaluate(root, ledger, snapshot("2026-03-23T06:30:00Z", early))[0])[::2] == (
        "unknown",
        False,
    )
    later = snapshot("2026-03-24T06:30:00Z", early | {"2026-03-23": 0.0})
    assert outcome(evaluate(root, ledger, later)[0])[::2] == ("unknown", False)


def test_points_that_could_not_be_judged_are_judged_once_they_can(tmp_path: Path, ledger: Path) -> None:
    root = write(tmp_path, rollback=ARMED)
    bad = DAYS | {
        "2026-03-25": 0.0,
        "2026-03-26": 0.0,
        "2026-03-27": 0.0,
        "2026-03-28": -0.05,
        "2026-03-29": -0.05,
    }
    blind, restated = snapshot(AT, bad), snapshot(NEXT, {"2026-03-30": 0.01}, hot=True)
    first, second = evaluate(root, ledger, blind, restated)
    assert outcome(first) == ("unknown", "ROLLBACK", False)
    assert outcome(second) == ("fail", "ROLLBACK", True)


BURST = """\
policy: rollback
version: 1.0.0
title: Rollback
owner: risk
verdicts: [CONTINUE, INVESTIGATE, ROLLBACK]
max_gap: 26h
rules:
  - id: bad-days
    when: count(rejected, within=2h) > 3
    then: ROLLBACK
    unknown: INVESTIGATE
    latch: true
    blind_limit: 300h
"""


def rejected(start: str, stop: str, *points: str) -> interlock.Snapshot:
    """A snapshot as of `stop` whose events are covered from `start` on."""
    return snapshot(stop, rejected={"covered": [start, stop], "points": list(points)})


def test_what_a_series_lists_that_says_it_is_unknown_does_not_count(tmp_path: Path, ledger: Path) -> None:
    root = write(tmp_path)
    days = [{"at": f"2026-03-{day:02}", "value": 0.01} for day in range(1, 30)]
    both = {"from": "2026-03-01", "points": days, "unknown": "torn source", "detail": "line 7"}
    document = {"interlock": 1, "as_of": "2026-03-30T06:30:00Z", "metrics": {"daily": both}}
    (found,) = evaluate(root, ledger, interlock.Snapshot.restored(json.dumps(document).encode()))
    assert rule(found, "bad-days").outcome == "unknown"


def test_a_gap_of_coverage_leaves_the_trigger_unknown(tmp_path: Path, ledger: Path) -> None:
    """The window of the newest record is covered whole, and the trigger may have fired before it."""
    root = write(tmp_path, rollback=BURST)
    before = rejected("2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z")
    after = rejected("2026-03-31T03:00:00Z", "2026-03-31T06:00:00Z")
    first, second, third = evaluate(
        root, ledger, before, after, rejected("2026-03-31T03:00:00Z", "2026-03-31T07:00:00Z")
    )
    assert outcome(first) == ("pass", "CONTINUE", False)
    assert outcome(second) == outcome(third) == ("unknown", "INVESTIGATE", False)
    assert "so it may have fired at 2026-03-30T06:00:00Z" in rule(third, "bad-days").reason


def test_no_slack_reaches_into_a_gap(tmp_path: Path, ledger: Path) -> None:
    """The metric may be silent for an hour before a snapshot, but half an hour between two stretches was not seen."""
    root = write(tmp_path, rollback=BURST)
    before = rejected("2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z")
    after = rejected("2026-03-30T06:30:00Z", "2026-03-30T12:00:00Z")
    assert outcome(evaluate(root, ledger, before, after)[1]) == ("unknown", "INVESTIGATE", False)


@pytest.mark.parametrize(
    ("times", "expected"),
    [((), ("pass", "CONTINUE", False)), (("20", "21", "22", "23"), ("fail", "ROLLBACK", True))],
)
def test_what_fills_a_gap_ends_the_doubt(
    tmp_path: Path, ledger: Path, times: tuple[str, ...], expected: tuple[str, str, bool]
) -> None:
    root = write(tmp_path, rollback=BURST)
    before = rejected("2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z")
    after = rejected("2026-03-31T03:00:00Z", "2026-03-31T06:00:00Z")
    points = [f"2026-03-30T19:{each}:00Z" for each in times]
    whole = rejected("2026-03-30T05:00:00Z", "2026-03-31T07:00:00Z", *points)
    assert outcome(evaluate(root, ledger, before, after, whole)[2]) == expected


def test_points_before_coverage_are_judged_with_what_was_not_seen_around_them(
    tmp_path: Path, ledger: Path
) -> None:
    root = write(tmp_path, rollback=BURST)
    points = ("2026-03-31T02:30:00Z", "2026-03-31T02:31:00Z")
    assert outcome(
        evaluate(root, ledger, rejected("2026-03-31T03:00:00Z", "2026-03-31T06:00:00Z", *points))[0]
    ) == ("unknown", "ROLLBACK", False)  # without a record it was blind for too long


def test_what_one_environment_judged_another_judges_for_itself(tmp_path: Path, ledger: Path) -> None:
    text = FILES["rollback.yaml"].replace("rules:", "params: {worst: {type: ratio, value: 3%}}\nrules:")
    root = write(tmp_path, rollback=text.replace("daily < -3%", "daily < -worst"))
    for name, worst in (("paper", "10%"), ("live", "3%")):
        values = f"environment: {name}\nvalues: {{rollback: {{worst: {worst}}}}}\n"
        (root / f"{name}.yaml").write_text(values, encoding="utf-8")
    policies, given = interlock.load(root), snapshot(AT, DAYS | BAD | GOOD)
    found = []
    for name in ("paper", "live"):
        with recording_in(ledger) as recorder:
            found.append(outcome(policies.recorded(given, recorder, environment=name)))
    assert found == [("pass", "CONTINUE", False), ("fail", "ROLLBACK", True)]


PARENT = """\
policy: parent
version: 1.0.0
title: Stricter
owner: risk
verdicts: [GO, NO_GO]
rules:
  - {id: inner, policy: rollback, at_worst: INVESTIGATE, with: {worst: 3%}}
"""


def test_what_one_composition_judged_another_judges_for_itself(tmp_path: Path, ledger: Path) -> None:
    text = FILES["rollback.yaml"].replace("rules:", "params: {worst: {type: ratio, value: 10%}}\nrules:")
    root = write(tmp_path, rollback=text.replace("daily < -3%", "daily < -worst"))
    (root / "parent.yaml").write_text(PARENT, encoding="utf-8")
    policies, given, found = interlock.load(root), snapshot(AT, DAYS | BAD | GOOD), []
    for name in ("rollback", "parent", "rollback"):
        with recording_in(ledger) as recorder:
            decision = policies.recorded(given, recorder, policies=[name])
        found += [outcome(decision)] if name == "rollback" else []
    # in between the composition latched it, by points that had passed before
    assert found == [("pass", "CONTINUE", False), ("fail", "ROLLBACK", True)]


def test_what_came_in_while_it_was_latched_is_judged_once_it_is_rearmed(root: Path, ledger: Path) -> None:
    days = DAYS | {"2026-03-25": -0.05, "2026-03-26": -0.05, "2026-03-27": -0.05, "2026-03-28": -0.05}
    first = snapshot("2026-03-27T06:30:00Z", {k: v for k, v in days.items() if k < "2026-03-27"})
    second = snapshot(AT, days | {"2026-03-29": 0.01})
    evaluate(root, ledger, first, second)
    rearm(ledger, "rollback", "bad-days", None, act("2026-03-27T12:00:00Z"))
    found = evaluate(root, ledger, snapshot(NEXT, {"2026-03-30": 0.01}))[0]
    assert outcome(found) == ("fail", "ROLLBACK", True)
    assert rule(found, "bad-days").reason.startswith("latched since 2026-03-29T00:00:00Z: ")


def test_a_second_event_of_one_second_that_comes_late_is_judged(tmp_path: Path, ledger: Path) -> None:
    """Two equal points of one time are two points, though the first one was judged before."""
    root = write(tmp_path, rollback=BURST.replace("within=2h) > 3", "within=1m) > 1"))
    early = rejected("2026-03-30T05:00:00Z", "2026-03-30T06:00:00Z", "2026-03-30T06:00:00Z")
    times = ["2026-03-30T06:00:00Z"] * 2
    first, second = evaluate(
        root, ledger, early, rejected("2026-03-30T05:00:00Z", "2026-03-30T08:00:00Z", *times)
    )
    assert outcome(first) == ("pass", "CONTINUE", False)
    assert outcome(second) == ("fail", "ROLLBACK", True)


def test_a_clock_that_is_ahead_bridges_no_gap(tmp_path: Path, ledger: Path) -> None:
    """A snapshot may say that it covers the two seconds after it; nobody had measured them."""
    root = write(tmp_path, rollback=BURST)
    ahead = snapshot(
        "2026-03-30T06:00:00Z",
        rejected={"covered": ["2026-03-30T03:00:00Z", "2026-03-30T06:00:02Z"], "points": []},
    )
    found = evaluate(root, ledger, ahead, rejected("2026-03-30T06:00:02Z", "2026-03-30T07:00:00Z"))
    assert [outcome(each) for each in found] == [
        ("pass", "CONTINUE", False),
        ("unknown", "INVESTIGATE", False),
    ]


def test_no_slack_reaches_over_a_source_that_lost_its_end(tmp_path: Path, ledger: Path) -> None:
    """An earlier snapshot reached further: what is gone since then may hold an event, and what came after it too."""
    root = write(tmp_path, rollback=BURST)
    whole = rejected("2026-03-30T03:00:00Z", "2026-03-30T11:55:00Z")
    cut = snapshot(
        "2026-03-30T12:00:00Z",
        rejected={"covered": ["2026-03-30T03:00:00Z", "2026-03-30T09:00:00Z"], "points": []},
    )
    first, second = evaluate(root, ledger, whole, cut)
    assert outcome(first) == ("pass", "CONTINUE", False)
    assert outcome(second) == ("unknown", "INVESTIGATE", False)
    assert "ends at 2026-03-30T09:00:00Z" in rule(second, "bad-days").reason


def test_no_slack_reaches_over_a_source_that_ends_before_it_was_seen_earlier(
    tmp_path: Path, ledger: Path
) -> None:
    """It lost all that the first record had listed, so what came after may be lost too."""
    root = write(tmp_path, rollback=BURST)
    first = rejected("2026-03-30T11:00:00Z", "2026-03-30T11:30:00Z")
    cut = snapshot(
        "2026-03-30T11:35:00Z",
        rejected={"covered": ["2026-03-30T08:00:00Z", "2026-03-30T10:55:00Z"], "points": []},
    )
    second = evaluate(root, ledger, first, cut)[1]
    assert outcome(second) == ("unknown", "INVESTIGATE", False)
    told = "torn source, it ends at 2026-03-30T10:55:00Z, and before it reached 2026-03-30T11:30:00Z"
    assert rule(second, "bad-days").reason == f"cannot tell: rejected: {told}"


BEGUN = FILES["catalogue.yaml"].replace("slack: 1h", "began: 2026-03-30T00:00:00Z")


def test_the_time_from_the_begin_of_events_to_their_first_coverage_is_a_hole(
    tmp_path: Path, ledger: Path
) -> None:
    root = write(tmp_path, rollback=BURST, catalogue=BEGUN)
    found = evaluate(root, ledger, rejected("2026-03-30T11:00:00Z", "2026-03-30T14:00:00Z"))[0]
    assert outcome(found) == ("unknown", "ROLLBACK", False)  # without a record it was blind for too long
    told = (
        "seen from 2026-03-30T11:00:00Z to 2026-03-30T14:00:00Z, so it may have fired at 2026-03-30T00:00:00Z"
    )
    assert told in rule(found, "bad-days").reason


@pytest.mark.parametrize(
    ("times", "expected"),
    [((), ("pass", "CONTINUE", False)), (("20", "21", "22", "23"), ("fail", "ROLLBACK", True))],
)
def test_data_from_the_begin_of_events_on_end_the_doubt(
    tmp_path: Path, ledger: Path, times: tuple[str, ...], expected: tuple[str, str, bool]
) -> None:
    root = write(tmp_path, rollback=BURST, catalogue=BEGUN)
    points = [f"2026-03-30T09:{each}:00Z" for each in times]
    late = rejected("2026-03-30T11:00:00Z", "2026-03-30T14:00:00Z")
    whole = rejected("2026-03-30T00:00:00Z", "2026-03-30T15:00:00Z", *points)
    assert outcome(evaluate(root, ledger, late, whole)[1]) == expected
    assert outcome(evaluate(root, tmp_path / "alone.db", whole)[0]) == expected


def test_a_person_ends_the_doubt_of_the_time_since_the_begin_of_events(tmp_path: Path, ledger: Path) -> None:
    root = write(tmp_path, rollback=BURST, catalogue=BEGUN)
    evaluate(root, ledger, rejected("2026-03-30T11:00:00Z", "2026-03-30T14:00:00Z"))
    rearm(ledger, "rollback", "bad-days", None, act("2026-03-30T14:30:00Z"))
    later = rejected("2026-03-30T11:00:00Z", "2026-03-30T15:00:00Z")
    assert outcome(evaluate(root, ledger, later)[0]) == ("pass", "CONTINUE", False)


EARLY = {
    "catalogue": "metrics:\n  mood: {type: number, every: 1d, early: true, began: 2026-03-24}\n",
    "rollback": """\
policy: rollback
version: 1.0.0
title: Rollback
owner: risk
verdicts: [CONTINUE, ROLLBACK]
rules:
  - {id: bad-days, when: last(mood) < 0, then: ROLLBACK, latch: true, blind_limit: 30d}
""",
}


def moods(as_of: str, **days: float | None) -> interlock.Snapshot:
    points = [{"at": f"2026-03-{day[1:]}", "value": value} for day, value in days.items()]
    return roots.snapshot(as_of, {"mood": {"from": "2026-03-24", "points": points}})


@pytest.mark.parametrize(
    ("value", "expected"), [(-1, ("fail", "ROLLBACK", True)), (None, ("unknown", "ROLLBACK", False))]
)
def test_the_next_period_hides_no_day_that_ends_as_it_begins(
    tmp_path: Path, ledger: Path, value: float | None, expected: tuple[str, str, bool]
) -> None:
    """A point that is complete early is known at the very instant at which the period before it ends."""
    root = write(tmp_path, **EARLY)
    midnight = moods("2026-03-28T00:00:00Z", d24=1, d25=1, d26=1, d27=value, d28=2)
    assert outcome(evaluate(root, ledger, midnight)[0]) == expected


def test_a_day_that_was_null_while_it_ran_stays_in_doubt_when_it_is_over(
    tmp_path: Path, ledger: Path
) -> None:
    root = write(tmp_path, **EARLY)
    noon = moods("2026-03-27T12:00:00Z", d24=1, d25=1, d26=1, d27=None)
    after = roots.snapshot(
        "2026-03-28T00:00:00Z",
        {"mood": {"from": "2026-03-27T18:00:00Z", "points": [{"at": "2026-03-28", "value": 2}]}},
    )
    given = moods("2026-03-28T06:00:00Z", d27=1, d28=2)
    found = evaluate(root, ledger, noon, after, given)
    assert [outcome(each)[0] for each in found] == ["unknown", "unknown", "pass"]


QUIET = {
    "catalogue": (
        "metrics:\n"
        "  alive: {type: bool, every: 6h, lag: 1h, began: 2026-03-24}\n"
        "  lost: {type: number, every: event, range: [-5, 5]}\n"
    ),
    "rollback": EARLY["rollback"].replace(
        "last(mood) < 0", '"streak(alive) >= 3 and sum(lost, within=1d) > 0"'
    ),
}


@pytest.mark.parametrize("every", ["6h, began: 2026-03-24", "1m, began: 2000-01-01"])
@pytest.mark.parametrize("start", ["2026-03-25T12:00:00Z", "yesterday"])
def test_a_series_that_cannot_be_read_may_have_fired_at_the_end_of_each_period(
    tmp_path: Path, ledger: Path, start: str, every: str
) -> None:
    """Nothing is known of the losses before their coverage begins, whether the other series can be read or not."""
    points = [{"at": f"2026-03-{day}T{hour:02}:00:00Z", "value": True} for day in (26, 27) for hour in (0, 6)]
    given = roots.snapshot(
        "2026-03-27T12:00:00Z",
        {
            "alive": {"from": start, "points": points},
            "lost": {"points": [], "covered": ["2026-03-25T12:00:00Z", "2026-03-27T12:00:00Z"]},
        },
    )
    catalogue = QUIET["catalogue"].replace("6h, lag: 1h, began: 2026-03-24", f"{every}, lag: 1h")
    root = write(tmp_path, **{**QUIET, "catalogue": catalogue})
    assert outcome(evaluate(root, ledger, given)[0]) == ("unknown", "ROLLBACK", False)
