"""Acts of people that the ledger refuses: baselines, snapshots to freeze, re-arms, and names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.errors import UsageError
from interlock.ledger.acts import WaiverGrant, freeze, rearm, recorded_snapshot, waive
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.recorder import EvaluationSettings, Recorder
from support.ledgers import FILES, act, evaluate, rule, snapshot, write

AT = "2026-03-29T06:30:00Z"
BAD = {"2026-03-27": -0.04, "2026-03-28": -0.05}
GOOD = {f"2026-03-{day:02}": 0.0 for day in range(1, 29)}


def complaint(call: object, *arguments: object, **options: object) -> str:
    with pytest.raises(UsageError) as problem:
        call(*arguments, **options)  # type: ignore[operator]
    return str(problem.value)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A failed run in entries 2 to 6, whose trigger is re-armed by entry 7."""
    path = tmp_path / "ledger.db"
    root = write(tmp_path)
    evaluate(root, path, snapshot(AT, BAD))
    rearm(path, "rollback", "bad-days", None, act("2026-03-29T07:00:00Z"))
    return path


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        (0, "there is no entry 0: the ledger has 7"),
        (8, "there is no entry 8: the ledger has 7"),
        (2, "entry 2 is a policies: name a snapshot, an evaluation or a verdict"),
        (6, "entry 6 is a latch: name a snapshot, an evaluation or a verdict"),
        (7, "entry 7 is a rearm: name a snapshot, an evaluation or a verdict"),
        (4, "entry 4 is a failed run, `rollback` was ROLLBACK: a failed run never becomes a baseline"),
        (5, "entry 5 is a failed run, `rollback` was ROLLBACK: a failed run never becomes a baseline"),
    ],
)
def test_only_a_snapshot_of_a_run_that_did_not_fail_is_taken(
    ledger: Path, sequence: int, message: str
) -> None:
    assert complaint(recorded_snapshot, ledger, sequence) == message


@pytest.mark.parametrize(("sequence", "failed"), [(3, False), (4, True), (5, True)])
def test_a_recorded_snapshot_is_read_again(ledger: Path, sequence: int, failed: bool) -> None:
    found = recorded_snapshot(ledger, sequence, failed=failed)
    assert (found.name, found.as_of) == (f"entry {sequence}", snapshot(AT).as_of)


def test_a_verdict_between_best_and_worst_is_no_baseline_by_itself(ledger: Path, tmp_path: Path) -> None:
    evaluate(tmp_path / "policies", ledger, snapshot("2026-03-30T06:30:00Z", GOOD, loss=55))
    kinds = {number: recorded_snapshot(ledger, number) for number in (8, 9)}
    assert {each.as_of for each in kinds.values()} == {snapshot("2026-03-30T06:30:00Z").as_of}
    text = "entry 10 is a failed run, `rollback` was INVESTIGATE: a failed run never becomes a baseline"
    assert complaint(recorded_snapshot, ledger, 10) == text


def test_a_verdict_that_only_a_waiver_made_better_is_a_failed_run(ledger: Path, tmp_path: Path) -> None:
    policy = FILES["rollback.yaml"].replace(
        "loss < 60\n    else", "loss < 60\n    waivable: {by: [risk], max: 8h}\n    else"
    )
    root = write(tmp_path, rollback=policy.replace("else: INVESTIGATE", "else: ROLLBACK"))
    gate = interlock.load(root).policies["rollback"]
    calm = next(each for each in gate.rules if each.id == "calm")
    grant = WaiverGrant(gate, calm, "", "fail", "risk", "OPS-1", Decimal(28800))
    waive(ledger, {"rollback": gate}, grant, act("2026-03-30T06:00:00Z"))
    freeze(ledger, "phase_a", snapshot(AT, GOOD, loss=100), act(AT))
    (decision,) = evaluate(
        root, ledger, snapshot("2026-03-30T06:30:00Z", GOOD | {"2026-03-29": 0.0}, loss=80)
    )
    assert decision.verdicts[0].verdict == "CONTINUE"
    for sequence in (12, 13):
        assert complaint(recorded_snapshot, ledger, sequence) == (
            f"entry {sequence} is a failed run, `rollback` was CONTINUE by a waiver, ROLLBACK without: "
            "a failed run never becomes a baseline"
        )


def test_an_evaluation_that_judged_nothing_is_no_baseline(ledger: Path, tmp_path: Path) -> None:
    needy = FILES["rollback.yaml"].replace(
        "rules:", "params: {most: {required: true, type: number}}\nrules:", 1
    )
    root = write(tmp_path, rollback=needy.replace("loss < 50", "loss < most"))
    (decision,) = evaluate(root, ledger, snapshot("2026-03-30T06:30:00Z", GOOD))
    assert decision.verdicts == ()
    with Ledger(ledger) as opened:
        (last,) = [each.sequence for each in opened.entries() if each.kind == "evaluation"][1:]
    wanted = f"entry {last} is an evaluation without a verdict: it never becomes a baseline"
    assert complaint(recorded_snapshot, ledger, last) == wanted


