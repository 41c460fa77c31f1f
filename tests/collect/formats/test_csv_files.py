"""CSV: texts read as the declared types, and an error has its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from support.desks import LOG, changed, judged, metrics, run, write

CSV = changed(
    LOG,
    ("t.jsonl", "t.csv"),
    ("format: jsonl", "format: csv"),
    ("{time: /at}", "{time: at}"),
    ("{number: /pnl}", "{number: pnl}"),
)
TABLE = 'at,pnl,note\n2026-03-28T01:00:00Z,12.5,"a,\nb"\n2026-03-29T00:00:00Z,-3,x\n'


def test_csv(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", TABLE)
    seen = metrics(run(tmp_path, CSV))
    assert seen["pnl"] == {"value": Decimal("9.5"), "n": 2, "at": "2026-03-29T00:00:00Z"}


def test_a_csv_cut_at_any_byte_is_unknown_or_what_its_whole_rows_say(tmp_path: Path) -> None:
    data = TABLE.encode()
    second = data.index(b"2026-03-29")
    for cut in range(len(data)):
        write(tmp_path, "t.csv", data[:cut])
        found = metrics(run(tmp_path, CSV))["pnl"]
        if cut == second:
            assert found == {"value": Decimal("12.5"), "n": 1, "at": "2026-03-28T01:00:00Z"}
        else:
            assert "unknown" in found, cut


@pytest.mark.parametrize(
    ("data", "cause", "detail"),
    [
        (
            "at,pnl\n2026-03-28,1\n",
            "no time",
            "line 2 of t.csv: `at_` has no offset and the source declares no `timezone`",
        ),
        ("at,pnl\n2026-03-28T00:00:00Z,\n", "torn source", "line 2 of t.csv: `pnl` is absent"),
        ("at,pnl\n2026-03-28T00:00:00Z,1_0\n", "torn source", "line 2 of t.csv: `pnl` is not a number"),
        ("at,pnl\n2026-03-28T00:00:00Z,nan\n", "not finite", "line 2 of t.csv: `pnl` is not finite"),
        ("at,pnl\n2026-03-28T00:00:00Z,1,2\n", "torn source", "line 2 of t.csv has 3 fields, not 2"),
        ("at,pnl,pnl\n", "torn source", "the header of t.csv has the same name twice"),
        ("at,profit\n", "torn source", "t.csv has no column `pnl`"),
        ("at,pnl\n", "missing", "t.csv has a header and no rows"),
        ("at,pnl\n\n\n", "missing", "t.csv has a header and no rows"),
        ('at,pnl\n2026-03-28T00:00:00Z,"1\n', "torn source", "line 2 of t.csv is not CSV"),
        ("at,pnl\n2026-03-28T00:00:00Z,1", "torn source", "line 2 of t.csv has no end"),
        (b"\xff\xfea\x00", "torn source", "t.csv is not UTF-8 at byte 0"),
    ],
)
def test_a_bad_csv_says_where(tmp_path: Path, data: str | bytes, cause: str, detail: str) -> None:
    write(tmp_path, "t.csv", data)
    assert metrics(run(tmp_path, CSV))["pnl"] == {"unknown": cause, "detail": detail}


@pytest.mark.parametrize("data", ["", "at,pnl\n"])
@pytest.mark.parametrize("may_be_empty", [True, False])
def test_a_csv_that_lost_its_rows_opens_no_gate(tmp_path: Path, data: str, may_be_empty: bool) -> None:
    more = "    time: at_\n    complete: never\n    covered: {from: 2026-03-01, to: as_of}"
    more += "\n    may_be_empty: true" * may_be_empty
    write(tmp_path, "t.csv", data)
    found = judged(tmp_path, changed(CSV, ("    time: at_", more)), "count(trades < 0, within=1d) == 0")
    assert found.verdict == ("GO" if may_be_empty else "NO_GO")
    wrong = "t.csv has a header and no rows" if data else "t.csv is empty"
    causes = [(each.cause, each.detail) for each in found.rules[0].causes]
    assert causes == ([] if may_be_empty else [("missing", wrong)])


def test_naive_times_are_read_in_the_declared_zone_and_ambiguous_ones_are_no_time(tmp_path: Path) -> None:
    text = changed(CSV, ("    time: at_", "    time: at_\n    timezone: America/New_York"))
    write(tmp_path, "t.csv", "at,pnl\n2024-07-01 12:00:00,1\n")
    assert metrics(run(tmp_path, text))["pnl"]["at"] == "2024-07-01T16:00:00Z"
    for moment, wrong in (
        ("2024-11-03 01:30:00", "is ambiguous in America/New_York: the clock is put back there"),
        ("2024-03-10 02:30:00", "does not exist in America/New_York: the clock is put forward there"),
    ):
        write(tmp_path, "t.csv", f"at,pnl\n{moment},1\n")
        detail = f"line 2 of t.csv: `at_` {wrong}"
        assert metrics(run(tmp_path, text))["pnl"] == {"unknown": "no time", "detail": detail}


LOSSES = """
sources:
  trades:
    kind: rows
    doc: a
    file: t.csv
    format: csv
    time: closed
    timezone: UTC
    columns: {closed: {time: closed}, outcome: {text: outcome}}
    covered: {from: 2026-01-01, to: as_of}
    metrics:
      alerts: {sql: "select closed as at from trades where outcome = 'loss'"}
