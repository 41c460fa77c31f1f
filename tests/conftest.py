"""What every test shares: the profiles of random tests, the real data, and when a skip is a failure."""

from __future__ import annotations

import json
import os
import tempfile
import tracemalloc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir
from jsonschema import Draft202012Validator

from interlock.ledger.state import notifications
from interlock.ledger.state.notifications import Event
from interlock.resources import schema_path

# `ci` draws the same examples every time; `nightly` draws fifty times as many, anew each night. A test that
# needs more than that asks for a multiple of it: `max_examples=20 * settings.default.max_examples`.
settings.register_profile("ci", derandomize=True, database=None, deadline=None, max_examples=100)
settings.register_profile("dev", deadline=None, max_examples=100)
settings.register_profile("nightly", database=None, deadline=None, max_examples=5000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "interlock-hypothesis")

VARIABLE = "INTERLOCK_REALDATA"
REQUIRED = os.environ.get("INTERLOCK_REALDATA_REQUIRED") == "1"


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of the real artefacts, which are too large or not ours to ship; a test skips without it."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"{VARIABLE} does not name the folder of the real artefacts")
    return Path(folder)


@pytest.fixture(scope="session", autouse=True)
def _events_keep_their_schema() -> Generator[None, None, None]:
    """Hold every event that any test makes, and that people are told of, to the schema of what is handed over."""
    schema = json.loads(schema_path("event").read_text(encoding="utf-8"))
    validator, make = Draft202012Validator(schema), notifications._event

    def held(*arguments: Any) -> dict[str, object]:
        event = make(*arguments)
        if event["audience"]:
            validator.validate(json.loads(json.dumps(Event(1, event).line())))
        return event

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(notifications, "_event", held)
        yield


@pytest.fixture
def little_memory() -> Generator[None, None, None]:
    """Fail a test whose subject takes more than 50 MB at once: what is hostile is refused before it can grow."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50 << 20


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if REQUIRED and report.skipped and VARIABLE in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped although INTERLOCK_REALDATA_REQUIRED=1: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip for want of real data into a failure where real data is required."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a whole test file that skips itself."""
    report = yield
    _refuse_skip(report)
    return report
