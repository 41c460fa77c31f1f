"""Channels are made of what the command line names, and secrets of one variable alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from interlock.alerts.channel import Channel
from interlock.alerts.channels import channels_of
from interlock.errors import UsageError

LEDGER = Path("ledger.db")
URL = "https://alerts.example/hook"


def channels(given: dict[str, str], environ: dict[str, str] | None = None) -> tuple[Channel, ...]:
    return channels_of(given, LEDGER, environ or {}, {})


def test_there_are_as_many_as_are_wanted_in_one_order() -> None:
    given = {"--events-url": URL, "--events-command": sys.executable, "--events": "events.jsonl"}
    assert [each.name.split()[0] for each in channels(given)] == ["file", "command", "url"]
    assert channels({}) == ()


@pytest.mark.parametrize(
    "given", [{"--events-token-env": "TOKEN"}, {"--events-url": URL, "--events-token-env": ""}]
)
def test_a_token_goes_with_a_url(given: dict[str, str]) -> None:
    with pytest.raises(UsageError) as problem:
        channels(given, {"TOKEN": "s3cret"})
    assert str(problem.value) == "`--events-token-env NAME` belongs to `--events-url URL`"


def test_a_token_is_read_from_its_variable_alone() -> None:
    given = {"--events-url": URL, "--events-token-env": "TOKEN"}
    found = [channels(given, environ)[0] for environ in ({"TOKEN": "t0ken"}, {})]
    assert [each.problem() for each in found] == ["", "the variable `TOKEN` is not set"]


def test_what_speaks_http_is_imported_for_a_url_only() -> None:
    rooms = "interlock.cli.commands.evaluate, interlock.cli.commands.guard"
    code = f"import sys, {rooms}; print('http.client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
