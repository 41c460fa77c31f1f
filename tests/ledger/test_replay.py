"""Replays that are refused, and verdicts that are no longer given: from the entries of a ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.canonical import canonical, digest
from interlock.errors import IntegrityError, UsageError
from interlock.evaluation.deciding.request import Decision
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.recorder import Recorder
from interlock.ledger.replay import Replayed, ReplayInput, replay, replay_all
from support.ledgers import evaluate, snapshot, write

AT = "2026-03-29T06:30:00Z"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with one evaluation: policies, snapshot, evaluation, verdict and latch."""
    days = {"2026-03-27": -0.04, "2026-03-28": -0.05}
    evaluate(write(tmp_path), tmp_path / "ledger.db", snapshot(AT, days))
    return tmp_path / "ledger.db"


def again(folder: Path, given: ReplayInput) -> Decision:
    return interlock.load(folder).decide(given.snapshot, policies=given.policies, memory=given.memory)


def nothing(folder: Path, given: ReplayInput) -> Decision:
    return Decision(())


def replayed(path: Path, sequence: int, rerun: Any = again) -> tuple[Replayed, ...]:
    with Ledger(path) as opened:
        return replay(opened, sequence, rerun)[0]


@pytest.mark.parametrize("sequence", [4, 5])
def test_an_evaluation_and_its_verdict_are_replayed(ledger: Path, sequence: int) -> None:
    assert [(each.sequence, each.same) for each in replayed(ledger, sequence)] == [(5, True)]


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        (0, "there is no entry 0: the ledger has 6"),
        (7, "there is no entry 7: the ledger has 6"),
        (-1, "there is no entry -1: the ledger has 6"),
        (2, "entry 2 is a policies: only an evaluation or a verdict can be replayed"),
        (6, "entry 6 is a latch: only an evaluation or a verdict can be replayed"),
    ],
)
def test_only_an_evaluation_or_a_verdict_is_replayed(ledger: Path, sequence: int, message: str) -> None:
    with pytest.raises(UsageError) as problem:
        replayed(ledger, sequence)
    assert str(problem.value) == message


def test_a_verdict_that_is_not_given_any_more_differs(ledger: Path) -> None:
    (found,) = replayed(ledger, 4, nothing)
    assert (found.name, found.then, found.now) == ("rollback", "ROLLBACK", "not evaluated")
    assert (found.same, found.differs) == (False, ())


def record_evaluation(path: Path, files: dict[str, str] | None) -> None:
    """Record an evaluation whose policies are these files, or none that the ledger holds."""
    with Ledger(path) as opened:
        (body,) = [each.data for each in opened.entries() if each.kind == "evaluation"]
    documents = {name: digest(text.encode()) for name, text in (files or {}).items()}
    body = json.loads(canonical(body)) | {"policies": digest(canonical(documents)), "after": 5}
    with Recorder(path) as recorder:
        for text in (files or {}).values():
            recorder.keep(text.encode())
        if files is not None:
            recorder.append(AT, "policies", {"digest": body["policies"], "files": documents})
        recorder.append(AT, "evaluation", body)


@pytest.mark.parametrize("name", ["gate.yaml", "/etc/gate.yaml", "policies/../../gate.yaml", "../gate.yaml"])
def test_a_recorded_policy_is_written_nowhere_but_below_its_root(ledger: Path, name: str) -> None:
    record_evaluation(ledger, {name: "policy: gate\n"})
    path = f"a recorded policy document is called `{name}`, which is not a path below a policy root"
    with pytest.raises(IntegrityError) as problem:
        replayed(ledger, 8)
    assert str(problem.value) == path


@pytest.mark.parametrize("files", [None, {}, {"a/x.yaml": "policy: x\n", "b/y.yaml": "policy: y\n"}])
def test_policies_that_are_not_recorded_whole_are_not_replayed(
    ledger: Path, files: dict[str, str] | None
) -> None:
    record_evaluation(ledger, files)
    with pytest.raises(IntegrityError) as problem, Ledger(ledger) as opened:
        list(replay_all(opened, nothing))
    assert str(problem.value) == "the policies of the evaluation are not in the ledger"


def test_given_policies_replace_the_recorded_ones(ledger: Path, tmp_path: Path) -> None:
    record_evaluation(ledger, None)
    with Ledger(ledger) as opened:
        found = list(replay_all(opened, again, tmp_path / "policies"))
    assert [len(each) for each, _ in found] == [1, 0]
