"""The state between evaluations: latches, unknown outcomes, hysteresis, baselines, earlier points."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.errors import UsageError
from interlock.ledger.acts import freeze, rearm, recorded_snapshot
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from interlock.ledger.state.state import fold
from support.beginnings import begun
from support.ledgers import FILES, act, evaluate, rule, snapshot, write
from support.roots import instant

GOOD = {"2026-03-26": 0.01, "2026-03-27": 0.01}
PAST = {f"2026-03-{day:02}": 0.0 for day in range(1, 26)}
D1 = PAST | {"2026-03-26": 0.01}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path)


def outcome(decision: object, name: str) -> tuple[str, str | None, bool]:
    result = rule(decision, name)  # type: ignore[arg-type]
    return result.outcome, result.contribution, result.latched


def test_two_bad_days_before_a_good_one_fire_though_first_seen_on_the_third(root: Path, ledger: Path) -> None:
    days = D1 | {"2026-03-27": -0.04, "2026-03-28": -0.05, "2026-03-29": 0.02}
    (found,) = evaluate(root, ledger, snapshot("2026-03-30T06:30:00Z", days))
    assert outcome(found, "bad-days") == ("fail", "ROLLBACK", True)
    assert found.verdicts[0].verdict == "ROLLBACK"
    reason = rule(found, "bad-days").reason
    assert reason.startswith("latched since 2026-03-29T00:00:00Z: ")
    assert reason.endswith("; only `interlock log rearm rollback/bad-days` clears it")


def test_points_that_were_judged_do_not_fire_again_under_a_stricter_rule(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    days = D1 | {"2026-03-27": -0.02, "2026-03-28": -0.02, "2026-03-29": 0.02}
    (first,) = evaluate(root, ledger, snapshot("2026-03-30T06:30:00Z", days))
    assert outcome(first, "bad-days") == ("pass", "CONTINUE", False)
    write(tmp_path, rollback=FILES["rollback.yaml"].replace("-3%", "-1%"))
    (second,) = evaluate(root, ledger, snapshot("2026-03-31T06:30:00Z", days | {"2026-03-30": 0.01}))
    assert outcome(second, "bad-days") == ("pass", "CONTINUE", False)


def test_a_late_bad_day_fires_where_it_completes_a_run(root: Path, ledger: Path) -> None:
    days = D1 | {"2026-03-27": -0.04, "2026-03-29": 0.02}
    (first,) = evaluate(root, ledger, snapshot("2026-03-30T06:30:00Z", days))
    assert outcome(first, "bad-days")[::2] == ("unknown", False)
    (second,) = evaluate(
        root, ledger, snapshot("2026-03-31T06:30:00Z", {"2026-03-28": -0.05, "2026-03-30": 0.01})
    )
    assert outcome(second, "bad-days") == ("fail", "ROLLBACK", True)


def test_a_latch_outlasts_good_days_a_restatement_a_version_a_shadow_and_a_rename(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    bad = D1 | {"2026-03-27": -0.04, "2026-03-28": -0.05}
    good = D1 | {"2026-03-27": 0.04, "2026-03-28": 0.05, "2026-03-29": 0.05}
    evaluate(root, ledger, snapshot("2026-03-29T06:30:00Z", bad))
    (found,) = evaluate(root, ledger, snapshot("2026-03-30T06:30:00Z", good))
    assert outcome(found, "bad-days") == ("fail", "ROLLBACK", True)
    notes = [each for each in found.notes if "restated" in each]
    assert notes == [
        "`daily` of 2026-03-27T00:00:00Z is restated: an earlier snapshot gave another value",
        "`daily` of 2026-03-28T00:00:00Z is restated: an earlier snapshot gave another value",
    ]
    text = FILES["rollback.yaml"]
    changed = {
        "version": text.replace("1.0.0", "2.0.0"),
        "shadow": text.replace("latch: true", "latch: true\n    shadow: {since: 2026-03-01}"),
        "applies": text.replace("latch: true", "latch: true\n    applies: hot"),
        "renamed": text.replace("id: bad-days", "id: worse-days"),
        "unlatched": text.replace("    latch: true\n", ""),
    }
    for number, (name, document) in enumerate(changed.items()):
        write(tmp_path, rollback=document)
        (found,) = evaluate(root, ledger, snapshot(f"2026-03-30T07:0{number}:00Z", good, hot=False))
        latched = [each for each in found.verdicts[0].rules if each.id == "bad-days" and each.latched]
        assert [each.contribution for each in latched] == ["ROLLBACK"], name
        assert found.verdicts[0].verdict == "ROLLBACK"
    assert (
        found.verdicts[0]
        .rules[-1]
        .reason.startswith("finding: the rule is gone or no longer latched, latched since ")
    )


def test_a_latched_policy_that_is_gone_is_noted_at_every_evaluation(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    evaluate(root, ledger, snapshot("2026-03-29T06:30:00Z", D1 | {"2026-03-27": -0.04, "2026-03-28": -0.05}))
    write(tmp_path, rollback=FILES["rollback.yaml"].replace("policy: rollback", "policy: other"))
    (found,) = evaluate(root, ledger, snapshot("2026-03-29T06:31:00Z", D1))
    hint = (
        "bring the policy back, let its new name say `formerly: [rollback]`, "
        "or re-arm its rules with `interlock log rearm`"
    )
    assert [each.reason for each in found.refusals] == [
        f"`rollback` is latched in the ledger and gone from the policies: {hint}"
    ]


def test_once_rearmed_a_trigger_judges_later_points_only(root: Path, ledger: Path) -> None:
    bad = D1 | {"2026-03-27": -0.04, "2026-03-28": -0.05}
    evaluate(root, ledger, snapshot("2026-03-29T06:30:00Z", bad))
    assert rearm(ledger, "rollback", "bad-days", None, act("2026-03-29T08:00:00Z")) == (
        ("rollback", "", "bad-days"),
    )
    (same, one, two) = evaluate(
        root,
        ledger,
        snapshot("2026-03-29T09:00:00Z", bad),
        snapshot("2026-03-30T06:30:00Z", bad | {"2026-03-29": -0.05}),
        snapshot("2026-03-31T06:30:00Z", bad | {"2026-03-29": -0.05, "2026-03-30": -0.06}),
    )
    assert outcome(same, "bad-days") == ("pass", "CONTINUE", False)
    assert outcome(one, "bad-days") == ("pass", "CONTINUE", False)
    assert outcome(two, "bad-days") == ("fail", "ROLLBACK", True)


def test_what_is_not_latched_or_fired_later_cannot_be_rearmed(root: Path, ledger: Path) -> None:
    evaluate(root, ledger, snapshot("2026-03-29T06:30:00Z", D1 | {"2026-03-27": -0.04, "2026-03-28": -0.05}))
    before = ledger.read_bytes()
    with pytest.raises(UsageError) as problem:
        rearm(ledger, "rollback", "bad-day", None, act("2026-03-29T08:00:00Z"))
    assert str(problem.value) == "`rollback/bad-day` is not latched: did you mean `rollback/bad-days`?"
    with pytest.raises(UsageError) as problem:
        rearm(ledger, "rollback", "bad-days", None, act("2026-03-28T08:00:00Z"))
    fired = "fired at 2026-03-29T00:00:00Z, which is later than 2026-03-28T08:00:00Z"
    assert str(problem.value) == f"`rollback/bad-days` {fired}"
    assert ledger.read_bytes() == before


def test_blindness_counts_from_the_last_known_record_and_then_latches(root: Path, ledger: Path) -> None:
    known = snapshot("2026-03-28T12:30:00Z", D1)
    blind = [snapshot(at) for at in ("2026-03-29T12:30:00Z", "2026-03-29T18:30:00Z", "2026-03-29T18:30:01Z")]
    later = snapshot("2026-03-29T19:00:00Z", D1 | {"2026-03-27": 0.01, "2026-03-28": 0.01})
    found = evaluate(root, ledger, known, *blind, later)
    assert [outcome(each, "bad-days") for each in found] == [
        ("pass", "CONTINUE", False),
        ("unknown", "INVESTIGATE", False),
        ("unknown", "INVESTIGATE", False),
        ("fail", "ROLLBACK", True),
        ("fail", "ROLLBACK", True),
    ]
    why = "latched since 2026-03-29T18:30:01Z: it was unknown for longer than 1d 06h"
    assert rule(found[4], "bad-days").reason.startswith(why)


def test_an_unknown_trigger_without_any_record_counts_as_blind_for_too_long(root: Path, ledger: Path) -> None:
    (found,) = evaluate(root, ledger, snapshot("2026-03-27T06:30:00Z", D1))
    assert outcome(found, "loss") == ("unknown", "ROLLBACK", False)


def test_a_trigger_that_did_not_apply_was_not_blind(tmp_path: Path, ledger: Path) -> None:
    guarded = FILES["rollback.yaml"].replace("  - id: bad-days\n", "  - id: bad-days\n    applies: hot\n", 1)
    root = write(tmp_path, rollback=guarded)
    found = evaluate(
        root,
        ledger,
        snapshot("2026-03-20T12:30:00Z", hot=False),
        snapshot("2026-03-28T12:30:00Z", hot=False),
        snapshot("2026-03-29T12:30:00Z", hot=True),
        snapshot("2026-03-29T18:30:01Z", hot=True),
    )
    assert [outcome(each, "bad-days") for each in found] == [
        ("skipped", None, False),
        ("skipped", None, False),
        ("unknown", "INVESTIGATE", False),
        ("fail", "ROLLBACK", True),
    ]


def test_a_first_record_latches_for_no_blindness(root: Path, ledger: Path) -> None:
    nothing = [
        snapshot(at) for at in ("2026-03-27T06:30:00Z", "2026-03-28T12:30:00Z", "2026-03-28T12:30:01Z")
    ]
    found = evaluate(root, ledger, *nothing)
    assert [outcome(each, "bad-days") for each in found] == [
        ("unknown", "ROLLBACK", False),
        ("unknown", "INVESTIGATE", False),
        ("fail", "ROLLBACK", True),
    ]


def test_a_baseline_is_frozen_once_and_read_from_the_ledger(root: Path, ledger: Path) -> None:
    begun(ledger)
    freeze(
        ledger,
        "phase_a",
        snapshot("2026-03-20T06:30:00Z", loss={"value": 10, "n": 40}),
        act("2026-03-20T07:00:00Z"),
    )
    first, second = evaluate(
        root,
        ledger,
        snapshot("2026-03-27T06:30:00Z", D1, loss=13),
        snapshot("2026-03-27T06:31:00Z", D1, loss=15),
    )
    assert outcome(first, "loss") == ("pass", "CONTINUE", False)
    assert outcome(second, "loss") == ("fail", "ROLLBACK", False)
    assert list(first.verdicts[0].inputs.baselines) == ["phase_a"]
    with pytest.raises(UsageError) as problem:
        freeze(ledger, "phase_a", snapshot("2026-03-27T06:30:00Z", D1), act("2026-03-28T07:00:00Z"))
    assert str(problem.value) == (
        "the baseline `phase_a` is frozen by entry 2: choose another name, or freeze it for a new attempt with "
        "`--again`"
    )


def test_a_failed_run_never_becomes_a_baseline(root: Path, ledger: Path) -> None:
    evaluate(root, ledger, snapshot("2026-03-29T06:30:00Z", D1 | {"2026-03-27": -0.04, "2026-03-28": -0.05}))
    for sequence in (4, 5):
        with pytest.raises(UsageError) as problem:
            recorded_snapshot(ledger, sequence)
        why = "`rollback` was ROLLBACK: a failed run never becomes a baseline"
        assert str(problem.value) == f"entry {sequence} is a failed run, {why}"
    assert recorded_snapshot(ledger, 3).as_of == instant("2026-03-29T06:30:00Z")


def test_a_rule_that_passed_is_held_by_its_milder_test_within_the_gap(root: Path, ledger: Path) -> None:
    losses = {
        "2026-03-27T06:30:00Z": 55,
        "2026-03-27T07:30:00Z": 45,
        "2026-03-28T06:30:00Z": 55,
        "2026-03-29T12:30:00Z": 55,
    }
    found = evaluate(root, ledger, *(snapshot(at, loss=each) for at, each in losses.items()))
    assert [rule(each, "calm").outcome for each in found] == ["fail", "pass", "pass", "fail"]


def test_earlier_points_come_from_earlier_snapshots_and_a_gap_stays_one(root: Path, ledger: Path) -> None:
    parts = [
        snapshot("2026-03-27T06:30:00Z", D1),
        snapshot("2026-03-28T06:30:00Z", {"2026-03-27": -0.04}),
        snapshot("2026-03-29T06:30:00Z", {"2026-03-28": -0.04}),
    ]
    found = evaluate(root, ledger, *parts)
    assert [outcome(each, "bad-days")[0] for each in found] == ["pass", "pass", "fail"]


def test_a_snapshot_that_is_recorded_is_recognised_and_judged_alike(root: Path, ledger: Path) -> None:
    days = snapshot("2026-03-27T06:30:00Z", D1)
    first, second = evaluate(root, ledger, days, days)
    assert [each.contribution for each in first.verdicts[0].rules] == [
        each.contribution for each in second.verdicts[0].rules
    ]
    with Ledger(ledger) as opened:
        kinds = [each.kind for each in opened.entries()]
        verify(opened)
    assert kinds == ["begin", "policies", "snapshot", "evaluation", "verdict", "evaluation", "verdict"]


def test_a_late_snapshot_does_not_rewrite_what_was_decided_later(root: Path, ledger: Path) -> None:
    new = snapshot("2026-03-29T06:30:00Z", loss=45)
    old = snapshot("2026-03-28T06:30:00Z", loss=70)
    after = snapshot("2026-03-29T07:30:00Z", loss=55)
    found = evaluate(root, ledger, new, old, after)
    assert [rule(each, "calm").outcome for each in found] == ["pass", "fail", "pass"]


def test_coverage_of_events_is_a_union_and_a_newer_list_replaces_within_it(root: Path, ledger: Path) -> None:
    burst = [f"2026-03-28T06:0{minute}:00Z" for minute in range(4)]
    first = snapshot(
        "2026-03-28T06:30:00Z",
        rejected={"covered": ["2026-03-20T00:00:00Z", "2026-03-28T06:30:00Z"], "points": burst},
    )
    second = snapshot(
        "2026-03-29T06:30:00Z",
        rejected={"covered": ["2026-03-28T06:30:00Z", "2026-03-29T06:30:00Z"], "points": []},
    )
    third = snapshot(
        "2026-03-29T07:30:00Z",
        rejected={"covered": ["2026-03-20T00:00:00Z", "2026-03-29T07:30:00Z"], "points": []},
    )
    found = evaluate(root, ledger, first, second, third)
    assert [rule(each, "burst").outcome for each in found] == ["fail", "fail", "pass"]
    lost = "an earlier snapshot listed 4 points of `rejected` from 2026-03-28T06:00:00Z on that are gone or changed now"
    assert [lost in each.notes for each in found] == [False, False, True]


def test_the_state_is_the_same_however_the_entries_are_fed(root: Path, ledger: Path) -> None:
    evaluate(root, ledger, snapshot("2026-03-29T06:30:00Z", D1 | {"2026-03-27": -0.04, "2026-03-28": -0.05}))
    with Ledger(ledger) as opened:
        entries = list(opened.entries())
        whole = fold(entries)
        refolded = fold(opened.entries())
    assert whole == refolded
    assert list(whole.latches) == [("rollback", "", "bad-days")]
