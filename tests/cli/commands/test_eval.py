"""`interlock eval` over a small root and desk: every line typed with all that it prints."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from support import printed

from ..conftest import Command


@pytest.mark.parametrize("case", printed.lines("eval"))
def test_what_a_line_prints(
    case: dict[str, Any], command: Command, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INTERLOCK_POLICIES")
    done = command("eval", *shlex.split(case["line"]))
    told = {"line": case["line"], "code": done.code, "out": done.out, "err": done.err}
    assert told == {"out": "", "err": "", "code": 0, **case}
