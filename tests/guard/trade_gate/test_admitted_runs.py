"""Runs that ask for normal mode one after the other: each admission counts at once, and a run counts once."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock import Gate, GateState, PolicySet, Snapshot
from interlock.guard.trade_gate.admitted_runs import admitted_runs
from interlock.ledger.file.ledger import Ledger
from interlock.policy.loader import find_root

JOBS = ("job-1", "job-2", "job-3")


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return interlock.load(find_root(Path(__file__).parents[3] / "policies"))


def desk(at: str, *runs: dict[str, object], most: int | None = 1) -> Snapshot:
    """The waiting runs, each good for normal mode, and the runs that the file of runs lists."""
    covered = ["2026-03-29T00:00:00Z", at]
    place = {job: {"request.place": number} for number, job in enumerate(JOBS, 1)}
    request = {"request.risk": "low", "request.priority": 0.95}
    metrics = {
        "learning.enable_experiment_executor": True,
        "learning.enable_normal_mode_canary": True,
        **({} if most is None else {"learning.normal_mode_max_per_hour": most}),
        "jobs_open.ids": list(JOBS),
        "jobs": {"covered": covered, "points": list(runs)},
        "job_outcomes": {"covered": covered, "points": []},
    }
    scopes = {"job": {job: {**request, **place[job]} for job in JOBS}}
    document = {"interlock": 1, "as_of": at, "metrics": metrics, "scopes": scopes}
    return Snapshot.parse(json.dumps(document).encode(), "desk.json")


def opened(policies: PolicySet, ledger: Path, at: str, *runs: dict[str, object]) -> Gate:
    begin = not ledger.exists()
    state = GateState.begun("2026-03-29")
    return policies.gate(
        "normal-mode-admission", ledger=ledger, begin=begin, state=state, desk=desk(at, *runs)
    )


def admitted(gate: Gate, at: str) -> list[str]:
    return [job for job in JOBS if gate.admit(job, now=at).allowed]


def run(at: str, job: str | None = None, **changed: object) -> dict[str, object]:
    named = {} if job is None else {"job": job}
    return {
        "at": at,
        "mode": "normal",
        "outcome": "open",
        "risk": "low",
        "priority": 0.95,
        **named,
        **changed,
    }


@pytest.mark.parametrize(("most", "jobs"), [(0, []), (1, ["job-1"]), (2, ["job-1"]), (None, [])])
def test_the_smaller_limit_of_policy_and_desk_counts(
    policies: PolicySet, tmp_path: Path, most: int | None, jobs: list[str]
) -> None:
    at, state = "2026-03-30T06:00:00Z", GateState.begun("2026-03-29")
    ledger, given = tmp_path / "ledger.db", desk("2026-03-30T06:00:00Z", most=most)
    gate = policies.gate("normal-mode-admission", ledger=ledger, begin=True, state=state, desk=given)
    assert admitted(gate, at) == jobs


def test_one_run_an_hour_is_admitted_over_every_gate(policies: PolicySet, tmp_path: Path) -> None:
    ledger, at = tmp_path / "ledger.db", "2026-03-30T06:00:00Z"
    gate = opened(policies, ledger, at)
    assert admitted(gate, at) == ["job-1"]
    found = gate.admit("job-2", now=at)
    why = "1 runs of the last 1h had normal mode and 1 would follow, the limit is 1 and NORMAL_MODE_MAX_PER_HOUR is 1"
    assert found.reasons == (f"hourly-limit: {why}",)
    assert admitted(opened(policies, ledger, at), at) == []
    later = "2026-03-30T07:00:00Z"
    assert admitted(opened(policies, ledger, later), later) == []
    later = "2026-03-30T07:00:01Z"
    assert admitted(opened(policies, ledger, later), later) == ["job-1"]
    with Ledger(ledger) as read:
        permissions = [each.data for each in read.entries() if each.kind == "permission"]
    assert [(each["symbol"], each["verdict"]["verdict"]) for each in permissions] == [("job-1", "NORMAL")] * 2


def test_a_run_under_way_leaves_nothing(policies: PolicySet, tmp_path: Path) -> None:
    at = "2026-03-30T06:00:00Z"
    for started, left in (("2026-03-30T05:00:00Z", []), ("2026-03-30T04:59:59Z", ["job-1"])):
        gate = opened(policies, tmp_path / f"{len(left)}.db", at, run(started))
        assert admitted(gate, at) == left


@pytest.mark.parametrize("earlier", [{}, {"mode": "safe"}])
def test_an_earlier_run_of_the_job_uses_up_no_admission(
    policies: PolicySet, tmp_path: Path, earlier: dict[str, object]
) -> None:
    at = "2026-03-30T06:00:00Z"
    gate = opened(policies, tmp_path / "ledger.db", at, run("2026-03-29T10:00:00Z", "job-1", **earlier))
    assert admitted(gate, at) == ["job-1"]


def test_a_run_that_is_not_on_the_list_is_not_admitted(policies: PolicySet, tmp_path: Path) -> None:
    at = "2026-03-30T06:00:00Z"
    gate = opened(policies, tmp_path / "ledger.db", at)
    found = gate.admit("job-9", now=at)
    why = "cannot tell: job at job-9: conflict, it has data, and `jobs_open.ids` does not list it"
    assert (found.allowed, {each.partition(": ")[2] for each in found.reasons}) == (False, {why})


def test_the_desk_of_a_call_takes_the_place_of_the_gates_own(policies: PolicySet, tmp_path: Path) -> None:
    gate = opened(policies, tmp_path / "ledger.db", "2026-03-30T05:00:00Z")
    at = "2026-03-30T06:00:00Z"
    assert not gate.admit("job-1", now=at).allowed
    assert gate.admit("job-1", now=at, desk=desk(at)).allowed
    late = gate.admit("job-2", now="2026-03-30T05:59:00Z")
    went = "the clock went back: it is 2026-03-30T05:59:00Z, but the state already knows 2026-03-30T06:00:00Z"
    assert late.reasons == (went,)
    old = gate.admit("job-2", now=at).reasons
    assert old == (
        "the desk is as of 2026-03-30T05:00:00Z, and the gate had one of 2026-03-30T06:00:00Z: hand in a new one",
    )


def test_what_cannot_be_recorded_is_not_admitted(policies: PolicySet, tmp_path: Path) -> None:
    at, ledger = "2026-03-30T06:00:00Z", tmp_path / "ledger.db"
    gate = opened(policies, ledger, at)
    ledger.unlink()
    (reason,) = gate.admit("job-1", now=at).reasons
    assert reason == f"not recorded: ledger `{ledger.as_posix()}`: it was cut or replaced while in use"


def test_without_the_file_of_runs_nothing_is_admitted(policies: PolicySet, tmp_path: Path) -> None:
    at = "2026-03-30T06:00:00Z"
    gate = opened(policies, tmp_path / "ledger.db", at)
    bare = desk(at)
    document = json.loads(bare.canonical()) | {"metrics": {"jobs_open.ids": list(JOBS), "jobs": "gone"}}
    found = gate.admit("job-1", now=at, desk=Snapshot.parse(json.dumps(document).encode(), "desk.json"))
    assert [each.partition(": ")[0] for each in found.reasons] == ["canary", "hourly-limit", "cooldown"]


def test_an_admission_counts_until_its_run_has_started() -> None:
    first, second = Decimal(1774850400), Decimal(1774857600)
    times = ["2026-03-30T06:00:00Z", "2026-03-30T08:00:00Z"]

    def points(*runs: object) -> object:
        found = admitted_runs({"jobs": {"covered": [], "points": list(runs)}}, {"job-1": [first, second]})
        return [each["at"] for each in found["jobs"]["points"]]  # type: ignore[index]

    assert points() == times
    assert points(run("2026-03-30T06:10:00Z", "job-1")) == ["2026-03-30T06:10:00Z", times[1]]
    for other in (run("2026-03-30T05:59:59Z", "job-1"), run(times[0], "job-1", mode="safe")):
        # an earlier run of the job, or one in safe mode, came from no admission
        assert points(other) == [other["at"], *times]
    late = [run(f"2026-03-30T{at}Z", "job-1") for at in ("08:10:00", "08:20:00", "08:30:00")]
    assert points(*late) == [each["at"] for each in late]
    assert points(run("2026-03-30T06:10:00Z")) == ["2026-03-30T06:10:00Z", *times]
    assert admitted_runs({"jobs": {"points": ["odd"]}}, {}) == {"jobs": {"points": ["odd"]}}
    assert points(run("2026-03-30T06:10:00Z", "job-2")) == ["2026-03-30T06:10:00Z", *times]
    assert admitted_runs({"jobs": {"unknown": "stale"}}, {"job-1": [first]}) == {}
    assert admitted_runs({}, {"job-1": [first]}) == {}
