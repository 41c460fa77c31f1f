"""The sources that documents declare, as frozen records; reading needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from ..diagnostics import Span
from .json_documents import Pointer
from .patterns import Pattern

__all__ = [
    "Bound",
    "Choice",
    "Column",
    "Command",
    "DeclaredCoverage",
    "DeclaredPeriods",
    "DocumentMetric",
    "DocumentSource",
    "LiveSource",
    "Probe",
    "Query",
    "RowsSource",
    "Source",
    "Sources",
]

ColumnType = Literal["time", "number", "decimal", "integer", "text", "bool", "json", "key"]
Bound = str | Pointer | Decimal
"""An end of a coverage: a name (`first`, `last`, …), a pointer into the file, or a time."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source's table.

    `place` names its value in a record; `pointer` is the same as steps for a format whose columns are found by pointer.
    `key` counts the stars of `rows`, `unit` is that of a time given as a number, `shift` moves a time, in seconds.
    Without a `unit` a number of JSON or a table counts seconds, and one in a text is no time. `values` are the words
    that a text may be, if not every text is one.
    """

    name: str
    type: ColumnType
    place: str = ""
    pointer: Pointer = ()
    key: int = 0
    of_file: bool = False
    unit: str | None = None
    shift: Decimal = Decimal(0)
    optional: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredCoverage:
    """From when to when a source knows everything that happened; with `each`, every row covers that many seconds.

    `member` is the column of the members that each have rows of their own.
    """

    start: Bound = "first"
    end: Bound = "last"
    each: Decimal | None = None
    by: str | None = None
    member: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredPeriods:
    """How long the periods are that rows describe, the column that stamps them, and how late a row may come.

    `each` is None where rows are no periods. `member` is the column of the members that each have their own rows.
    """

    each: Decimal | None
    by: str
    lag: Decimal = Decimal(0)
    member: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """The SQL of one metric of a rows source."""

    metric: str
    sql: str
    span: Span


@dataclass(frozen=True, slots=True)
class RowsSource:
    """Many dated rows, read by SQL; `format` is a name of the registry of formats."""

    id: str
    pattern: str
    many: bool
    format: str
    time: str
    columns: tuple[Column, ...]
    metrics: tuple[Query, ...]
    span: Span
    rows: Pointer | None = None
    table: str = ""
    match: Pattern | None = None
    continues: bool = False
    zone: ZoneInfo | None = None
    coverage: DeclaredCoverage = field(default_factory=DeclaredCoverage)
    complete: DeclaredPeriods | None = None
    order: Literal["", "oldest_first", "newest_first"] = ""
    torn: Literal["unknown", "file", "tail"] = "unknown"
    may_be_empty: bool = False
    schema: str | None = None
    joins: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    ambiguous: Literal["unknown", "earlier", "later"] = "unknown"
    undated: Literal["unknown", "skip", "above"] = "unknown"
    strategy: str = ""
    starting_balance: Decimal | None = None

    @property
    def exact(self) -> bool:
        """Tell whether numbers of JSON must keep every digit."""
        return any(each.type == "decimal" for each in self.columns)

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
    """One JSON document, read by pointer."""

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
    """One choice of a `choose`: its value, if the probe is true."""

    when: Probe
    value: str


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, started without a shell; its value is its exit status or its output."""

    argv: tuple[str, ...]
    gives: Literal["exit", "output"] = "exit"
    equals: str | None = None
    timeout: Decimal = Decimal(60)


@dataclass(frozen=True, slots=True)
class Probe:
    """One measurement of the present state; `target` is the file, the variable, the command or the pattern."""

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
    pattern: Pattern | None = None

    def variables(self) -> tuple[Probe, ...]:
        """Return the probes of environment variables in it: itself, or its parts."""
        inner = tuple(found for each in self._inner() for found in each.variables())
        return (self,) if self.kind == "env" else inner

    def commands(self) -> tuple[Command, ...]:
        """Return the commands of it and its parts."""
        own = (self.command,) if self.command is not None else ()
        return (*own, *(found for each in self._inner() for found in each.commands()))

    def _inner(self) -> tuple[Probe, ...]:
        return (*self.parts, *(each.when for each in self.choices))

    def shown(self) -> str:
        """Return it as text: `any of (file data/live_kill_switch.txt exists, variable LIVE_KILL_SWITCH)`."""
        inner = ", ".join(each.shown() for each in self._inner())
        texts = {
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
        return texts.get(self.kind, f"{self.kind} of ({inner})")


@dataclass(frozen=True, slots=True)
class LiveSource:
    """The state of the present: each metric with its probe."""

    id: str
    metrics: tuple[tuple[str, Probe], ...]
    span: Span


Source = RowsSource | DocumentSource | LiveSource


@dataclass(frozen=True, slots=True)
class Sources:
    """Every source of a policy root by id, and the source and the place of each metric."""

    by_id: Mapping[str, Source] = field(default_factory=dict)
    supplier: Mapping[str, str] = field(default_factory=dict)
    metric_spans: Mapping[str, Span] = field(default_factory=dict)
