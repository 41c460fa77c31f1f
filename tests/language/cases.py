"""The language's cases as data: how a file of cases is read, and what a back-end must answer.

A file holds what its cases share and the list `cases`. A case adds to the shared `metrics`, `scopes`, `params`,
`lets` and `baselines`, and says exactly one of: `value` (as it prints in its unit, all digits shown), `unknown`
(`causes`, and `low` and `high` where there are bounds) or `error` (every complaint as it is rendered, with the
expression as line 1 of the file `expr`). `cells` name what of the operator table it covers.
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from interlock.diagnostics import Collector
from interlock.policy.yaml.reader import read_file
from interlock.policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence

FOLDER = Path(__file__).parent
SHARED = (
    "about",
    "as_of",
    "catalogue",
    "params",
    "lets",
    "for_each",
    "member",
    "metrics",
    "scopes",
    "baselines",
)
OWN = ("id", "expr", "rule", "value", "unknown", "error", "cells", "why")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an expression comes to: exactly one of a value, an unknown or an error."""

    value: str | None = None
    causes: tuple[str, ...] | None = None
    low: str | None = None
    high: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case. The tables hold nodes of the file, merged from what is shared and what the case adds."""

    id: str
    expression: str
    as_of: str
    wanted: Outcome
    catalogue: Mapping | None = None
    tables: Table[str, Table[str, Node]] = field(default_factory=dict)
    for_each: str | None = None
    member: str | None = None
    rule: bool = False
    cells: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.id


class BackEnd(Protocol):
    """Whatever evaluates expressions: the interpreter, and later everything that must mean the same."""

    name: str

    def evaluate(self, case: Case) -> Outcome:
        """Return what the expression of the case comes to."""


def files() -> list[Path]:
    """Return every file of cases."""
    return sorted(FOLDER.glob("*.yaml"))


def read(path: Path) -> list[Case]:
    """Return the cases of one file; a file that does not read, or a key that does not exist, is an error."""
    collector = Collector()
    document = read_file(path, path.name, collector)
    assert isinstance(document, Mapping), "\n".join(map(str, collector.sorted()))
    listed = document.get("cases")
    assert isinstance(listed, Sequence), f"{path.name} has no cases"
    shared = dict(document.items())
    unknown = set(shared) - {*SHARED, "cases"}
    assert not unknown, f"{path.name}: unknown keys {sorted(unknown)}"
    return [_case(path.stem, shared, each) for each in listed.items if isinstance(each, Mapping)]


def all_cases() -> list[Case]:
    """Return the cases of every file."""
    return [case for path in files() for case in read(path)]


def _case(stem: str, shared: Table[str, Node], node: Mapping) -> Case:
    own = dict(node.items())
    unknown = set(own) - {*SHARED, *OWN}
    assert not unknown, f"{stem}: unknown keys {sorted(unknown)} in {_text(own.get('id'))}"
    given = {**shared, **own}
    catalogue, rule = given.get("catalogue"), own.get("rule")
    tables = {
        key: {**_table(shared.get(key)), **_table(own.get(key))}
        for key in ("metrics", "scopes", "params", "lets", "baselines")
    }
    return Case(
        f"{stem}/{_text(own['id'])}",
        _text(own["expr"]) or "",
        _text(given["as_of"]) or "",
        _wanted(stem, own),
        catalogue if isinstance(catalogue, Mapping) else None,
        tables,
        _text(given.get("for_each")),
        _text(given.get("member")),
        isinstance(rule, Scalar) and rule.value is True,
        _words(own.get("cells")),
    )


def _wanted(stem: str, own: Table[str, Node]) -> Outcome:
    said = [key for key in ("value", "unknown", "error") if key in own]
    assert len(said) == 1, f"{stem}: {_text(own.get('id'))} says {said or 'nothing'}"
    node = own[said[0]]
    if isinstance(node, Mapping):
        return Outcome(
            causes=_words(node.get("causes")), low=_text(node.get("low")), high=_text(node.get("high"))
        )
    text = _text(node) or ""
    return Outcome(value=text) if said == ["value"] else Outcome(error=text.rstrip("\n"))


def _table(node: Node | None) -> dict[str, Node]:
    return dict(node.items()) if isinstance(node, Mapping) else {}


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


def _words(node: Node | None) -> tuple[str, ...]:
    return (
        tuple(each.text for each in node.items if isinstance(each, Scalar))
        if isinstance(node, Sequence)
        else ()
    )
