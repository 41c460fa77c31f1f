"""Reads the context that a step of a story gives: the stage shown, policies, people and the other rollouts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, name_hint
from ...evaluation.verdict import NOT_APPLICABLE, NOT_EVALUATED
from ...language.values import Value
from ...ledger.state.rollout_state import COMPLETE, RolloutState
from ...policy.catalogue import Catalogue, Metric
from ...policy.loader import PolicyRoot
from ...policy.rollout_model import Rollout, Stage
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar
from ..policies.case_changes import Changer
from ..policies.model import SnapshotDraft
from ..policies.value_forms import instant
from .model import StoryContext

__all__ = ["LONG_AGO", "StoryContextReader", "settings_of", "showing", "vouching"]


_MEMBER = "a-member"


def settings_of(rollout: Rollout) -> tuple[str, ...]:
    """Return every setting that a rollout looks at: flags and canary sets of all its stages."""
    names = {name for stage in rollout.stages for name in (*stage.flags, *stage.canary)}
    return tuple(sorted({*names, *rollout.lever}))


def showing(stage: Stage, catalogue: Catalogue, as_of: Decimal) -> SnapshotDraft:
    """Return a snapshot with the flags of a stage; a set that limits it has the first member of its scope."""
    metrics = catalogue.metrics
    forms = {name: _form(metrics[name], value) for name, value in stage.flags.items() if name in metrics}
    forms |= {name: _one_member(metrics[name], catalogue) for name in stage.canary if name in metrics}
    return SnapshotDraft(as_of, {name: _counted(metrics[name], form) for name, form in forms.items()})


def _form(metric: Metric, value: Value) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if metric.type.enum is not None and isinstance(value, Decimal):
        return metric.type.enum.values[int(value)]
    return value


def _one_member(metric: Metric, catalogue: Catalogue) -> list[str]:
    scope = catalogue.scopes.get(metric.type.of)
    return [scope.members[0] if scope and scope.members else _MEMBER]


def _counted(metric: Metric, form: object) -> object:
    """A setting that is measured from samples has enough of them."""
    return form if metric.min_n is None else {"value": form, "n": metric.min_n}


LONG_AGO = Decimal(365 * 86400)
"""How long ago another rollout got where it is, unless a step says since when."""


def vouching(root: PolicyRoot, rollout: Rollout) -> frozenset[str]:
    """Return what people may attest of the canary sets of a rollout; an approval of a stage is none."""
    sets = {name for stage in rollout.stages for name in stage.canary}
    bound = {name for name, each in root.attestations.items() if sets & set(each.binds)}
    return frozenset(name for name in bound if "/" not in name)


@dataclass(frozen=True, slots=True)
class StoryContextReader:
    """Reads steps of one rollout; complaints go to the collector."""

    root: PolicyRoot
    rollout: Rollout
    collector: Collector

    def known(self, code: str, word: str, key: Scalar, names: Iterable[str]) -> bool:
        listed = sorted(names)
        if key.text in listed:
            return True
        hint = name_hint(key.text, listed)
        self.collector.add(code, f"`{self.rollout.id}` {word} `{key.text}`", key.span, hint)
        return False

    def read(self, node: Mapping, at: Decimal) -> StoryContext:
        """Return what a step tells, as of its instant."""
        verdicts = dict(self.verdicts(node, "verdicts"))
        return StoryContext(
            self.shows(node),
            self.changes(node, at),
            verdicts,
            dict(self.possible(node, verdicts)),
            frozenset(each.text for each in node.sequence("refused").scalars if self.policy(each)),
            self.attested(node),
            node.text("approved") != "false",
            dict(self.others(node, at)),
        )

    # the snapshot

    def shows(self, node: Mapping) -> str:
        given, stages = node.scalar("shows"), _stages(self.rollout)
        return given.text if given is not None and self.known("E711", "has no stage", given, stages) else ""

    def changes(self, node: Mapping, at: Decimal) -> dict[str, object]:
        """The forms of settings that are not the stage's: what grows stale has the value of the first stage."""
        changer = Changer(self.root, None, self.collector)
        draft = showing(self.rollout.first, self.root.catalogue, at)
        found: dict[str, object] = {}
        for key, value in changer.changes(node):
            if self.known("E708", "sets no", key, settings_of(self.rollout)):
                found[key.text] = changer.set(draft, key, value).form(key.text)
        return found

    # the policies

    def policy(self, key: Scalar) -> bool:
        return self.known("E701", "rests on no policy", key, self.rollout.policies)

    def verdicts(self, node: Mapping, key: str) -> Iterator[tuple[str, str]]:
        for name, value in node.mapping(key).pairs:
            policy = self.root.policies.get(name.text)
            if self.policy(name) and policy is not None and isinstance(value, Scalar):
                words = (*policy.verdicts, *([NOT_EVALUATED, NOT_APPLICABLE] if key == "verdicts" else []))
                if value.text in words:
                    yield name.text, value.text
                    continue
                hint = name_hint(value.text, words)
                message = f"`{name.text}` has no verdict `{value.text}`"
                self.collector.add("E710", message, value.span, hint)

    def possible(self, node: Mapping, verdicts: dict[str, str]) -> Iterator[tuple[str, str]]:
        """What may be is never better than what is."""
        for name, word in self.verdicts(node, "possible"):
            order = self.root.policies[name].verdicts
            now = verdicts.get(name, order[0])
            if now in order and order.index(word) < order.index(now):
                message = f"`{name}` is {now}, which {word} is better than"
                self.collector.add("E727", message, node.span_of("possible"), "it may be worse, never better")
            yield name, word

    # the people

    def attested(self, node: Mapping) -> frozenset[str] | None:
        if not node.has("attested"):
            return None
        known = vouching(self.root, self.rollout)
        return frozenset(
            each.text
            for each in node.sequence("attested").scalars
            if self.known("E712", "asks for no attestation", each, known)
        )

    # the other rollouts

    def others(self, node: Mapping, at: Decimal) -> Iterator[tuple[str, RolloutState]]:
        names = set(self.root.rollouts) - {self.rollout.id}
        for name, value in node.mapping("others").pairs:
            if self.known("E706", "knows no other rollout", name, names):
                yield name.text, self.other(self.root.rollouts[name.text], value, at)

    def other(self, rollout: Rollout, value: Node, at: Decimal) -> RolloutState:
        given = value if isinstance(value, Mapping) else Mapping((), value.span)
        state = value.text if isinstance(value, Scalar) else given.text("state")
        stage = self.place(rollout, given) or (rollout.stages[-1] if state == COMPLETE else rollout.first)
        since = given.scalar("since")
        began = at - LONG_AGO
        if since is not None:
            read = instant(since.text, at)
            if read is None:
                hint = "write a time such as `2026-03-30T06:00:00Z`, or a distance such as `-7d`"
                self.collector.add("E715", f"`{since.text}` is no time", since.span, hint)
            began = read or began
        return RolloutState(state, 1, None, stage.id, began, began, began)

    def place(self, rollout: Rollout, given: Mapping) -> Stage | None:
        key = given.scalar("stage")
        if key is None:
            return None
        found = rollout.stage(key.text)
        if found is None:
            hint = name_hint(key.text, _stages(rollout))
            self.collector.add("E711", f"`{rollout.id}` has no stage `{key.text}`", key.span, hint)
        return found


def _stages(rollout: Rollout) -> tuple[str, ...]:
    return tuple(each.id for each in rollout.stages)
