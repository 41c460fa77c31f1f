"""Results of freqtrade: JSON as of old, the zip of today, and the pointer to the last one."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from interlock.collect.formats import freqtrade_results
from interlock.diagnostics import Collector
from interlock.policy.yaml.schema import holds
from support.desks import changed, complaints, judged, metrics, node, run, write
from support.freqtrade import database, result, trade, zipped

SOURCE = """
sources:
  bot:
    kind: rows
    doc: a
    file: bot.json
    format: freqtrade
    time: closed
    timezone: UTC
    schema: freqtrade-result
    columns:
      closed: {time: /close_date}
      pair: {text: /pair}
      profit: {number: /profit_abs}
      short: {bool: /is_short}
      reason: {text: /exit_reason, optional: true}
      balance: {number: /strategy/*/starting_balance, of: file}
    covered: {from: /strategy/*/backtest_start, to: /strategy/*/backtest_end}
    metrics:
      pnl: {sql: "select sum(profit) as value, count(*) as n from bot"}
      total: {sql: "select count(*) as value from bot where short"}
      level: {sql: "select string_agg(distinct reason, ' ') as value from bot"}
      fills: {sql: "select pair as member, closed as at, profit as value from bot"}
"""
FUTURES = """
metrics:
  pnl: {type: number, max_age: never, doc: a}
  total: {type: integer, max_age: never, doc: a}
  level: {type: string, max_age: never, doc: a}
  fills: {type: number, every: event, scope: symbol, doc: a}
scopes:
  symbol: {members: [BTC-USD], aliases: {BTC-USD: [BTC/USDT, 'BTC/USDT:USDT']}}
"""
ONE = [trade(2, 5.0), trade(3, -2.0, is_short=True, exit_reason="stop_loss")]
KNOWN = {"value": 3, "n": 2, "at": "2026-03-29T00:00:00Z"}


def source(file: str = "bot.json", strategy: str = "") -> str:
    choice = f"format: freqtrade\n    strategy: {strategy}" if strategy else "format: freqtrade"
    return changed(SOURCE, ("bot.json", file), ("format: freqtrade", choice))


def collected(root: Path, text: str = SOURCE) -> dict[str, Any]:
    return run(root, text, catalogue=FUTURES).snapshot


def pnl(root: Path, text: str = SOURCE) -> object:
    return metrics(run(root, text, catalogue=FUTURES))["pnl"]


def unknown(cause: str, detail: str) -> dict[str, str]:
    return {"unknown": cause, "detail": detail}


def put(root: Path, content: object, name: str = "bot.json") -> None:
    write(root, name, json.dumps(content))


def test_a_result_as_json_gives_its_only_strategy(tmp_path: Path) -> None:
    put(tmp_path, result(A=ONE))
    found = metrics(run(tmp_path, SOURCE, catalogue=FUTURES))
    assert (found["pnl"], found["total"]["value"], found["level"]["value"]) == (KNOWN, 1, "roi stop_loss")


def test_a_pair_of_futures_is_its_symbol(tmp_path: Path) -> None:
    put(tmp_path, result(A=ONE))
    fills = collected(tmp_path)["scopes"]["symbol"]["BTC-USD"]["fills"]  # type: ignore[index]
    assert [point["value"] for point in fills["points"]] == [5, -2]


def test_the_zip_of_today_and_the_pointer_to_it_give_the_same(tmp_path: Path) -> None:
    name = "results/backtest-result-2026-03-29_00-10-00"
    zipped(tmp_path, name, result(A=ONE))
    assert pnl(tmp_path, source(f"{name}.zip")) == KNOWN
    found = run(tmp_path, source("results/.last_result.json"), catalogue=FUTURES)
    assert metrics(found)["pnl"] == KNOWN
    files = [file for file, _ in found.explanations["pnl"].files]
    assert files == ["results/.last_result.json", f"{name}.zip"]


def test_a_pointer_leads_to_json_too(tmp_path: Path) -> None:
    put(tmp_path, result(A=ONE), "backtest-result-1.json")
    put(tmp_path, {"latest_backtest": "backtest-result-1.json"}, ".last_result.json")
    assert pnl(tmp_path, source(".last_result.json")) == KNOWN


@pytest.mark.parametrize(
    "name",
    [
        "../bot.zip",
        "/etc/bot.json",
        "a\\bot.zip",
        "C:bot.json",
        ".last_result.json",
        "bot.txt",
        "a\n.zip",
        3,
        None,
    ],
)
def test_a_pointer_names_only_a_file_beside_it(tmp_path: Path, name: object) -> None:
    put(tmp_path, {"latest_backtest": name}, ".last_result.json")
    hint = "its `latest_backtest` must be the name of a .zip or .json file beside it"
    wrong = unknown("torn source", f".last_result.json names no result of a backtest: {hint}")
    assert pnl(tmp_path, source(".last_result.json")) == wrong


def test_a_pointer_to_a_file_that_is_gone(tmp_path: Path) -> None:
    put(tmp_path, {"latest_backtest": "gone.zip"}, "r/.last_result.json")
    gone = unknown("missing", "r/gone.zip: no such file or directory")
    assert pnl(tmp_path, source("r/.last_result.json")) == gone


def test_trades_later_than_the_zip_are_of_the_future(tmp_path: Path) -> None:
    path = zipped(tmp_path, "bot", result(A=ONE))
    os.utime(path, (1772500000, 1772500000))  # 2026-03-03T01:06:40Z
    found = pnl(tmp_path, source(".last_result.json"))
    assert isinstance(found, dict)
    assert found["unknown"] == "clock skew"


def test_several_strategies_are_listed_when_none_is_chosen(tmp_path: Path) -> None:
    put(tmp_path, result(Second=ONE, First=[trade(2, 7.0)]))
    hint = "choose one with `strategy: NAME` on the source"
    found = unknown("conflict", f"bot.json holds the strategies `First` and `Second`: {hint}")
    assert pnl(tmp_path) == found
    verdict = judged(tmp_path, SOURCE, "pnl > 0", catalogue=FUTURES)
    assert (verdict.verdict, verdict.rules[0].outcome) == ("NO_GO", "unknown")


def test_the_chosen_strategy_alone_is_read(tmp_path: Path) -> None:
    put(tmp_path, result(Second=ONE, First=[trade(2, 7.0)]))
    assert pnl(tmp_path, source(strategy="Second")) == KNOWN
    assert pnl(tmp_path, source(strategy="First")) == {**KNOWN, "value": 7, "n": 1}
    absent = "bot.json holds no strategy `Third`: it holds `First` and `Second`"
    assert pnl(tmp_path, source(strategy="Third")) == unknown("missing", absent)


def test_names_from_the_file_are_printable_and_few(tmp_path: Path) -> None:
    put(tmp_path, result(**{f"S{each:02}": [] for each in range(11)}, **{"A\x1b" + "x" * 100: []}))
    found = pnl(tmp_path)
    assert isinstance(found, dict)
    shown = ", ".join(f"`S{each:02}`" for each in range(8))
    first = "`A\\u001b" + "x" * 73 + "`"
    hint = "choose one with `strategy: NAME` on the source"
    assert found["detail"] == f"bot.json holds the strategies {first}, {shown} and 3 more: {hint}"


def test_a_file_from_before_short_trades(tmp_path: Path) -> None:
    old = {"is_short": None, "leverage": None, "enter_tag": None, "exit_reason": None}
    content = result(A=[trade(2, 5.0, **old, sell_reason="roi"), trade(3, -2.0, **old, sell_reason="sell")])
    del content["strategy"]["A"]["trade_count_short"]
    put(tmp_path, content)
    found = metrics(run(tmp_path, SOURCE, catalogue=FUTURES))
    assert (found["pnl"], found["total"]["value"], found["level"]["value"]) == (KNOWN, 0, "roi sell")


@pytest.mark.parametrize("kept", ["is_short", "leverage", "enter_tag"])
def test_a_file_that_lost_its_sides_is_torn(tmp_path: Path, kept: str) -> None:
    old = {each: None for each in ("is_short", "leverage", "enter_tag") if each != kept}
    content = result(A=[trade(2, 5.0, **old), trade(3, 1.0, is_short=None, leverage=None, enter_tag=None)])
    del content["strategy"]["A"]["trade_count_short"]
    put(tmp_path, content)
    where = "/strategy/A/trades/0" if kept != "is_short" else "/strategy/A/trades/1"
    torn = unknown("torn source", f"bot.json fails the schema `freqtrade-result`: {where} breaks `required`")
    assert pnl(tmp_path) == torn


def test_a_trade_that_gained_while_its_price_fell_was_short(tmp_path: Path) -> None:
    old = {"is_short": None, "leverage": None, "enter_tag": None}
    content = result(A=[trade(2, 5.0, **old), trade(3, 2.0, **old, close_rate=90.0)])
    del content["strategy"]["A"]["trade_count_short"]
    put(tmp_path, content)
    detail = "row 2 of bot.json gained while its price fell, and `is_short` is absent"
    assert pnl(tmp_path) == unknown("torn source", detail)


@pytest.mark.parametrize(
    ("content", "cause", "detail"),
    [
        ([], "torn source", "bot.json holds no object"),
        (
            {"A": {"run_id": "1"}},
            "torn source",
            "bot.json is no result of a backtest: it has no mapping `strategy`",
        ),
        ({"strategy": {}}, "missing", "bot.json holds no strategy"),
        (
            {"strategy": {"A": 3}},
            "torn source",
            "bot.json fails the schema `freqtrade-result`: /strategy/A breaks `type`",
        ),
        (
            {
                "strategy": {
                    "A": {"trades": [3], "starting_balance": 1, "backtest_start": "", "backtest_end": ""}
                }
            },
            "torn source",
            "bot.json fails the schema `freqtrade-result`: /strategy/A/trades/0 breaks `type`",
        ),
    ],
)
def test_another_document_is_no_result(tmp_path: Path, content: object, cause: str, detail: str) -> None:
    put(tmp_path, content)
    assert pnl(tmp_path) == unknown(cause, detail)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (3, "bot.json has no list of trades"),
        ({"trades": {}}, "bot.json has no list of trades"),
        (
            {"trades": [{"profit_abs": "5", "open_rate": 1, "close_rate": 2}]},
            "row 1 of bot.json: `closed` is absent",
        ),
    ],
)
def test_without_a_schema_the_columns_check(tmp_path: Path, body: object, detail: str) -> None:
    put(tmp_path, {"strategy": {"A": body}})
    assert pnl(tmp_path, changed(SOURCE, ("    schema: freqtrade-result\n", ""))) == unknown(
        "torn source", detail
    )


def test_an_empty_file(tmp_path: Path) -> None:
    write(tmp_path, "bot.json", " ")
    assert pnl(tmp_path) == unknown("missing", "bot.json is empty")


def test_a_zip_that_was_renamed(tmp_path: Path) -> None:
    path = zipped(tmp_path, "first", result(A=ONE))
    path.rename(tmp_path / "bot.zip")
    assert pnl(tmp_path, source("bot.zip")) == KNOWN
    (tmp_path / "bot.zip").rename(tmp_path / "bot.json")
    assert pnl(tmp_path) == KNOWN


def test_a_zip_without_its_result_or_with_two(tmp_path: Path) -> None:
    path = zipped(tmp_path, "first", result(A=ONE), **{"first_A.json": "{}"})
    path.rename(tmp_path / "bot.zip")
    hint = "keep the name that freqtrade gave it"
    none = unknown("torn source", f"bot.zip holds no file `bot.json`: {hint}")
    assert pnl(tmp_path, source("bot.zip")) == none
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(tmp_path, "bot", result(A=ONE), **{"bot.json": "{}"})
    two = unknown("torn source", f"bot.zip holds several files `bot.json`: {hint}")
    assert pnl(tmp_path, source("bot.zip")) == two


def test_a_damaged_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path, "bot", result(A=ONE))
    data = path.read_bytes()
    torn = unknown("torn source", "bot.zip is not a sound zip archive")
    for damaged in (data[:60], data[:40] + b"\xff\xff\xff" + data[43:]):
        path.write_bytes(damaged)
        assert pnl(tmp_path, source("bot.zip")) == torn


def test_a_zip_that_grows_beyond_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freqtrade_results, "SOURCE_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "bot.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bot.json", " " * 5000)
    detail = "bot.json in bot.zip is larger than 1000 bytes"
    assert pnl(tmp_path, source("bot.zip")) == unknown("overflow", detail)


def test_the_keys_of_freqtrade_are_its_own() -> None:
    wrong = changed(SOURCE, ("format: freqtrade", "format: json\n    strategy: A\n    starting_balance: 5"))
    assert complaints(changed(wrong, ("doc: a", "doc: a\n    rows: /strategy/*/trades")))[:2] == [
        "sources.yaml:9:15: error E509: `strategy` is for the format freqtrade, this is json",
        "sources.yaml:10:23: error E509: `starting_balance` is for the format freqtrade, this is json",
    ]


