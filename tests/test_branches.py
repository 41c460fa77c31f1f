"""`make check` measures the branches of the whole engine, and holds each room that decides to all of them."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "engine" / "interlock"
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
ROOMS = ("language", "evaluation", "guard", "ledger", "rollout")


def deciding() -> list[str]:
    """The patterns of the files whose every branch must run."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$\\\n", "")
    found = re.search(r"^DECIDING *= (.+)$", text, re.M)
    assert found
    return "".join(found[1].split()).split(",")


def test_the_floor_of_all_branches_is_over_every_room_that_decides() -> None:
    files = [each.relative_to(ENGINE).as_posix() for each in ENGINE.rglob("*.py")]
    assert [each for each in deciding() if not any(fnmatch(file, each) for file in files)] == []
    held = [each for each in files if any(fnmatch(each, pattern) for pattern in deciding())]
    assert [each for each in files if each.split("/")[0] in ROOMS and each not in held] == []


def test_every_room_that_decides_is_mutated() -> None:
    assert TOOLS["mutmut"]["only_mutate"] == [f"engine/interlock/{each}" for each in deciding()]


def test_no_branch_is_left_out() -> None:
    settings = TOOLS["coverage"]
    assert settings["run"]["branch"] is True and settings["run"]["source"] == ["engine/interlock"]
    assert {*settings["run"], *settings["report"]} <= {"branch", "source", "data_file", "patch", "precision"}
    marked = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in ENGINE.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "pragma:" in line
    ]
    assert marked == []
