"""The matrix of runbook statements and rules: from an id to the rules that hold it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..policy.model import Policy
from .inventory import Inventory, Statement

__all__ = ["Holder", "Row", "Trace", "trace"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A rule with the ids that it says it covers, and where it stands."""

    policy: str
    rule: str
    title: str
    file: str
    line: int
    covers: tuple[str, ...]

    @property
    def name(self) -> str:
        """Policy and rule: `live-rollout-readiness/kill-switch`."""
        return f"{self.policy}/{self.rule}"

    @property
    def place(self) -> str:
        """File and line, as an editor takes them."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Row:
    """One statement with its rules, and what the inventory says of it otherwise."""

    statement: Statement
    rules: tuple[Holder, ...]
    awaiting: str = ""
    elsewhere: str = ""
    beyond: str = ""

    @property
    def held(self) -> bool:
        """Whether something holds it now: a rule, or what the inventory names."""
        return bool(self.rules or self.elsewhere)

    @property
    def state(self) -> str:
        """One word: `rules`, `elsewhere`, `awaiting`, `beyond`, or `nothing`."""
        if self.rules:
            return "rules"
        words = {"elsewhere": self.elsewhere, "awaiting": self.awaiting, "beyond": self.beyond}
        return next((name for name, text in words.items() if text), "nothing")


@dataclass(frozen=True, slots=True)
class Trace:
    """Both directions. `strange` are ids that rules name and the inventory does not list, with their rules."""

    rows: tuple[Row, ...]
    rules: tuple[Holder, ...]
    strange: tuple[tuple[str, Holder], ...]

    @property
    def gaps(self) -> tuple[Row, ...]:
        """The statements that nothing holds and of which nothing is said."""
        return tuple(row for row in self.rows if row.state == "nothing")

    @property
    def complete(self) -> bool:
        """Whether every statement is accounted for and every id that a rule names is one."""
        return not self.gaps and not self.strange


def trace(policies: Mapping[str, Policy], inventory: Inventory) -> Trace:
    """Follow every statement to its rules, and every rule to its statements; rules in order of file and line."""
    holders = sorted(
        (
            Holder(policy.id, rule.id, rule.title, rule.span.file, rule.span.line, rule.covers)
            for policy in policies.values()
            for rule in policy.rules
        ),
        key=lambda each: (each.file, each.line),
    )
    by_id: dict[str, list[Holder]] = {}
    for holder in holders:
        for each in holder.covers:
            by_id.setdefault(each, []).append(holder)
    rows = tuple(_row(each, by_id.get(each.id, []), inventory) for each in inventory.statements.values())
    strange = [(name, holder) for name in by_id if name not in inventory.statements for holder in by_id[name]]
    return Trace(rows, tuple(holders), tuple(sorted(strange, key=lambda pair: (pair[0], pair[1].place))))


def _row(statement: Statement, rules: list[Holder], inventory: Inventory) -> Row:
    name = statement.id
    return Row(
        statement,
        tuple(rules),
        inventory.awaiting.get(name, ""),
        inventory.elsewhere.get(name, ""),
        inventory.beyond.get(name, ""),
    )
