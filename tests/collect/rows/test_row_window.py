"""Rows of the future: no file holds a time that had not come when it was written, and none of them proves coverage."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.desks import LATER, LOG, changed, judged, metrics, run, write
from support.roots import instant

AS_OF = "2026-03-30T06:00:00Z"
QUIET = "count(trades < -1, within=1d) == 0"
LOSS = '{"at": "2026-03-30T07:40:00Z", "pnl": -80}'
LIVELY = '{"at": "2026-03-29T07:30:00Z", "pnl": 1}'
TO_AS_OF = changed(LOG, ("    time: at_", "    time: at_\n    covered: {to: as_of}"))


def dated(root: Path, name: str, data: str, at: str) -> Path:
    path = write(root, name, data)
    stamp = float(instant(at))
    os.utime(path, (stamp, stamp))
    return path


def unknown(root: Path, source: str, **options: Any) -> tuple[str, str]:
    """The only cause of a rule that must not hold."""
    verdict = judged(root, source, QUIET, **options)
    assert verdict.verdict == "NO_GO"
    (found,) = verdict.rules[0].causes
    return found.cause, found.detail


@pytest.mark.parametrize("source", [LOG, TO_AS_OF])
@pytest.mark.parametrize("options", [{"archive": True}, {"now": AS_OF}, {"now": LATER}])
def test_a_row_later_than_its_file_is_clock_skew(tmp_path: Path, source: str, options: Any) -> None:
    dated(tmp_path, "t.jsonl", f"{LIVELY}\n{LOSS}\n", "2026-03-30T05:41:00Z")
    late = (
        "line 2 of t.jsonl: `at_` is 2026-03-30T07:40:00Z, after the date of its file, 2026-03-30T05:41:00Z"
    )
    assert unknown(tmp_path, source, **options) == ("clock skew", late)


@pytest.mark.parametrize(
    ("options", "limit"),
    [({"archive": True}, "the archive's time"), ({"now": AS_OF}, "the time of this machine")],
)
def test_a_row_after_the_present_is_clock_skew(tmp_path: Path, options: Any, limit: str) -> None:
    write(tmp_path, "t.jsonl", f"{LIVELY}\n{LOSS}\n{LIVELY}\n")
    late = f"line 2 of t.jsonl: `at_` is 2026-03-30T07:40:00Z, after {limit}, {AS_OF}"
    assert unknown(tmp_path, TO_AS_OF, **options) == ("clock skew", late)


def test_a_look_at_the_past_leaves_later_rows_out_and_they_prove_nothing(tmp_path: Path) -> None:
    write(tmp_path, "t.jsonl", f"{LIVELY}\n{LOSS}\n")
    found = metrics(run(tmp_path, LOG, now=LATER))["trades"]
    assert found == {
        "covered": ["2026-03-29T07:30:00Z", "2026-03-29T07:30:00Z"],
        "points": [{"at": "2026-03-29T07:30:00Z", "value": 1}],
    }
    seen = "seen from 2026-03-29T07:30:00Z to 2026-03-29T07:30:00Z"
    assert unknown(tmp_path, LOG, now=LATER) == ("not covered", seen)
    write(tmp_path, "t.jsonl", f"{LIVELY}\n{LOSS.replace('2026', '2099')}\n")
    assert unknown(tmp_path, LOG, now=LATER)[0] == "clock skew"


@pytest.mark.parametrize(("second", "skewed"), [("02", False), ("03", True)])
def test_clocks_may_differ_by_the_skew(tmp_path: Path, second: str, skewed: bool) -> None:
    row = f'{{"at": "2026-03-30T05:41:{second}Z", "pnl": 1}}\n'
    dated(tmp_path, "t.jsonl", row, "2026-03-30T05:41:00Z")
    assert ("unknown" in metrics(run(tmp_path, LOG))["total"]) is skewed


def test_what_is_written_while_commands_run_is_no_skew(tmp_path: Path) -> None:
    write(tmp_path, "t.jsonl", f"{LIVELY}\n{LOSS.replace('07:40', '06:19')}\n")
    assert unknown(tmp_path, TO_AS_OF)[0] == "clock skew"
    found = metrics(run(tmp_path, TO_AS_OF, elapsed=lambda: Decimal(1200)))["trades"]
    assert found["covered"] == ["2026-03-29T07:30:00Z", AS_OF]


def test_a_torn_file_is_left_out_and_one_of_the_future_is_not(tmp_path: Path) -> None:
    source = changed(
        LOG, ("file: t.jsonl", "files: t*.jsonl\n    torn: file"),
        ("time: at_", "time: at_\n    complete: never\n    covered: {each: 1d}"),
    )  # fmt: skip
    write(tmp_path, "t1.jsonl", "{\n")
    write(tmp_path, "t2.jsonl", f"{LIVELY}\n")
    assert len(metrics(run(tmp_path, source))["trades"]["points"]) == 1
    write(tmp_path, "t3.jsonl", f"{LOSS}\n")
    late = f"line 1 of t3.jsonl: `at_` is 2026-03-30T07:40:00Z, after the time of this machine, {AS_OF}"
    assert unknown(tmp_path, source) == ("clock skew", late)


def test_rows_of_a_write_ahead_log_have_its_date(tmp_path: Path) -> None:
    source = changed(
        LOG,
        ("t.jsonl", "t.db"),
        ("format: jsonl", "format: sqlite\n    table: fills"),
        ("{time: /at}", "{time: at}"),
        ("{number: /pnl}", "{number: pnl}"),
    )
    with closing(sqlite3.connect(tmp_path / "t.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE fills (at TEXT, pnl REAL)")
        database.execute("INSERT INTO fills VALUES ('2026-03-30T05:59:00Z', -2)")
        early, late = (float(instant(each)) for each in ("2026-03-28T00:00:00Z", "2026-03-30T05:59:00Z"))
        os.utime(tmp_path / "t.db", (early, early))
        os.utime(tmp_path / "t.db-wal", (late, late))
        assert metrics(run(tmp_path, source))["trades"]["points"] == [
            {"at": "2026-03-30T05:59:00Z", "value": -2}
        ]
        os.utime(tmp_path / "t.db-wal", (early, early))
        assert unknown(tmp_path, source) == (
            "clock skew",
            "row 1 of t.db: `at_` is 2026-03-30T05:59:00Z, after the date of its file, 2026-03-28T00:00:00Z",
        )


def test_a_file_dated_in_the_future_dates_no_row(tmp_path: Path) -> None:
    source = changed(LOG, ("time: at_", "time: modified"))
    dated(tmp_path, "t.jsonl", f"{LIVELY}\n", "2026-03-30T06:00:03Z")
    late = f"the date of t.jsonl is 2026-03-30T06:00:03Z, after the time of this machine, {AS_OF}"
    assert unknown(tmp_path, source) == ("clock skew", late)


MODIFIED = changed(LOG, ("    time: at_", "    time: at_\n    covered: {to: modified}"))


@pytest.mark.parametrize(
    ("date", "options", "covered"),
    [
        ("2026-03-30T05:00:00Z", {"now": LATER}, "2026-03-30T05:00:00Z"),
        ("2026-03-30T05:00:00Z", {"archive": True}, "2026-03-30T05:00:00Z"),
        ("2026-03-30T06:00:40Z", {"now": "2026-03-30T06:01:00Z"}, AS_OF),
        ("2026-03-30T06:30:00Z", {"now": LATER}, "2026-03-29T07:30:00Z"),
    ],
)
def test_the_date_of_a_file_proves_coverage_up_to_the_present(
    tmp_path: Path, date: str, options: Any, covered: str
) -> None:
    dated(tmp_path, "t.jsonl", f"{LIVELY}\n", date)
    found = metrics(run(tmp_path, MODIFIED, **options))["trades"]
    assert found["covered"] == ["2026-03-29T07:30:00Z", covered]


def test_a_date_after_the_present_proves_nothing(tmp_path: Path) -> None:
    dated(tmp_path, "t.jsonl", f"{LIVELY}\n", "2026-03-31T00:00:00Z")
    late = f"the date of t.jsonl is 2026-03-31T00:00:00Z, after the archive's time, {AS_OF}"
    assert unknown(tmp_path, MODIFIED, archive=True) == ("clock skew", late)
    late = late.replace("the archive's time", "the time of this machine")
    assert unknown(tmp_path, MODIFIED) == ("clock skew", late)


JSON = changed(
    LOG,
    ("t.jsonl", "t.json"),
    ("format: jsonl", "format: json\n    rows: /rows"),
    ("    time: at_", "    time: at_\n    covered: {from: /from, to: /to}"),
)


@pytest.mark.parametrize("options", [{"archive": True}, {"now": AS_OF}, {"now": LATER}])
def test_a_file_cannot_know_what_comes_after_it(tmp_path: Path, options: Any) -> None:
    text = '{"from": "2026-03-01T00:00:00Z", "to": "2026-03-30T05:00:03Z", "rows": []}'
    dated(tmp_path, "t.json", text, "2026-03-30T05:00:01Z")
    assert metrics(run(tmp_path, JSON, **options))["trades"]["covered"][1] == "2026-03-30T05:00:03Z"
    dated(tmp_path, "t.json", text, "2026-03-30T05:00:00Z")
    late = "t.json: /to is 2026-03-30T05:00:03Z, after the date of its file, 2026-03-30T05:00:00Z"
    assert unknown(tmp_path, JSON, **options) == ("clock skew", late)


DAYS = changed(
    LOG,
    ("    time: at_", "    time: at_\n    complete: never\n    covered: {each: 1d, by: day}"),
    ("at_: {time: /at}", "at_: {time: /at}\n      day: {time: /day}"),
)


def test_a_period_that_begins_after_its_row_is_not_covered(tmp_path: Path) -> None:
    row = '{"at": "2026-03-29T01:00:00Z", "day": "2026-03-28T00:00:00Z", "pnl": 1}\n'
    write(tmp_path, "t.jsonl", row)
    covered = ["2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z"]
    assert metrics(run(tmp_path, DAYS))["trades"]["covered"] == covered
    write(tmp_path, "t.jsonl", row + row.replace("2026-03-28", "2026-03-30"))
    assert metrics(run(tmp_path, DAYS))["trades"]["covered"] == covered
