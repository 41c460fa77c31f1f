"""Reads the tests documents that are of rollouts: stories with their clock written out, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, Span, name_hint, unknown_name
from ...language.times import parse_duration, parse_time
from ...policy.loader import PolicyRoot
from ...policy.rollout_model import Rollout
from ...policy.yaml.yaml_nodes import Mapping, Scalar
from ..policies.value_forms import in_calendar, instant
from .model import RolloutSuite, Story, StoryStep
from .story_context import StoryContextReader
from .story_expectations import StoryExpectationReader

__all__ = ["of_rollout", "read_stories"]

_MOST = 2_000
_NO_ENVIRONMENT = "none"


def of_rollout(node: Mapping) -> bool:
    """Tell whether a tests document is of a rollout and not of a policy."""
    return node.text("of") == "rollout"


def read_stories(root: PolicyRoot, collector: Collector) -> tuple[RolloutSuite, ...]:
    """Return the suites of rollouts in the order of their files; complaints go to `collector`."""
    nodes = sorted((node for node in root.tests if of_rollout(node)), key=lambda each: each.span.file)
    found = [_suite(node, root, collector) for node in nodes]
    return tuple(each for each in found if each is not None)


def _suite(node: Mapping, root: PolicyRoot, collector: Collector) -> RolloutSuite | None:
    name, span = node.text("tests"), node.span_of("tests")
    rollout = root.rollouts.get(name)
    if rollout is None:
        if not root.faulty.explain(f"rollout:{name}"):
            collector.add_unknown("E706", "rollout", name, root.rollouts, span)
        return None
    stories = _StoryReader(node, root, rollout, collector).read()
    return RolloutSuite(rollout, node.text("title"), stories, span)


@dataclass(frozen=True, slots=True)
class _StoryReader:
    """Reads the stories of one document."""

    document: Mapping
    root: PolicyRoot
    rollout: Rollout
    collector: Collector

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def read(self) -> tuple[Story, ...]:
        found = [self.story(each) for each in self.document.sequence("cases").mappings]
        self.unique(found)
        return tuple(found)

    def unique(self, stories: Iterable[Story]) -> None:
        seen: dict[str, Story] = {}
        for each in stories:
            if each.name in seen:
                related = [("first given here", seen[each.name].span)]
                message = f"two cases are called `{each.name}`"
                self.collector.add("E705", message, each.span, "rename one", related)
            seen.setdefault(each.name, each)

    def story(self, node: Mapping) -> Story:
        name = node.scalar("name")
        assert name is not None
        start = self.start(node, name)
        nodes = node.sequence("steps").mappings
        if not any(each.has("expect") for each in nodes):
            hint = "write `expect: HOLD` in one of its steps"
            self.complain("E704", f"the case `{name.text}` expects nothing", name.span, hint)
        steps = tuple(self.steps(nodes, start))
        return Story(name.text, start, self.stage(node), self.environment(node), steps, name.span)

    # where a story begins

    def start(self, node: Mapping, name: Scalar) -> Decimal:
        given = node.scalar("start") or self.document.scalar("start")
        if given is None:
            hint = "write `start: 2026-03-02T00:00:00Z`, here or above `cases`"
            self.complain("E723", f"the case `{name.text}` has no `start`", name.span, hint)
            return Decimal(0)
        found = parse_time(given.text)
        if found is None:
            hint = "write a time such as `2026-03-02T00:00:00Z`"
            self.complain("E715", f"`{given.text}` is no time", given.span, hint)
        return found or Decimal(0)

    def stage(self, node: Mapping) -> str:
        given = node.scalar("stage")
        if given is None:
            return ""
        names = [each.id for each in self.rollout.stages]
        if given.text not in names:
            hint = name_hint(given.text, names)
            message = f"`{self.rollout.id}` has no stage `{given.text}`"
            self.complain("E711", message, given.span, hint)
            return ""
        return given.text

    def environment(self, node: Mapping) -> str | None:
        given = node.scalar("environment") or self.document.scalar("environment")
        if given is None or given.text == _NO_ENVIRONMENT:
            return None
        if given.text not in self.root.environments:
            unknown = unknown_name("environment", given.text, self.root.environments)
            self.complain("E713", unknown.message, given.span, unknown.hint)
        return given.text

    # its steps

    def steps(self, nodes: Iterable[Mapping], start: Decimal) -> Iterator[StoryStep]:
        around = StoryContextReader(self.root, self.rollout, self.collector)
        expecting = StoryExpectationReader(self.rollout, self.collector)
        for node in nodes:
            for at in self.moments(node, start):
                start = at
                wanted = expecting.read(node.get("expect"), at)
                yield StoryStep(at, node.text("do"), around.read(node, at), wanted, node.span)

    def moments(self, node: Mapping, before: Decimal) -> tuple[Decimal, ...]:
        """The instants of a step: one, or every so often after the step before."""
        at, every, length = (node.scalar(key) for key in ("at", "every", "for"))
        if at is not None and every is None and length is None:
            found = instant(at.text, before)
            if found is None:
                hint = "write a time such as `2026-03-30T06:00:00Z`, or a step such as `+26h`"
                self.complain("E715", f"`{at.text}` is no time", at.span, hint)
            return () if found is None else (found,)
        if at is not None or every is None or length is None:
            hint = "write `at: +1h`, or `every: 1h` and `for: 24h`"
            self.complain("E724", "a step has either `at`, or `every` and `for`", node.span, hint)
            return ()
        return self.repeated(every, length, before)

    def repeated(self, every: Scalar, length: Scalar, before: Decimal) -> tuple[Decimal, ...]:
        step, end = parse_duration(every.text), parse_duration(length.text)
        count = int(end // step) if step and end else 0
        if not 0 < count <= _MOST:
            hint = "raise `every`, or begin in a `stage`" if count else "raise `for`"
            number = f"more than {_MOST}" if count else "no"
            self.complain("E725", f"{number} snapshots in `{length.text}`", length.span, hint)
            return ()
        assert step is not None
        found = tuple(before + step * each for each in range(1, count + 1))
        if not all(map(in_calendar, found)):
            hint = "time ends with the year 9999 and has at most nine decimals"
            self.complain(
                "E726", f"no snapshot can be as of every instant of `{length.text}`", length.span, hint
            )
            return ()
        return found
