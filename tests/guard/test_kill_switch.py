"""The kill switch: which values of LIVE_MODE mean paper, and a file that keeps its first reason."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.api import Snapshot
from interlock.guard.kill_switch import Thrown, active, content, is_live, taken_on_paper, throw

TEXT = """\
kill switch set by interlock guard at 1970-01-01T00:01:00Z
reason: the desk\\u000ais not ready
verdict: none was given
to clear it: find out why it was set, mend that, then remove this file
"""


def test_the_content_keeps_to_one_line_for_each_thing() -> None:
    assert content("the desk\nis not ready", (), Decimal(60)) == TEXT


def test_it_is_thrown_once_and_keeps_its_first_reason(tmp_path: Path) -> None:
    file = tmp_path / "data" / "switch.txt"
    assert throw(file, "first\n") == Thrown(False, f"the kill switch is active: `{file.as_posix()}`")
    already = f"the kill switch was already active: `{file.as_posix()}` keeps its first reason"
    assert throw(file, "second\n") == Thrown(True, already)
    assert file.read_text(encoding="utf-8") == "first\n"
    assert [each.name for each in file.parent.iterdir()] == ["switch.txt"]


def test_a_switch_that_cannot_be_set_is_reported_loudly(tmp_path: Path) -> None:
    file = tmp_path / "no" / "desk" / "switch.txt"
    thrown = throw(file, "text\n")
    assert thrown.before is False
    shown = f"THE KILL SWITCH COULD NOT BE SET: `{file.as_posix()}`: "
    assert thrown.message == f"{shown}no such file or directory: stop live trading by hand"
    assert not (tmp_path / "no").exists()


def test_what_holds_the_switch(tmp_path: Path) -> None:
    file = tmp_path / "switch.txt"
    assert active(file, {}) == ""
    assert active(file, {"LIVE_KILL_SWITCH": "No"}) == ""
    for value in ("please", " ", "off "):
        assert active(file, {"LIVE_KILL_SWITCH": value}) == "LIVE_KILL_SWITCH is set"
    file.touch()
    assert active(file, {}) == f"`{file.as_posix()}` exists"


def test_a_folder_that_is_not_there_keeps_it_active(tmp_path: Path) -> None:
    file = tmp_path / "dta" / "switch.txt"
    assert active(file, {}) == f"`{file.as_posix()}` cannot be read: its folder does not exist"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_path_that_cannot_be_read_keeps_it_active(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    file = loop / "switch.txt"
    shown = f"`{file.as_posix()}`"
    assert active(file, {}).startswith(f"{shown} cannot be read: ")
    thrown = throw(file, "text\n")
    assert thrown.before is False
    assert thrown.message.startswith(f"THE KILL SWITCH COULD NOT BE SET: {shown}: ")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_broken_link_holds_it_as_collecting_sees_it(tmp_path: Path) -> None:
    file = tmp_path / "switch.txt"
    file.symlink_to(tmp_path / "nowhere")
    assert active(file, {}) == f"`{file.as_posix()}` exists"


@pytest.mark.parametrize("value", ["", "0", "false", "False", "FALSE", "no", "No", "NO", "off", "oFF", "OFF"])
def test_off_words_mean_paper_in_any_case(value: str) -> None:
    assert is_live({"LIVE_MODE": value}) is False


@pytest.mark.parametrize(
    "value",
    [
        "1",
        "true",
        "TRUE",
        "yes",
        "on",
        "live",
        "paper",
        "n",
        "f",
        "00",
        "none",
        "null",
        " ",
        "off ",
        "disabled",
    ],
)
def test_every_other_value_means_live(value: str) -> None:
    assert is_live({"LIVE_MODE": value}) is True


def test_an_unset_variable_means_paper() -> None:
    assert is_live({"live_mode": "true"}) is False


@pytest.mark.parametrize(
    ("form", "expected"),
    [(False, True), ({"value": False}, True), (True, False), ({"unknown": "missing"}, False), ("no", False)],
)
def test_a_snapshot_that_was_taken_on_paper_contradicts_a_live_start(form: object, expected: bool) -> None:
    assert taken_on_paper(Snapshot(Decimal(0), {"live.mode": form})) is expected
    assert taken_on_paper(Snapshot(Decimal(0), {})) is False
