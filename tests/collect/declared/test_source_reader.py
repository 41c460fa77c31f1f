"""Complaints about sources documents, each with its whole text and its place."""

from __future__ import annotations

import pytest

from support.desks import complaints

from .rows import GOOD, TAIL, rows


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
            "sources.yaml:10:7: error E517: `jobs.size` is a column of the record `jobs`"
            " (supply `jobs` with its columns)",
        ),
        (
            rows(GOOD) + "  other:\n    kind: live\n    doc: a\n    metrics: {total: {pid: a.pid}}\n",
            "sources.yaml:14:15: error E502: `total` is supplied twice (keep one source for it)",
        ),
        (
            rows("file: a.json; format: json; with: [other]"),
            "sources.yaml:3:5: error E529: `with` names `other`, which is no other rows source (there are none)",
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
            "sources.yaml:8:15: error E514: `daily` is a series, but a document gives single values"
            " (supply it from a `rows` source)",
        ),
    ],
)
def test_complaint(text: str, expected: str) -> None:
    assert complaints(text) == [expected]