# the database of a running bot

DATABASE = changed(
    SOURCE,
    ("bot.json", "tradesv3.sqlite"),
    ("    time: closed", "    starting_balance: 1000\n    time: closed"),
)
WIN = {"close_profit": 0.05, "close_profit_abs": 5.0, "close_rate": 105.0}
LOSS = {
    "close_profit": -0.02,
    "close_profit_abs": -2.0,
    "close_date": "2026-03-03 12:00:00.000000",
    "exit_reason": "stop_loss",
    "is_short": 1,
}
OPEN = {"is_open": 1, "close_date": None, "close_profit": None, "close_profit_abs": None, "exit_reason": None}


def bot_database(root: Path, rows: list[dict[str, Any]], **options: Any) -> Path:
    path = database(root / "tradesv3.sqlite", rows, **options)
    os.utime(path, (1774828800, 1774828800))  # 2026-03-30T00:00:00Z
    return path


def of_database(root: Path, text: str = DATABASE) -> dict[str, Any]:
    return metrics(run(root, text, catalogue=FUTURES))


def test_the_closed_trades_are_read_and_the_file_date_ends_what_is_known(tmp_path: Path) -> None:
    bot_database(tmp_path, [WIN, OPEN, LOSS])
    found = of_database(tmp_path)
    assert found["pnl"] == {"value": 3, "n": 2, "at": "2026-03-30T00:00:00Z"}
    assert (found["total"]["value"], found["level"]["value"]) == (1, "roi stop_loss")
    fills = run(tmp_path, DATABASE, catalogue=FUTURES).snapshot["scopes"]["symbol"]["BTC-USD"]["fills"]  # type: ignore[index]
    assert fills["covered"] == ["2026-03-01T00:00:00Z", "2026-03-30T00:00:00Z"]


