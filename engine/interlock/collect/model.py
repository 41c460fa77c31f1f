"""What a sources document declares, checked: frozen records that reading follows to the letter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from ..diagnostics import Span
from .pointer import Pointer

__all__ = [
    "Bound",
    "Choice",
    "Column",
    "Command",
    "DeclaredCoverage",
    "DocumentMetric",
    "DocumentSource",
    "LiveSource",
    "Probe",
    "Query",
    "RowsSource",
    "Source",
    "Sources",
]

ColumnType = Literal["time", "number", "integer", "text", "bool", "json", "key"]
Bound = str | Pointer | Decimal
"""An end of a coverage: a word (`first`, `last`, …), a pointer into the file, or a time."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source's table. `place` is a name, `pointer` the same as steps where rows are JSON."""

    name: str
    type: ColumnType
    place: str = ""
    pointer: Pointer = ()
    key: int = 0
    of_file: bool = False
    unit: str = "s"
    shift: Decimal = Decimal(0)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredCoverage:
    """From when to when a source tells all that happened; with `each`, every row speaks for that long."""

    start: Bound = "first"
    end: Bound = "last"
    each: Decimal | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One metric of a rows source: its SQL and the parameters that it names."""

    metric: str
    sql: str
    span: Span


@dataclass(frozen=True, slots=True)
class RowsSource:
    """Many dated rows, asked by SQL."""

    id: str
    pattern: str
    many: bool
    format: Literal["json", "jsonl", "csv", "sqlite", "parquet", "lines"]
    time: str
    columns: tuple[Column, ...]
    metrics: tuple[Query, ...]
    span: Span
    rows: Pointer | None = None
    table: str = ""
    match: re.Pattern[str] | None = None
    continues: bool = False
    zone: ZoneInfo | None = None
    coverage: DeclaredCoverage = field(default_factory=DeclaredCoverage)
    torn: Literal["unknown", "file", "tail"] = "unknown"
    may_be_empty: bool = False
    schema: str | None = None
    joins: tuple[str, ...] = ()

    @property
    def view(self) -> str:
        """The name of its table in SQL."""
        return self.id.replace("-", "_")


@dataclass(frozen=True, slots=True)
class DocumentMetric:
    """One metric of a document source."""

    metric: str
    pointer: Pointer
    span: Span
    members: Pointer | None = None
    at: Pointer | Literal["modified"] | None = None
    n: Pointer | None = None
    take: Literal["value", "keys", "size"] = "value"
    equals: str | bool | Decimal | None = None
    scale: Decimal | None = None
    unit: str = "s"


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """One JSON document, asked by pointer."""

    id: str
    file: str
    at: Pointer | Literal["modified"]
    metrics: tuple[DocumentMetric, ...]
    span: Span
    unit: str = "s"
    zone: ZoneInfo | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a `choose`: the text that holds when the look is true."""

    when: Probe
    value: str


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, started without a shell; what counts is how it ends or what it prints."""

    argv: tuple[str, ...]
    gives: Literal["exit", "output"] = "exit"
    equals: str | None = None
    timeout: Decimal = Decimal(60)


@dataclass(frozen=True, slots=True)
class Probe:
    """One look at the state of this moment; `kind` says which, `target` the file or variable."""

    kind: Literal[
        "exists", "modified", "age", "pid", "process", "command", "env", "any", "all", "not", "choose"
    ]
    target: str = ""
    active_unless: tuple[str, ...] | None = None
    unset: str | bool | Decimal | tuple[str, ...] | None = None
    separator: str = ","
    parts: tuple[Probe, ...] = ()
    choices: tuple[Choice, ...] = ()
    otherwise: str | None = None
    command: Command | None = None

    def variables(self) -> tuple[Probe, ...]:
        """The looks at environment variables in it, itself or its parts."""
        inner = (*self.parts, *(each.when for each in self.choices))
        return (self,) if self.kind == "env" else tuple(found for each in inner for found in each.variables())

    def commands(self) -> tuple[Command, ...]:
        """The commands of it and its parts."""
        inner = (*self.parts, *(each.when for each in self.choices))
        own = (self.command,) if self.command is not None else ()
        return (*own, *(found for each in inner for found in each.commands()))

    def shown(self) -> str:
        """Return it in words: `any of (file data/live_kill_switch.txt exists, variable LIVE_KILL_SWITCH)`."""
        inner = ", ".join(each.shown() for each in (*self.parts, *(each.when for each in self.choices)))
        words = {
            "exists": f"file {self.target} exists",
            "modified": f"date of {self.target}",
            "age": f"age of {self.target}",
            "pid": f"process number in {self.target}",
            "process": f"processes that match {self.target}",
            "command": f"command {self.target}",
            "env": f"variable {self.target}",
            "choose": f"first of ({inner})",
            "not": f"not ({inner})",
        }
        return words.get(self.kind, f"{self.kind} of ({inner})")


@dataclass(frozen=True, slots=True)
class LiveSource:
    """The state of this moment: each metric with its look."""

    id: str
    metrics: tuple[tuple[str, Probe], ...]
    span: Span


Source = RowsSource | DocumentSource | LiveSource


@dataclass(frozen=True, slots=True)
class Sources:
    """Every source of a policy root by id, and which of them supplies a metric."""

    by_id: Mapping[str, Source] = field(default_factory=dict)
    supplier: Mapping[str, str] = field(default_factory=dict)
    metric_spans: Mapping[str, Span] = field(default_factory=dict)

    @property
    def env_names(self) -> tuple[str, ...]:
        """Every environment variable that a source reads, sorted."""
        looks = [
            look for each in self.by_id.values() if isinstance(each, LiveSource) for _, look in each.metrics
        ]
        return tuple(sorted({found.target for look in looks for found in look.variables()}))