def test_a_baseline_is_frozen_once_and_not_before_its_snapshot(ledger: Path) -> None:
    given = snapshot(AT, GOOD)
    early = f"snapshot is as of {AT}, which is later than 2026-03-29T06:29:59Z"
    assert complaint(freeze, ledger, "phase_a", given, act("2026-03-29T06:29:59Z")) == early
    found = freeze(ledger, "phase_a", given, act(AT))
    assert found["daily"] == {"from": "2026-03-01", "points": 28}
    hint = "choose another name, or freeze it for a new attempt with `--again`"
    taken = f"the baseline `phase_a` is frozen by entry 8: {hint}"
    assert complaint(freeze, ledger, "phase_a", given, act(AT)) == taken


def test_a_baseline_is_frozen_again_for_a_new_attempt(ledger: Path, tmp_path: Path) -> None:
    """The newest is read; the old one stays in the ledger, and what was decided with it is replayed with it."""
    then = "2026-03-30T06:30:00Z"
    later = snapshot(then, GOOD, loss=40)
    new = "the baseline `phase_a` is not frozen yet: leave out `--again`"
    assert complaint(freeze, ledger, "phase_a", later, act(then), again=True) == new
    freeze(ledger, "phase_a", snapshot(AT, GOOD), act(AT))
    root = tmp_path / "policies"
    same = f"snapshot is as of {AT}, which is not later than the baseline `phase_a` of entry 8, as of {AT}"
    assert complaint(freeze, ledger, "phase_a", snapshot(AT, GOOD), act(AT), again=True) == same
    first = evaluate(root, ledger, later)[0]
    freeze(ledger, "phase_a", later, act(then), again=True)
    second = evaluate(root, ledger, snapshot("2026-03-30T07:30:00Z", GOOD, loss=40))[0]
    assert [rule(each, "loss").outcome for each in (first, second)] == ["fail", "pass"]
    with Ledger(ledger) as opened:
        frozen = [each.data for each in opened.entries() if each.kind == "baseline"]
        assert [(each["as_of"], each["reason"], each.get("again")) for each in frozen] == [
            (AT, "checked by hand", None),
            (then, "checked by hand", True),
        ]


def test_an_evaluation_brings_no_baseline_of_a_name_that_is_frozen(ledger: Path, tmp_path: Path) -> None:
    given = snapshot(AT, GOOD)
    freeze(ledger, "phase_a", given, act(AT))
    policies = interlock.load(tmp_path / "policies")
    with pytest.raises(UsageError) as problem, Recorder(ledger) as recorder:
        policies.recorded(given, recorder, baselines={"phase_a": given})
    assert str(problem.value) == "the baseline `phase_a` is frozen in the ledger: a name is frozen once"


def test_a_snapshot_that_was_not_read_is_not_recorded(ledger: Path) -> None:
    made = interlock.Snapshot(snapshot(AT).as_of, {"loss": 1}, name="made.json")
    with pytest.raises(UsageError) as problem, Recorder(ledger) as recorder:
        recorder.evaluate(made, EvaluationSettings({}, "0"), lambda *_: None)  # type: ignore[arg-type,return-value]
    assert str(problem.value) == "made.json: only a snapshot that was read can be recorded"


def test_only_what_is_latched_or_unknown_is_rearmed_and_not_before_it_fired(
    ledger: Path, tmp_path: Path
) -> None:
    at = act("2026-03-30T07:00:00Z")
    assert complaint(rearm, ledger, "rollback", "bad-days", None, at) == (
        "`rollback/bad-days` is not latched: latched are none"
    )
    evaluate(
        tmp_path / "policies",
        ledger,
        snapshot("2026-03-31T06:30:00Z", BAD | {"2026-03-29": -0.05, "2026-03-30": -0.05}),
    )
    early = act("2026-03-29T12:00:00Z")
    assert complaint(rearm, ledger, "rollback", "bad-days", None, early) == (
        "`rollback/bad-days` fired at 2026-03-31T00:00:00Z, which is later than 2026-03-29T12:00:00Z"
    )
    assert complaint(rearm, ledger, "rollback", "bad-day", None, at) == (
        "`rollback/bad-day` is not latched: did you mean `rollback/bad-days`?"
    )


@pytest.mark.parametrize(
    ("by", "reason", "message"),
    [
        ("", "seen", "`--by` needs 1 to 400 characters: an act says who acts and why"),
        (" ", "seen", "`--by` needs 1 to 400 characters: an act says who acts and why"),
        ("x" * 401, "seen", "`--by` needs 1 to 400 characters: an act says who acts and why"),
        ("risk", "", "`--reason` needs 1 to 400 characters: an act says who acts and why"),
        ("risk", "x" * 401, "`--reason` needs 1 to 400 characters: an act says who acts and why"),
        ("risk", "\ud800", "`--reason` is not UTF-8"),
        ("\ud800", "seen", "`--by` is not UTF-8"),
    ],
)
def test_an_act_says_who_acts_and_why(by: str, reason: str, message: str) -> None:
    good = act(AT)
    assert complaint(type(good), by, reason, good.at) == message