def test_without_the_first_start_the_first_entry_begins_what_is_known(tmp_path: Path) -> None:
    bot_database(tmp_path, [WIN, LOSS], started=None)
    fills = run(tmp_path, DATABASE, catalogue=FUTURES).snapshot["scopes"]["symbol"]["BTC-USD"]["fills"]  # type: ignore[index]
    assert fills["covered"] == ["2026-03-02T06:00:00Z", "2026-03-30T00:00:00Z"]


def test_the_log_beside_a_database_dates_it_too(tmp_path: Path) -> None:
    path = bot_database(tmp_path, [WIN])
    connection = sqlite3.connect(path)
    try:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma wal_autocheckpoint=0")
        connection.execute("update trades set exit_reason = 'exit_signal'")
        connection.commit()
        os.utime(path, (1774828800, 1774828800))
        os.utime(f"{path}-wal", (1774832400, 1774832400))
        found = of_database(tmp_path)
    finally:
        connection.close()
    assert (found["level"]["value"], found["pnl"]["at"]) == ("exit_signal", "2026-03-30T01:00:00Z")


def test_several_strategies_of_a_database_are_listed(tmp_path: Path) -> None:
    bot_database(tmp_path, [WIN, {**LOSS, "strategy": "B"}])
    hint = "choose one with `strategy: NAME` on the source"
    several = unknown("conflict", f"tradesv3.sqlite holds the strategies `A` and `B`: {hint}")
    assert of_database(tmp_path)["pnl"] == several
    chosen = changed(DATABASE, ("format: freqtrade", "format: freqtrade\n    strategy: B"))
    assert of_database(tmp_path, chosen)["pnl"]["value"] == -2


