"""Each probe changes the healthy desk, and its verdicts follow from the artefacts through a ledger.

A file in `probes/` holds one line a probe: `NAME: {do: [STEP, ...], gives: {POLICY: VERDICT}}`, with the steps of
`support.desk_changes`. `misses: {POLICY: [RULE]}` names the rules that fail or are unknown, `says: {POLICY: {RULE:
REASON}}` what they say, `environment` another environment than paper, and `written: {LOG: TIME}` another date of a log
than its newest line. `attest: [NAME]` attests the changed desk, `desk: NAME` begins with the steps of that desk in the
file's `desks`. The ledger before it holds the baselines of eight weeks earlier and every attestation.
"""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import interlock
from interlock.canonical import canonical
from interlock.ledger.acts import Act, freeze
from interlock.ledger.attestation import attest, new_statement
from interlock.policy.loader import find_root
from support.beginnings import begun, recording_in
from support.desk_changes import change, dated
from support.roots import instant

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "desk"
AS_OF, BEFORE = "2026-03-30T06:30:00Z", "2026-02-02T06:30:00Z"
NOW = Decimal(1_800_000_000)
PROBES: dict[str, dict[str, Any]] = {
    f"{path.stem}: {name}": {
        **probe,
        "do": [*found.get("desks", {}).get(probe.get("desk"), []), *probe["do"]],
    }
    for path in sorted((Path(__file__).parent / "probes").glob("*.yaml"))
    for found in [yaml.safe_load(path.read_text("utf-8"))]
    for name, probe in found["probes"].items()
}
BASELINES = ("phase_a", "experiment_a", "experiment_b", "experiment_c", "scaling_step", "pre_cutover")


@pytest.fixture(scope="module")
def policies() -> interlock.PolicySet:
    """The shipped policies."""
    return interlock.load(find_root(ROOT / "policies"))


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk on which nothing is wrong."""
    sys.path.insert(0, str(ROOT / "examples"))
    import make_desk

    folder = tmp_path_factory.mktemp("desk")
    try:
        make_desk.make_desk(folder, datetime.fromisoformat(AS_OF), make_desk.SCENARIOS["healthy"])
    finally:
        sys.path.remove(str(ROOT / "examples"))
    return folder


def _snapshot(
    policies: interlock.PolicySet, desk: Path, at: str, *, archive: bool = True
) -> interlock.Snapshot:
    found = policies.collect(desk, instant(at), now=NOW, environ={}, archive=archive)
    return interlock.Snapshot.parse(canonical(found.snapshot), "snapshot.json")


@pytest.fixture(scope="module")
def ledger(policies: interlock.PolicySet, healthy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the baselines of eight weeks earlier and what people attest of the healthy desk."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    begun(path)
    now, earlier = _snapshot(policies, healthy, AS_OF), _snapshot(policies, DESK, BEFORE, archive=False)
    for name in BASELINES:
        taken = now if name == "pre_cutover" else earlier
        freeze(path, name, taken, Act("desk", "the time before", taken.as_of))
    for what in sorted(policies.root.attestations):
        # A stage is attested while its rollout is in it, and a cause when there was one.
        if "/" in what or what == "kill-switch-cause":
            continue
        _attest(policies, path, what, now)
    return path


def _attest(policies: interlock.PolicySet, path: Path, what: str, snapshot: interlock.Snapshot) -> None:
    declared, bound = policies.root.attestations[what], policies.bound(what, snapshot)
    for role in declared.roles:
        act = Act(f"{role}-1", "seen", snapshot.as_of)
        attest(path, declared, new_statement(declared, role, bound, act))


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_gets_its_verdicts(
    name: str, policies: interlock.PolicySet, healthy: Path, ledger: Path, tmp_path: Path
) -> None:
    probe, desk, kept = PROBES[name], tmp_path / "desk", tmp_path / "ledger.db"
    shutil.copytree(healthy, desk)
    shutil.copy(ledger, kept)
    for step in probe["do"]:
        change(desk, step)
    dated(desk, probe.get("written", {}))
    snapshot = _snapshot(policies, desk, AS_OF)
    for what in probe.get("attest", []):
        _attest(policies, kept, what, snapshot)
    asked = sorted({each.split(" at ")[0] for each in [*probe["gives"], *probe.get("misses", {})]})
    environment = probe.get("environment", "paper")
    with recording_in(kept) as recorder:
        decision = policies.recorded(snapshot, recorder, policies=asked, environment=environment)
    assert decision.refusals == ()
    verdicts = {each.name: each for each in decision.verdicts}
    assert {each: verdicts[each].verdict for each in probe["gives"]} == probe["gives"]
    for policy, rules in probe.get("misses", {}).items():
        open_ = {
            each.id: each.reason for each in verdicts[policy].rules if each.outcome in ("fail", "unknown")
        }
        assert sorted(rules) == sorted(open_), open_
    for policy, reasons in probe.get("says", {}).items():
        given = {each.id: each.reason for each in verdicts[policy].rules}
        assert {each: given[each] for each in reasons} == reasons
