"""The table of output formats: every entry leads to a function, and an unknown format is an error with a hint."""

from __future__ import annotations

import importlib
import inspect

import pytest

from interlock.errors import UsageError
from interlock.reports.renderers import RENDERERS, formats, rendered
from interlock.reports.style import ReportStyle

NAMES = {"text", "json", "markdown", "github", "junit", "sarif", "cron", "systemd", "windows"}


@pytest.mark.parametrize(("kind", "name"), RENDERERS)
def test_every_entry_leads_to_a_function_of_a_record_and_a_style(kind: str, name: str) -> None:
    module, _, function = RENDERERS[kind, name].partition(":")
    found = getattr(importlib.import_module(module), function)
    assert list(inspect.signature(found).parameters)[1:] == ["style"]
    assert name in NAMES
    assert function in importlib.import_module(module).__all__


def test_the_first_format_of_a_kind_is_its_default() -> None:
    defaults = {kind: formats(kind)[0] for kind, _ in RENDERERS}
    assert {kind: name for kind, name in defaults.items() if name != "text"} == {
        "report": "markdown",
        "full report": "markdown",
        "report kind": "json",
        "schedule": "cron",
        "incident": "markdown",
    }


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        rendered("evaluation", "markdwn", [], ReportStyle())
    assert str(caught.value) == "no format is called `markdwn`: did you mean `markdown`?"
    with pytest.raises(UsageError) as caught:
        rendered("evaluation", "pdf", [], ReportStyle())
    known = "text, json, markdown, github, junit and sarif"
    assert str(caught.value) == f"no format is called `pdf`: there are {known}"
