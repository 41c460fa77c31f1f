"""JSON lines: a torn line, a cut file, an unfinished end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.desks import LATER, LINES, LOG, changed, jsonl, metrics, run, write


@pytest.mark.parametrize(
    ("line", "cause", "detail"),
    [
        ('{"at": "2026-03-28T01:00:00Z", "pnl"', "torn source", "line 2 of t.jsonl is not JSON, column 37"),
        ("[1]", "torn source", "line 2 of t.jsonl is not an object"),
        ('{"at": "2026-03-28T01:00:00Z"}', "torn source", "line 2 of t.jsonl: `pnl` is absent"),
        ('{"at": "2026-03-28T01:00:00Z", "pnl": null}', "torn source", "line 2 of t.jsonl: `pnl` is absent"),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": "1"}',
            "torn source",
            "line 2 of t.jsonl: `pnl` is not a number",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": true}',
            "torn source",
            "line 2 of t.jsonl: `pnl` is not a number",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": NaN}',
            "not finite",
            "line 2 of t.jsonl: `pnl` is not finite",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": 1e999}',
            "not finite",
            "line 2 of t.jsonl: `pnl` is not finite",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": 9007199254740993}',
            "out of range",
            "line 2 of t.jsonl: `pnl` has more digits than a number keeps: declare it `integer`",
        ),
        (
            '{"at": "2026-03-28T01:00:00Z", "pnl": 1, "pnl": 2}',
            "torn source",
            "line 2 of t.jsonl has the same key twice in one object",
        ),
        (
            '{"at": "2026-03-28T01:00:00", "pnl": 1}',
            "no time",
            "line 2 of t.jsonl: `at_` has no offset and the source declares no `timezone`",
        ),
        ('{"at": "soon", "pnl": 1}', "no time", "line 2 of t.jsonl: `at_` is no time"),
        ('{"at": true, "pnl": 1}', "no time", "line 2 of t.jsonl: `at_` is no time"),
        ("[" * 100_000, "torn source", "line 2 of t.jsonl is nested too deeply"),
    ],
)
def test_one_torn_row_makes_every_metric_unknown(tmp_path: Path, line: str, cause: str, detail: str) -> None:
    seen = metrics(run(jsonl(tmp_path, [LINES[0], line, LINES[2]]), LOG))
    assert seen == {name: {"unknown": cause, "detail": detail} for name in ("total", "pnl", "trades")}


def cut_value(root: Path, cut: int, data: bytes, text: str) -> Any:
    write(root, "t.jsonl", data[:cut])
    return metrics(run(root, text))


def test_a_log_cut_at_any_byte_is_unknown_or_what_its_whole_lines_say(tmp_path: Path) -> None:
    data = "".join(f"{each}\n" for each in LINES[:3]).encode()
    ends = {0}
    for index, byte in enumerate(data):
        if byte == 10:
            ends |= {index, index + 1}
    for cut in range(len(data) + 1):
        seen = cut_value(tmp_path, cut, data, LOG)
        lines = data[: cut + 1].count(b"\n") if cut in ends else None
        if not lines:
            assert "unknown" in seen["total"] and "unknown" in seen["pnl"], cut
        else:
            assert seen["total"]["value"] == lines
            assert seen["trades"]["covered"][1] == seen["trades"]["points"][-1]["at"]


def test_an_unfinished_last_line_may_be_declared_not_yet_written(tmp_path: Path) -> None:
    text = changed(LOG, ("    time: at_", "    time: at_\n    torn: tail"))
    data = "".join(f"{each}\n" for each in LINES[:3]).encode()
    for cut in range(len(data) + 1):
        seen = cut_value(tmp_path, cut, data, text)
        whole = data[: cut + 1].count(b"\n") if data[cut : cut + 1] == b"\n" else data[:cut].count(b"\n")
        if whole:
            assert seen["total"]["value"] == whole
        else:
            assert "unknown" in seen["total"], cut
    write(tmp_path, "t.jsonl", data + b'{"at": \n' + data)
    assert metrics(run(tmp_path, text))["total"]["unknown"] == "torn source"


@given(
    st.lists(
        st.sampled_from([*LINES, '{"at"', "", "[]", '{"at": 946684800, "pnl": 2}', "\x00", "null"]),
        max_size=6,
    )
)
def test_no_log_is_ever_read_as_more_than_its_rows(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    root = tmp_path_factory.mktemp("desk")
    seen = metrics(run(jsonl(root, lines), LOG, now=LATER))
    good_rows = [each for each in lines if each in LINES[:3] or each.startswith('{"at": 9')]
    bad = [each for each in lines if each and each not in LINES and not each.startswith('{"at": 9')]
    assert "unknown" in seen["total"] if bad or not good_rows else seen["total"]["value"] == len(good_rows)


@pytest.mark.parametrize(
    "tail",
    [
        '{"at": "2026-03-29T12:00:00Z", "pnl": -8}\0\0',
        '{"pnl": -8}{"at"',
        '{"at": \0',
        "\0\0",
        "at",
        '}{"at": 1',
    ],
)
def test_what_no_writer_leaves_unfinished_is_torn(tmp_path: Path, tail: str) -> None:
    text = changed(LOG, ("    time: at_", "    time: at_\n    torn: tail"))
    write(tmp_path, "t.jsonl", f"{LINES[0]}\n{tail}")
    found = metrics(run(tmp_path, text))["total"]
    assert found["unknown"] == "torn source"
    assert found["detail"].startswith("line 2 of t.jsonl is not JSON, column ")


def test_brackets_in_texts_close_nothing(tmp_path: Path) -> None:
    text = changed(LOG, ("    time: at_", "    time: at_\n    torn: tail"))
    write(tmp_path, "t.jsonl", f'{LINES[0]}\n{{"a": "}}\\"}}", "b": {{"c": 1}}, "d": "}}')
    assert metrics(run(tmp_path, text))["total"] == {"value": 1, "at": "2026-03-28T01:00:00Z"}