"""
NO_LOSS = "count(alerts, within=20d) == 0"
OUTCOMES = "closed,outcome\n2026-03-25,win\n2026-03-26,loss\n2026-03-27,win\n"


@pytest.mark.parametrize("cell", ["", "  ", "\t", '""', '"  "'])
def test_an_empty_cell_is_no_text(tmp_path: Path, cell: str) -> None:
    write(tmp_path, "t.csv", OUTCOMES.replace("loss", cell))
    verdict = judged(tmp_path, LOSSES, NO_LOSS)
    causes = [(each.cause, each.detail) for each in verdict.rules[0].causes]
    assert (verdict.verdict, causes) == (
        "NO_GO",
        [("torn source", "line 3 of t.csv: `outcome` is absent")],
    )


def test_an_empty_cell_of_an_optional_column_is_null(tmp_path: Path) -> None:
    sql = changed(
        LOSSES, ("{text: outcome}", "{text: outcome, optional: true}"), ("= 'loss'", "is distinct from 'win'")
    )
    write(tmp_path, "t.csv", OUTCOMES.replace("loss", ""))
    assert metrics(run(tmp_path, sql))["alerts"]["points"] == [{"at": "2026-03-26T00:00:00Z"}]


@pytest.mark.parametrize("cell", ["loss ", " loss", "\tloss", '" loss "'])
def test_blanks_around_a_cell_are_no_part_of_its_text(tmp_path: Path, cell: str) -> None:
    write(tmp_path, "t.csv", OUTCOMES.replace("loss", cell))
    assert judged(tmp_path, LOSSES, NO_LOSS).verdict == "NO_GO"


ODD = [
    "-+5", "+-5", "++5", "--5", "-", "+", ".", "1_000", "2e1_0", "0x10", "1 000", "1'000", "5%", "5e", "5f",
    "1.0.0", "5e5e5", "½", "²", "١٢", "True", "infinity5", "nan(123)", "-+inf",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["number", "decimal", "integer"])
@pytest.mark.parametrize("cell", ODD)
def test_a_cell_that_is_no_number_closes_the_gate(tmp_path: Path, kind: str, cell: str) -> None:
    write(tmp_path, "t.csv", f"at,pnl\n2026-03-28T01:00:00Z,{cell}\n")
    source = changed(CSV, ("{number: pnl}", f"{{{kind}: pnl}}"))
    verdict = judged(tmp_path, source, "pnl < 10")
    causes = [(each.cause, each.detail) for each in verdict.rules[0].causes]
    assert (verdict.verdict, causes) == (
        "NO_GO",
        [("torn source", "line 2 of t.csv: `pnl` is not a number")],
    )


@pytest.mark.parametrize("unit", ["s", "ms"])
@pytest.mark.parametrize(
    "cell", ["-+5", "1774850400_0", "177485040٠", "1.0.0", "²", "9" * 5000, "nan", "1e99999"]
)
def test_a_cell_that_is_no_time_closes_the_gate(tmp_path: Path, unit: str, cell: str) -> None:
    write(tmp_path, "t.csv", f"at,pnl\n{cell},1\n")
    source = changed(CSV, ("{time: at}", f"{{time: at, unit: {unit}}}"))
    assert judged(tmp_path, source, "pnl < 10").verdict == "NO_GO"


@pytest.mark.parametrize(
    ("kind", "cell", "wanted"),
    [
        ("number", "9" * 400, ("not finite", "is not finite")),
        ("number", "9" * 5000, ("not finite", "is not finite")),
        ("number", "1e400", ("not finite", "is not finite")),
        ("number", "-Infinity", ("not finite", "is not finite")),
        ("integer", "9" * 5000, ("out of range", "is beyond 64 bits")),
        ("integer", "1e9999", ("out of range", "is beyond 64 bits")),
        ("integer", "1e-400", ("torn source", "is not a whole number")),
        ("integer", "4.00000000000000000001", ("torn source", "is not a whole number")),
        ("integer", "nan", ("not finite", "is not finite")),
    ],
)
def test_a_number_that_its_column_does_not_hold(
    tmp_path: Path, kind: str, cell: str, wanted: tuple[str, str]
) -> None:
    write(tmp_path, "t.csv", f"at,pnl\n2026-03-28T01:00:00Z,{cell}\n")
    seen = metrics(run(tmp_path, changed(CSV, ("{number: pnl}", f"{{{kind}: pnl}}"))))["pnl"]
    assert seen == {"unknown": wanted[0], "detail": f"line 2 of t.csv: `pnl` {wanted[1]}"}


@pytest.mark.parametrize(
    ("kind", "cell", "wanted"),
    [
        ("number", "+5", 5), ("number", " .5 ", Decimal("0.5")), ("number", "5.", 5), ("number", "1E+2", 100),
        ("number", "0" * 400 + "5", 5), ("integer", "+5", 5), ("integer", "5.0", 5), ("integer", "1e2", 100),
        ("integer", "9007199254740993", 9007199254740993), ("integer", "0" * 400 + "5", 5),
        ("decimal", "+.5", Decimal("0.5")),
    ],
)  # fmt: skip
def test_the_forms_of_a_number(tmp_path: Path, kind: str, cell: str, wanted: object) -> None:
    write(tmp_path, "t.csv", f"at,pnl\n2026-03-28T01:00:00Z,{cell}\n")
    seen = metrics(run(tmp_path, changed(CSV, ("{number: pnl}", f"{{{kind}: pnl}}"))))["pnl"]
    assert seen["value"] == wanted
