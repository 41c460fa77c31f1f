"""Times of rows: in another unit, of 1970, taken for numbers. None of them opens a gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.desks import CATALOGUE, LOG, changed, complaints, judged, metrics, run, write

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
        (None, "1.77e9", ("no time", BARE)),
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


CHICAGO = changed(CSV, ("timezone: UTC", "timezone: America/Chicago"))
REPEATED = "2025-11-02 01:30:00,-80\n"
TABLE = f"at,pnl\n{REPEATED}2026-03-29 09:00:00,4\n"
WRONG = "line 2 of t.csv: `at_` is ambiguous in America/Chicago: the clock is put back there"


@pytest.mark.parametrize(("choice", "hour"), [("earlier", "06"), ("later", "07")])
def test_a_source_says_what_its_repeated_hour_means(tmp_path: Path, choice: str, hour: str) -> None:
    write(tmp_path, "t.csv", TABLE)
    assert cause(tmp_path, CHICAGO, TABLE) == ("no time", WRONG)
    source = changed(CHICAGO, ("    time: at_", f"    ambiguous: {choice}\n    time: at_"))
    found = run(tmp_path, source)
    assert metrics(found)["trades"]["points"][0]["at"] == f"2025-11-02T{hour}:30:00Z"
    printed = f"1 time of `trades` in a repeated hour taken as the {choice}"
    verdict = judged(tmp_path, source, COOLDOWN)
    assert (verdict.verdict, verdict.assumptions) == ("GO", (f"`trades`: {printed}",))
    assert {each.code for each in found.findings} == {"W858"}


def test_a_time_that_a_zone_leaves_out_is_none_whatever_is_declared(tmp_path: Path) -> None:
    source = changed(CHICAGO, ("    time: at_", "    ambiguous: later\n    time: at_"))
    wrong = "line 2 of t.csv: `at_` does not exist in America/Chicago: the clock is put forward there"
    assert cause(tmp_path, source, "at,pnl\n2026-03-08 02:30:00,1\n") == ("no time", wrong)


def test_a_repeated_hour_before_since_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", TABLE)
    found = run(tmp_path, CHICAGO, since="2025-11-02T07:30:01Z")
    assert metrics(found)["total"]["value"] == 1
    assert found.findings == ()
    unknown = metrics(run(tmp_path, CHICAGO, since="2025-11-02T07:30:00Z"))["total"]
    assert unknown == {"unknown": "no time", "detail": WRONG}


OPEN = '{"at": "2026-03-29T10:00:00Z", "pnl": 90}\n{"at": null, "pnl": -5}\n'
SKIP = ("    time: at_", "    undated: skip\n    time: at_")


@pytest.mark.parametrize(
    "source",
    [
        changed(JSONL, SKIP),
        changed(JSONL, ("{time: /at}", "{time: /at, optional: true}")),
        changed(JSONL, SKIP, ("{time: /at}", "{time: /at, optional: true}")),
    ],
)
def test_rows_without_a_time_are_left_out_where_they_are_declared(tmp_path: Path, source: str) -> None:
    write(tmp_path, "t.jsonl", OPEN)
    verdict = judged(tmp_path, source, COOLDOWN)
    left_out = "`trades`: 1 row of `trades` without `at_` left out"
    assert (verdict.verdict, verdict.assumptions) == ("GO", (left_out,))
    found = run(tmp_path, source)
    assert {each.code for each in found.findings} == {"W857"}
    assert metrics(found)["pnl"] == {"value": 90, "n": 1, "at": "2026-03-29T10:00:00Z"}
    renamed = OPEN + '{"closed": "2026-03-30T05:50:00Z", "pnl": -80}\n'
    assert cause(tmp_path, source, renamed) == ("torn source", "line 3 of t.jsonl: `at_` is absent")


def test_rows_without_a_time_are_torn_otherwise(tmp_path: Path) -> None:
    assert cause(tmp_path, JSONL, OPEN) == ("torn source", "line 2 of t.jsonl: `at_` is absent")
    strict = changed(
        JSONL, ("{time: /at}", "{time: /at, optional: true}"), (SKIP[0], SKIP[1].replace("skip", "unknown"))
    )
    assert cause(tmp_path, strict, OPEN) == ("no time", "line 2 of t.jsonl: `at_` is absent")


def test_an_empty_time_of_a_table_is_none(tmp_path: Path) -> None:
    source = changed(CSV, SKIP)
    write(tmp_path, "t.csv", "at,pnl\n2026-03-29 10:00:00,90\n,-5\n")
    assert metrics(run(tmp_path, source))["total"]["value"] == 1
    assert cause(tmp_path, source, "closed,pnl\n2026-03-30 05:50:00,-80\n") == (
        "torn source",
        "line 2 of t.csv: `at_` is absent",
    )


def test_keys_about_times_that_there_are_not() -> None:
    found = complaints(changed(JSONL, ("    time: at_", "    ambiguous: later\n    time: at_")))
    message = "`ambiguous` is for times of a `timezone`, and there is none"
    assert [each.split(" error ")[1] for each in found] == [
        f"E543: {message} (declare the `timezone`; a time with an offset is never ambiguous)"
    ]
    found = complaints(changed(JSONL, ("    time: at_", "    undated: skip\n    time: modified")))
    message = "`undated` is for a column of `time`, and these rows are dated by their files"
    assert [each.split(" error ")[1] for each in found] == [
        f"E544: {message} (leave it out, or name a column as `time`)"
    ]
