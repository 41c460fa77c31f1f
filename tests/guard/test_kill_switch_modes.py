"""Which values of LIVE_MODE mean paper: a handful of words; every other means live."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.api import Snapshot
from interlock.guard.kill_switch import contradicts, is_live


@pytest.mark.parametrize("word", ["", "0", "false", "False", "FALSE", "no", "No", "NO", "off", "oFF", "OFF"])
def test_off_words_mean_paper_in_any_case(word: str) -> None:
    assert is_live({"LIVE_MODE": word}) is False


@pytest.mark.parametrize(
    "word",
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
def test_every_other_value_means_live(word: str) -> None:
    assert is_live({"LIVE_MODE": word}) is True


def test_an_unset_variable_means_paper() -> None:
    assert is_live({"live_mode": "true"}) is False


@pytest.mark.parametrize(
    ("form", "expected"),
    [(False, True), ({"value": False}, True), (True, False), ({"unknown": "missing"}, False), ("no", False)],
)
def test_a_snapshot_that_was_taken_on_paper_contradicts_a_live_start(form: object, expected: bool) -> None:
    assert contradicts(Snapshot(Decimal(0), {"live.mode": form})) is expected
    assert contradicts(Snapshot(Decimal(0), {})) is False
