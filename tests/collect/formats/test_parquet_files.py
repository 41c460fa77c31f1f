"""Parquet files are rows like any other: typed, dated, cut, hashed, and torn where they are not sound."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from support.desks import LATER, changed, judged, metrics, run, write

duckdb = pytest.importorskip("duckdb", reason="reading Parquet needs the duckdb extra")

SOURCE = """
sources:
  fills:
    kind: rows
    doc: a
    file: data/fills.parquet
    format: parquet
    time: closed
    timezone: UTC
    columns:
      closed: {time: closed}
      id: {integer: id}
      profit: {number: profit}
      level: {text: level, optional: true}
      tags: {json: tags}
    metrics:
      trades: {sql: "select closed as at, profit as value from fills order by closed, ordinal"}
      total: {sql: "select sum(id) as value from fills"}
      level: {sql: "select max(tags) as value from fills"}
"""
ROWS = (
    "select * from (values (timestamp '2026-03-28 10:00:00.5', 1::decimal(9,0), 1.25::decimal(9,2), ['a']), "
    "(timestamp '2026-03-29 10:00:00', 2::decimal(9,0), -2::decimal(9,2), ['b']), "
    "(timestamp '2026-03-31 10:00:00', 4::decimal(9,0), 7::decimal(9,2), ['c'])) t(closed, id, profit, tags)"
)
UTC_ROWS = (
    "select closed::timestamptz as closed, 1 as id, 2.5::float as profit, ['x'] as tags "
    "from (values (timestamp '2026-03-28 10:00:00')) t(closed)"
)


def _made(root: Path, select: str = ROWS) -> Path:
    path = root / "data/fills.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")
    return path


def test_rows_are_read_typed_and_cut_at_the_time_of_the_snapshot(tmp_path: Path) -> None:
    _made(tmp_path)
    found = run(tmp_path, SOURCE, now=LATER)
    end = "2026-03-29T10:00:00Z"  # a later row was not there to be seen
    assert metrics(found) == {
        "level": {"at": end, "value": '["b"]'},
        "total": {"at": end, "value": 3},
        "trades": {
            "covered": ["2026-03-28T10:00:00.5Z", end],
            "points": [
                {"at": "2026-03-28T10:00:00.5Z", "value": pytest.approx(1.25)},
                {"at": "2026-03-29T10:00:00Z", "value": -2},
            ],
        },
    }
    origin = found.snapshot["provenance"]["trades"]  # type: ignore[index]
    assert origin["file"] == "data/fills.parquet"
    assert origin["rows"] == 2
    assert origin["sha256"].startswith("sha256:")


def test_times_with_a_zone_need_none_declared(tmp_path: Path) -> None:
    _made(tmp_path, UTC_ROWS)
    found = metrics(run(tmp_path, SOURCE.replace("    timezone: UTC\n", "")))
    assert found["trades"]["points"] == [{"at": "2026-03-28T10:00:00Z", "value": Decimal("2.5")}]


def test_times_without_a_zone_need_one_declared(tmp_path: Path) -> None:
    _made(tmp_path)
    found = metrics(run(tmp_path, SOURCE.replace("    timezone: UTC\n", "")))
    detail = "row 1 of data/fills.parquet: `closed` has no offset and the source declares no `timezone`"
    assert found["trades"] == {"unknown": "no time", "detail": detail}


@pytest.mark.parametrize(
    ("select", "cause", "detail"),
    [
        (
            "select timestamp '2026-03-28' as closed, 1 as id, ['a'] as tags",
            "torn source",
            "data/fills.parquet has no column `profit`",
        ),
        (
            "select timestamp '2026-03-28' as closed, 1 as id, 'nan'::double as profit, ['a'] as tags",
            "not finite",
            "row 1 of data/fills.parquet: `profit` is not finite",
        ),
        (
            "select timestamp '2026-03-28' as closed, 1.5 as id, 1.0 as profit, ['a'] as tags",
            "torn source",
            "row 1 of data/fills.parquet: `id` is not a whole number",
        ),
        (
            "select timestamp '2026-03-28' as closed, 1 as id, null::double as profit, ['a'] as tags",
            "torn source",
            "row 1 of data/fills.parquet: `profit` is absent",
        ),
    ],
)
def test_what_does_not_fit_is_unknown_with_its_place(
    tmp_path: Path, select: str, cause: str, detail: str
) -> None:
    _made(tmp_path, select)
    assert metrics(run(tmp_path, SOURCE))["total"] == {"unknown": cause, "detail": detail}


def test_a_damaged_empty_or_linked_file_is_unknown(tmp_path: Path) -> None:
    path = _made(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    torn = {"unknown": "torn source", "detail": "data/fills.parquet is not a sound Parquet file"}
    assert metrics(run(tmp_path, SOURCE))["total"] == torn
    path.write_bytes(b"")
    empty = {"unknown": "missing", "detail": "data/fills.parquet is empty"}
    assert metrics(run(tmp_path, SOURCE))["total"] == empty
    path.unlink()
    inside = tmp_path / "inner"
    inside.mkdir()
    write(tmp_path, "outside.parquet", whole)
    (inside / "data").mkdir()
    (inside / "data/fills.parquet").symlink_to(tmp_path / "outside.parquet")
    out = {"unknown": "missing", "detail": "data/fills.parquet leads out of the root through a symbolic link"}
    assert metrics(run(inside, SOURCE))["total"] == out


@pytest.mark.parametrize("time", ["timestamp", "timestamptz", "date"])
@pytest.mark.parametrize("end", ["infinity", "-infinity"])
def test_a_time_that_is_infinite_is_not_absent(tmp_path: Path, time: str, end: str) -> None:
    rows = f"select unnest(['2026-03-28'::{time}, '{end}'::{time}]) closed, 1 id, -2.5 profit, ['a'] tags"
    _made(tmp_path, rows)
    source = changed(
        SOURCE,
        (
            "    time: closed",
            "    undated: skip\n    covered: {from: 2026-01-01, to: as_of}\n    time: closed",
        ),
    )
    verdict = judged(tmp_path, source, "count(trades < 0, within=2d) == 0")
    causes = [(each.cause, each.detail) for each in verdict.rules[0].causes]
    torn = ("no time", "row 2 of data/fills.parquet: `closed` is no time")
    assert (verdict.verdict, causes) == ("NO_GO", [torn])


def test_a_time_that_is_null_is_absent(tmp_path: Path) -> None:
    _made(tmp_path, "select null::timestamptz closed, 1 id, -2.5 profit, ['a'] tags")
    torn = {"unknown": "torn source", "detail": "row 1 of data/fills.parquet: `closed` is absent"}
    assert metrics(run(tmp_path, SOURCE))["total"] == torn


@pytest.mark.parametrize("kind", ["float", "double", "decimal(9, 2)"])
def test_a_number_of_32_bits_is_what_its_writer_wrote(tmp_path: Path, kind: str) -> None:
    """0.7 of 32 bits lies below 0.7, so a loss of -0.7 passed a limit that excludes it."""
    source = SOURCE + '      pnl: {sql: "select sum(profit) as value from fills"}\n'
    for value, rule in (("0.1", "pnl <= 0.1"), ("-0.7", "pnl >= -0.7")):
        row = f"timestamp '2026-03-28 10:00:00' as closed, 1 as id, {value}::{kind} as profit, ['a'] as tags"
        _made(tmp_path, f"select {row}")
        verdict = judged(tmp_path, source, rule, now=LATER)
        assert (verdict.verdict, verdict.rules[0].comparisons[0].seen) == ("GO", value)
        assert judged(tmp_path, source, rule.replace("=", ""), now=LATER).verdict == "NO_GO"


def test_numbers_of_32_bits_within_lists_and_structures(tmp_path: Path) -> None:
    tags = "{'loss': 0.1::float, 'FLOAT': 1, 'all': [0.7::float, null]}"
    _made(tmp_path, f"select timestamp '2026-03-28 10:00:00' as closed, 1 as id, 1 as profit, {tags} as tags")
    seen = metrics(run(tmp_path, SOURCE, now=LATER))
    assert seen["level"]["value"] == '{"FLOAT": 1, "all": [0.7, null], "loss": 0.1}'
