"""Files with their newest row first: declared, contradicted, and not declared."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.desks import LOG, changed, jsonl, metrics, run, write


def line(time: str, pnl: object, more: str = "") -> str:
    return f'{{"at": "2026-03-29T{time}:00Z", "pnl": {pnl}{more}}}'


NEWEST_FIRST = [line("11:40", -3), line("11:40", -5), line("11:40", 2), line("10:10", 1)]
DECLARED = changed(LOG, ("    time: at_", "    time: at_\n    order: newest_first"))
OLDEST = changed(LOG, ("    time: at_", "    time: at_\n    order: oldest_first"))
SUM = "select sum(pnl) as value, count(*) as n, max(at_) as at from trades"


def unknown(place: str = "line 4 of t.jsonl") -> dict[str, str]:
    detail = "rows of one time may be in either order: "
    detail += f"{place} is older than the row before it, and no `order` is declared"
    return {"unknown": "conflict", "detail": detail}


def values(found: Any) -> list[object]:
    return [each["value"] for each in found["trades"]["points"]]


def loose(found: Any) -> list[bool]:
    return ["unordered" in each for each in found["trades"]["points"]]


def test_a_declared_order_turns_the_rows(tmp_path: Path) -> None:
    last = changed(DECLARED, (SUM, "select pnl as value from trades order by ordinal desc limit 1"))
    seen = metrics(run(jsonl(tmp_path, NEWEST_FIRST), last))
    assert values(seen) == [1, 2, -5, -3]
    assert seen["pnl"]["value"] == -3
    plain = changed(last, (" order by at_, ordinal", ""))
    assert values(metrics(run(tmp_path, plain))) == [1, 2, -5, -3]
    early = metrics(run(tmp_path, last, as_of="2026-03-29T11:00:00Z", now="2026-03-30T06:00:00Z"))
    assert (values(early), early["pnl"]["value"]) == ([1], 1)


@pytest.mark.parametrize(
    ("text", "lines", "detail"),
    [
        (
            DECLARED,
            NEWEST_FIRST[::-1],
            "line 2 of t.jsonl is newer than the row before it, and `order` is newest_first",
        ),
        (
            OLDEST,
            NEWEST_FIRST,
            "line 4 of t.jsonl is older than the row before it, and `order` is oldest_first",
        ),
    ],
)
def test_a_file_in_another_order_is_a_conflict(
    tmp_path: Path, text: str, lines: list[str], detail: str
) -> None:
    found = metrics(run(jsonl(tmp_path, lines), text))
    assert found["trades"] == found["total"] == {"unknown": "conflict", "detail": detail}


def test_several_files_in_a_declared_order_are_read_by_their_times(tmp_path: Path) -> None:
    many = ("file: t.jsonl", "files: t*.jsonl\n    complete: never\n    may_be_empty: true")
    write(tmp_path, "t1.jsonl", "\n".join([line("12:00", 7), line("11:40", 6), ""]))
    write(tmp_path, "t2.jsonl", "\n".join([*NEWEST_FIRST, ""]))
    write(tmp_path, "t3.jsonl", "")
    assert values(metrics(run(tmp_path, changed(DECLARED, many)))) == [1, 2, -5, -3, 6, 7]
    write(tmp_path, "t1.jsonl", "\n".join([line("11:40", 6), line("12:00", 7), ""]))
    write(tmp_path, "t2.jsonl", "\n".join([*NEWEST_FIRST[::-1], ""]))
    assert values(metrics(run(tmp_path, changed(OLDEST, many)))) == [1, 2, -5, -3, 6, 7]
    found = metrics(run(tmp_path, changed(LOG, many)))
    assert values(found) == [1, 6, 2, -5, -3, 7]
    assert loose(found) == [False, *[True] * 4, False]
    why = unknown("the first row of t2.jsonl")["detail"]
    assert found["trades"]["points"][1] == {"at": "2026-03-29T11:40:00Z", "value": 6, "unordered": why}


def test_rows_of_one_time_say_that_their_order_is_not_known_where_times_descend(tmp_path: Path) -> None:
    found = metrics(run(jsonl(tmp_path, NEWEST_FIRST), LOG))
    assert found["trades"]["points"] == [
        {"at": "2026-03-29T10:10:00Z", "value": 1},
        *(
            {"at": "2026-03-29T11:40:00Z", "value": each, "unordered": unknown()["detail"]}
            for each in (-3, -5, 2)
        ),
    ]
    assert found["pnl"] == {"value": -5, "n": 4, "at": "2026-03-29T11:40:00Z"}
    assert found["total"]["value"] == 4


TIED = (
    unknown()["detail"]
    .replace("line 4", "line 2")
    .replace("is older than the row", "has the time of the rows")
)


def test_rows_of_a_file_with_a_single_time_are_in_no_order(tmp_path: Path) -> None:
    """Without its older row a file with its newest row first has none whose time descends."""
    latest = changed(LOG, (SUM, "select pnl as value from trades order by ordinal desc limit 1"))
    found = metrics(run(jsonl(tmp_path, NEWEST_FIRST[:3]), latest))
    assert [each["unordered"] for each in found["trades"]["points"]] == [TIED] * 3
    assert (values(found), found["total"]["value"]) == ([-3, -5, 2], 3)
    assert found["pnl"] == {"unknown": "conflict", "detail": TIED}
    for order, kept in (("newest_first", [2, -5, -3]), ("oldest_first", [-3, -5, 2])):
        declared = changed(latest, ("    time: at_", f"    time: at_\n    order: {order}"))
        found = metrics(run(tmp_path, declared))
        assert (values(found), loose(found), found["pnl"]["value"]) == (kept, [False] * 3, kept[-1])


def test_rows_of_a_file_whose_times_ascend_are_in_file_order(tmp_path: Path) -> None:
    found = metrics(run(jsonl(tmp_path, [*NEWEST_FIRST[:3], line("11:50", 1)]), LOG))
    assert (values(found), loose(found)) == ([-3, -5, 2, 1], [False] * 4)


def test_one_file_shows_the_order_of_all(tmp_path: Path) -> None:
    many = changed(LOG, ("file: t.jsonl", "files: t*.jsonl\n    complete: never"))
    write(tmp_path, "t1.jsonl", "\n".join([line("10:10", 1), line("10:10", 2), ""]))
    write(tmp_path, "t2.jsonl", "\n".join([*NEWEST_FIRST[:2], ""]))
    assert loose(metrics(run(tmp_path, many))) == [True] * 4
    write(tmp_path, "t3.jsonl", "\n".join([line("11:50", 3), line("11:51", 4), ""]))
    found = metrics(run(tmp_path, many))
    assert (values(found), loose(found)) == ([1, 2, -3, -5, 3, 4], [False] * 6)


def test_files_of_one_time_are_in_no_order(tmp_path: Path) -> None:
    last = changed(LOG, ("file: t.jsonl", "files: t*.jsonl\n    complete: never"),
                   (SUM, "select pnl as value from trades order by at_ desc, ordinal desc limit 1"))  # fmt: skip
    write(tmp_path, "t1.jsonl", line("11:30", 1) + "\n")
    write(tmp_path, "t2.jsonl", line("11:40", -9) + "\n")
    write(tmp_path, "t3.jsonl", line("11:40", 2) + "\n")
    why = unknown("the first row of t3.jsonl")["detail"].replace(
        "is older than the row", "has the time of the rows"
    )
    found = metrics(run(tmp_path, last))
    assert (found["pnl"], loose(found)) == ({"unknown": "conflict", "detail": why}, [False, True, True])
    write(tmp_path, "t3.jsonl", line("11:40", -9, ', "id": 2') + "\n")
    assert metrics(run(tmp_path, last))["pnl"]["value"] == -9


def test_equal_rows_of_a_single_time_are_known(tmp_path: Path) -> None:
    found = metrics(run(jsonl(tmp_path, [line("11:40", -3), line("11:40", -3)]), LOG))
    assert (values(found), loose(found)) == ([-3, -3], [False] * 2)


def test_equal_rows_are_known_in_any_order(tmp_path: Path) -> None:
    lines = [line("11:40", -3), line("11:40", -3), line("10:10", 0.1)]
    found = metrics(run(jsonl(tmp_path, lines), LOG))
    assert (values(found), loose(found)) == ([Decimal("0.1"), -3, -3], [False] * 3)


def test_rows_that_read_the_same_both_ways_are_in_no_order(tmp_path: Path) -> None:
    lines = [line("11:40", -3), line("11:40", 2), line("11:40", -3), line("10:10", 1)]
    assert loose(metrics(run(jsonl(tmp_path, lines), LOG))) == [False, *[True] * 3]


def test_an_order_by_another_column_settles_it(tmp_path: Path) -> None:
    by_id = changed(LOG, ("pnl: {number: /pnl}", "pnl: {number: /pnl}\n      id: {integer: /id}"),
                    ("order by at_, ordinal", "order by at_, id"))  # fmt: skip
    lines = [line("11:40", pnl, f', "id": {number}') for number, pnl in ((3, -3), (2, -5), (1, 2))]
    lines.append(line("10:10", 1, ', "id": 0'))
    found = metrics(run(jsonl(tmp_path, lines), by_id))
    assert (values(found), loose(found)) == ([1, 2, -5, -3], [False] * 4)


@pytest.mark.parametrize(
    "sql",
    [
        "select pnl as value from trades order by at_ desc, ordinal desc limit 1",
        "select pnl as value from trades order by ordinal desc limit 1",
        "select arg_max(pnl, at_) as value from trades",
        "select sum(case when pnl < before then 1 end) as value from (select pnl, lag(pnl) over (order by at_, ordinal)"
        " as before from trades)",
        "select pnl as value from trades where ordinal = 1 and pnl < 0",
    ],
)
def test_a_single_value_that_hangs_on_the_order_is_unknown(tmp_path: Path, sql: str) -> None:
    found = metrics(run(jsonl(tmp_path, NEWEST_FIRST), changed(LOG, (SUM, sql))))["pnl"]
    assert found in (unknown(), {"unknown": "missing", "detail": "the SQL gives no value"})


def test_a_value_that_one_order_only_gives_is_unknown(tmp_path: Path) -> None:
    sql = "select pnl as value, at_ as at from trades where ordinal = 4 and pnl > 0"
    found = metrics(run(jsonl(tmp_path, NEWEST_FIRST), changed(LOG, (SUM, sql))))
    assert found["pnl"] == {"unknown": "missing", "detail": "the SQL gives no value"}
    text = changed(LOG, ("select at_ as at, pnl as value from trades order by at_, ordinal",
                         "select at_ as at, pnl as value from trades where ordinal > 1"))  # fmt: skip
    assert metrics(run(tmp_path, text))["trades"] == unknown()


def test_points_of_a_record(tmp_path: Path) -> None:
    jobs = ('trades: {sql: "select at_ as at, pnl as value from trades order by at_, ordinal"}',
            'jobs: {sql: "select at_ as at, pnl as size, \'win\' as outcome from trades"}')  # fmt: skip
    found = metrics(run(jsonl(tmp_path, NEWEST_FIRST), changed(LOG, jobs)))["jobs"]
    point = {"at": "2026-03-29T11:40:00Z", "size": -3, "outcome": "win", "unordered": unknown()["detail"]}
    assert found["points"][:2] == [{"at": "2026-03-29T10:10:00Z", "size": 1, "outcome": "win"}, point]


def test_events_and_members(tmp_path: Path) -> None:
    text = changed(
        LOG, ("pnl: {number: /pnl}", "pnl: {number: /pnl}\n      who: {text: /who}"),
        ('trades: {sql: "select at_ as at, pnl as value from trades order by at_, ordinal"}',
         'alerts: {sql: "select at_ as at from trades"}\n'
         '      fills: {sql: "select who as member, at_ as at, pnl as value from trades"}\n'
         '      edge: {sql: "select who as member, pnl as value from trades where ordinal = 1"}'),
    )  # fmt: skip
    who = ("BTC-USD", "ETH-USD", "ETH-USD", "BTC-USD")
    lines = [each[:-1] + f', "who": "{name}"}}' for each, name in zip(NEWEST_FIRST, who, strict=True)]
    found = run(jsonl(tmp_path, lines), text).snapshot
    assert len(found["metrics"]["alerts"]["points"]) == 4  # type: ignore[index]
    members = found["scopes"]["symbol"]  # type: ignore[index]
    assert ["unordered" in each for each in members["BTC-USD"]["fills"]["points"]] == [False, False]
    assert ["unordered" in each for each in members["ETH-USD"]["fills"]["points"]] == [True, True]
    assert members["BTC-USD"]["edge"] == unknown()
    other = [each.replace("BTC", "ETH") if "10:10" in each else each for each in lines]
    assert run(jsonl(tmp_path, other), text).snapshot["scopes"]["symbol"]["ETH-USD"]["edge"] == unknown()  # type: ignore[index]


def test_results_that_differ_by_their_order_alone(tmp_path: Path) -> None:
    rank = changed(LOG, ("select at_ as at, pnl as value from trades order by at_, ordinal",
                         "select at_ as at, pnl + row_number() over (order by at_) as value from trades"))  # fmt: skip
    assert metrics(run(jsonl(tmp_path, NEWEST_FIRST), rank))["trades"] == unknown()
    by_value = changed(
        LOG, ("order by at_, ordinal", "order by at_, case when ordinal < 3 then ordinal else -ordinal end")
    )
    found = metrics(run(tmp_path, by_value))
    assert (values(found), loose(found)) == ([1, 2, -3, -5], [False, *[True] * 3])


def test_many_rows_of_one_time_are_the_same_in_any_order(tmp_path: Path) -> None:
    rows = 5_000
    lines = [line("11:40", each * 7919 % rows) for each in range(rows)] + [line("10:10", 1)]
    odd = changed(
        LOG, ("order by at_, ordinal", "order by at_, case when ordinal < 3 then ordinal else -ordinal end")
    )
    for text in (LOG, odd):
        found = metrics(run(jsonl(tmp_path, lines), text))
        assert (loose(found), sorted(values(found)[1:])) == ([False, *[True] * rows], [*range(rows)])  # type: ignore[type-var]
    first = changed(
        LOG, ("pnl as value from trades order", "pnl + (ordinal = 1)::int as value from trades order")
    )
    assert metrics(run(tmp_path, first))["trades"] == unknown(f"line {rows + 1} of t.jsonl")


@pytest.mark.parametrize(("share", "same"), [("1e-12", True), ("1e-3", False)])
def test_sums_in_another_order_are_the_same_but_for_their_rounding(
    tmp_path: Path, share: str, same: bool
) -> None:
    text = changed(
        LOG,
        ("pnl as value from trades order by at_, ordinal", f"pnl + ordinal * {share} as value from trades"),
    )
    found = metrics(run(jsonl(tmp_path, NEWEST_FIRST), text))
    if same:
        assert loose(found) == [False, True, True, True]
    else:
        assert found["trades"] == unknown()


def test_a_joined_source_is_asked_both_ways_too(tmp_path: Path) -> None:
    more = """
  more:
    kind: rows
    doc: joins the first
    file: more.json
    format: json
    time: day
    timezone: UTC
    with: [trades]
    columns: {day: {time: /day}}
    metrics:
      rate: {sql: "select pnl as value from trades, more order by at_ desc, trades.ordinal desc limit 1"}
"""
    write(jsonl(tmp_path, NEWEST_FIRST), "more.json", '{"day": "2026-03-28"}')
    assert metrics(run(tmp_path, LOG + more))["rate"] == unknown()


def test_an_ascending_file_is_taken_as_it_is(tmp_path: Path) -> None:
    assert values(metrics(run(jsonl(tmp_path, NEWEST_FIRST[::-1]), LOG))) == [1, 2, -5, -3]
