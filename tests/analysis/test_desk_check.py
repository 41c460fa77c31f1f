"""The artefacts of a desk: there, missing, stale, in another form, absent or not looked at, worst first."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.desks import write
from support.roots import instant
from support.small_desk import AT, SOURCES, checked, healthy, lines, put

pytest.importorskip("duckdb")


def states(root: Path) -> dict[str, str]:
    return {each.source: each.state for each in checked(root).artefacts}


HEALTHY = {"checks": "not looked at", "lock": "absent"} | dict.fromkeys(
    ("book", "days", "edges", "fills"), "there"
)


def test_a_healthy_desk_has_its_artefacts(tmp_path: Path) -> None:
    healthy(tmp_path)
    found = checked(tmp_path)
    assert {each.source: each.state for each in found.artefacts} == HEALTHY
    assert [each.source for each in found.artefacts] == list(HEALTHY)
    fills = found.artefacts[-1]
    assert (fills.place, fills.detail, fills.metrics, fills.unknown) == ("fills/*.jsonl", "", 3, 2)
    assert (found.count("there"), found.count("missing"), found.as_of) == (4, 0, instant(AT))


@pytest.mark.parametrize(
    ("name", "content", "source", "state", "detail"),
    [
        (
            "book.json",
            None,
            "book",
            "missing",
            "missing, no such file or directory (book.note and book.open)",
        ),
        (
            "fills/a.jsonl",
            None,
            "fills",
            "missing",
            "missing, no file matches fills/*.jsonl (few, fills and lost)",
        ),
        (
            "book.json",
            "{",
            "book",
            "other form",
            "torn source, book.json is not JSON, column 2 (book.note and book.open)",
        ),
        (
            "book.json",
            {"at": "2026-03-30T05:00:00Z", "open": "3", "note": "fine"},
            "book",
            "other form",
            "wrong type, /open: it is no number (book.open)",
        ),
        (
            "book.json",
            {"at": "2026-03-30T05:00:00Z", "opened": 3, "note": "fine"},
            "book",
            "other form",
            "missing, /open is absent (book.open)",
        ),
        (
            "book.json",
            {"at": "2026-03-30T03:00:00Z", "open": 3, "note": "fine"},
            "book",
            "stale",
            "stale, measured at 2026-03-30T03:00:00Z (book.note and book.open)",
        ),
        (
            "edges.json",
            {"at": "2026-03-30T05:00:00Z", "edges": {"BTC-USD": {"pnl": 1}}},
            "edges",
            "other form",
            "missing member (edge)",
        ),
        (
            "days.jsonl",
            [{"day": "2026-03-28T00:00:00Z", "pnl": 1}],
            "days",
            "stale",
            "missing at 2026-03-29 (days)",
        ),
        (
            "days.jsonl",
            [{"day": "2026-02-28T00:00:00Z", "pnl": 1}],
            "days",
            "other form",
            "out of range at 2026-03-29, the SQL gives a point before 2026-03-28T00:00:00Z, "
            "when the metric began (days)",
        ),
        (
            "fills/a.jsonl",
            [{"at": "2026-03-30T04:30:00Z", "pnl": -1}],
            "fills",
            "stale",
            "stale, known to 2026-03-30T04:30:00Z (fills)",
        ),
        (
            "fills/b.jsonl",
            "{\n",
            "fills",
            "other form",
            "torn source, line 1 of fills/b.jsonl is not JSON, column 2 (few, fills and lost)",
        ),
    ],
)
def test_what_is_wrong_with_an_artefact(
    tmp_path: Path, name: str, content: object, source: str, state: str, detail: str
) -> None:
    healthy(tmp_path)
    if content is None:
        (tmp_path / "desk" / name).unlink()
    elif isinstance(content, str):
        write(tmp_path, f"desk/{name}", content)
    elif isinstance(content, list):
        lines(tmp_path, name, content)
    else:
        put(tmp_path, name, content)
    found = checked(tmp_path).artefacts[0]
    assert (found.source, found.state, found.detail) == (source, state, detail)
    assert {**states(tmp_path), source: ""} == {**HEALTHY, source: ""}


def test_a_torn_file_that_is_left_out_is_told(tmp_path: Path) -> None:
    healthy(tmp_path)
    many = SOURCES.replace("file: days.jsonl", "files: days/*.jsonl\n    torn: file")
    write(tmp_path, "policies/sources.yaml", many)
    for day in (27, 28, 29):
        lines(tmp_path, f"days/{day}.jsonl", [{"day": f"2026-03-{day}T00:00:00Z", "pnl": 1}])
    catalogue = tmp_path / "policies" / "catalogue.yaml"
    write(
        tmp_path, "policies/catalogue.yaml", catalogue.read_text("utf-8").replace("2026-03-28", "2026-03-27")
    )
    assert states(tmp_path) == HEALTHY
    write(tmp_path, "desk/days/27.jsonl", "{\n")
    found = checked(tmp_path).artefacts[0]
    torn = "line 1 of days/27.jsonl is not JSON, column 2"
    assert (found.source, found.state, found.detail) == ("days", "other form", torn)


def test_a_key_that_the_schema_does_not_require_may_be_absent(tmp_path: Path) -> None:
    healthy(tmp_path)
    put(tmp_path, "lock.json", {"acquired_at": "2026-03-30T05:00:00Z", "pid": 7})
    write(tmp_path, "policies/sources.yaml", SOURCES.replace("{pointer: /pid}", "{pointer: /number}"))
    found = next(each for each in checked(tmp_path).artefacts if each.source == "lock")
    assert (found.state, found.unknown) == ("there", 1)


def test_a_member_without_rows_of_its_own_is_stale(tmp_path: Path) -> None:
    healthy(tmp_path)
    metric = "  quotes: {type: number, every: event, scope: symbol, slack: 1d, doc: a}\nscopes:"
    catalogue = tmp_path / "policies" / "catalogue.yaml"
    write(tmp_path, "policies/catalogue.yaml", catalogue.read_text("utf-8").replace("scopes:", metric))
    write(
        tmp_path,
        "policies/more.yaml",
        """sources:
  quotes:
    kind: rows
    doc: a row a day and symbol
    file: quotes.jsonl
    format: jsonl
    time: day
    columns: {day: {time: /day}, symbol: {text: /symbol}, pnl: {number: /pnl}}
    covered: {each: 1d, for: symbol}
    complete: never
    metrics: {quotes: {sql: "select symbol as member, day as at, pnl as value from quotes"}}
""",
    )
    rows = [{"day": f"2026-03-{day}T00:00:00Z", "symbol": "BTC-USD", "pnl": 1} for day in (28, 29)]
    lines(tmp_path, "quotes.jsonl", rows)
    found = checked(tmp_path).artefacts[0]
    assert (found.source, found.state) == ("quotes", "stale")
    assert found.detail.startswith("not covered")
