"""Document sources: values by pointer with their time, and every way in which they are unknown."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.desks import metrics, run, write

SOURCES = """
sources:
  state:
    kind: document
    doc: a
    file: state.json
    format: json
    at: /at
    metrics:
      pnl: {pointer: /pnl, n: /n}
      total: {pointer: /list, take: size}
      flag: {pointer: /mode, equals: ACTIVE}
      rate: {pointer: /percent, scale: 0.01}
      wait: {pointer: /minutes, scale: 60}
      moment: {pointer: /started, unit: ms}
      symbols: {pointer: /by, take: keys}
      level: {pointer: /a~1b/0, at: /written}
      edge: {members: /by, pointer: /edge, n: /n}
"""
GOOD = """{"at": "2026-03-30T05:00:00Z", "pnl": -0.10000000000000000001, "n": 7, "list": [1, 2], "mode": "ACTIVE",
"percent": 3.2, "minutes": 90, "started": 1774843200000, "written": "2026-03-01T00:00:00+02:00", "a/b": ["x"],
"by": {"BTC/USDT": {"edge": 1.5, "n": 3}, "ETH-USD": {"edge": null, "n": 3}, "XRP": {"edge": 1}}}"""


def seen(root: Path, text: str, **options: Any) -> dict[str, Any]:
    write(root, "state.json", text)
    return metrics(run(root, SOURCES, **options))


def test_values(tmp_path: Path) -> None:
    at = "2026-03-30T05:00:00Z"
    assert seen(tmp_path, GOOD) == {
        "pnl": {"value": Decimal("-0.10000000000000000001"), "n": Decimal(7), "at": at},
        "total": {"value": Decimal(2), "at": at},
        "flag": {"value": True, "at": at},
        "rate": {"value": Decimal("0.032"), "at": at},
        "wait": {"value": Decimal(5400), "at": at},
        "moment": {"value": "2026-03-30T04:00:00Z", "at": at},
        "symbols": {"value": ["BTC-USD", "ETH-USD", "XRP"], "at": at},
        "level": {"value": "x", "at": "2026-02-28T22:00:00Z"},
    }


def test_members(tmp_path: Path) -> None:
    write(tmp_path, "state.json", GOOD)
    found = run(tmp_path, SOURCES)
    assert found.snapshot["scopes"] == {
        "symbol": {
            "BTC-USD": {"edge": {"value": Decimal("1.5"), "n": Decimal(3), "at": "2026-03-30T05:00:00Z"}},
            "ETH-USD": {"edge": {"unknown": "missing", "detail": "state.json: /edge is absent"}},
            "XRP": {"edge": {"unknown": "missing", "detail": "state.json: /n is absent"}},
        }
    }
    text = (
        "`edge` is measured for `XRP`, which is no member of the scope `symbol`: "
        "series of all members are incomplete and aggregates unknown"
    )
    assert [each.message for each in found.findings] == [text]


@pytest.mark.parametrize(
    ("text", "cause", "detail"),
    [
        ("", "missing", "state.json is empty"),
        ("{", "torn source", "state.json is not JSON, column 2"),
        ("3", "torn source", "state.json holds neither an object nor a list"),
        ("{}", "missing", "state.json: /pnl is absent"),
        ('{"pnl": null}', "missing", "state.json: /pnl is absent"),
        ('{"pnl": "1"}', "wrong type", "state.json: /pnl: it is no number"),
        ('{"pnl": true}', "wrong type", "state.json: /pnl: it is no number"),
        ('{"pnl": NaN}', "not finite", "state.json: /pnl: it is not a finite number"),
        ('{"pnl": 1e99999999999999999999}', "not finite", "state.json: /pnl: it is not a finite number"),
        ('{"pnl": 1e99999}', "out of range", "state.json: /pnl: it is beyond the range of numbers"),
        ('{"pnl": 1}', "no time", "state.json: /at is absent"),
        (
            '{"pnl": 1, "at": "2026-03-30"}',
            "no time",
            "state.json: /at has no offset and the source declares no `timezone`",
        ),
        (
            '{"pnl": 1, "at": "2026-03-30T06:00:03Z"}',
            "clock skew",
            "state.json: /at is 2026-03-30T06:00:03Z, after 2026-03-30T06:00:00Z",
        ),
        ('{"pnl": 1, "at": "2026-03-30T05:00:00Z"}', "missing", "state.json: /n is absent"),
    ],
)
def test_unknown(tmp_path: Path, text: str, cause: str, detail: str) -> None:
    assert seen(tmp_path, text)["pnl"] == {"unknown": cause, "detail": detail}


def test_a_cut_document_is_never_a_value(tmp_path: Path) -> None:
    for cut in range(len(GOOD) - 1):
        assert "unknown" in seen(tmp_path, GOOD[:cut])["pnl"]


def test_a_long_number_stays_whole_and_absurd_ones_do_no_harm(tmp_path: Path) -> None:
    head = '{"at": "2026-03-30T05:00:00Z", "n": 1, "pnl": '
    assert seen(tmp_path, head + "9007199254740993}")["pnl"]["value"] == Decimal(9007199254740993)
    assert seen(tmp_path, head + "9" * 9000 + "}")["pnl"]["unknown"] == "out of range"


def test_a_document_is_not_later_than_its_file(tmp_path: Path) -> None:
    path = write(tmp_path, "state.json", GOOD)
    os.utime(path, (1_774_843_200, 1_774_843_200))  # an hour before the time that it states
    late = "state.json: /at is 2026-03-30T05:00:00Z, after the date of its file, 2026-03-30T04:00:00Z"
    found = metrics(run(tmp_path, SOURCES))
    assert found["total"] == {"unknown": "clock skew", "detail": late}
    assert found["level"]["value"] == "x"


@pytest.mark.parametrize(("old", "new"), [("1774843200000", "1774843200"), ("2026-03-01T", "1970-01-01T")])
def test_a_time_before_2000_is_out_of_range(tmp_path: Path, old: str, new: str) -> None:
    found = seen(tmp_path, GOOD.replace(old, new))["moment" if old[0] == "1" else "level"]
    assert found["unknown"] == "out of range"
    assert found["detail"].endswith(" lies outside the years 2000 to 9999")
