"""Coverage by reports where each member has its own: that of one says nothing of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.desks import CATALOGUE, changed, complaints, load, metrics, run, write

REPORTS = """
sources:
  reports:
    kind: rows
    doc: one report a day and symbol
    files: r*.json
    format: json
    time: known
    timezone: UTC
    complete: never
    columns:
      known: {time: /day, shift: 1d}
      day: {time: /day}
      pnl: {number: /pnl}
      symbol: {text: /symbol, optional: true}
    covered: {each: 1d, by: day, for: symbol}
    metrics:
      fills: {sql: "select symbol as member, day as at, pnl as value from reports where pnl < 0"}
      alerts: {sql: "select day as at from reports where pnl < 0"}
"""
WITHOUT = changed(REPORTS, (", for: symbol", ""))
ROSTER = "{members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTC/USDT]}}"


def reports(root: Path, symbol: str, *days: int) -> None:
    name = "".join(each for each in symbol if each.isalpha())
    for day in days:
        pnl = -1 if day == 26 else 1
        write(root, f"r_{name}_{day}.json", f'{{"day": "2026-03-{day}", "symbol": {symbol}, "pnl": {pnl}}}')


def days(entry: Any) -> tuple[list[str], int] | str:
    """Return the days of a coverage and the number of points, or why there is none."""
    if "unknown" in entry:
        return str(entry["unknown"])
    return [each[8:10] for each in entry["covered"]], len(entry["points"])


def seen(root: Path, text: str = REPORTS, roster: str = ROSTER) -> tuple[dict[str, Any], Any]:
    """Return of each symbol, and of all as one, what is covered."""
    catalogue = changed(CATALOGUE, (ROSTER, roster))
    found = run(root, text, as_of="2026-03-30T00:00:00Z", catalogue=catalogue)
    members = found.snapshot["scopes"]["symbol"]
    return {name: days(each["fills"]) for name, each in members.items()}, days(metrics(found)["alerts"])


def test_a_lost_report_is_covered_by_no_other_member(tmp_path: Path) -> None:
    reports(tmp_path, '"ETH-USD"', 25, 26, 27, 28, 29)
    reports(tmp_path, '"BTC/USDT"', 25, 26, 27)
    reports(tmp_path, '"BTC-USD"', 28, 29)
    whole = (["25", "30"], 1)
    assert seen(tmp_path) == ({"BTC-USD": whole, "ETH-USD": whole}, (["25", "30"], 2))
    (tmp_path / "r_BTCUSDT_26.json").unlink()
    assert seen(tmp_path) == ({"BTC-USD": (["27", "30"], 0), "ETH-USD": whole}, (["27", "30"], 1))


def test_a_listed_member_without_rows_is_not_covered(tmp_path: Path) -> None:
    reports(tmp_path, '"ETH-USD"', 25, 26)
    assert seen(tmp_path) == ({"BTC-USD": "not covered", "ETH-USD": (["25", "27"], 1)}, "not covered")


def test_members_of_an_open_scope_have_their_own_coverage(tmp_path: Path) -> None:
    reports(tmp_path, '"ETH-USD"', 25, 26)
    reports(tmp_path, '"SOL"', 26, 27)
    each = {"ETH-USD": (["25", "27"], 1), "SOL": (["26", "28"], 1)}
    assert seen(tmp_path, roster="{open: true}") == (each, (["26", "27"], 2))
    both = {"ETH-USD": (["25", "27"], 1), "SOL": (["26", "28"], 1)}
    assert seen(tmp_path, roster="{members: [ETH-USD], open: true}") == (both, (["26", "27"], 2))


def test_a_member_that_the_column_does_not_name_is_not_covered(tmp_path: Path) -> None:
    reports(tmp_path, '"eth"', 25, 26)
    upper = changed(REPORTS, ("select symbol as member", "select upper(symbol) as member"))
    assert seen(tmp_path, upper, "{open: true}") == ({"ETH": "not covered"}, (["25", "27"], 1))


def test_rows_of_no_member_cover_none(tmp_path: Path) -> None:
    reports(tmp_path, '"ETH-USD"', 25, 26)
    reports(tmp_path, "null", 27)
    found = seen(tmp_path, changed(REPORTS, ("pnl < 0", "pnl < 0 and symbol is not null")))
    assert found[0] == {"BTC-USD": "not covered", "ETH-USD": (["25", "27"], 1)}


def test_a_joined_source_covers_each_member_too(tmp_path: Path) -> None:
    reports(tmp_path, '"ETH-USD"', 25, 26, 27)
    reports(tmp_path, '"BTC-USD"', 25, 26)
    write(tmp_path, "j.jsonl", '{"at": "2026-03-26T00:00:00Z"}\n{"at": "2026-03-28T00:00:00Z"}\n')
    joined = changed(REPORTS, ("    complete: never", "    complete: never\n    with: [notes]")) + (
        "  notes:\n    kind: rows\n    doc: a\n    file: j.jsonl\n    format: jsonl\n    time: at_\n"
        '    columns: {at_: {time: /at}}\n    metrics: {total: {sql: "select count(*) as value from notes"}}\n'
    )
    each = {"BTC-USD": (["26", "27"], 1), "ETH-USD": (["26", "28"], 1)}
    assert seen(tmp_path, joined) == (each, (["26", "27"], 2))


def test_events_by_member_want_the_column_of_the_members() -> None:
    hint = "(write `for:` with the column of the members)"
    shared = "`fills` has events of each symbol, and a row of any covers its period in `reports`"
    assert complaints(REPORTS) == []
    assert complaints(WITHOUT) == [f"sources.yaml:18:20: warning W862: {shared} {hint}"]
    wrong = "no column is called `symbl` (did you mean `symbol`?)"
    typo = changed(REPORTS, ("for: symbol", "for: symbl"))
    assert complaints(typo) == [f"sources.yaml:16:39: error E554: {wrong}"]
    ends = changed(REPORTS, ("each: 1d, by: day, for", "from: first, for"))
    alone = "`for` names the members of the periods of `each`, which is not given"
    assert complaints(ends) == [f"sources.yaml:16:33: error E527: {alone}"]


def test_complete_takes_the_members_of_the_coverage() -> None:
    for text, expected in ((REPORTS, "symbol"), (WITHOUT, "")):
        sources, _, _ = load(changed(text, ("complete: never", "complete: 1d")))
        source: Any = sources.by_id["reports"]
        assert source.complete.member == source.coverage.member == expected
