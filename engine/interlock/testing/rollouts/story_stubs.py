"""Stands in for a ledger and for the policies of a rollout: notes kept in memory, and verdicts as a step tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...evaluation.deciding.request import Decision, Refusal
from ...evaluation.snapshot.snapshot import Snapshot
from ...evaluation.verdict import Inputs, RuleResult, Verdict
from ...ledger.file.entry import Entry, EntryDraft
from ...ledger.state.rollout_state import RolloutState
from ...ledger.state.state import State
from ...policy.model import Policy
from ...policy.rollout_model import Rollout, Stage
from ...rollout.context import ContextReader
from ...rollout.decision import Context
from ...rollout.gates import RolloutGate
from .model import StoryContext, StoryStep
from .story_context import vouching

__all__ = ["StoryStore", "StubContextReader", "judged"]

_INPUTS = Inputs("", "", {}, {}, "")
_RULE = RuleResult("test", "fail", None, "as the test says")


@dataclass(slots=True)
class StoryStore:
    """What happened to the rollout of one story, followed as a ledger's entries are."""

    state: State = field(default_factory=State)
    record: bool = True

    def load(self, document: str) -> Snapshot:
        """Refuse: a story keeps no snapshots."""
        raise KeyError(document)

    def append(self, time: str, kind: str, body: Mapping[str, object]) -> int:
        """Follow one entry and return its number."""
        sequence = self.state.head.sequence + 1
        self.state.take(Entry(sequence, time, kind, EntryDraft.of(time, kind, body).body, b""))
        return sequence


@dataclass(frozen=True, slots=True)
class StubContextReader(ContextReader):
    """Sees a snapshot as a rollout does, with the people of a step in place of those of a ledger."""

    around: StoryContext = field(default_factory=StoryContext)

    def scene(
        self, rollout: Rollout, standing: RolloutState, stage: Stage, gates: Mapping[str, RolloutGate]
    ) -> Context:
        """Return the scene of the snapshot with what the step says was attested and approved."""
        found = ContextReader.scene(self, rollout, standing, stage, gates)
        given = self.around.attested
        everything = vouching(self.root, rollout)
        return replace(found, attested=everything if given is None else given, approved=self.around.approved)


def judged(step: StoryStep, names: tuple[str, ...], policies: Mapping[str, Policy]) -> Decision:
    """Return what the policies of a rollout say at a step: the best verdict, unless the step says otherwise."""
    refused = [name for name in names if name in step.around.refused]
    verdicts = tuple(_verdict(policies[name], step) for name in names if name not in refused)
    return Decision(verdicts, tuple(Refusal(name, "as the test says") for name in refused))


def _verdict(policy: Policy, step: StoryStep) -> Verdict:
    best = policy.verdicts[0]
    word = step.around.verdicts.get(policy.id, best)
    rules = () if word not in policy.verdicts[1:] else (_RULE,)
    return Verdict(
        policy.id, policy.version, policy.title, None, word, step.around.possible.get(policy.id, word),
        policy.verdicts, step.at, step.at, _INPUTS, rules,
    )  # fmt: skip
