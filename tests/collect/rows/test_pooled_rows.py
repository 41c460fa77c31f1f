"""SQL that makes one value of several rows, with and without an aggregate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.collect.rows.pooled_rows import pools
from interlock.collect.sql.duckdb_tables import Database
from support.desks import CATALOGUE, changed, judged, load, write

WEEKLY = """
sources:
  reports:
    kind: rows
    doc: one report a week
    files: r*.json
    format: json
    time: known
    timezone: UTC
    columns: {known: {time: /week, shift: 7d}, week: {time: /week}, pnl: {number: /pnl}}
    covered: {each: 1w, by: week}
    complete: 1w
    metrics:
      VALUE
"""
BEGAN = changed(
    CATALOGUE,
    *(
        (f"{name}: {{type: {kind},", f"{name}: {{type: {kind}, began: 2026-02-02,")
        for name, kind in (("pnl", "number"), ("flag", "bool"), ("moment", "timestamp"))
    ),
)


@pytest.mark.parametrize(
    ("metric", "sql", "rule"),
    [
        ("pnl", "select pnl as value from reports order by pnl limit 1", "pnl > -100"),
        ("flag", "select exists(select 1 from reports where pnl < -100) as value", "not flag"),
        ("flag", "select -100 > any(select pnl from reports) as value", "not flag"),
        (
            "moment",
            "select max(known) as value from reports where pnl < -100 or pnl = 1",
            "age(moment) > 30d",
        ),
    ],
)
def test_a_lost_report_closes_the_gate(tmp_path: Path, metric: str, sql: str, rule: str) -> None:
    text = changed(WEEKLY, ("VALUE", f'{metric}: {{sql: "{sql}"}}'))
    weeks = ("02-02", "02-09", "02-16", "02-23", "03-02", "03-09", "03-16", "03-23")
    for worst, verdict in ((-500, "NO_GO"), (6, "GO")):
        for week in weeks:
            pnl = {"03-09": worst, "02-02": 1}.get(week, 5)
            write(tmp_path, f"r{week}.json", json.dumps({"week": f"2026-{week}", "pnl": pnl}))
        assert judged(tmp_path, text, rule, catalogue=BEGAN).verdict == verdict
    (tmp_path / "r03-09.json").unlink()
    (rule_found,) = judged(tmp_path, text, rule, catalogue=BEGAN).rules
    assert (rule_found.outcome, rule_found.causes[0].cause) == ("unknown", "missing")


@pytest.mark.parametrize(
    ("sql", "pooled"),
    [
        ("select pnl as value from reports", False),
        ("select max(week) as value from reports", False),
        ("select max(week - interval 1 day) as value from reports", True),
        ("select max(pnl) as value from reports", True),
        ("select min(week) as value from reports", True),
        ("select max(week) filter (where pnl > 0) as value from reports", True),
        ("select COUNT(*) as value from reports", True),
        ("select count(distinct week) as value from reports", True),
        ("select list(distinct pnl order by pnl) as value from reports", True),
        ("select first(pnl) as value from reports", True),
        ("select sum(pnl) over (order by week) as value, week as at from reports", True),
        ("select row_number() over (order by week) as value from reports", True),
        (
            "select abs(pnl) + greatest(pnl, 2) as value from reports where pnl in (select avg(pnl) from reports)",
            True,
        ),
        ("select abs(pnl) + greatest(pnl, 2) as value from reports", False),
        ("select pnl as value from reports order by week desc limit 1", False),
        ('select pnl as value, week as at from reports order by "at" desc, ordinal desc limit 1', False),
        ("select pnl as value from reports union all select 1", False),
        ("select r.pnl as value from reports r, reports s", False),
        ("select pnl as value from reports where week > $from", False),
        ("select pnl as value from reports order by pnl limit 1", True),
        ("select pnl as value from reports limit 1", True),
        ("select pnl as value from reports order by week limit 1", True),
        ("select pnl as value from reports order by pnl desc limit 1", True),
        ("select pnl as value from reports order by week desc limit 1 offset 1", True),
        ("select pnl as week from reports order by week desc limit 1", True),
        ("select pnl as value from reports where pnl < 0 order by week desc limit 1", True),
        ("select pnl as value from reports qualify pnl < 0 order by week desc limit 1", True),
        ("select max(week) as value from reports where pnl < 0", True),
        ("select max(week) as value from reports having count(*) > 1", True),
        ("select max(week) as value from (select week from reports where pnl < 0)", True),
        ("with r as (select pnl as week from reports) select max(week) as value from r", True),
        ("select max(r.week) as value from reports r, reports s", True),
        ("select exists(select 1 from reports where pnl < 0) as value", True),
        ("select -100 > any(select pnl from reports) as value", True),
        ("select 1 in (select pnl from reports) as value", True),
        ("select list_min(array(select pnl from reports)) as value", True),
        ("select distinct pnl < 0 as value from reports", True),
        ("select pnl < 0 as value from reports group by 1", True),
        ("select r.pnl is null as value from reports r left join reports s on s.pnl < 0", True),
        ("select r.pnl as value from reports r anti join reports s on s.pnl < 0", True),
        ("select 0 as value except select 0 from reports where pnl < 0", True),
        ("select pnl as value from reports union select 1", True),
    ],
)
def test_what_pools_rows(sql: str, pooled: bool) -> None:
    sources, _, _ = load(changed(WEEKLY, ("VALUE", "total: {sql: select count(*) as value from reports}")))
    source = sources.by_id["reports"]
    with Database() as database:
        database.create("reports", {"week": "TIMESTAMP", "pnl": "DOUBLE"}, {"week": (), "pnl": ()})
        assert pools(database.check(sql, ["reports"]), [source]) is pooled  # type: ignore[list-item]
