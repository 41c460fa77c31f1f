"""Reasons of outcomes: the author's template rendered in a sandbox, and a generated reason that always exists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ...diagnostics import printable
from ...language.printer import to_text
from ...language.times import show_duration
from ...language.types import Type
from ...language.values import Value
from ...limits import REASON_BYTES
from ...policy.model import Policy, Rule
from ...policy.reading.templates import FILTERS, template_paths
from ..expressions.comparisons import shown
from ..expressions.interpreter import Interpreter
from ..snapshot.series_values import Members, Series, Shaped
from ..verdict import Comparison
from .cause_text import unknown_origins
from .outcomes import Outcome

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["ReasonNames", "failing", "generated", "rendered"]


class ReasonNames:
    """The read-only names of one policy at one member; values print in their unit."""

    def __init__(self, interpreter: Interpreter, policy: Policy, params: Mapping[str, str]) -> None:
        self.interpreter = interpreter
        self.policy = policy
        self.params = params

    def text(self, path: str, comparisons: Sequence[Comparison]) -> str | None:
        """Return the text of a dotted name, None where there is no such name.

        A rule that composes a policy gives the reason itself, so an unknown name counts as none there.
        """
        found = self.named(path, comparisons)
        return None if found == "unknown" and _composed(comparisons) else found

    def named(self, path: str, comparisons: Sequence[Comparison]) -> str | None:
        if path in ("seen", "needed", "margin"):
            first = failing(comparisons)[:1]
            return str(getattr(first[0], path) or "none") if first else "unknown"
        if path in self.params:
            return self.params[path]
        if path in self.policy.lets:
            return _text(self.interpreter.let(path), self.policy.lets[path].type)
        if path == self.policy.for_each:
            return self.interpreter.member
        return self.metric(path)

    def metric(self, path: str) -> str:
        metric = self.interpreter.measures.catalogue.metrics[path]
        member = self.interpreter.member if metric.scope == self.policy.for_each else None
        return _text(self.interpreter.measures.metric(path, member), metric.type)

    def reason(self, rule: Rule, outcome: Outcome) -> str:
        """Return the author's reason where the rule fails on known data, else the generated one; both say where a
        guard leaves open whether the rule applies."""
        said = self._reason(rule, outcome)
        if outcome.status != "fail" or not outcome.doubt:
            return said
        return f"cannot tell whether this applies: {unknown_origins(outcome.doubt)}; if it does: {said}"

    def _reason(self, rule: Rule, outcome: Outcome) -> str:
        if outcome.note:
            return outcome.note
        if outcome.status == "fail" and rule.reason:
            text = rendered(rule.reason, lambda path: self.text(path, outcome.comparisons))
            if text is not None:
                return text
        return generated(outcome)

    def assumed(self, metrics: Sequence[str]) -> list[str]:
        """One line for each look at missing data, in expressions, in the slack and the sources of these metrics."""
        looks = [f"`{to_text(node)}` speaks for missing data" for node in self.interpreter.assumed]
        slack = dict.fromkeys(each for name in sorted(metrics) for each in self._silence(name))
        return [*looks, *slack, *self.interpreter.measures.snapshot.assumed(metrics)]

    def _silence(self, name: str) -> Iterator[str]:
        """The slack of a series that was not seen up to the snapshot, or baseline, and counts as if it were."""
        interpreter = self.interpreter
        metric = interpreter.measures.catalogue.metrics[name]
        for measures in (interpreter.measures, *interpreter.baselines.values()) if metric.slack else ():
            found = measures.metric(
                name, interpreter.member if metric.scope == self.policy.for_each else None
            )
            parts = found.values.values() if isinstance(found, Members) else (found,)
            if any(isinstance(each, Series) and each.covered_to < each.seen_to() for each in parts):
                silence = (
                    f"silence of up to {show_duration(metric.slack)} before the snapshot counts as covered"
                )
                yield f"`{metric.record or name}`: {silence}"


def _composed(comparisons: Sequence[Comparison]) -> bool:
    return any(each.op in ("at worst", "reaches") for each in comparisons)


def _text(value: Shaped, kind: Type) -> str:
    """A series prints as its newest value, members each with their own."""
    if isinstance(value, Members):
        return ", ".join(f"{name} {_text(each, kind)}" for name, each in value.values.items())
    if isinstance(value, Series):
        return _one(value.points[-1].value, kind) if value.points else "unknown"
    return _one(value, kind)


def _one(value: Value, kind: Type) -> str:
    return shown(value, kind)


def failing(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """The comparisons that keep the rule from passing; all of them when none does alone."""
    found = tuple(each for each in comparisons if each.passing is False)
    return found or tuple(comparisons)


def generated(outcome: Outcome) -> str:
    """Return the generated reason."""
    if outcome.status == "unknown":
        return f"cannot tell: {unknown_origins(outcome.causes)}"
    shown = failing(outcome.comparisons) if outcome.status == "fail" else outcome.comparisons
    parts = [f"{each.left} is {each.seen}, needed {each.needed}" for each in shown]
    return "; ".join(dict.fromkeys(parts)) or (
        "the condition holds" if outcome.status == "pass" else "the condition fails"
    )


def rendered(template: str, lookup: Callable[[str], str | None]) -> str | None:
    """Return the author's reason, or None when it cannot be rendered; that never changes a verdict.

    `lookup` gives the text of a dotted name, None where there is no such name.
    """
    from jinja2 import TemplateError

    names: dict[str, Any] = {}
    for path in template_paths(template):
        text = lookup(path)
        if text is None:
            return None
        _put(names, path.split("."), text)
    try:
        text = _compiled(template).render(_namespace(names))
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return None
    text = " ".join(text.split())
    return printable(text) if text and len(text.encode("utf-8", "surrogatepass")) <= REASON_BYTES else None


def _put(names: dict[str, Any], parts: list[str], text: str) -> None:
    """Keep a text under its dotted name; the key without a name holds that of the group itself."""
    for part in parts:
        names = names.setdefault(part, {})
    names[""] = text


class _NameGroup(SimpleNamespace):
    """Names behind a dot, and their beginning as a name of its own: `margin` beside `margin.level`."""

    def __str__(self) -> str:
        return str(vars(self).get("", ""))


def _namespace(names: Mapping[str, Any]) -> dict[str, object]:
    return {
        key: each if key == "" else each[""] if list(each) == [""] else _NameGroup(**_namespace(each))
        for key, each in names.items()
    }


@functools.lru_cache(maxsize=1024)
def _compiled(template: str) -> Any:
    return _sandbox().from_string(template)


@functools.cache
def _sandbox() -> ImmutableSandboxedEnvironment:
    """An environment that knows the allowed filters and nothing else; missing names are errors."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.globals.clear()
    environment.tests.clear()
    environment.intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    return environment
