"""Words for an outcome: the author's template in a sandbox, and a generated reason that always exists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ..diagnostics import printable
from ..language.values import Cause
from ..limits import REASON_BYTES
from ..policy.reading.templates import FILTERS, template_paths
from .causes import told
from .verdict import Comparison

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["born", "failing", "generated", "rendered"]


def failing(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """The comparisons that keep the rule from passing; all of them when none does alone."""
    found = tuple(each for each in comparisons if each.passing is False)
    return found or tuple(comparisons)


def generated(outcome: str, comparisons: Sequence[Comparison], causes: Sequence[Cause]) -> str:
    """Return the reason that needs no author."""
    if outcome == "unknown":
        return f"cannot tell: {born(causes)}"
    shown = failing(comparisons) if outcome == "fail" else comparisons
    parts = [f"{each.left} is {each.seen}, needed {each.needed}" for each in shown]
    return "; ".join(dict.fromkeys(parts)) or (
        "the condition holds" if outcome == "pass" else "the condition fails"
    )


def born(causes: Sequence[Cause]) -> str:
    """Name where the unknown was born, the first three places."""
    lines = told(causes)
    shown = lines[:3]
    more = f"; and {len(lines) - 3} more" if len(lines) > 3 else ""
    return "; ".join(shown) + more if shown else "nothing was measured"


def rendered(template: str, lookup: Callable[[str], str | None]) -> str | None:
    """Return the author's reason, or None when it cannot be rendered; that never changes a verdict.

    `lookup` gives the text of a dotted name, None where there is no such name.
    """
    from jinja2 import TemplateError

    names: dict[str, object] = {}
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
    return printable(text) if text and len(text.encode()) <= REASON_BYTES else None


def _put(names: dict[str, object], parts: list[str], text: str) -> None:
    for part in parts[:-1]:
        names = names.setdefault(part, {})  # type: ignore[assignment]
    names[parts[-1]] = text


def _namespace(names: dict[str, object]) -> dict[str, object]:
    return {
        key: SimpleNamespace(**_namespace(each)) if isinstance(each, dict) else each
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
