"""`interlock metrics` over a small root and desk: every line typed with all that it prints."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from support import printed
from support.roots import write

from ..conftest import Command


@pytest.mark.parametrize("case", printed.lines("metrics"))
def test_what_a_line_prints(
    case: dict[str, Any], command: Command, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INTERLOCK_POLICIES")
    done = command("metrics", *shlex.split(case["line"]))
    told = {"line": case["line"], "code": done.code, "out": done.out, "err": done.err}
    assert told == {"out": "", "err": "", "code": 0, **case}


EARLY = """\
metrics:
  forecast: {type: number, every: 1d, early: true, doc: of the day}
  log.errors: {type: event, slack: 15m, doc: errors}
"""


def test_early_points_and_slack_are_shown(command: Command, tmp_path: Path) -> None:
    root = write(tmp_path, {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": EARLY})
    out = command("metrics", "--policies", root).out
    assert [line.split() for line in out.splitlines() if line.startswith(("forecast", "log.errors"))] == [
        ["forecast", "number", "every", "1d", "due", "at", "once,", "complete", "early", "of", "the", "day"],
        ["log.errors", "event", "each", "event", "slack", "15m", "errors"],
    ]
    told = {
        each["name"]: each
        for each in json.loads(command("metrics", "--policies", root, "--format", "json").out)
    }
    assert [told["forecast"][key] for key in ("early", "slack")] == [True, None]
    assert [told["log.errors"][key] for key in ("early", "slack")] == [None, 900]