def test_a_database_from_before_short_trades(tmp_path: Path) -> None:
    old = {"is_short": None, "leverage": None, "exit_reason": None, "sell_reason": "roi"}
    bot_database(tmp_path, [{**WIN, **old}, {**LOSS, **old}])
    found = of_database(tmp_path)
    assert (found["pnl"]["value"], found["total"]["value"], found["level"]["value"]) == (3, 0, "roi")


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ({"is_short": None}, "table `trades` of tradesv3.sqlite has no column `is_short`"),
        ({"close_profit_abs": None}, "table `trades` of tradesv3.sqlite has no column `close_profit_abs`"),
        ({"strategy": None}, "table `trades` of tradesv3.sqlite has no column `strategy`"),
        ({"is_open": 2}, "row 1 of tradesv3.sqlite says not whether it is open, or short"),
        ({"is_short": "no"}, "row 1 of tradesv3.sqlite says not whether it is open, or short"),
    ],
)
def test_a_database_that_lacks_what_decides_is_torn(tmp_path: Path, row: dict[str, Any], detail: str) -> None:
    bot_database(tmp_path, [{**WIN, **row}])
    assert of_database(tmp_path)["pnl"] == unknown("torn source", detail)


def test_trades_without_a_strategy(tmp_path: Path) -> None:
    bot_database(tmp_path, [WIN, {**LOSS, "strategy": None}])
    detail = "table `trades` of tradesv3.sqlite has trades without a strategy"
    assert of_database(tmp_path)["pnl"] == unknown("torn source", detail)


