"""Checks templates of reasons: Jinja expressions over known names, without statements and calculations."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ...diagnostics import Collector, name_hint
from ...limits import REASON_BYTES
from ..yaml.yaml_nodes import Scalar

__all__ = ["FILTERS", "check_template", "template_paths"]

FILTERS = ("default", "length", "lower", "title", "trim", "upper")
"""The filters that a reason may use: none of them makes a text longer, however often it is applied."""

_SIMPLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*\}\}")
_ALLOWED = ("Template", "Output", "TemplateData", "Name", "Getattr", "Const", "Filter", "Concat", "CondExpr",
            "Compare", "Operand")  # fmt: skip

_NAMES = {"Call": "a call", "Getitem": "an index in brackets", "List": "a list", "Tuple": "a list", "Dict": "a mapping",
          "Test": "a test with `is`"}  # fmt: skip


def check_template(node: Scalar, names: Iterable[str], collector: Collector) -> None:
    """Complain about a template that is too long or not valid, or that names what does not exist."""
    text, known = node.text, set(names)
    if len(text.encode()) > REASON_BYTES:
        collector.add("E603", f"the template is longer than {REASON_BYTES} bytes", node.span)
        return
    paths, problem = _paths(text)
    if problem:
        hint = "a reason is text with `{{ name }}` and the filters of docs/language.md"
        collector.add("E601", problem, node.span, hint)
        return
    for path in paths:
        if path not in known:
            start = max(text.find(path), 0)
            span = node.locator()(start, start + len(path))
            names = [f"{kind}:{path}" for kind in ("metric", "param", "scope")]
            message = f"a template cannot name `{path}`"
            collector.add("E602", message, span, name_hint(path, known), names=names)


@functools.lru_cache(maxsize=4096)
def template_paths(text: str) -> tuple[str, ...]:
    """Return the dotted names of a template that was checked at load."""
    return tuple(_paths(text)[0])


def _paths(text: str) -> tuple[list[str], str | None]:
    """Return the dotted names of a template, or what is wrong with it."""
    rest = _SIMPLE.sub("", text)
    if "{{" not in rest and "{%" not in rest and "{#" not in rest:
        return _SIMPLE.findall(text), None
    if "{%" in rest or "{#" in rest:
        return [], "statements and comments are not part of a reason"
    return _parsed(text)


def _parsed(text: str) -> tuple[list[str], str | None]:
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment(autoescape=False).parse(text)  # noqa: S701  plain text; nothing is rendered here
    except (TemplateSyntaxError, RecursionError) as problem:
        return [], f"not a template: {str(problem).lower().rstrip('.')}"
    for node in tree.find_all(nodes.Node):
        name = type(node).__name__
        if name not in _ALLOWED:
            return [], f"{_NAMES.get(name, 'a calculation')} is not part of a reason"
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            return [], f"the filter `{node.name}` is not part of a reason"
    return list(_dotted(tree, nodes)), None


def _dotted(node: Any, nodes: Any) -> Iterator[str]:
    """Yield the longest dotted paths below a node."""
    parts: list[str] = []
    inner = node
    while isinstance(inner, nodes.Getattr):
        parts.append(inner.attr)
        inner = inner.node
    if isinstance(inner, nodes.Name):
        yield ".".join([inner.name, *reversed(parts)])
        return
    for child in inner.iter_child_nodes():
        yield from _dotted(child, nodes)
