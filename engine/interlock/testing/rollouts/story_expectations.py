"""Reads what a step of a story must come to, and holds it to the stages and checks that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, name_hint, unknown_name
from ...language.times import show_time
from ...ledger.state.rollout_state import RolloutState
from ...policy.rollout_model import Rollout
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence
from ...rollout.decision import CHECKS, RolloutDecision
from ..policies.expectations import Difference
from ..policies.value_forms import instant
from .model import StoryExpectation

__all__ = ["StoryExpectationReader", "compared"]


def compared(
    wanted: StoryExpectation, after: RolloutState, course: RolloutDecision | None, refused: str
) -> Iterator[Difference]:
    """Yield every difference; an unexpected refusal is the only one."""
    if wanted.refused or course is None:
        if not wanted.refused or wanted.refused not in refused:
            told = f"refused: {wanted.refused}" if wanted.refused else wanted.decision or "a decision"
            yield Difference("decision", told, f"refused: {refused}" if course is None else course.word)
            return
    else:
        yield from _decided(wanted, course)
    yield from _stood(wanted, after)


def _decided(wanted: StoryExpectation, course: RolloutDecision) -> Iterator[Difference]:
    if wanted.decision not in ("", course.word):
        yield Difference("decision", wanted.decision, course.word)
    missing = {each.about for each in course.missing}
    if wanted.missing is not None and wanted.missing != missing:
        yield Difference(
            "missing", ", ".join(sorted(wanted.missing)) or "nothing", ", ".join(sorted(missing))
        )
    for about, words in wanted.reasons.items():
        text = "; ".join(each.text for each in course.checks if each.about == about)
        yield from (Difference("reason", each, text, rule=about) for each in words if each not in text)
    found = "; ".join(course.findings)
    for each in wanted.findings or ():
        if each not in found:
            yield Difference("finding", each, found)
    if wanted.findings == () and found:
        yield Difference("findings", "none", found)
    earliest = "none" if course.earliest is None else show_time(course.earliest)
    if wanted.earliest not in ("", earliest):
        yield Difference("earliest", wanted.earliest, earliest)


def _stood(wanted: StoryExpectation, after: RolloutState) -> Iterator[Difference]:
    stage = after.stage or "none"
    for what, hoped, got in (("state", wanted.state, after.state), ("stage", wanted.stage, stage)):
        if hoped not in ("", got):
            yield Difference(what, hoped, got)
    if wanted.attempt not in (None, after.attempt):
        yield Difference("attempt", str(wanted.attempt), str(after.attempt))


@dataclass(frozen=True, slots=True)
class StoryExpectationReader:
    """Reads the expectations of one rollout's steps; complaints go to the collector."""

    rollout: Rollout
    collector: Collector

    def read(self, node: Node | None, at: Decimal) -> StoryExpectation:
        """Return the expectation of `expect: HOLD`, or of the long form; times may count from the step's instant."""
        if isinstance(node, Scalar):
            return StoryExpectation(node.text)
        if not isinstance(node, Mapping):
            return StoryExpectation()
        attempt, findings = node.number("attempt"), node.get("findings")
        return StoryExpectation(
            node.text("decision"),
            node.text("state"),
            self.stage(node),
            int(attempt) if attempt is not None else None,
            self.missing(node),
            {key.text: _words(each) for key, each in node.mapping("reasons").pairs if self.check(key)},
            _words(findings) if findings is not None else None,
            self.earliest(node, at),
            node.text("refused"),
        )

    def known(self, code: str, message: str, key: Scalar, names: Iterable[str]) -> bool:
        listed = list(names)
        if key.text in listed:
            return True
        hint = name_hint(key.text, listed)
        self.collector.add(code, message, key.span, hint)
        return False

    def stage(self, node: Mapping) -> str:
        given = node.scalar("stage")
        if given is None:
            return ""
        message = f"`{self.rollout.id}` has no stage `{given.text}`"
        self.known("E711", message, given, (each.id for each in self.rollout.stages))
        return given.text

    def check(self, key: Scalar) -> bool:
        return self.known("E714", unknown_name("check", key.text, CHECKS).message, key, CHECKS)

    def missing(self, node: Mapping) -> frozenset[str] | None:
        if not node.has("missing"):
            return None
        return frozenset(each.text for each in node.sequence("missing").scalars if self.check(each))

    def earliest(self, node: Mapping, at: Decimal) -> str:
        given = node.scalar("earliest")
        if given is None or given.text == "none":
            return node.text("earliest")
        found = instant(given.text, at)
        if found is None:
            hint = "write a time such as `2026-03-30T06:00:00Z`, a distance such as `+26h`, or `none`"
            self.collector.add("E715", f"`{given.text}` is no time", given.span, hint)
            return ""
        return show_time(found)


def _words(node: Node) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(each.text for each in items if isinstance(each, Scalar))
