"""Values of rows that are not of their column's type: none of them opens a gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.desks import judged, write

SOURCE = """
sources:
  trades:
    kind: rows
    doc: a log
    file: t.FORMAT
    format: FORMAT
    time: at_
    timezone: UTC
    covered: {to: as_of}
    columns:
      at_: {time: PREFIXat}
      v: {TYPE: PREFIXv}
    metrics:
      total: {sql: "select count(*) as value from trades where v is not null"}
"""
AT = "2026-03-30T05:00:00Z"


def outcome(root: Path, style: str, kind: str, value: str, text: str = SOURCE) -> tuple[str, str]:
    """Return the verdict over a table of one value, and the cause if the table is unknown."""
    rows = f'{{"at": "{AT}", "v": {value}}}\n' if style == "jsonl" else f"at,v\n{AT},{value}\n"
    write(root, f"t.{style}", rows)
    source = text.replace("FORMAT", style).replace("PREFIX", "/" if style == "jsonl" else "")
    verdict = judged(root, source.replace("TYPE", kind), "total == 1")
    causes = [f"{each.cause}: {each.detail}" for each in verdict.rules[0].causes]
    return verdict.verdict, "; ".join(causes)


@pytest.mark.parametrize(
    ("kind", "good", "bad", "wrong"),
    [
        ("number", "1.5", "true", "torn source: line 1 of t.jsonl: `v` is not a number"),
        ("number", "1e3", '"1"', "torn source: line 1 of t.jsonl: `v` is not a number"),
        ("number", "1", "NaN", "not finite: line 1 of t.jsonl: `v` is not finite"),
        ("number", "-1", "1e999", "not finite: line 1 of t.jsonl: `v` is not finite"),
        ("number", "0", "9" * 400, "not finite: line 1 of t.jsonl: `v` is not finite"),
        ("decimal", "1.25", "true", "torn source: line 1 of t.jsonl: `v` is not a number"),
        ("decimal", "1.25", "Infinity", "not finite: line 1 of t.jsonl: `v` is not finite"),
        ("integer", "1.0", "1.5", "torn source: line 1 of t.jsonl: `v` is not a whole number"),
        ("integer", "-7", '"7"', "torn source: line 1 of t.jsonl: `v` is not a whole number"),
        ("integer", "7", "true", "torn source: line 1 of t.jsonl: `v` is not a whole number"),
        ("integer", "7", "NaN", "not finite: line 1 of t.jsonl: `v` is not finite"),
        ("integer", str(2**63 - 1), str(2**63), "out of range: line 1 of t.jsonl: `v` is beyond 64 bits"),
        ("integer", str(-(2**63)), str(10**30), "out of range: line 1 of t.jsonl: `v` is beyond 64 bits"),
        ("text", '"a"', "1", "torn source: line 1 of t.jsonl: `v` is not text"),
        ("bool", "false", "0", "torn source: line 1 of t.jsonl: `v` is not true or false"),
        ("bool", "true", '"true"', "torn source: line 1 of t.jsonl: `v` is not true or false"),
        ("json", '[1, {"a": 2.5}]', '"a"', "torn source: line 1 of t.jsonl: `v` is not a list or mapping"),
        ("json", "{}", "1", "torn source: line 1 of t.jsonl: `v` is not a list or mapping"),
    ],
)
def test_a_value_of_json_is_of_its_type(tmp_path: Path, kind: str, good: str, bad: str, wrong: str) -> None:
    assert outcome(tmp_path, "jsonl", kind, good) == ("GO", "")
    assert outcome(tmp_path, "jsonl", kind, bad) == ("NO_GO", wrong)


@pytest.mark.parametrize(
    ("kind", "good", "bad", "wrong"),
    [
        ("number", " 1.5 ", "x", "torn source: line 2 of t.csv: `v` is not a number"),
        ("number", ".5", "1.2.3", "torn source: line 2 of t.csv: `v` is not a number"),
        ("number", "+1", "1_000", "torn source: line 2 of t.csv: `v` is not a number"),
        (
            "number",
            "1e3",
            "१२",
            "torn source: line 2 of t.csv: `v` is not a number",
        ),
        ("number", "-1", "nan", "not finite: line 2 of t.csv: `v` is not finite"),
        ("number", "1", "-inf", "not finite: line 2 of t.csv: `v` is not finite"),
        ("number", "1", "9" * 400, "not finite: line 2 of t.csv: `v` is not finite"),
        ("number", "1", " ", "torn source: line 2 of t.csv: `v` is absent"),
        ("decimal", "1.25", "1e", "torn source: line 2 of t.csv: `v` is not a number"),
        ("integer", "7", "7.5", "torn source: line 2 of t.csv: `v` is not a whole number"),
        ("integer", "7.0", "7 0", "torn source: line 2 of t.csv: `v` is not a number"),
        ("integer", "7", "inf", "not finite: line 2 of t.csv: `v` is not finite"),
        ("bool", "TRUE", "yes", "torn source: line 2 of t.csv: `v` is not true or false"),
        ("bool", "false", "1", "torn source: line 2 of t.csv: `v` is not true or false"),
    ],
)
def test_a_text_of_a_table_is_read_as_its_type(
    tmp_path: Path, kind: str, good: str, bad: str, wrong: str
) -> None:
    assert outcome(tmp_path, "csv", kind, good) == ("GO", "")
    assert outcome(tmp_path, "csv", kind, bad) == ("NO_GO", wrong)


@pytest.mark.parametrize(
    ("style", "good", "bad", "wrong"),
    [
        (
            "jsonl",
            '"BLOCKED"',
            '"block"',
            "undeclared value: line 1 of t.jsonl: `v` is none of alive, blocked",
        ),
        ("csv", "blocked", "malformed", "undeclared value: line 2 of t.csv: `v` is none of alive, blocked"),
    ],
)
def test_a_word_that_is_not_declared(tmp_path: Path, style: str, good: str, bad: str, wrong: str) -> None:
    """SQL that looks for one word would read past another that means the same."""
    source = SOURCE.replace("PREFIXv}", "PREFIXv, values: [alive, blocked]}").replace(
        "is not null", "= 'blocked'"
    )
    assert outcome(tmp_path, style, "text", good, source) == ("GO", "")
    assert outcome(tmp_path, style, "text", bad, source) == ("NO_GO", wrong)
