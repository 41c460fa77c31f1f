"""Channels are made of what the command line names, and secrets of one variable alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from interlock.alerts.channels import ChannelOptions, channels_of
from interlock.errors import UsageError

LEDGER = Path("ledger.db")
URL = "https://alerts.example/hook"


def test_there_are_as_many_as_are_wanted_in_one_order() -> None:
    wanted = ChannelOptions(Path("events.jsonl"), sys.executable, URL)
    kinds = [each.name.split()[0] for each in channels_of(wanted, LEDGER, {})]
    assert (kinds, channels_of(ChannelOptions(), LEDGER, {})) == (["file", "command", "url"], ())


@pytest.mark.parametrize("wanted", [ChannelOptions(token_env="TOKEN"), ChannelOptions(url=URL, token_env="")])
def test_a_token_goes_with_a_url(wanted: ChannelOptions) -> None:
    with pytest.raises(UsageError) as problem:
        channels_of(wanted, LEDGER, {"TOKEN": "s3cret"})
    assert str(problem.value) == "`--events-token-env NAME` belongs to `--events-url URL`"


def test_a_token_is_read_from_its_variable_alone() -> None:
    wanted = ChannelOptions(url=URL, token_env="TOKEN")
    found = [channels_of(wanted, LEDGER, environ)[0] for environ in ({"TOKEN": "t0ken"}, {})]
    assert [each.problem() for each in found] == ["", "the variable `TOKEN` is not set"]


def test_what_speaks_http_is_imported_for_a_url_only() -> None:
    rooms = "interlock.cli.commands.evaluate, interlock.cli.commands.guard"
    code = f"import sys, {rooms}; print('http.client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
