"""Files that freqtrade writes: the result of a backtest as JSON or zip, `.last_result.json`, and a bot's database.

Each gives one strategy, in the shape of the result file: `{"strategy": {NAME: {"trades": […], …}}}`.
"""

from __future__ import annotations

import io
import lzma
import sqlite3
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any, Final

from ...diagnostics import printable
from ...language.times import show_time
from ...limits import SOURCE_BYTES
from ...wording import listed
from ..artefact_root import Artefact, Root
from ..json_documents import check_artefact, decode, read_json
from ..model import RowsSource
from ..unreadable import Unreadable
from .model import Contents, Format, Record
from .sqlite_tables import open_copy

__all__ = ["FREQTRADE"]

_LATEST = "latest_backtest"
_ZIP = b"PK\x03\x04"
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
_SHOWN_NAME = 80
_DATABASE = b"SQLite format 3\0"
_COLUMNS: Final = {
    "pair": "pair",
    "stake_amount": "stake_amount",
    "amount": "amount",
    "open_date": "open_date",
    "close_date": "close_date",
    "open_rate": "open_rate",
    "close_rate": "close_rate",
    "fee_open": "fee_open",
    "fee_close": "fee_close",
    "profit_ratio": "close_profit",
    "profit_abs": "close_profit_abs",
    "exit_reason": "exit_reason",
    "is_short": "is_short",
}
"""The key of a result file, and the column of `trades` that holds it."""
_NEEDED = ("is_open", "strategy")


def _read(root: Root, artefact: Artefact, source: RowsSource) -> Contents:
    if _is_database(artefact.data):
        results = _database_results(root, artefact, source)
        name = _chosen(list(results), artefact.name, source)
        return _contents({"strategy": {name: results[name]}}, name, artefact.name, ())
    top, held = _document(artefact, source), artefact
    files: tuple[Artefact, ...] = ()
    if "strategy" not in top and _LATEST in top:
        held = root.open(_beside(artefact.name, top[_LATEST]))
        top, files = _document(held, source), (held,)
    strategies = top.get("strategy")
    if not isinstance(strategies, dict):
        raise Unreadable(
            "torn source", f"{held.name} is no result of a backtest: it has no mapping `strategy`"
        )
    name = _chosen(list(strategies), held.name, source)
    whole = {**top, "strategy": {name: _with_sides(strategies[name], held.name)}}
    if source.schema:
        check_artefact(source.schema, whole, held.name)
    return _contents(whole, name, held.name, files)


def _contents(top: dict[str, Any], name: str, file: str, files: tuple[Artefact, ...]) -> Contents:
    body = top["strategy"][name]
    trades = body.get("trades") if isinstance(body, dict) else None
    if not isinstance(trades, list):
        raise Unreadable("torn source", f"{file} has no list of trades")
    rows = (Record(file, "row", number, each, (), top) for number, each in enumerate(trades, start=1))
    return Contents(rows, top, files)


def _document(artefact: Artefact, source: RowsSource) -> dict[str, Any]:
    """Return the JSON object of an artefact, or of the file of its name in it where it is a zip."""
    place, data = artefact.name, artefact.data
    if data.startswith(_ZIP):
        place, data = _unpacked(artefact)
    text = decode(data, place)
    if not text.strip():
        raise Unreadable("missing", f"{place} is empty")
    top = read_json(text, place, source.exact)
    if not isinstance(top, dict):
        raise Unreadable("torn source", f"{place} holds no object")
    return top


def _unpacked(artefact: Artefact) -> tuple[str, bytes]:
    """Return the place and the bytes of the result in a zip.

    It has the name of the zip; of a zip that was renamed it is the only JSON file beside the configuration.
    """
    wanted = f"{artefact.name.rpartition('/')[2].removesuffix('.zip')}.json"
    try:
        with zipfile.ZipFile(io.BytesIO(artefact.data)) as archive:
            every = [each for each in archive.infolist() if each.filename.endswith(".json")]
            own = [each for each in every if each.filename == wanted]
            found = own or [each for each in every if not each.filename.endswith("_config.json")]
            if len(found) != 1:
                which = f"several files `{wanted}`" if own else f"no file `{wanted}`"
                hint = "keep the name that freqtrade gave it"
                raise Unreadable("torn source", f"{artefact.name} holds {which}: {hint}")
            wanted = wanted if own else "a result"
            with archive.open(found[0]) as member:
                data = member.read(SOURCE_BYTES + 1)
    except _DAMAGED:
        raise Unreadable("torn source", f"{artefact.name} is not a sound zip archive") from None
    if len(data) > SOURCE_BYTES:
        raise Unreadable("overflow", f"{wanted} in {artefact.name} is larger than {SOURCE_BYTES} bytes")
    return f"{wanted} in {artefact.name}", data


def _beside(pointer: str, name: object) -> str:
    """Return the path of the file that `.last_result.json` names, which must lie beside it."""
    if (
        not isinstance(name, str)
        or not name.isprintable()
        or name.startswith(".")
        or any(each in name for each in "/\\:")
        or not name.endswith((".json", ".zip"))
    ):
        hint = "its `latest_backtest` must be the name of a .zip or .json file beside it"
        raise Unreadable("torn source", f"{pointer} names no result of a backtest: {hint}")
    folder, slash, _ = pointer.rpartition("/")
    return f"{folder}{slash}{name}"


def _chosen(names: Sequence[str], file: str, source: RowsSource) -> str:
    """Return the strategy that the source reads: the one it names, or the only one."""
    if not names:
        raise Unreadable("missing", f"{file} holds no strategy")
    shown = listed([f"`{printable(each)[:_SHOWN_NAME]}`" for each in sorted(names)], 10)
    if source.strategy and source.strategy not in names:
        raise Unreadable("missing", f"{file} holds no strategy `{source.strategy}`: it holds {shown}")
    if not source.strategy and len(names) > 1:
        hint = "choose one with `strategy: NAME` on the source"
        raise Unreadable("conflict", f"{file} holds the strategies {shown}: {hint}")
    return source.strategy or names[0]


