"""Missing data that SQL speaks for: a finding of `collect`, and an assumption of each verdict that reads the metric."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.canonical import canonical
from interlock.evaluation.snapshot.snapshot import Snapshot
from support.desks import changed, judged, run, write

CSV = """
sources:
  trades:
    kind: rows
    doc: a
    file: t.csv
    format: csv
    time: at
    columns: {at: {time: at}, pnl: {number: pnl}, fee: {number: comission, optional: true}}
    metrics:
      pnl: {sql: "select sum(pnl) as value from trades"}
"""
NOTHING = "the SQL makes a value of an aggregate over no rows"
UNASKED = "the SQL makes a value where a subquery gives no rows"
ADDED = "the SQL adds a row of its own to those of the source"
PAIRED = "the SQL passes over rows without a partner in a join"
ABSENT = "no row has the optional column `fee` (`comission`), so it is NULL throughout"


def assumed(root: Path, sql: str, header: str = "comission") -> list[str]:
    write(root, "t.csv", f"at,pnl,{header}\n2026-03-29T00:00:00Z,1,\n")
    found = run(root, changed(CSV, ("select sum(pnl) as value from trades", sql)))
    lines = [each.message for each in found.findings]
    snapshot = Snapshot.parse(canonical(found.snapshot))
    assert snapshot.assumed(["pnl", "other"]) == lines
    assert snapshot.narrowed(["pnl"], ()).assumed(["pnl"]) == lines
    assert {each.code for each in found.findings} <= {"W855", "W856", "W864"}
    assert {each.hint for each in found.findings} <= {"it is an assumption, which verdicts print"}
    return [each.removeprefix("`pnl`: ") for each in lines]


@pytest.mark.parametrize(
    ("sql", "lines"),
    [
        ("select max(a.pnl) as value from trades a join trades b on a.pnl = b.pnl", [PAIRED]),
        ("select max(pnl) as value from trades join (select pnl from trades) b using (pnl)", [PAIRED]),
        ("select max(pnl) as value from trades semi join (select pnl from trades) b using (pnl)", [PAIRED]),
        ("select max(a.pnl) as value from trades a, trades b where a.pnl + 1 = b.pnl + 1", [PAIRED]),
        ("select max(a.pnl) as value from trades a left join trades b on a.pnl = b.pnl", []),
        ("select max(a.pnl) as value from trades a, trades b", []),
        ("select max(a.pnl) as value from trades a, trades b where a.pnl = 1 and a.pnl > b.pnl - 1", []),
        ("select max(a.pnl) as value from trades a where a.pnl = a.pnl", []),
    ],
)
def test_a_join_that_passes_over_rows(tmp_path: Path, sql: str, lines: list[str]) -> None:
    assert assumed(tmp_path, sql) == lines


def test_a_verdict_prints_that_a_join_passes_over_rows(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "at,pnl\n2026-03-29T00:00:00Z,1\n2026-03-30T05:00:00Z,9\n")
    sql = "select max(t.pnl) as value from trades t join (select 1 as pnl) c on c.pnl = t.pnl"
    verdict = judged(tmp_path, changed(CSV, ("select sum(pnl) as value from trades", sql)), "pnl <= 5")
    assert (verdict.verdict, verdict.assumptions) == ("GO", (f"`pnl`: {PAIRED}",))


@pytest.mark.parametrize(
    "sql",
    [
        "select coalesce(max(pnl), 0) as value from trades",
        "select ifnull(sum(pnl), 0) as value from trades",
        "select case when avg(pnl) is null then 0 else 1 end as value from trades",
        "select case when avg(pnl) is not null then 1 else 0 end as value from trades",
        "select case when avg(pnl) is distinct from 5 then 1 else 0 end as value from trades",
        "select greatest(max(pnl), 0) as value from trades",
        "select coalesce((select max(pnl) from trades), 0) as value",
        "select coalesce(m, 0) as value from (select max(pnl) as m from trades)",
        "with x as (select min(pnl) as m from trades) select coalesce(x.m, 0) as value from x",
        "select case when max(pnl) > 5 then 1 else 0 end as value from trades",
        "with x as (select max(pnl) as m from trades) select case when m > 5 then 1 else 0 end as value from x",
    ],
)
def test_a_value_of_no_rows(tmp_path: Path, sql: str) -> None:
    assert assumed(tmp_path, sql)[0] == NOTHING


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select coalesce((select pnl from trades order by pnl limit 1), 0) as value", UNASKED),
        ("select case when exists(select 1 from trades where pnl > 5) then 1 else 0 end as value", UNASKED),
        ("select case when 5.0 in (select pnl from trades) then 1 else 0 end as value", UNASKED),
        ("select sum(v) as value from (select pnl as v from trades union all select 0)", ADDED),
        ("select a.v as value from (select 0 as v) a left join trades on true", ADDED),
    ],
)
def test_a_value_beside_the_rows(tmp_path: Path, sql: str, expected: str) -> None:
    assert assumed(tmp_path, sql) == [expected]


def test_a_condition_over_no_rows_closes_no_gate_unseen(tmp_path: Path) -> None:
    """The loss is not in the file any more, and the verdict says what the SQL made of that."""
    text = changed(
        CSV,
        ("select sum(pnl) as value", "select case when min(pnl) < -5 then 1 else 0 end as value"),
        (
            "    time: at\n",
            "    time: at\n    may_be_empty: true\n    covered: {from: 2026-01-01, to: as_of}\n",
        ),
    )
    head = "at,pnl,comission\n"
    write(tmp_path, "t.csv", f"{head}2026-03-29T00:00:00Z,-9,1\n")
    assert judged(tmp_path, text, "pnl < 1").verdict == "NO_GO"
    write(tmp_path, "t.csv", head)
    assert f"pnl: {NOTHING}" in " ".join(judged(tmp_path, text, "pnl < 1").assumptions).replace("`", "")


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(coalesce(pnl, 0)) as value from trades",
        "select coalesce(count(*), 0) as value from trades",
        "select case when max(pnl) > 5 then 1 end as value from trades",
        "select case when max(pnl) > 5 then 1 else null end as value from trades",
        "select case when count(*) > 5 then 1 else 0 end as value from trades",
        "select sum(case when pnl > 5 then 1 else 0 end) as value from trades",
        "select sum(pnl) as value from trades where exists(select 1 from trades)",
        "select (select sum(pnl) from trades) as value",
        "select sum(v) as value from (select pnl as v from trades union all select pnl from trades)",
        "select sum(pnl) / nullif(count(*), 0) as value from trades",
        "with d as (select ordinal, sum(pnl) as m from trades group by 1) select sum(coalesce(m, 0)) as value from d",
    ],
)
def test_sound_queries(tmp_path: Path, sql: str) -> None:
    assert assumed(tmp_path, sql) == []


def test_an_optional_column_that_no_row_has(tmp_path: Path) -> None:
    fees = "select sum(pnl - coalesce(fee, 0)) as value from trades"
    assert assumed(tmp_path, fees, "commission") == [ABSENT]
    assert assumed(tmp_path, fees) == []
    assert assumed(tmp_path, "select sum(pnl) as value from trades", "commission") == []
    assert assumed(tmp_path, "select sum(pnl) as value from (select * from trades)", "commission") == [ABSENT]


def test_a_snapshot_whose_provenance_says_odd_things() -> None:
    for odd in ("x", {"assumed": "x"}, {"assumed": [1]}, {}):
        text = json.dumps({"interlock": 1, "as_of": "2026-03-30", "metrics": {}, "provenance": {"pnl": odd}})
        try:
            found = Snapshot.parse(text.encode())
        except Exception as problem:
            assert type(problem).__name__ == "SnapshotError"
        else:
            assert found.assumed(["pnl"]) == []
