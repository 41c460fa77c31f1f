"""SQL reaches its own tables and nothing else: judged before it runs, and locked in even if judgement erred."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from interlock.collect.sql.duckdb_tables import Answer, Database, Databases, SqlRefused
from interlock.collect.unreadable import Unreadable

COLUMNS = {"ordinal": "BIGINT", "v": "DOUBLE", "closed": "TIMESTAMP", "s": "VARCHAR"}
DATA = {"ordinal": [1, 2], "v": [1.5, None], "closed": [Decimal(5), None], "s": ["a", "b"]}
TIMES = {"as_of": Decimal(100), "from": Decimal(0), "to": Decimal(86400)}


def ask(sql: str) -> Answer:
    with Database() as database:
        database.create("t", COLUMNS, DATA)
        database.create("other", COLUMNS, DATA)
        database.check(sql, ["t"])
        return database.ask(sql, TIMES)


ONE = "only a single SELECT is allowed"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select * from read_csv('/etc/passwd')", "the function `read_csv` may not be used"),
        ("select * from read_json_auto('a.json')", "the function `read_json_auto` may not be used"),
        ("select * from glob('/*')", "the function `glob` may not be used"),
        (
            "select read_text('/etc/passwd')",
            "the function `read_text` depends on more than its arguments, or may not be used",
        ),
        ("select * from '/etc/passwd.csv'", "there is no table `/etc/passwd.csv`, only `t`"),
        ("select * from other", "there is no table `other`, only `t`"),
        ("select * from main.t", "there is no table `main.t`, only `t`"),
        ("select (select count(*) from other)", "there is no table `other`, only `t`"),
        ("select * from t where v in (select v from other)", "there is no table `other`, only `t`"),
        (
            "select * from information_schema.tables",
            "there is no table `information_schema.tables`, only `t`",
        ),
        ("select * from duckdb_settings()", "the function `duckdb_settings` may not be used"),
        ("select * from query('select 1')", "the function `query` may not be used"),
        ("attach '/tmp/x.db'", ONE),
        ("copy t to '/tmp/x.csv'", ONE),
        ("install httpfs", ONE),
        ("load httpfs", ONE),
        ("set threads = 3", ONE),
        ("pragma version", ONE),
        ("create table x (a int)", ONE),
        ("insert into t select * from t", ONE),
        ("delete from t", ONE),
        ("explain select 1", ONE),
        ("select 1; select 2", ONE),
        ("", ONE),
        ("describe t", "this form of FROM may not be used"),
        ("select now()", "the function `now` depends on more than its arguments, or may not be used"),
        (
            "select age(closed) from t",
            "the function `age` depends on more than its arguments, or may not be used",
        ),
        ("select random()", "the function `random` depends on more than its arguments, or may not be used"),
        (
            "select current_setting('threads')",
            "the function `current_setting` depends on more than its arguments, or may not be used",
        ),
        (
            "select current_localtime()",
            "the function `current_localtime` depends on more than its arguments, or may not be used",
        ),
        (
            "select reservoir_quantile(v, 0.5) over () from t",
            "the function `reservoir_quantile` depends on more than its arguments, or may not be used",
        ),
        (
            "select list_aggregate(list(v), 'reservoir_quantile', 0.5) from t",
            "the function `list_aggregate` depends on more than its arguments, or may not be used",
        ),
        (
            "select counted(v) from t",
            "the function `counted` depends on more than its arguments, or may not be used",
        ),
        (
            "select sum(v) over (order by random()) from t",
            "the function `random` depends on more than its arguments, or may not be used",
        ),
        ("select default", "this form of expression may not be used"),
        ("select current_date", "`current_date` depends on more than the artefact"),
        ("select * from t using sample 10%", "a sample differs from run to run"),
        (
            "with recursive r as (select 1 as x union all select x + 1 from r) select * from r",
            "a recursive query is not allowed",
        ),
        ("select $root", "there is no parameter `$root`, only $as_of, $from and $to"),
        ("select ?", "there is no parameter `$1`, only $as_of, $from and $to"),
        ("selct", 'syntax error at or near "selct"'),
    ],
)
def test_refused(sql: str, message: str) -> None:
    with pytest.raises(SqlRefused) as caught:
        ask(sql)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "name", ["pg_settings", "PG_CLASS", "sqlite_master", "duckdb_views", "tables", "duckdb_databases"]
)
def test_a_part_of_a_query_does_not_lend_its_name_to_a_table_of_duckdb(name: str) -> None:
    with pytest.raises(SqlRefused) as caught:
        ask(f"select (select count(*) from {name}) from (with {name} as (select 1) select 1)")
    table = f"`{name.lower()}` is a table of DuckDB itself"
    assert str(caught.value) == f"{table}: give that part another name"


@pytest.mark.parametrize("name", ["pg_catalog.pg_settings", "information_schema.tables", "main.t"])
def test_a_quoted_name_with_a_dot_does_not_reach_into_a_schema(name: str) -> None:
    with pytest.raises(SqlRefused) as caught:
        ask(f'select (select count(*) from {name}) from (with "{name}" as (select 1) select 1)')
    assert str(caught.value) == f"there is no table `{name}`, only `t`"


@pytest.mark.parametrize(
    "writing",
    [
        "insert into t select * from t returning v",
        "update t set v = 1 returning v",
        "delete from t returning v",
        "copy t to 'a.csv'",
    ],
)
def test_a_part_of_a_query_that_writes_is_refused(writing: str) -> None:
    with pytest.raises(SqlRefused) as caught:
        ask(f"with x as ({writing}) select * from x")
    assert str(caught.value) == ("a CTE needs a SELECT" if duckdb.__version__ < "2" else ONE)


def test_what_does_not_bind_is_the_authors_mistake() -> None:
    with pytest.raises(SqlRefused) as caught:
        ask("select bogus from t")
    assert str(caught.value) == 'referenced column "bogus" not found in FROM clause'


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select sum(v), count(*), epoch(max(closed)) from t", ((1.5, 2, 5.0),)),
        ("with r as (select v from t) select count(v) from r", ((1,),)),
        ("select count(*) from range(3)", ((3,),)),
        ("select count(*) from generate_series($from, $to, interval 1 hour) g(h)", ((25,),)),
        ("select list_sum(list(v)) from t", ((1.5,),)),
        ("select v from t order by ordinal limit 1", ((1.5,),)),
        ("select case when $as_of > $from then 1 end", ((1,),)),
    ],
)
def test_allowed(sql: str, rows: tuple[tuple[object, ...], ...]) -> None:
    assert ask(sql).rows == rows


def test_a_table_and_its_columns_may_be_called_like_keywords() -> None:
    names = ("at", "select", "order", "lambda", 'a"b')
    columns = {"ordinal": "BIGINT"} | dict.fromkeys(names, "DOUBLE")
    with Database() as database:
        database.create("at", columns, {"ordinal": [1]} | {name: [2.5] for name in names})
        sql = 'select "at", "select", "order", "lambda", "a""b" from "at"'
        database.check(sql, ["at"])
        assert database.ask(sql, TIMES).rows == ((2.5,) * 5,)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{path}')",
        "select * from '{path}'",
        "select * from read_text('{path}')",
        "attach '{path}.db'",
        "copy (select 1) to '{path}.out'",
        "install httpfs",
        "load httpfs",
        "set threads = 3",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "reset enable_external_access",
        "pragma database_list; set temp_directory = '{path}'",
    ],
)
def test_the_lock_holds_by_itself(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with Database() as database:
        database.create("t", COLUMNS, DATA)
        with pytest.raises(duckdb.Error):
            database.connection.execute(sql.format(path=path)).fetchall()
    assert [each.name for each in tmp_path.iterdir()] == ["secret.csv"]


def test_python_objects_are_no_tables() -> None:
    rows = [1]
    assert rows
    with pytest.raises(SqlRefused):
        ask("select * from rows")


@pytest.mark.parametrize(
    ("sql", "cause", "detail"),
    [
        (
            "select cast(s as integer) from t",
            "wrong type",
            "the SQL converts a value that is not of that type",
        ),
        (
            "select ordinal * 9223372036854775807 * 2 from t",
            "overflow",
            "the SQL leaves the range of its numbers",
        ),
    ],
)
def test_data_that_break_a_query_are_not_repeated(sql: str, cause: str, detail: str) -> None:
    with pytest.raises(Unreadable) as caught:
        ask(sql)
    assert (caught.value.unknown.cause, caught.value.unknown.detail) == (cause, detail)


def test_a_database_is_lent_again_without_its_tables() -> None:
    with Databases() as databases:
        with databases.one() as first:
            first.create("t", COLUMNS, DATA)
            assert first.ask("select sum(v) from t", TIMES).rows == ((1.5,),)
        with databases.one() as second, databases.one() as other:
            assert second is first
            assert other is not first
            with pytest.raises(SqlRefused, match="t does not exist"):
                second.ask("select sum(v) from t", TIMES)


def test_a_database_in_which_a_statement_failed_is_not_lent_again() -> None:
    with Databases() as databases:
        with databases.one() as first, pytest.raises(SqlRefused):
            first.ask("select v from t", TIMES)
        with databases.one() as second:
            assert second is not first
        with pytest.raises(ZeroDivisionError), databases.one() as third:
            raise ZeroDivisionError
        with databases.one() as fourth:
            assert fourth is not third


def test_the_time_of_one_source_is_not_taken_from_the_next() -> None:
    with Databases() as databases:
        with databases.one() as first:
            first.ask("select 1", TIMES)
            used = first._time
        assert used._timer.finished.is_set()
        with databases.one() as second:
            assert second is first
            assert second._time is not used
            assert second.ask("select 2", TIMES).rows == ((2,),)
