"""Each probe changes the healthy desk, and its verdicts follow from the artefacts through a ledger.

A file in `tests/desk/probes` holds one line a probe, `NAME: {do: [STEP, ...], gives: {POLICY: VERDICT}}`, with the
steps of `support.desk_changes`. `misses: {POLICY: [RULE]}` names the rules that fail or are unknown, `says: {POLICY:
{RULE: REASON}}` what they say, `environment` another environment than paper, and `written: {LOG: TIME}` another date of
a log than its newest line. `attest: [NAME]` attests the changed desk, `desk: NAME` begins with the steps of that desk
in the file's `desks`; its `rolled_back` rollouts were begun and rolled back. The ledger before it holds the baselines
of eight weeks earlier and every attestation.
"""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

import interlock
from interlock.canonical import canonical
from interlock.collect.model import RowsSource
from interlock.evaluation.verdict import Verdict
from interlock.ledger.acts import Act, freeze
from interlock.ledger.attestation import attest, new_statement
from interlock.policy.dependencies import reads
from interlock.policy.loader import find_root
from interlock.rollout.store import PlannedChange, record_change

from .beginnings import begun, recording_in
from .desk_changes import change, dated
from .roots import instant

__all__ = ["AS_OF", "Bench", "probes"]

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "desk"
AS_OF, BEFORE = "2026-03-30T06:30:00Z", "2026-02-02T06:30:00Z"
NOW = Decimal(1_800_000_000)
BASELINES = ("phase_a", "experiment_a", "experiment_b", "experiment_c", "scaling_step", "pre_cutover")

Probe = Mapping[str, Any]


@functools.cache
def probes(runbook: str) -> Mapping[str, Probe]:
    """Return the probes of a file by name, each with the steps of its desk before its own."""
    path = ROOT / "tests" / "desk" / "probes" / f"{runbook}.yaml"
    found = yaml.safe_load(path.read_text("utf-8"))
    desks = found.get("desks", {})
    return {
        name: {
            **probe,
            "do": [*desks.get(probe.get("desk"), []), *probe["do"]],
            "rolled_back": found.get("rolled_back", []),
        }
        for name, probe in found["probes"].items()
    }


class Bench:
    """The shipped policies, the desk on which nothing is wrong, and the ledger before a probe."""

    def __init__(self, folder: Path) -> None:
        self.policies = interlock.load(find_root(ROOT / "policies"))
        self.desk, self.ledger = folder / "desk", folder / "ledger.db"
        self._make()
        begun(self.ledger)
        now, earlier = self.snapshot(self.desk), self.snapshot(DESK, BEFORE, archive=False)
        for name in BASELINES:
            taken = now if name == "pre_cutover" else earlier
            freeze(self.ledger, name, taken, Act("desk", "the time before", taken.as_of))
        for what in sorted(self.policies.root.attestations):
            # A stage is attested while its rollout is in it, and a cause when there was one.
            if "/" not in what and what != "kill-switch-cause":
                self._attest(self.ledger, what, now)

    def _make(self) -> None:
        sys.path.insert(0, str(ROOT / "examples"))
        import make_desk

        try:
            make_desk.make_desk(self.desk, datetime.fromisoformat(AS_OF), make_desk.SCENARIOS["healthy"])
        finally:
            sys.path.remove(str(ROOT / "examples"))

    def snapshot(
        self, desk: Path, at: str = AS_OF, *, archive: bool = True, asked: tuple[str, ...] = ()
    ) -> interlock.Snapshot:
        """Collect a desk: all of it, or the sources that some policies read."""
        policies = self._reading(asked) if asked else self.policies
        found = policies.collect(desk, instant(at), now=NOW, environ={}, archive=archive)
        return interlock.Snapshot.parse(canonical(found.snapshot), "snapshot.json")

    @functools.cache  # noqa: B019  one bench a worker
    def _reading(self, asked: tuple[str, ...]) -> interlock.PolicySet:
        """The policies with the sources that some of them read, and those that these join."""
        sources, root = self.policies.sources, self.policies.root
        read = {metric for each in asked for metric in reads(root, each).metrics}
        read |= {name for each in root.attestations.values() for name in each.binds}
        names = [name for metric, name in sources.supplier.items() if metric in read]
        for name in names:
            source = sources.by_id[name]
            names += [
                each for each in (source.joins if isinstance(source, RowsSource) else ()) if each not in names
            ]
        kept = {
            name: replace(each, metrics=tuple(one for one in each.metrics if one.metric in read))
            if isinstance(each, RowsSource)
            else each
            for name, each in sources.by_id.items()
            if name in names
        }
        supplier = {metric: name for metric, name in sources.supplier.items() if name in kept}
        return replace(self.policies, sources=replace(sources, by_id=kept, supplier=supplier))

    def _attest(self, ledger: Path, what: str, snapshot: interlock.Snapshot) -> None:
        declared, bound = self.policies.root.attestations[what], self.policies.bound(what, snapshot)
        for role in declared.roles:
            act = Act(f"{role}-1", "seen", snapshot.as_of)
            attest(ledger, declared, new_statement(declared, role, bound, act))

    def _roll_back(self, ledger: Path, name: str) -> None:
        first = self.policies.root.rollouts[name].stages[0].id
        with recording_in(ledger) as recorder:
            for action in ("BEGIN", "ROLLBACK"):
                at = instant(BEFORE)
                record_change(
                    recorder,
                    name,
                    recorder.state.rollout(name),
                    PlannedChange(action, at, first, "desk", "an earlier attempt", "1.0.0"),
                )

    def differences(self, probe: Probe, folder: Path) -> list[str]:
        """Change a copy of the desk, and return what came otherwise than the probe says."""
        desk, ledger = folder / "desk", folder / "ledger.db"
        shutil.copytree(self.desk, desk)
        shutil.copy(self.ledger, ledger)
        for name in probe.get("rolled_back", []):
            self._roll_back(ledger, name)
        for step in probe["do"]:
            change(desk, step)
        dated(desk, probe.get("written", {}))
        named = [*probe["gives"], *probe.get("misses", {}), *probe.get("says", {})]
        asked = tuple(sorted({each.split(" at ")[0] for each in named}))
        snapshot = self.snapshot(desk, asked=asked)
        for what in probe.get("attest", []):
            self._attest(ledger, what, snapshot)
        environment = probe.get("environment", "paper")
        with recording_in(ledger) as recorder:
            decision = self.policies.recorded(snapshot, recorder, policies=asked, environment=environment)
        verdicts = {each.name: each for each in decision.verdicts}
        return [*map(str, decision.refusals), *_differences(probe, verdicts)]


def _differences(probe: Probe, verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    for name, wanted in probe["gives"].items():
        if verdicts[name].verdict != wanted:
            yield f"{name} is {verdicts[name].verdict} and not {wanted}: {_missed(verdicts[name])}"
    for name, rules in probe.get("misses", {}).items():
        if sorted(_missed(verdicts[name])) != sorted(rules):
            yield f"{name} misses {_missed(verdicts[name])} and not {rules}"
    for name, reasons in probe.get("says", {}).items():
        given = {each.id: each.reason for each in verdicts[name].rules}
        yield from (
            f"{name}/{rule} says `{given[rule]}` and not `{reason}`"
            for rule, reason in reasons.items()
            if given[rule] != reason
        )


def _missed(verdict: Verdict) -> dict[str, str]:
    """The reasons of the rules that fail or are unknown, by rule."""
    return {each.id: each.reason for each in verdict.rules if each.outcome in ("fail", "unknown")}