def _with_sides(body: object, file: str) -> object:
    """Return a result with `is_short` and `exit_reason` in each trade, also one from before freqtrade traded short.

    Such a file has none of the keys that came with short trades. A trade that gained while its price fell was no
    long one: then the key is lost, and the file is not read.
    """
    trades = body.get("trades") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(trades, list):
        return body
    keys = {key for each in trades if isinstance(each, dict) for key in each} | body.keys()
    if keys & {"is_short", "leverage", "enter_tag", "trade_count_short"}:
        return body
    found = []
    for number, trade in enumerate(trades, start=1):
        if not isinstance(trade, dict):
            return body
        if _gained_while_falling(trade):
            place = f"row {number} of {file}"
            raise Unreadable("torn source", f"{place} gained while its price fell, and `is_short` is absent")
        reason = {"exit_reason": trade["sell_reason"]} if "sell_reason" in trade else {}
        found.append({"is_short": False, **reason, **trade})
    return {**body, "trades": found}


def _gained_while_falling(trade: dict[str, Any]) -> bool:
    gain, begin, end = (trade.get(each) for each in ("profit_abs", "open_rate", "close_rate"))
    try:
        return bool(gain > 0 and end < begin)  # type: ignore[operator]
    except TypeError:  # the schema or the columns say so
        return False


def _is_database(data: bytes) -> bool:
    """Tell whether these are the bytes of an SQLite database."""
    return data.startswith(_DATABASE)


def _database_results(root: Root, artefact: Artefact, source: RowsSource) -> dict[str, dict[str, Any]]:
    """Return the result of each strategy of a database: its closed trades, and from when to when it knows them.

    It knows them from the first start of the bot, else from the first entry, to the last time that it was written.
    The starting balance is that of the source, because the database holds none.
    """
    file = artefact.name
    reads_balance = any(each.pointer[-1:] == ("starting_balance",) for each in source.columns)
    if source.starting_balance is None and reads_balance:
        hint = "give it with `starting_balance:` on the source"
        raise Unreadable("missing", f"{file} does not hold the starting balance: {hint}")
    log = f"{file}-wal"
    written = max(artefact.modified, root.modified(log)) if root.exists(log) else artefact.modified
    with open_copy(root, artefact) as connection:
        names = _strategies(connection, file)
        results = {name: _closed_trades(connection, name, file) for name in names}
        begin = _first_start(connection)
    whole = {
        "backtest_start": begin,
        "backtest_end": show_time(written),
        "starting_balance": source.starting_balance,
    }
    return {name: {"trades": trades, **whole} for name, trades in results.items()}


def _strategies(connection: sqlite3.Connection, file: str) -> list[str]:
    """Return the strategies of a database. Raises Unreadable where trades name none beside others that do."""
    known = _known_columns(connection)
    if not known:
        raise Unreadable("missing", f"{file} has no table `trades`")
    absent = [each for each in (*_columns_of(known).values(), *_NEEDED) if each not in known]
    if absent:
        raise Unreadable("torn source", f"table `trades` of {file} has no column `{absent[0]}`")
    found = [row[0] for row in connection.execute("SELECT DISTINCT strategy FROM trades")]
    if any(not isinstance(each, str) for each in found):
        raise Unreadable("torn source", f"table `trades` of {file} has trades without a strategy")
    return sorted(found)


def _known_columns(connection: sqlite3.Connection) -> set[str]:
    return {row[1] for row in connection.execute("PRAGMA table_info(trades)")}


def _columns_of(known: set[str]) -> dict[str, str]:
    """Return the columns to read. A database from before freqtrade traded short has neither side nor leverage."""
    found = dict(_COLUMNS)
    if not known & {"is_short", "leverage", "enter_tag"}:
        del found["is_short"]
    if "exit_reason" not in known and "sell_reason" in known:
        found["exit_reason"] = "sell_reason"
    return found


def _closed_trades(connection: sqlite3.Connection, strategy: str, file: str) -> list[dict[str, Any]]:
    columns = _columns_of(_known_columns(connection))
    select = f"SELECT is_open, {', '.join(columns.values())} FROM trades WHERE strategy = ? ORDER BY id"  # noqa: S608
    found = []
    for number, (is_open, *values) in enumerate(connection.execute(select, (strategy,)), start=1):
        trade = {"is_short": 0, **dict(zip(columns, values, strict=True))}
        if is_open not in (0, 1) or trade["is_short"] not in (0, 1):
            raise Unreadable("torn source", f"row {number} of {file} says not whether it is open, or short")
        if not is_open:
            found.append({**trade, "is_short": trade["is_short"] == 1})
    return found


def _first_start(connection: sqlite3.Connection) -> str | None:
    """Return when the bot was first started; of a database that does not say so the first entry."""
    select = "SELECT datetime_value FROM KeyValueStore WHERE key = 'bot_start_time'"
    try:
        found = connection.execute(select).fetchone()
    except sqlite3.OperationalError:
        found = None
    found = found or connection.execute("SELECT min(open_date) FROM trades").fetchone()
    return None if found[0] is None else str(found[0])


FREQTRADE = Format(
    "freqtrade",
    _read,
    frozenset(
        {
            "strategy",
            "starting_balance",
            "schema",
            "json",
            "of: file",
            "from: /pointer",
            "to: /pointer",
        }
    ),
    by_pointer=True,
    beside=("-wal",),
)