def test_a_closed_trade_without_its_time_is_torn(tmp_path: Path) -> None:
    bot_database(tmp_path, [WIN, {**LOSS, "close_date": None}])
    assert of_database(tmp_path)["pnl"] == unknown(
        "torn source", "row 2 of tradesv3.sqlite: `closed` is absent"
    )


def test_another_database_and_one_without_trades(tmp_path: Path) -> None:
    bot_database(tmp_path, [])
    assert of_database(tmp_path)["pnl"] == unknown("missing", "tradesv3.sqlite holds no strategy")
    connection = sqlite3.connect(tmp_path / "tradesv3.sqlite")
    connection.execute("drop table trades")
    connection.commit()
    connection.close()
    assert of_database(tmp_path)["pnl"] == unknown("missing", "tradesv3.sqlite has no table `trades`")


def test_the_balance_at_the_start_must_be_given(tmp_path: Path) -> None:
    bot_database(tmp_path, [WIN])
    without = changed(DATABASE, ("    starting_balance: 1000\n", ""))
    hint = "give it with `starting_balance:` on the source"
    detail = f"tradesv3.sqlite does not hold the starting balance: {hint}"
    assert of_database(tmp_path, without)["pnl"] == unknown("missing", detail)
    unread = changed(without, ("      balance: {number: /strategy/*/starting_balance, of: file}\n", ""))
    assert of_database(tmp_path, unread)["pnl"]["value"] == 5


def test_a_balance_of_nothing_is_refused() -> None:
    collector = Collector()
    text = changed(DATABASE, ("starting_balance: 1000", "starting_balance: 0"))
    assert not holds("sources", node(text, "sources.yaml", collector), collector)
    assert [str(each) for each in collector.diagnostics] == [
        "sources.yaml:8:23: error E201: `starting_balance`: a number above 0 wanted, got the number `0`"
    ]


def test_an_open_trade_is_no_result(tmp_path: Path) -> None:
    write(tmp_path, "bot.json", json.dumps(result(A=[*ONE, trade(4, 9.0, is_open=True)])))
    found = metrics(run(tmp_path, SOURCE, catalogue=FUTURES))["pnl"]
    detail = "bot.json fails the schema `freqtrade-result`: /strategy/A/trades/2/is_open breaks `const`"
    assert found == {"unknown": "torn source", "detail": detail}


def test_a_damaged_schema_of_a_database_is_torn(tmp_path: Path) -> None:
    path = bot_database(tmp_path, [WIN, LOSS])
    data = path.read_bytes()
    assert data.count(b"CREATE TABLE trades (id") == 1
    path.write_bytes(data.replace(b"CREATE TABLE trades (id", b"CREATE TABLE trades \xff\xfe("))
    detail = "tradesv3.sqlite is not a sound SQLite database"
    assert of_database(tmp_path)["pnl"] == {"unknown": "torn source", "detail": detail}
