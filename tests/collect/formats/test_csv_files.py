"""CSV: texts read as the declared types, and an error has its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from support.desks import LOG, changed, metrics, run, write

CSV = changed(
    LOG,
    ("t.jsonl", "t.csv"),
    ("format: jsonl", "format: csv"),
    ("{time: /at}", "{time: at}"),
    ("{number: /pnl}", "{number: pnl}"),
)
TABLE = 'at,pnl,note\n2026-03-28T01:00:00Z,12.5,"a,\nb"\n2026-03-29T00:00:00Z,-3,x\n'


def test_csv(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", TABLE)
    seen = metrics(run(tmp_path, CSV))
    assert seen["pnl"] == {"value": Decimal("9.5"), "n": 2, "at": "2026-03-29T00:00:00Z"}


def test_a_csv_cut_at_any_byte_is_unknown_or_what_its_whole_rows_say(tmp_path: Path) -> None:
    data = TABLE.encode()
    second = data.index(b"2026-03-29")
    for cut in range(len(data)):
        write(tmp_path, "t.csv", data[:cut])
        found = metrics(run(tmp_path, CSV))["pnl"]
        if cut == second:
            assert found == {"value": Decimal("12.5"), "n": 1, "at": "2026-03-28T01:00:00Z"}
        else:
            assert "unknown" in found, cut


@pytest.mark.parametrize(
    ("data", "cause", "detail"),
    [
        (
            "at,pnl\n2026-03-28,1\n",
            "no time",
            "line 2 of t.csv: `at_` has no offset and the source declares no `timezone`",
        ),
        ("at,pnl\n2026-03-28T00:00:00Z,\n", "torn source", "line 2 of t.csv: `pnl` is empty"),
        ("at,pnl\n2026-03-28T00:00:00Z,1_0\n", "torn source", "line 2 of t.csv: `pnl` is not a number"),
        ("at,pnl\n2026-03-28T00:00:00Z,nan\n", "not finite", "line 2 of t.csv: `pnl` is not finite"),
        ("at,pnl\n2026-03-28T00:00:00Z,1,2\n", "torn source", "line 2 of t.csv has 3 fields, not 2"),
        ("at,pnl,pnl\n", "torn source", "the header of t.csv has the same name twice"),
        ("at,profit\n", "torn source", "t.csv has no column `pnl`"),
        ('at,pnl\n2026-03-28T00:00:00Z,"1\n', "torn source", "line 2 of t.csv is not CSV"),
        ("at,pnl\n2026-03-28T00:00:00Z,1", "torn source", "line 2 of t.csv has no end"),
        (b"\xff\xfea\x00", "torn source", "t.csv is not UTF-8 at byte 0"),
    ],
)
def test_a_bad_csv_says_where(tmp_path: Path, data: str | bytes, cause: str, detail: str) -> None:
    write(tmp_path, "t.csv", data)
    assert metrics(run(tmp_path, CSV))["pnl"] == {"unknown": cause, "detail": detail}


def test_naive_times_are_read_in_the_declared_zone_and_ambiguous_ones_are_no_time(tmp_path: Path) -> None:
    text = changed(CSV, ("    time: at_", "    time: at_\n    timezone: America/New_York"))
    write(tmp_path, "t.csv", "at,pnl\n2024-07-01 12:00:00,1\n")
    assert metrics(run(tmp_path, text))["pnl"]["at"] == "2024-07-01T16:00:00Z"
    for moment, wrong in (
        ("2024-11-03 01:30:00", "is ambiguous in America/New_York: the clock is put back there"),
        ("2024-03-10 02:30:00", "does not exist in America/New_York: the clock is put forward there"),
    ):
        write(tmp_path, "t.csv", f"at,pnl\n{moment},1\n")
        detail = f"line 2 of t.csv: `at_` {wrong}"
        assert metrics(run(tmp_path, text))["pnl"] == {"unknown": "no time", "detail": detail}
