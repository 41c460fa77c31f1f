"""Times of rows: in another unit, of 1970, taken for numbers. None of them opens a gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.desks import CATALOGUE, LOG, changed, judged, metrics, run, write

COOLDOWN = "since(trades < 0) >= 1h"
CSV = changed(
    LOG,
    ("t.jsonl", "t.csv"),
    ("format: jsonl", "format: csv"),
    ("    time: at_", "    time: at_\n    timezone: UTC\n    covered: {to: as_of}"),
    ("{time: /at}", "{time: at}"),
    ("{number: /pnl}", "{number: pnl}"),
)
LINES = changed(
    CSV,
    ("t.csv", "t.log"),
    ("format: csv", "format: lines\n    match: '(?P<at>\\S+) (?P<pnl>\\S+)'"),
)
JSONL = changed(LOG, ("    time: at_", "    time: at_\n    covered: {to: as_of}"))
OUTSIDE = "lies outside the years 2000 to 9999"
BARE = "is a number, and the column declares no `unit` since 1970"


def cause(root: Path, source: str, rows: str) -> tuple[str, str]:
    """The cause and the detail of the rule's only unknown; a gate that opens fails."""
    file = "t.csv" if "csv" in source else "t.log" if "lines" in source else "t.jsonl"
    write(root, file, rows)
    verdict = judged(root, source, COOLDOWN)
    assert verdict.verdict == "NO_GO"
    (found,) = verdict.rules[0].causes
    return found.cause, found.detail


@pytest.mark.parametrize(
    ("unit", "time", "wanted"),
    [
        (None, "1774850400", ("no time", BARE)),
        (None, "-1774850400", ("no time", BARE)),
        (None, "1774850400.5", ("no time", BARE)),
        (None, "20260330", ("no time", BARE)),
        (None, "20260330054000", ("no time", BARE)),
        (None, "1.77e9", ("no time", "is no time")),
        ("ms", "1774850400", ("out of range", OUTSIDE)),
        ("us", "1774850400000", ("out of range", OUTSIDE)),
        ("s", "1774850400000", ("out of range", OUTSIDE)),
        ("s", "20260330", ("out of range", OUTSIDE)),
        ("s", "0", ("out of range", OUTSIDE)),
        ("s", "1970-01-01", ("out of range", OUTSIDE)),
        (None, "1999-12-31 23:59:59", ("out of range", OUTSIDE)),
    ],
)
def test_a_time_in_a_wrong_unit_closes_the_gate(
    tmp_path: Path, unit: str | None, time: str, wanted: tuple[str, str]
) -> None:
    told = (wanted[0], f"line 2 of t.csv: `at_` {wanted[1]}")
    unit_key = f"{{time: at, unit: {unit}}}" if unit else "{time: at}"
    source = changed(CSV, ("{time: at}", unit_key))
    assert cause(tmp_path, source, f"at,pnl\n{time},-80\n") == told
    source = changed(LINES, ("{time: at}", unit_key))
    if " " not in time:
        assert cause(tmp_path, source, f"{time} -80\n") == (
            wanted[0],
            told[1].replace("line 2 of t.csv", "line 1 of t.log"),
        )


@pytest.mark.parametrize("time", ["1774850400000", "20260330", "0", '"1970-01-01T00:00:00Z"'])
def test_numbers_of_json_count_seconds_of_this_age(tmp_path: Path, time: str) -> None:
    told = ("out of range", f"line 1 of t.jsonl: `at_` {OUTSIDE}")
    assert cause(tmp_path, JSONL, f'{{"at": {time}, "pnl": -80}}\n') == told


@pytest.mark.parametrize(("unit", "time"), [("s", "1774850400"), ("ms", "1774850400000")])
def test_a_number_in_its_unit_is_a_time(tmp_path: Path, unit: str, time: str) -> None:
    write(tmp_path, "t.csv", f"at,pnl\n{time},-80\n")
    write(tmp_path, "t.log", f"{time} -80\n")
    for source in (CSV, LINES):
        with_unit = changed(source, ("{time: at}", f"{{time: at, unit: {unit}}}"))
        found = metrics(run(tmp_path, with_unit))["trades"]
        assert [each["at"] for each in found["points"]] == ["2026-03-30T06:00:00Z"]
    write(tmp_path, "t.jsonl", '{"at": 1774850400, "pnl": -80}\n')
    assert metrics(run(tmp_path, JSONL))["trades"] == found


@pytest.mark.parametrize(
    ("sql", "metric"),
    [
        ("select make_timestamp(0) as at, pnl as value from trades", "trades"),
        ("select at_ as at, make_timestamp(1774850400) as value from trades", "moments"),
        ("select date '1970-01-01' as value from trades", "moment"),
    ],
)
def test_a_time_that_sql_makes_of_a_wrong_unit_is_out_of_range(tmp_path: Path, sql: str, metric: str) -> None:
    catalogue = CATALOGUE.replace("scopes:", "  moments: {type: timestamp, every: event, doc: a}\nscopes:")
    head = JSONL.split("    metrics:\n")[0]
    source = f'{head}    metrics:\n      {metric}: {{sql: "{sql}"}}\n'
    write(tmp_path, "t.jsonl", '{"at": "2026-03-30T05:40:00Z", "pnl": -80}\n')
    found = metrics(run(tmp_path, source, catalogue=catalogue))[metric]
    found = found["points"][0] if metric == "moments" else found
    assert found.pop("at", None) in (None, "2026-03-30T05:40:00Z")
    assert found == {
        "unknown": "out of range",
        "detail": "the SQL gives a time outside the years 2000 to 9999",
    }
