"""One of several files is lost: what it held is unknown where periods or stretches are declared, else a warning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.desks import CATALOGUE, changed, complaints, judged, load, metrics, run, write

TRADES = """
sources:
  fills:
    kind: rows
    doc: one file a day
    files: trades_*.csv
    format: csv
    time: t
    timezone: UTC
    columns: {t: {time: t}, pnl: {number: pnl}}
    complete: 1d
    metrics:
      trades: {sql: "select t as at, pnl as value from fills"}
"""
RULE = "count(trades < 0, within=4d) == 0"
AS_OF = "2026-03-06T00:00:00Z"
BEGAN = changed(
    CATALOGUE,
    (
        "trades: {type: number, every: event,",
        "trades: {type: number, every: event, slack: 1h, began: 2026-03-01,",
    ),
)


def files(root: Path) -> None:
    """Write five days, the third with a loss."""
    for day in range(1, 6):
        stamp, pnl = f"2026-03-0{day}T", -9 if day == 3 else 1
        write(
            root, f"trades_{day}.csv", f"t,pnl\n{stamp}00:00:00,1\n{stamp}12:00:00,{pnl}\n{stamp}23:59:00,1\n"
        )


def test_a_day_without_its_file_makes_events_unknown(tmp_path: Path) -> None:
    files(tmp_path)
    assert judged(tmp_path, TRADES, RULE, AS_OF, catalogue=BEGAN).verdict == "NO_GO"
    write(tmp_path, "trades_3.csv", "t,pnl\n2026-03-03T00:00:00,1\n")
    assert judged(tmp_path, TRADES, RULE, AS_OF, catalogue=BEGAN).verdict == "GO"
    (tmp_path / "trades_3.csv").unlink()
    assert judged(tmp_path, TRADES, RULE, AS_OF, catalogue=BEGAN).verdict == "NO_GO"
    assert metrics(run(tmp_path, TRADES, AS_OF, catalogue=BEGAN))["trades"] == {
        "unknown": "missing",
        "detail": "no row of `fills` for 2026-03-03T00:00:00Z to 2026-03-04T00:00:00Z",
    }


def test_a_chain_of_periods_is_cut_and_stays_known(tmp_path: Path) -> None:
    for day in (1, 2, 4, 5):
        write(tmp_path, f"trades_{day}.csv", f"t,pnl\n2026-03-0{day},1\n")
    chain = changed(TRADES, ("    complete: 1d\n", "    complete: 1d\n    covered: {each: 1d}\n"))
    seen = metrics(run(tmp_path, chain, AS_OF, catalogue=BEGAN))["trades"]
    assert seen["covered"] == ["2026-03-04T00:00:00Z", "2026-03-06T00:00:00Z"]


SUM = (
    'trades: {sql: "select t as at, pnl as value from fills"}',
    'daily: {sql: "select %s as at, %s as value from fills%s"}',
)
HINT = "(write `complete: 1w` with the length of a period, or `complete: never` where rows are no periods)"
EVENTS = (
    "sources.yaml:12:21: warning W863: `trades` are events of several files, and nothing says that none of `fills`"
    f" may be missing {HINT}"
)
SILENT = changed(TRADES, ("    complete: 1d\n", ""))


@pytest.mark.parametrize(
    ("text", "catalogue", "expected"),
    [
        (SILENT, CATALOGUE, [EVENTS]),
        (changed(SILENT, ("files: trades_*", "file: trades_1")), CATALOGUE, []),
        (changed(TRADES, ("complete: 1d", "complete: never")), CATALOGUE, []),
        (changed(TRADES, ("complete: 1d", "covered: {each: 1d}")), CATALOGUE, []),
        (TRADES, BEGAN, []),
        (
            TRADES,
            CATALOGUE,
            [
                "sources.yaml:13:21: error E553: `complete` of `fills` does not know when the periods of `trades` begin"
                " (write `began:` on the metric)"
            ],
        ),
        (changed(SILENT, (SUM[0], SUM[1] % ("t", "pnl", ""))), CATALOGUE, []),
        (
            changed(SILENT, (SUM[0], SUM[1] % ("date_trunc('day', t)", "sum(pnl)", " group by 1"))),
            CATALOGUE,
            [
                "sources.yaml:12:20: warning W859: `daily` is made of many rows, and `fills` does not say"
                f" whether one may be missing {HINT}"
            ],
        ),
    ],
)
def test_a_source_says_whether_a_file_may_be_missing(text: str, catalogue: str, expected: list[str]) -> None:
    collector = load(text, catalogue)[2]
    assert [str(each) for each in collector.sorted()] == expected


def test_a_joined_source_says_so_too() -> None:
    more = """
  more:
    kind: rows
    doc: joins the first
    file: more.csv
    format: csv
    time: t
    timezone: UTC
    with: [fills]
    columns: {t: {time: t}}
    metrics:
      alerts: {sql: "select fills.t as at from more, fills"}
"""
    assert complaints(SILENT + more) == [
        EVENTS,
        EVENTS.replace(":12:21:", ":24:21:").replace("`trades`", "`alerts`"),
    ]


EXPORTS = """
sources:
  exports:
    kind: rows
    doc: exports that state what they hold
    files: e*.json
    format: json
    rows: /trades
    time: closed
    timezone: UTC
    columns: {closed: {time: /closed}, pnl: {number: /pnl}}
    covered: {from: /from, to: /to}
    metrics:
      alerts: {sql: "select closed as at from exports where pnl < 0"}
"""


def export(root: Path, name: str, first: str, last: str, pnl: int = 1) -> None:
    trade = {"closed": f"2026-03-{first}", "pnl": pnl}
    write(root, name, json.dumps({"from": f"2026-03-{first}", "to": f"2026-03-{last}", "trades": [trade]}))


def test_files_that_state_their_stretches_cover_the_newest_that_touch(tmp_path: Path) -> None:
    rule, as_of = "count(alerts, within=20d) == 0", "2026-03-30T00:00:00Z"
    export(tmp_path, "e1.json", "01", "10")
    export(tmp_path, "e2.json", "10", "20", pnl=-1)
    export(tmp_path, "e3.json", "18", "30")
    export(tmp_path, "e4.json", "21", "25")
    assert metrics(run(tmp_path, EXPORTS, as_of))["alerts"] == {
        "covered": ["2026-03-01T00:00:00Z", as_of],
        "points": [{"at": "2026-03-10T00:00:00Z"}],
    }
    (tmp_path / "e2.json").unlink()
    assert metrics(run(tmp_path, EXPORTS, as_of))["alerts"] == {
        "covered": ["2026-03-18T00:00:00Z", as_of],
        "points": [],
    }
    assert judged(tmp_path, EXPORTS, rule, as_of).verdict == "NO_GO"
    assert judged(tmp_path, EXPORTS, "count(alerts, within=12d) == 0", as_of).verdict == "GO"
