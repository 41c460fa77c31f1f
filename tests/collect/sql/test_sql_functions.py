"""The list of allowed functions is compared with the installed DuckDB; it must hold for 1.4 and 2.0 alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache

import duckdb
import pytest

from interlock.collect.sql.duckdb_tables import Database, SqlRefused
from interlock.collect.sql.sql_functions import ALLOWED, EVERYWHERE, SINCE, TABLE_FUNCTIONS, WINDOWS
from interlock.collect.unreadable import Unreadable

RELEASE = tuple(map(int, duckdb.__version__.split(".")[:2]))
COLUMNS = {"ordinal": "BIGINT", "v": "DOUBLE", "closed": "TIMESTAMP", "s": "VARCHAR", "day": "DATE"}
ZONED = {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS", "TIME WITH TIME ZONE"}
"""Types whose functions read the setting TimeZone, which is fixed to UTC."""


@cache
def functions() -> dict[str, list[tuple[str, str | None, frozenset[str]]]]:
    """Every function of the installed DuckDB: kind, stability and types of each overload."""
    found: dict[str, list[tuple[str, str | None, frozenset[str]]]] = {}
    query = (
        "SELECT lower(function_name), function_type, stability, parameter_types, return_type"
        " FROM duckdb_functions()"
    )
    with duckdb.connect(":memory:") as connection:
        for name, kind, stability, parameters, result in connection.execute(query).fetchall():
            found.setdefault(name, []).append((kind, stability, frozenset([*parameters, result])))
    return found


def later() -> set[str]:
    return {name for release, names in SINCE.items() if release > RELEASE for name in names}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with Database() as database:
        database.create("t", COLUMNS, dict.fromkeys(COLUMNS, ()))
        yield database


def refusal(database: Database, sql: str) -> str | None:
    try:
        database.check(sql, ["t"])
        database.ask(sql, {"as_of": Decimal(0), "from": Decimal(0), "to": Decimal(0)})
    except (SqlRefused, Unreadable) as problem:
        return str(problem)
    return None


def test_every_name_is_a_function_of_the_installed_release() -> None:
    callable_kinds = {"scalar", "aggregate", "window", "macro"}
    parsed = WINDOWS if RELEASE < (1, 5) else frozenset()
    wrong = {
        name
        for name in ALLOWED - later() - parsed - TABLE_FUNCTIONS
        if not callable_kinds.intersection(kind for kind, _, _ in functions().get(name, ()))
    }
    assert wrong == set()


def test_a_name_that_came_later_is_listed_with_its_release() -> None:
    assert {name for name in later() if name in functions()} == set()
    groups: list[Iterable[str]] = [EVERYWHERE, WINDOWS, TABLE_FUNCTIONS, *SINCE.values()]
    assert sum(len(set(each)) for each in groups) == len(ALLOWED)


def test_no_listed_function_is_volatile() -> None:
    volatile = {
        name
        for name in ALLOWED
        for _, stability, _ in functions().get(name, ())
        if stability not in (None, "CONSISTENT", "CONSISTENT_WITHIN_QUERY")
    }
    assert volatile == set()


def test_a_listed_function_reads_no_setting_but_the_time_zone() -> None:
    wrong = {
        (name, *sorted(types))
        for name in ALLOWED
        for _, stability, types in functions().get(name, ())
        if stability == "CONSISTENT_WITHIN_QUERY" and not types & ZONED
    }
    assert wrong == set()


@pytest.mark.parametrize(
    "form", ['"{}"(v)', '"{}"(v) over ()', 'main."{}"(v)', 'list_transform([v], lambda x: "{}"(x))']
)
def test_every_other_function_of_the_installed_release_is_refused(database: Database, form: str) -> None:
    message = "the function `{}` depends on more than its arguments, or may not be used"
    others = functions().keys() - ALLOWED
    wrong = {
        name
        for name in others
        if refusal(database, f"select {form.format(name)} from t") != message.format(name)
    }
    assert len(others) > 200
    assert wrong == set()


def test_no_function_is_called_by_its_bare_name(database: Database) -> None:
    answered = {name for name in functions() if refusal(database, f'select "{name}"') is None}
    assert answered == set()


@pytest.mark.parametrize(
    "values",
    [
        "1 + 1, -v, +v, 2 - v, 2 * v, 5 / v, 5 // 2, 5 % 2, 2 ^ 3, 2 ** 3, 6 & 3, 6 | 3, ~6, 1 << 2, 8 >> 1, 5!, @v",
        "v = 1, v <> 1, v < 1, v is distinct from 1, v is null, v in (1, 2), v not in (1, 2), v between 1 and 2",
        "not v = 1, v = 1 and v = 2, v = 1 or v = 2, case when v = 1 then 2 end, if(v = 1, 2, 3)",
        "coalesce(v, 1), ifnull(v, 1), nullif(v, 1), greatest(v, 1), least(v, 1), try(1 / v)",
        "s like 'a', s not like 'a', s ilike 'a', s not ilike 'a', s like 'a' escape 'x', s glob 'a', s ^@ 'a'",
        "s not like 'a' escape 'x', s ilike 'a' escape 'x', s not ilike 'a' escape 'x'",
        "s similar to 'a', s not similar to 'a', s ~ 'a', s !~ 'a', s || 'a', s.upper(), s[1], s[1:2], 'x' in s",
        "trim(s), trim(both 'x' from s), trim(leading from s), substring(s from 1 for 2), position('a' in s)",
        "extract(hour from closed), date_part('hour', closed), date_trunc('day', closed), date_sub('day', day, day)",
        "closed at time zone 'UTC' at time zone 'UTC', closed + interval 1 day, closed - closed, day - 1",
        "interval (1) year, interval (1) quarter, interval (1) month, interval (1) week, interval '2 hours'",
        "interval (1) hour, interval (1) minute, interval (1) second, interval (1) millisecond, interval (1) decade",
        "epoch(closed), strftime(closed, '%Y'), make_timestamp(5), to_timestamp(5) - interval 1 day, day::timestamp",
        "date_trunc('day', to_timestamp(5)), year(to_timestamp(5)), date_diff('day', to_timestamp(1), to_timestamp(5))",
        "[1, 2], [x + 1 for x in [1, 2] if x > 1], list_transform([1], lambda x: x + 1), apply([1], lambda x: x)",
        "{'a': 1}, map {'a': 1}, row(1, 2), struct_pack(a := 1), {'a': 1}.a, array[1, 2], [1, 2][1], unnest([1, 2])",
        "[1] <@ [1], [1] @> [1], [1] && [2], [1, 2]::int[2] <-> [1, 2]::int[2], [1.0] <=> [2.0], list_sum([1])",
        "s -> 'a', s ->> '$.a', json_extract(s, '$.a'), s::json ->> 'a'",
        "exists (select 1), (select 1), v in (select 1), v = any (select 1), v > all (select 1), array(select 1)",
        "count(*), count(distinct v), sum(v) filter (v > 1), list(v order by s), first(v order by s), arg_max(v, s)",
        "string_agg(s, ',' order by v), percentile_cont(0.5) within group (order by v), quantile_cont(v, 0.5), mode(v)",
        "row_number() over (), rank() over (order by v), dense_rank() over (order by v), lag(v) over (order by v)",
        "lead(v, 1, 0) over (order by v), first_value(v) over (order by v), last_value(v) over (order by v)",
        "nth_value(v, 2) over (order by v), ntile(3) over (order by v), percent_rank() over (order by v)",
        "cume_dist() over (order by v), fill(v) over (order by v), sum(v) over (order by v rows 2 preceding)",
    ],
)
def test_every_form_that_the_parser_turns_into_functions_is_allowed(database: Database, values: str) -> None:
    assert refusal(database, f"select {values} from t") is None
