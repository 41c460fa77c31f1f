"""Sums in SQL are those of the numbers as written, in `number` columns where they can be, in `decimal` ones always."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from support.desks import changed, complaints, metrics, run, write

CSV = """
sources:
  trades:
    kind: rows
    doc: a
    file: t.csv
    format: csv
    time: at
    columns: {at: {time: at}, qty: {number: qty}, side: {text: side, optional: true}}
    covered: {to: as_of}
    metrics:
      pnl: {sql: "select sum(qty) as value from trades"}
"""
GROUPED = (
    "sum(qty) from trades group by typeof(qty) having typeof(qty) = 'DOUBLE' union all select 1.5 where false"
)
JSONL = changed(CSV, ("t.csv", "t.jsonl"), ("format: csv", "format: jsonl"), ("{time: at}", "{time: /at}"),
                ("{number: qty}", "{decimal: /qty}"), ("{text: side,", "{text: /side,"))  # fmt: skip


def value(root: Path, numbers: list[str], sql: str = "sum(qty)", source: str = CSV) -> object:
    rows = "".join(f"2026-03-29T0{at}:00:00Z,{number},{at}\n" for at, number in enumerate(numbers))
    write(root, "t.csv", f"at,qty,side\n{rows}")
    found = metrics(run(root, changed(source, ("sum(qty)", sql))))["pnl"]
    return found.get("value", found.get("detail"))


@pytest.mark.parametrize(
    ("numbers", "sql", "wanted"),
    [
        (["0.1", "0.2"], "sum(qty)", "0.3"),
        (["0.1", "0.2"], "sum(qty) - 0.3", "0"),
        (["0.1", "0.7", "1e0"], "sum(qty * 3)", "5.4"),
        (["0.1", "0.2"], "max(qty)", "0.2"),
        (["1", "2"], "sum(qty)", "3"),
        (["0.1", "0.2", "0.1234567890123"], "sum(qty)", "0.42345678901230005"),
        (["0.5", "7.7"], "sum(floor(qty))", "7"),
    ],
)
def test_sums_of_numbers(tmp_path: Path, numbers: list[str], sql: str, wanted: str) -> None:
    assert value(tmp_path, numbers, sql) == Decimal(wanted)


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("sum(qty * qty * qty * qty)", "0.0017"),
        ("sum(case when typeof(qty) = 'DOUBLE' then 0.1 else 7.1 end::double)", "0.2"),
        (GROUPED, "0.30000000000000004"),
    ],
)  # fmt: skip
def test_a_query_that_means_another_thing_over_decimals_keeps_its_result(
    tmp_path: Path, sql: str, wanted: str
) -> None:
    sql = changed(sql, (" from trades", " as value from trades")) if " from " in sql else sql
    source = (
        changed(CSV, ("select sum(qty) as value from trades", f"select {sql}")) if " from " in sql else CSV
    )
    if source is not CSV:
        write(tmp_path, "t.csv", "at,qty\n2026-03-29T00:00:00Z,0.1\n2026-03-29T01:00:00Z,0.2\n")
        assert metrics(run(tmp_path, source))["pnl"]["value"] == Decimal(wanted)
    else:
        found = value(tmp_path, ["0.1", "0.2"], sql)
        assert isinstance(found, Decimal)
        assert abs(found - Decimal(wanted)) < Decimal("1e-15")


def test_rows_keep_their_order(tmp_path: Path) -> None:
    sql = 'select "at", sum(qty) + 0.2 as value from trades group by "at", ordinal order by ordinal desc'
    source = changed(CSV, ('pnl: {sql: "select sum(qty) as value from trades"}', f"trades: {{sql: '{sql}'}}"))
    write(tmp_path, "t.csv", "at,qty\n2026-03-29T00:00:00Z,0.1\n2026-03-29T00:00:00Z,0.7\n")
    points = metrics(run(tmp_path, source))["trades"]["points"]
    assert [each["value"] for each in points] == [Decimal("0.9"), Decimal("0.3")]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        ("0.000000000001", Decimal("0.1") + Decimal("1e-12")),
        ("-1e2", Decimal("-99.9")),
        ("0", Decimal("0.1")),
        ("0.0000000000001", "line 3 of t.csv: `qty` has more than 12 decimals, or more than 26 digits before them"),
        ("1e26", "line 3 of t.csv: `qty` has more than 12 decimals, or more than 26 digits before them"),
        ("1e999999", "line 3 of t.csv: `qty` is not a number"),
        ("nan", "line 3 of t.csv: `qty` is not finite"),
        ("１", "line 3 of t.csv: `qty` is not a number"),
        ("1_0", "line 3 of t.csv: `qty` is not a number"),
    ],
)  # fmt: skip
def test_decimals_of_texts(tmp_path: Path, number: str, wanted: object) -> None:
    assert (
        value(tmp_path, ["0.1", number], source=changed(CSV, ("{number: qty}", "{decimal: qty}"))) == wanted
    )


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        ("12345678901234567890.123456789012", Decimal("12345678901234567890.223456789012")),
        ("3", Decimal("3.1")),
        ("1e-13", "line 2 of t.jsonl: `qty` has more than 12 decimals, or more than 26 digits before them"),
        ("1e400", "line 2 of t.jsonl: `qty` has more than 12 decimals, or more than 26 digits before them"),
        ("Infinity", "line 2 of t.jsonl: `qty` is not finite"),
        ("true", "line 2 of t.jsonl: `qty` is not a number"),
        ('"1"', "line 2 of t.jsonl: `qty` is not a number"),
    ],
)
def test_decimals_of_json_keep_every_digit(tmp_path: Path, number: str, wanted: object) -> None:
    rows = [f'{{"at": "2026-03-29T00:00:00Z", "qty": {each}}}\n' for each in ("0.1", number)]
    write(tmp_path, "t.jsonl", "".join(rows))
    found = metrics(run(tmp_path, JSONL))["pnl"]
    assert found.get("value", found.get("detail")) == wanted


def test_other_columns_beside_decimals(tmp_path: Path) -> None:
    columns = "size: {integer: /size}, more: {json: /more}, price: {number: /price}, "
    sql = "select sum(size) + sum(price) + sum(json_extract(more, '$[0]')::double) as value from trades"
    source = changed(JSONL, ("side:", f"{columns}side:"), ("select sum(qty) as value from trades", sql))
    row = '{"at": 1774828800.5, "qty": 1, "size": 5.0, "price": 0.5, "more": [0.25]}\n'
    source = changed(source, ("{time: /at}", "{time: /at, unit: s}"))
    write(tmp_path, "t.jsonl", row)
    assert metrics(run(tmp_path, source))["pnl"]["value"] == Decimal("5.75")
    write(tmp_path, "t.jsonl", row.replace("5.0", "5.5"))
    assert (
        metrics(run(tmp_path, source))["pnl"]["detail"] == "line 1 of t.jsonl: `size` is not a whole number"
    )


def test_a_column_has_one_type() -> None:
    wanted = "a mapping with exactly one of time, number, decimal, integer, text, bool, json, key"
    with pytest.raises(AssertionError, match=wanted):
        complaints(changed(CSV, ("{number: qty}", "{number: qty, decimal: qty}")))
