"""What `interlock.yaml` says of the desk: dates, time zone, scopes and artefacts, and the text of every complaint."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from interlock.api import check
from interlock.collect.workspace import read_workspace
from interlock.diagnostics import Collector
from support.desks import write as put
from support.roots import instant, read, write

from ..roots import Case, bad_roots, complaints

MARK = """interlock: 1
dates: {programme: 2026-01-05, launch: '2026-03-01T09:00:00Z'}
timezone: America/New_York
scopes:
  symbol: {members: [BTC-USD]}
artefacts:
  fills: {file: other/fills.jsonl}
"""
FILES = {
    "interlock.yaml": MARK,
    "catalogue.yaml": """metrics:
  hits: {type: integer, every: 1d, began: programme, source: false}
  pnl: {type: number, scope: symbol, every: event, doc: a}
""",
    "sources.yaml": """sources:
  fills:
    kind: rows
    doc: fills
    files: data/*.jsonl
    format: jsonl
    time: at
    columns: {at: {time: /at}, symbol: {text: /symbol}, pnl: {number: /pnl}}
    covered: {from: launch, to: last}
    complete: never
    metrics: {pnl: {sql: 'select symbol as member, "at", pnl as value from fills'}}
""",
}


@bad_roots("desk_reader")
def test_what_the_desk_says_is_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect


def test_a_date_stands_for_itself_in_the_catalogue(tmp_path: Path) -> None:
    found, collector = read(write(tmp_path, FILES))
    assert collector.errors == ()
    assert found.catalogue.metrics["hits"].began == instant("2026-01-05")
    assert found.catalogue.scopes["symbol"].members == ("BTC-USD",)


def test_sources_take_dates_zone_and_files_of_the_desk(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    put(tmp_path, "desk/other/fills.jsonl", '{"at": "2026-03-02T09:00:00", "symbol": "BTC-USD", "pnl": 2}\n')
    policies, collector = check(root)
    assert collector.errors == ()
    as_of = instant("2026-03-30")
    found = policies.collect(tmp_path / "desk", as_of, now=Decimal(1_900_000_000), environ={})
    scopes = found.snapshot["scopes"]
    assert isinstance(scopes, dict)
    assert scopes["symbol"]["BTC-USD"]["pnl"] == {
        "covered": ["2026-03-01T09:00:00Z", "2026-03-02T14:00:00Z"],
        "points": [{"at": "2026-03-02T14:00:00Z", "value": 2}],
    }


def test_a_zone_of_the_source_stands_before_that_of_the_desk(tmp_path: Path) -> None:
    own = FILES["sources.yaml"].replace("    time: at\n", "    time: at\n    timezone: Asia/Tokyo\n")
    collector = Collector()
    found = read_workspace(write(tmp_path, {**FILES, "sources.yaml": own}), collector)
    assert str(found.sources.by_id["fills"].zone) == "Asia/Tokyo"  # type: ignore[union-attr]
    given = MARK.replace("fills.jsonl}", "fills.jsonl, timezone: UTC}")
    found = read_workspace(
        write(tmp_path / "b", {**FILES, "sources.yaml": own, "interlock.yaml": given}), collector
    )
    assert str(found.sources.by_id["fills"].zone) == "UTC"  # type: ignore[union-attr]
    assert collector.errors == ()
