"""Changes of a desk's artefacts in one line each, as the probes of `tests/desk` write them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .freqtrade import database, zipped
from .roots import instant

__all__ = ["CHANGES", "change", "dated"]

Record = dict[str, Any]
_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.MULTILINE)


def change(desk: Path, step: Record) -> None:
    """Apply one step, as in `{set: [FILE, /pointer, VALUE]}`; a step that changes nothing is an error."""
    ((name, arguments),) = step.items()
    before = _bytes(desk)
    CHANGES[name](desk, *(arguments if isinstance(arguments, list) else [arguments]))
    assert _bytes(desk) != before, f"the desk is as it was: {step}"


def dated(desk: Path, written: dict[str, str]) -> None:
    """Date the logs of the agents by their newest lines, or as `written` says."""
    for path in _files(desk, "agents/*.log"):
        times = _TIME.findall(path.read_text("utf-8"))
        given = written.get(path.relative_to(desk).as_posix(), max(times))
        stamp = int(instant(given))
        os.utime(path, (stamp, stamp))


def _bytes(desk: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(desk.rglob("*")) if path.is_file()}


def _files(desk: Path, pattern: str) -> list[Path]:
    found = sorted(desk.glob(pattern))
    assert found, f"no file: {pattern}"
    return found


def _save(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _json(path: Path, content: object) -> None:
    _save(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _key(content: Any, word: str) -> Any:
    return int(word) if isinstance(content, list) else word.replace("~1", "/").replace("~0", "~")


def _parent(content: Any, pointer: str) -> tuple[Any, Any]:
    *way, last = pointer.removeprefix("/").split("/")
    for word in way:
        content = content[_key(content, word)]
    return content, _key(content, last)


def _set(desk: Path, pattern: str, pointer: str, value: object) -> None:
    for path in _files(desk, pattern):
        content = json.loads(path.read_text("utf-8"))
        parent, key = _parent(content, pointer)
        parent[key] = value
        _json(path, content)


def _unset(desk: Path, pattern: str, pointer: str) -> None:
    for path in _files(desk, pattern):
        content = json.loads(path.read_text("utf-8"))
        parent, key = _parent(content, pointer)
        del parent[key]
        _json(path, content)


def _env(desk: Path, values: dict[str, str | None]) -> None:
    path = desk / "env.json"
    _json(path, json.loads(path.read_text("utf-8")) | values)


def _remove(desk: Path, pattern: str) -> None:
    for path in _files(desk, pattern):
        path.unlink()


def _write(desk: Path, name: str, text: str = "") -> None:
    _save(desk / name, text)


def _append(desk: Path, name: str, line: str) -> None:
    _save(desk / name, (desk / name).read_text("utf-8") + line + "\n")


def _replace(desk: Path, pattern: str, old: str, new: str) -> None:
    for path in _files(desk, pattern):
        _save(path, path.read_text("utf-8").replace(old, new))


def _cut(desk: Path, name: str, lines: int) -> None:
    kept = (desk / name).read_text("utf-8").splitlines(keepends=True)[:-lines]
    _save(desk / name, "".join(kept))


def _sql(desk: Path, name: str, statement: str) -> None:
    path = desk / name
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    with sqlite3.connect(path) as base:
        base.execute(statement)
    base.close()


def _rows(desk: Path, pattern: str) -> Iterator[tuple[list[Record], Callable[[list[Record]], None]]]:
    """Yield the rows of each table, log or trade file, with the function that writes them back."""
    for path in _files(desk, pattern):
        text = path.read_text("utf-8")
        if path.suffix == ".csv":
            table = csv.DictReader(io.StringIO(text))
            yield list(table), lambda rows, path=path, names=table.fieldnames: _table(path, names, rows)
        elif path.suffix == ".jsonl":
            rows = [json.loads(line) for line in text.splitlines()]
            yield rows, lambda rows, path=path: _save(path, "".join(f"{json.dumps(row)}\n" for row in rows))
        else:
            content = json.loads(text)
            (strategy,) = content["strategy"].values()
            yield (
                list(strategy["trades"]),
                lambda rows, path=path, c=content, s=strategy: _trades(path, c, s, rows),
            )


def _table(path: Path, names: Any, rows: list[Record]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _save(path, out.getvalue())


def _trades(path: Path, content: Record, strategy: Record, rows: list[Record]) -> None:
    strategy["trades"] = rows
    _json(path, content)


def _meets(row: Record, wanted: Record) -> bool:
    """Tell whether a row has these values; `from`/`below` compare, as in `{close_date: {from: 2026-03-16}}`."""
    return all(_holds(row.get(key), value) for key, value in wanted.items())


def _holds(seen: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(str(seen) == str(wanted))
    low, high = wanted.get("from"), wanted.get("below")
    return seen is not None and (low is None or seen >= low) and (high is None or seen < high)


def _edit(desk: Path, pattern: str, wanted: Record, values: Record) -> None:
    for rows, save in _rows(desk, pattern):
        save([row | values if _meets(row, wanted) else row for row in rows])


def _times(desk: Path, pattern: str, wanted: Record, factors: Record) -> None:
    for rows, save in _rows(desk, pattern):
        for row in rows:
            if _meets(row, wanted):
                row |= {key: row[key] * factor for key, factor in factors.items()}
        save(rows)


def _drop(desk: Path, pattern: str, wanted: Record) -> None:
    for rows, save in _rows(desk, pattern):
        save([row for row in rows if not _meets(row, wanted)])


def _add(desk: Path, pattern: str, values: Record) -> None:
    """Add a row: a copy of the last one with other values."""
    for rows, save in _rows(desk, pattern):
        save([*rows, rows[-1] | values])


def _zip(desk: Path, name: str) -> None:
    path = desk / name
    content = json.loads(path.read_text("utf-8"))
    path.unlink()
    zipped(desk, path.stem, content).rename(path)


def _bot_database(desk: Path, name: str) -> None:
    path = desk / name
    trades = json.loads(path.read_text("utf-8"))["strategy"]["DeskStrategy"]["trades"]
    path.unlink()
    as_columns = {"profit_ratio": "close_profit", "profit_abs": "close_profit_abs"}
    rows = [{as_columns.get(key, key): value for key, value in each.items()} for each in trades]
    database(path, rows, started="2025-12-29 00:00:00")


CHANGES: dict[str, Callable[..., None]] = {
    "set": _set,
    "unset": _unset,
    "env": _env,
    "remove": _remove,
    "write": _write,
    "append": _append,
    "replace": _replace,
    "cut": _cut,
    "sql": _sql,
    "zip": _zip,
    "bot_database": _bot_database,
    "edit": _edit,
    "times": _times,
    "drop": _drop,
    "add": _add,
}
"""What a probe may do: `set unset` fields of JSON documents, `env` variables, `remove write append replace cut` files
and lines, `sql` in a database, `zip bot_database` the
trade file as freqtrade writes it, `edit times drop add` rows of tables, logs and the trade file."""
