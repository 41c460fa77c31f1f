"""The registry of source formats: the schema lists it, and a format from outside works wherever one is used."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.cli.main import run as interlock
from interlock.collect.formats import FORMATS
from interlock.policy.yaml.schema import schema
from support.desks import complaints, metrics, run, write
from support.logfmt import LOGFMT

SOURCES = """sources:
  fills:
    kind: rows
    doc: a
    file: data/fills.log
    format: logfmt
    time: seen
    columns: {seen: {time: at}, pnl: {number: pnl}}
    metrics:
      pnl: {sql: "select sum(pnl) as value from fills"}
"""
CATALOGUE = "metrics:\n  pnl: {type: number, max_age: never, doc: a}\n"
ROWS = "at=2026-03-28T01:00:00Z pnl=1.5\nat=2026-03-29T00:00:00Z pnl=-2\n"
AT = "2026-03-30T06:00:00Z"


def format_key() -> dict[str, Any]:
    found: dict[str, Any] = schema("sources")["$defs"]["rows"]["properties"]["format"]
    return found


@pytest.fixture
def logfmt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a new format adds to the package: its line in the registry and its name in the schema."""
    monkeypatch.setitem(FORMATS, "logfmt", LOGFMT)
    monkeypatch.setitem(format_key(), "enum", [*format_key()["enum"], "logfmt"])


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write(tmp_path, "desk/data/fills.log", ROWS)
    write(tmp_path, "policies/interlock.yaml", "interlock: 1\n")
    write(tmp_path, "policies/catalogue.yaml", CATALOGUE)
    write(tmp_path, "policies/sources.yaml", SOURCES)
    return tmp_path


def test_the_schema_lists_the_formats_of_the_registry() -> None:
    assert format_key()["enum"] == list(FORMATS) == [each.name for each in FORMATS.values()]


def test_what_a_format_takes_and_needs_can_be_written() -> None:
    source, column = (schema("sources")["$defs"][each]["properties"] for each in ("rows", "column"))
    values = {f"{key}: {each}" for key in ("torn", "undated") for each in source[key]["enum"]}
    values |= {f"of: {each}" for each in column["of"]["enum"]}
    ends = {f"{each}: /pointer" for each in source["covered"]["properties"]}
    writable = {*source, *column, *values, *ends}
    assert {name for each in FORMATS.values() for name in each.takes} - writable == set()
    assert all(set(each.needs) <= each.takes for each in FORMATS.values())


@pytest.mark.usefixtures("logfmt")
def test_a_new_format_validates(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert interlock(["validate", "--policies", str(desk / "policies")]) == 0
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("logfmt")
def test_a_new_format_takes_its_own_keys_only() -> None:
    wrong = SOURCES.replace("    time: seen\n", "    table: fills\n    time: seen\n")
    message = "`table` is for the format sqlite, this is logfmt"
    assert complaints(wrong) == [f"sources.yaml:7:12: error E509: {message}"]
    assert complaints(SOURCES.replace("    time: seen\n", "    torn: tail\n    time: seen\n")) == []
    wrong = SOURCES.replace("logfmt", "json").replace("    time: seen\n", "    torn: tail\n    time: seen\n")
    found = complaints(wrong.replace("{time: at}", "{time: /at}").replace("{number: pnl}", "{number: /pnl}"))
    message = "`torn: tail` is for the format jsonl, csv, lines or logfmt, this is json"
    assert found == [f"sources.yaml:7:11: error E509: {message}"]


@pytest.mark.usefixtures("logfmt")
def test_a_new_format_is_collected(desk: Path) -> None:
    found = metrics(run(desk / "desk", SOURCES))
    assert found == {"pnl": {"value": Decimal("-0.5"), "at": "2026-03-29T00:00:00Z"}}


@pytest.mark.usefixtures("logfmt")
def test_a_new_format_is_named_by_explain(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = ("--root", str(desk / "desk"), "--policies", str(desk / "policies"))
    assert interlock(["collect", *place, "--as-of", AT, "--explain", "pnl"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [each for each in lines if not each.startswith("  file: data/fills.log sha256:")] == [
        "pnl: -0.5 (at 2026-03-29T00:00:00Z)",
        "  source: fills",
        "  from: data/fills.log",
        "  format: logfmt",
        "  rows: 2",
        "  covered: 2026-03-28T01:00:00Z to 2026-03-29T00:00:00Z",
        "  sql: select sum(pnl) as value from fills",
    ]


@pytest.mark.usefixtures("logfmt")
@pytest.mark.parametrize(
    ("text", "cause", "detail"),
    [
        ("", "missing", "data/fills.log is empty"),
        (ROWS + "boom\n", "torn source", "line 3 of data/fills.log is not logfmt"),
        (ROWS + "at=2026-03-29 pnl=", "torn source", "line 3 of data/fills.log has no end"),
        (
            ROWS + "at=2026-03-29T01:00:00Z pnl=x\n",
            "torn source",
            "line 3 of data/fills.log: `pnl` is not a number",
        ),
        (ROWS + "pnl=1\n", "torn source", "line 3 of data/fills.log: `seen` is absent"),
    ],
)
def test_an_error_in_a_new_format_has_its_place(tmp_path: Path, text: str, cause: str, detail: str) -> None:
    write(tmp_path, "data/fills.log", text)
    assert metrics(run(tmp_path, SOURCES)) == {"pnl": {"unknown": cause, "detail": detail}}


def test_the_page_on_sources_has_a_row_for_each_format() -> None:
    """The table names a format in its first column, and in its last what the format takes and others do not."""
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    table = page.partition("| format | a file is |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[each.strip() for each in line.strip("|").split("|")] for line in table]
    assert [row[0] for row in rows] == [f"`{name}`" for name in FORMATS]
    for row, each in zip(rows, FORMATS.values(), strict=True):
        listed = {key for key in each.takes if f"`{key}`" in row[-1]}
        assert each.takes - listed - {"json", "from: /pointer", "to: /pointer"} == set(), each.name
