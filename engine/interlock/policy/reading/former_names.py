"""Checks what policies and rules say that they were called: a former name belongs to one of them and to no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...diagnostics import Collector, Span
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

__all__ = ["check_former"]


def check_former(documents: Iterable[Mapping], collector: Collector) -> None:
    """Complain of former names that are still borne, or claimed twice: among policies, and within each one's rules."""
    every = list(documents)
    _one_each("policy", [(document, document.get("policy")) for document in every], collector)
    for document in every:
        rules = document.get("rules")
        items = rules.items if isinstance(rules, Sequence) else ()
        named = [(each, each.get("id")) for each in items if isinstance(each, Mapping)]
        _one_each("rule", named, collector)


def _one_each(kind: str, named: Iterable[tuple[Mapping, Node | None]], collector: Collector) -> None:
    """Hold the former names of one space against its names and against each other."""
    pairs = [(node, name) for node, name in named if isinstance(name, Scalar)]
    there: dict[str, Span] = {}
    for _, name in pairs:
        there.setdefault(name.text, name.span)
    claimed: dict[str, tuple[str, Span]] = {}
    for node, name in pairs:
        for former in _former(node):
            text = former.text
            if text in there:
                related = [(f"the {kind} of that name", there[text])]
                message = f"`{text}` cannot be a former name: a {kind} is called that"
                hint = f"name what the {kind} was called before it was renamed"
                collector.add("E215", message, former.span, hint, related)
            elif text in claimed:
                owner, place = claimed[text]
                message = (
                    f"`{text}` is given twice as a former name"
                    if owner == name.text
                    else f"`{text}` is the former name of `{owner}` already"
                )
                collector.add("E215", message, former.span, "keep one", [("first given here", place)])
            else:
                claimed[text] = (name.text, former.span)


def _former(node: Mapping) -> Iterator[Scalar]:
    given = node.get("formerly")
    yield from (
        (each for each in given.items if isinstance(each, Scalar)) if isinstance(given, Sequence) else ()
    )
