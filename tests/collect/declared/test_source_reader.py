"""Complaints about sources documents, each with its whole text and its place."""

from __future__ import annotations

import pytest

from support.desks import load

HEAD = """sources:
  trades:
    kind: rows
    doc: a
"""
TAIL = """    time: day
    columns: {day: {time: /day}, pnl: {number: /pnl}}
    metrics:
      total: {sql: select count(*) as value from trades}
"""


def complaints(text: str) -> list[str]:
    return [str(each) for each in load(text)[2].sorted()]


def rows(keys: str = "file: a.json, format: json", tail: str = TAIL) -> str:
    return HEAD + "".join(f"    {each.strip()}\n" for each in keys.split(";")) + tail


GOOD = "file: a.json; format: json"


def test_a_good_document_has_no_complaint() -> None:
    assert complaints(rows(GOOD)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            rows(GOOD, TAIL.replace("total:", "totl:")),
            "sources.yaml:10:7: error E501: no metric is called `totl` (did you mean `total`?)",
        ),
        (
            rows(GOOD, TAIL.replace("total:", "jobs.size:")),
            "sources.yaml:10:7: error E501: `jobs.size` is a column of the record `jobs`"
            " (supply `jobs` with its columns)",
        ),
        (
            rows(GOOD) + "  other:\n    kind: live\n    doc: a\n    metrics: {total: {pid: a.pid}}\n",
            "sources.yaml:14:15: error E502: `total` is supplied twice (keep one source for it)",
        ),
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
            "sources.yaml:5:11: error E503: the path `a*.json` is a pattern"
            " (write `files:` where there are many files)",
        ),
        (
            rows("files: a.json; format: json"),
            "sources.yaml:5:12: error E503: the pattern `a.json` has no `*` or `?`"
            " (write `file:` where there is one file)",
        ),
        (
            rows("file: a.json; files: b*.json; format: json"),
            "sources.yaml:6:12: error E509: a rows source has both `file` and `files`"
            " (one file: `file`; a pattern: `files`)",
        ),
        (
            rows("format: json"),
            "sources.yaml:3:11: error E509: a rows source has neither `file` nor `files`"
            " (one file: `file`; a pattern: `files`)",
        ),
        (
            rows("file: a.json; format: json; table: x"),
            "sources.yaml:7:12: error E509: `table` is for the format sqlite, this is json",
        ),
        (
            rows("file: a.db; format: sqlite"),
            "sources.yaml:6:13: error E509: the format sqlite needs `table`",
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
            rows("file: a.json; format: json; with: [nobody]"),
            "sources.yaml:3:5: error E512: `with` names `nobody`, which is no other rows source (there are none)",
        ),
        (
            rows(GOOD, TAIL.replace("time: day\n", "time: pnl\n")),
            "sources.yaml:7:11: error E506: `pnl` is no time column of this source"
            " (`time` is a column of type time, or `modified`)",
        ),
        (
            rows(GOOD, TAIL.replace("from trades", "from trade")),
            "sources.yaml:10:20: error E507: the SQL of `total` is refused: there is no table `trade`, only `trades`",
        ),
        (
            rows(GOOD, TAIL.replace("count(*)", "counted(pnl)")),
            "sources.yaml:10:20: error E507: the SQL of `total` is refused:"
            " the function `counted` depends on more than its arguments, or may not be used",
        ),
        (
            rows(GOOD, TAIL.replace("as value", "as result")),
            "sources.yaml:10:20: error E508: the SQL gives no column `value`: `total` needs the columns `value`",
        ),
        (
            rows(GOOD, TAIL.replace("count(*)", "'x'")),
            "sources.yaml:10:20: error E508: the SQL gives VARCHAR as `value`, `total` needs a number",
        ),
        (
            rows(GOOD, TAIL.replace("total:", "daily:")),
            "sources.yaml:10:20: error E508: the SQL gives no column `at`: `daily` needs the columns `at`, `value`",
        ),
        (
            "sources:\n  a:\n    kind: document\n    doc: a\n    file: a.json\n    format: json\n    at: /t\n"
            "    metrics: {daily: {pointer: /x}}\n",
            "sources.yaml:8:15: error E514: `daily` is a series, a document gives single values"
            " (supply it from a `rows` source)",
        ),
        (
            "sources:\n  a:\n    kind: live\n    doc: a\n    metrics: {total: {exists: a}}\n",
            "sources.yaml:5:15: error E514: `exists` gives the type boolean, `total` has integer",
        ),
        (
            "sources:\n  a:\n    kind: live\n    doc: a\n    metrics: {flag: {env: 'A B'}}\n",
            "sources.yaml:5:27: error E513: `A B` is no name of an environment variable",
        ),
    ],
)
def test_complaint(text: str, expected: str) -> None:
    assert complaints(text) == [expected]
