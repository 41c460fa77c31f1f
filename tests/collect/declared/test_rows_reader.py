"""Complaints about rows sources, each with its whole text and its place."""

from __future__ import annotations

import pytest

from support.desks import complaints

from .rows import GOOD, TAIL, rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            rows("file: /etc/passwd; format: json"),
            "sources.yaml:5:11: error E503: the path `/etc/passwd` is absolute"
            " (write it relative to the root, with `/`)",
        ),
        (
            rows("file: ../a.json; format: json"),
            "sources.yaml:5:11: error E503: the path `../a.json` leaves the root with `..`"
            " (write it relative to the root, with `/`)",
        ),
        (
            rows("file: data\\a.json; format: json"),
            "sources.yaml:5:11: error E503: the path `data\\a.json` holds a backslash (write `data/a.json`)",
        ),
        (
            rows("file: C:/a.json; format: json"),
            "sources.yaml:5:11: error E503: the path `C:/a.json` is absolute"
            " (write it relative to the root, with `/`)",
        ),
        (
            rows("file: a*.json; format: json"),
            "sources.yaml:5:11: error E518: the path `a*.json` is a pattern"
            " (write `files:` where there are many files)",
        ),
        (
            rows("files: a.json; format: json; complete: never"),
            "sources.yaml:5:12: error E518: the pattern `a.json` has no `*` or `?`"
            " (write `file:` where there is one file)",
        ),
        (
            rows("file: a.json; files: b*.json; format: json; complete: never"),
            "sources.yaml:6:12: error E524: a rows source has both `file` and `files`"
            " (one file: `file`; a pattern: `files`)",
        ),
        (
            rows("format: json"),
            "sources.yaml:3:11: error E524: a rows source has neither `file` nor `files`"
            " (one file: `file`; a pattern: `files`)",
        ),
        (
            rows("file: a.json; format: json; table: x"),
            "sources.yaml:7:12: error E509: `table` is for the format sqlite, this is json",
        ),
        (
            rows("file: a.json; format: json; may_be_empty: true"),
            "sources.yaml:7:19: error E509: `may_be_empty` is for the format jsonl, csv or lines, this is json",
        ),
        (
            rows("file: a.jsonl; format: jsonl; covered: {from: /start}"),
            "sources.yaml:7:21: error E509: `from: /pointer` is for the format json or freqtrade, this is jsonl",
        ),
        (
            rows("file: a.csv; format: csv", TAIL.replace("/day", "day").replace("number: /", "json: ")),
            "sources.yaml:8:45: error E509: `json` is for the format json, jsonl, parquet or freqtrade, this is csv",
        ),
        (
            rows("file: a.jsonl; format: jsonl", TAIL.replace("time: /day", "time: /day, of: file")),
            "sources.yaml:8:37: error E509: `of: file` is for the format json or freqtrade, this is jsonl",
        ),
        (
            rows(
                "file: a.log; format: lines; match: '(?P<at>.*)'",
                TAIL.replace("{time: /day}, pnl: {number: /pnl}", "{time: day}"),
            ),
            "sources.yaml:9:27: error E521: `match` has no group `day` (there are at)",
        ),
        (
            rows("file: a.db; format: sqlite"),
            "sources.yaml:6:13: error E525: the format sqlite needs `table`",
        ),
        (
            rows("file: a.log; format: lines; match: '(?P<day>a)\\1'"),
            "sources.yaml:7:12: error E540: `match` is no pattern of RE2: invalid escape sequence: \\1"
            " (write it without references and without looking ahead or back)",
        ),
        (
            rows("file: a.csv; format: csv; unique: [pnl, dya]"),
            "sources.yaml:7:19: error E541: no column is called `dya` (did you mean `day`?)",
        ),
        (
            rows("file: a.jsonl; format: jsonl; torn: tail", TAIL.replace("time: day\n", "time: modified\n")),
            "sources.yaml:7:11: error E550: `torn: tail` goes with rows that have times of their own, and `time` is"
            " `modified` (drop it, or name a time column under `time`)",
        ),
        (
            rows("file: a.jsonl; format: jsonl; order: newest_first; torn: tail"),
            "sources.yaml:8:11: error E551: `torn: tail` is for files that grow at their end, and `order` is"
            " `newest_first` (drop one of the two)",
        ),
        (
            rows("file: a.json; format: json; complete: {each: 1d, by: pnl}"),
            "sources.yaml:7:30: error E506: `pnl` is no time column of this source"
            " (write `complete: {each: …, by: COLUMN}` with a column of type time)",
        ),
        (
            rows("file: a.json; format: json; complete: 1d", TAIL.replace("time: day\n", "time: modified\n")),
            "sources.yaml:7:15: error E506: `modified` is no time column of this source"
            " (write `complete: {each: …, by: COLUMN}` with a column of type time)",
        ),
        (
            rows("file: a.log; format: lines; match: '(?P<day>.*'"),
            "sources.yaml:7:12: error E505: `match` is no regular expression:"
            " missing ), unterminated subpattern at position 0",
        ),
        (
            rows("file: a.json; format: json; timezone: Europe/Zurick"),
            "sources.yaml:7:15: error E510: no time zone is called `Europe/Zurick` (did you mean `Europe/Zurich`?)",
        ),
        (
            rows("file: a.json; format: json; schema: daily-healt"),
            "sources.yaml:7:13: error E512: no artefact schema is called `daily-healt` (did you mean `daily-health`?)",
        ),
        (
            rows("file: a.json; format: json; covered: {from: begin}"),
            "sources.yaml:7:21: error E511: `begin` is no end of a coverage (did you mean `began`?)",
        ),
        (
            rows(GOOD, TAIL.replace("time: day\n", "time: pnl\n")),
            "sources.yaml:7:11: error E506: `pnl` is no time column of this source"
            " (`time` is a column of type time, or `modified`)",
        ),
    ],
)
def test_complaint(text: str, expected: str) -> None:
    assert complaints(text) == [expected]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("{text: /pnl, values: [buy, sell]}", []),
        (
            "{text: /pnl, values: [buy, sell, Buy]}",
            ["sources.yaml:8:60: error E556: `values` holds `buy` twice, in any case"],
        ),
        (
            "{integer: /pnl, values: [buy, sell]}",
            ["sources.yaml:8:63: error E556: `values` are those of a text, this column is of type integer"],
        ),
    ],
)
def test_the_words_of_a_column(column: str, expected: list[str]) -> None:
    assert complaints(rows(GOOD, TAIL.replace("{number: /pnl}", column))) == expected
