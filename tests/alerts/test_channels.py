"""Channels are made of what the command line names, and secrets of one variable alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from interlock.alerts.channels import Wanted, channels_of
from interlock.errors import UsageError

LEDGER = Path("ledger.db")
URL = "https://alerts.example/hook"


def test_there_are_as_many_as_are_wanted_in_one_order() -> None:
    wanted = Wanted(Path("events.jsonl"), sys.executable, URL)
    kinds = [each.name.split()[0] for each in channels_of(wanted, LEDGER, {})]
    assert (kinds, channels_of(Wanted(), LEDGER, {})) == (["file", "command", "url"], ())


@pytest.mark.parametrize(
    ("wanted", "environ", "why"),
    [
        (Wanted(token_env="TOKEN"), {}, "`--events-token-env` belongs to `--events-url URL`"),
        (Wanted(url=URL, token_env="TOKEN"), {}, "`--events-token-env`: the variable `TOKEN` is not set"),
        (
            Wanted(url=URL, token_env="TOKEN"),
            {"TOKEN": ""},
            "`--events-token-env`: the variable `TOKEN` is not set",
        ),
        (
            Wanted(url=URL, token_env="TOKEN"),
            {"TOKEN": "s3cret\r\nX: y"},
            "`--events-token-env`: the variable `TOKEN` holds no token",
        ),
        (
            Wanted(url=URL, token_env="TOKEN"),
            {"TOKEN": "s3crét"},
            "`--events-token-env`: the variable `TOKEN` holds no token",
        ),
    ],
)
def test_a_token_that_cannot_be_meant_is_refused_and_not_shown(
    wanted: Wanted, environ: dict[str, str], why: str
) -> None:
    with pytest.raises(UsageError) as problem:
        channels_of(wanted, LEDGER, environ)
    assert str(problem.value) == why


def test_what_speaks_http_is_imported_for_a_url_only() -> None:
    code = "import sys, interlock.cli.evaluate, interlock.cli.guard; print('http.client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
