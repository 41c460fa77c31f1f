"""A small desk with an artefact of each kind of source, healthy until a test changes it."""

from __future__ import annotations

import json
from pathlib import Path

import interlock
from interlock.analysis.desk_check import DeskCheck, check_desk

from .desks import write
from .roots import instant, write_files

__all__ = ["AT", "SOURCES", "checked", "healthy", "lines", "put"]

AT = "2026-03-30T06:00:00Z"
SOURCES = """sources:
  book:
    kind: document
    doc: the book
    file: book.json
    format: json
    at: /at
    metrics: {book.open: {pointer: /open}, book.note: {pointer: /note}}
  edges:
    kind: document
    doc: by symbol
    file: edges.json
    format: json
    at: /at
    metrics: {edge: {members: /edges, pointer: /pnl}}
  lock:
    kind: document
    doc: the lock
    file: lock.json
    format: json
    at: modified
    schema: trading-lock
    metrics: {lock.pid: {pointer: /pid}}
  days:
    kind: rows
    doc: a row a day
    file: days.jsonl
    format: jsonl
    time: day
    columns: {day: {time: /day}, pnl: {number: /pnl}}
    covered: {each: 1d}
    complete: 1d
    metrics: {days: {sql: "select day as at, pnl as value from days"}}
  fills:
    kind: rows
    doc: a row a fill
    files: fills/*.jsonl
    format: jsonl
    time: at
    torn: file
    complete: never
    columns: {at: {time: /at}, pnl: {number: /pnl}}
    metrics:
      fills: {sql: 'select "at", pnl as value from fills'}
      lost: {sql: "select sum(pnl) as value from fills where pnl < 0"}
      few: {sql: "select sum(pnl) as value, count(*) as n from fills"}
  checks:
    kind: live
    doc: commands
    metrics: {tests: {command: [pytest, -q]}}
"""
FILES = {
    "policies/interlock.yaml": "interlock: 1\n",
    "policies/catalogue.yaml": """metrics:
  book.open: {type: integer, max_age: 2h, doc: a}
  book.note: {type: string, max_age: 2h, doc: a}
  lock.pid: {type: integer, max_age: never, doc: a}
  days: {type: number, every: 1d, began: 2026-03-28, doc: a}
  fills: {type: number, every: event, slack: 1h, doc: a}
  lost: {type: number, max_age: 1d, doc: a}
  few: {type: number, min_n: 100, max_age: 1d, doc: a}
  edge: {type: number, scope: symbol, max_age: 1d, doc: a}
  tests: {type: bool, max_age: 1h, doc: a}
scopes: {symbol: {members: [BTC-USD, ETH-USD]}}
""",
    "policies/sources.yaml": SOURCES,
}


def healthy(root: Path) -> None:
    write_files(root, FILES)
    put(root, "book.json", {"at": "2026-03-30T05:00:00Z", "open": 3, "note": "fine"})
    put(
        root,
        "edges.json",
        {"at": "2026-03-30T05:00:00Z", "edges": {"BTC-USD": {"pnl": 1}, "ETH-USD": {"pnl": 2}}},
    )
    lines(root, "days.jsonl", [{"day": f"2026-03-{day}T00:00:00Z", "pnl": 1} for day in (28, 29)])
    lines(root, "fills/a.jsonl", [{"at": "2026-03-30T05:30:00Z", "pnl": 1}])


def put(root: Path, name: str, content: object) -> None:
    write(root, f"desk/{name}", json.dumps(content))


def lines(root: Path, name: str, rows: list[dict[str, object]]) -> None:
    write(root, f"desk/{name}", "".join(f"{json.dumps(row)}\n" for row in rows))


def checked(root: Path) -> DeskCheck:
    policies = interlock.load(root / "policies")
    found = policies.collect(root / "desk", instant(AT), now=instant(AT), environ={})
    return check_desk(found, policies.sources, policies.catalogue)
