"""The matrix of runbook statements: from an id to the rules and the stages of rollouts that hold it, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..policy.loader import PolicyRoot
from ..policy.rollout_model import Rollout
from .inventory import Inventory, Statement
from .runbook_sentences import RunbookSentences

__all__ = ["StatementHolder", "StatementRow", "Trace", "trace"]


@dataclass(frozen=True, slots=True)
class StatementHolder:
    """A rule of a policy, a stage of a rollout, or a rollout as a whole (whose `part` is empty), with the ids that it
    says it covers, and where it stands."""

    kind: Literal["rule", "stage", "rollout"]
    document: str
    part: str
    title: str
    file: str
    line: int
    covers: tuple[str, ...]

    @property
    def name(self) -> str:
        """Document and part: `live-rollout-readiness/kill-switch`, `experiment-0/canary`, `experiment-0`."""
        return f"{self.document}/{self.part}" if self.part else self.document

    @property
    def place(self) -> str:
        """File and line, as an editor takes them."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement with all that hold it, and what the inventory says of it otherwise.

    `stale` says why nobody knows whether what holds it still does: its sentence in the runbook has changed.
    """

    statement: Statement
    holders: tuple[StatementHolder, ...]
    awaiting: str = ""
    elsewhere: str = ""
    beyond: str = ""
    stale: str = ""

    @property
    def rules(self) -> tuple[StatementHolder, ...]:
        """The rules among the holders."""
        return tuple(each for each in self.holders if each.kind == "rule")

    @property
    def stages(self) -> tuple[StatementHolder, ...]:
        """The stages and whole rollouts among the holders."""
        return tuple(each for each in self.holders if each.kind != "rule")

    @property
    def held(self) -> bool:
        """Whether something holds it now: a rule, a stage, or what the inventory names."""
        return bool(self.holders or self.elsewhere)

    @property
    def state(self) -> str:
        """One word: `rules`, `stages` (of rollouts, and no rule), `elsewhere`, `awaiting`, `beyond`, or `nothing`."""
        if self.holders:
            return "rules" if self.rules else "stages"
        words = {"elsewhere": self.elsewhere, "awaiting": self.awaiting, "beyond": self.beyond}
        return next((name for name, text in words.items() if text), "nothing")


@dataclass(frozen=True, slots=True)
class Trace:
    """Both directions. `strange` are ids that a rule or a stage names and the inventory does not list."""

    rows: tuple[StatementRow, ...]
    holders: tuple[StatementHolder, ...]
    strange: tuple[tuple[str, StatementHolder], ...]

    @property
    def rules(self) -> tuple[StatementHolder, ...]:
        """Every rule, in order of file and line."""
        return tuple(each for each in self.holders if each.kind == "rule")

    @property
    def stages(self) -> tuple[StatementHolder, ...]:
        """Every rollout and its stages, in order of file and line."""
        return tuple(each for each in self.holders if each.kind != "rule")

    @property
    def gaps(self) -> tuple[StatementRow, ...]:
        """The statements that nothing holds and of which nothing is said."""
        return tuple(row for row in self.rows if row.state == "nothing")

    @property
    def complete(self) -> bool:
        """Whether every statement is accounted for, none is stale, and every id that is named is one."""
        return not self.gaps and not self.strange and not self.stale

    @property
    def stale(self) -> tuple[StatementRow, ...]:
        """The statements whose sentences somebody has to confirm."""
        return tuple(row for row in self.rows if row.stale)


def trace(root: PolicyRoot, inventory: Inventory, sentences: RunbookSentences | None = None) -> Trace:
    """Follow every statement to what holds it, and back; holders in order of file and line.

    Without `sentences` no statement is stale.
    """
    holders = sorted([*_rules(root), *_stages(root)], key=lambda each: (each.file, each.line))
    by_id: dict[str, list[StatementHolder]] = {}
    for holder in holders:
        for each in holder.covers:
            by_id.setdefault(each, []).append(holder)
    rows = tuple(
        _row(each, by_id.get(each.id, []), inventory, "" if sentences is None else sentences.stale(each.id))
        for each in inventory.statements.values()
    )
    strange = [(name, holder) for name in by_id if name not in inventory.statements for holder in by_id[name]]
    return Trace(rows, tuple(holders), tuple(sorted(strange, key=lambda pair: (pair[0], pair[1].place))))


def _rules(root: PolicyRoot) -> Iterator[StatementHolder]:
    for policy in root.policies.values():
        for rule in policy.rules:
            span = rule.span
            yield StatementHolder("rule", policy.id, rule.id, rule.title, span.file, span.line, rule.covers)


def _stages(root: PolicyRoot) -> Iterator[StatementHolder]:
    for rollout in root.rollouts.values():
        yield _whole(rollout)
        for stage in rollout.stages:
            span = stage.span
            yield StatementHolder(
                "stage", rollout.id, stage.id, stage.title, span.file, span.line, stage.covers
            )


def _whole(rollout: Rollout) -> StatementHolder:
    span = rollout.span
    return StatementHolder("rollout", rollout.id, "", rollout.title, span.file, span.line, rollout.covers)


def _row(
    statement: Statement, holders: list[StatementHolder], inventory: Inventory, stale: str
) -> StatementRow:
    name = statement.id
    return StatementRow(
        statement,
        tuple(holders),
        inventory.awaiting.get(name, ""),
        inventory.elsewhere.get(name, ""),
        inventory.beyond.get(name, ""),
        stale,
    )
