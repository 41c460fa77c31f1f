"""Values and times that are not what their metric declares: from the artefact to the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.desks import LOG, changed, complaints, judged, metrics, run, write

DOCUMENT = """
sources:
  state:
    kind: document
    doc: a
    file: state.json
    format: json
    at: {AT}
    metrics:
      {METRIC}: {pointer: /value}
"""
AT = "2026-03-30T05:00:00Z"
RULES = {
    "flag": "flag",
    "pnl": "pnl < 5",
    "total": "total < 5",
    "rate": "rate < 5%",
    "level": 'level != "off"',
    "state": 'state == "good"',
    "moment": "age(moment) < 1d",
    "wait": "wait < 1h",
    "symbols": "size(symbols) > 0",
}


def document(root: Path, metric: str, value: str, at: str = "/at", time: str = f'"{AT}"') -> tuple[str, str]:
    """Return the verdict over a document that holds one value, and the cause if that is unknown."""
    write(root, "state.json", f'{{"at": {time}, "value": {value}}}')
    source = DOCUMENT.replace("{AT}", at).replace("{METRIC}", metric)
    verdict = judged(root, source, RULES[metric])
    return verdict.verdict, "; ".join(f"{each.cause}: {each.detail}" for each in verdict.rules[0].causes)


@pytest.mark.parametrize(
    ("metric", "good", "bad", "wrong"),
    [
        ("flag", "true", "1", "wrong type: state.json: /value: it is neither true nor false"),
        ("flag", "true", '"true"', "wrong type: state.json: /value: it is neither true nor false"),
        ("pnl", "1", '"1"', "wrong type: state.json: /value: it is no number"),
        ("pnl", "1", "false", "wrong type: state.json: /value: it is no number"),
        ("pnl", "1", "[1]", "wrong type: state.json: /value: it is no number"),
        ("pnl", "1", "-1e99999", "out of range: state.json: /value: it is beyond the range of numbers"),
        ("pnl", "1", "1e-99999", "out of range: state.json: /value: it is beyond the range of numbers"),
        ("total", "1", "1.5", "wrong type: state.json: /value: it is no whole number"),
        ("total", "1.0", "0.999", "wrong type: state.json: /value: it is no whole number"),
        ("rate", "0.01", '"1%"', "wrong type: state.json: /value: it is no number"),
        ("level", '"on"', "1", "wrong type: state.json: /value: it is no text"),
        ("state", '"good"', "true", "wrong type: state.json: /value: it is no text"),
        ("moment", f'"{AT}"', '"soon"', "no time: state.json: /value: it is no time"),
        ("moment", f'"{AT}"', "true", "wrong type: state.json: /value: it is no time"),
        ("moment", "1774846800", "1e40", "wrong type: state.json: /value: it is no time"),
        ("moment", "1774846800.0", "[]", "wrong type: state.json: /value: it is no time"),
        ("wait", "60", '"60s"', "wrong type: state.json: /value: it is no number"),
        ("symbols", '["BTC-USD"]', '"BTC-USD"', "wrong type: state.json: /value: it is no list of texts"),
        (
            "symbols",
            '["ETH-USD"]',
            '["BTC-USD", 1]',
            "wrong type: state.json: /value: it is no list of texts",
        ),
    ],
)
def test_a_value_of_another_type_closes_the_gate(
    tmp_path: Path, metric: str, good: str, bad: str, wrong: str
) -> None:
    assert document(tmp_path, metric, good) == ("GO", "")
    assert document(tmp_path, metric, bad) == ("NO_GO", wrong)


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-30T05:00:00Z",
        "2026-03-30t05:00:00z",
        "2026-03-30 05:00:00Z",
        "2026-03-30 05:00:00 Z",
        "2026-03-30T05:00Z",
        "2026-03-30T07:00:00+02:00",
        "2026-03-30T07:00:00+0200",
        "2026-03-30T07:00:00+02",
        "2026-03-30T07:00:00 +02:00",
        " 2026-03-30T05:00:00.000Z ",
        "2026-03-30T05:00:00,5Z",
    ],
)
def test_forms_of_a_time(tmp_path: Path, time: str) -> None:
    assert document(tmp_path, "moment", f'"{time}"') == ("GO", "")
    write(tmp_path, "state.json", f'{{"at": "{time}", "value": 1}}')
    (entry,) = metrics(run(tmp_path, DOCUMENT.replace("{AT}", "/at").replace("{METRIC}", "pnl"))).values()
    assert entry["at"][:19] == "2026-03-30T05:00:00"


@pytest.mark.parametrize(
    ("time", "wrong"),
    [
        ('"2026-03-30Z"', "no time: state.json: /at is no time"),
        ('"2026-03-30 +02:00"', "no time: state.json: /at is no time"),
        ('"2026-02-30T05:00:00Z"', "no time: state.json: /at is no time"),
        ('"2026-03-30T25:00:00Z"', "no time: state.json: /at is no time"),
        ('"2026-03-30T05:00:00+99:00"', "no time: state.json: /at is no time"),
        ('"30.03.2026 05:00"', "no time: state.json: /at is no time"),
        ('"0001-01-01T00:00:00Z"', "out of range: state.json: /at lies outside the years 2000 to 9999"),
        ('"1999-12-31T23:59:59Z"', "out of range: state.json: /at lies outside the years 2000 to 9999"),
        ("0", "out of range: state.json: /at lies outside the years 2000 to 9999"),
        ("1e12", "out of range: state.json: /at lies outside the years 2000 to 9999"),
        ("1e31", "no time: state.json: /at is no time"),
        ("[]", "no time: state.json: /at is no time"),
        ("false", "no time: state.json: /at is no time"),
        ("null", "no time: state.json: /at is absent"),
    ],
)
def test_a_document_without_a_sound_time_closes_the_gate(tmp_path: Path, time: str, wrong: str) -> None:
    assert document(tmp_path, "pnl", "1", time=time) == ("NO_GO", wrong)


ROW = '{"at": "2026-03-30T05:00:00Z", "pnl": 1}\n'
HEAD = changed(LOG, ("    time: at_", "    time: at_\n    covered: {to: as_of}")).split("    metrics:\n")[0]


@pytest.mark.parametrize(
    ("metric", "sql", "wanted"),
    [
        ("flag", "true", ("GO", "")),
        ("flag", "null::boolean", ("NO_GO", "missing: the SQL gives no value")),
        ("pnl", "pnl", ("GO", "")),
        ("pnl", "'nan'::double", ("NO_GO", "not finite: it is not a finite number")),
        ("pnl", "'-inf'::double", ("NO_GO", "not finite: it is not a finite number")),
        ("total", "1.5", ("NO_GO", "wrong type: it is no whole number")),
        ("total", "2.0", ("GO", "")),
        ("moment", "max(at_)", ("GO", "")),
        ("moment", "date '2026-03-30'", ("GO", "")),
        (
            *("moment", "date '1999-12-31'"),
            ("NO_GO", "out of range: the SQL gives a time outside the years 2000 to 9999"),
        ),
        (
            *("moment", "'infinity'::timestamp"),
            ("NO_GO", "out of range: the SQL gives a time outside the years 2000 to 9999"),
        ),
        ("wait", "interval 59 minutes", ("GO", "")),
        ("wait", "interval 61 minutes", ("NO_GO", "")),
        ("wait", "interval '1.5 seconds'", ("GO", "")),
        ("level", "'on'", ("GO", "")),
        ("symbols", "['ETH-USD']", ("GO", "")),
        ("symbols", "['ETH-USD', null]", ("NO_GO", "wrong type: it is no list of texts")),
        ("symbols", "[null]::varchar[]", ("NO_GO", "wrong type: it is no list of texts")),
    ],
)
def test_values_of_a_query(tmp_path: Path, metric: str, sql: str, wanted: tuple[str, str]) -> None:
    write(tmp_path, "t.jsonl", ROW)
    select = (
        f"select {sql} as value from trades" if "pnl" in sql or "at_" in sql else f"select {sql} as value"
    )
    source = f'{HEAD}    metrics:\n      {metric}: {{sql: "{select}"}}\n'
    verdict = judged(tmp_path, source, RULES[metric])
    causes = "; ".join(f"{each.cause}: {each.detail}" for each in verdict.rules[0].causes)
    assert (verdict.verdict, causes) == wanted


@pytest.mark.parametrize(
    ("metric", "sql", "given", "needed"),
    [
        ("flag", "1", "INTEGER", "a boolean"),
        ("pnl", "true", "BOOLEAN", "a number"),
        ("pnl", "'1'", "VARCHAR", "a number"),
        ("pnl", "[1]", "INTEGER[]", "a number"),
        ("pnl", "'6f1a4f0e-2b9c-4b0e-8f0e-000000000000'::uuid", "UUID", "a number"),
        ("moment", "1774846800", "INTEGER", "a timestamp"),
        ("wait", "'1h'", "VARCHAR", "an interval or a number of seconds"),
        ("level", "1", "INTEGER", "a text"),
        ("state", "true", "BOOLEAN", "a text"),
        ("symbols", "'BTC-USD'", "VARCHAR", "a list of texts"),
    ],
)
def test_a_query_of_another_type_is_refused(metric: str, sql: str, given: str, needed: str) -> None:
    (found,) = complaints(f'{HEAD}    metrics:\n      {metric}: {{sql: "select {sql} as value"}}\n')
    message = f"E508: the SQL gives {given} as `value`, `{metric}` needs {needed}"
    assert found.partition(" error ")[2] == message


def test_a_set_of_a_query_is_a_list(tmp_path: Path) -> None:
    write(tmp_path, "t.jsonl", ROW)
    source = f"{HEAD}    metrics:\n      symbols: {{sql: \"select ['ETH-USD', 'ETH-USD'] as value\"}}\n"
    assert metrics(run(tmp_path, source))["symbols"]["value"] == ["ETH-USD"]
