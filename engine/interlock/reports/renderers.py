"""The output formats of every kind of record: a format is a function, and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, cast

from ..diagnostics import unknown_name
from ..errors import UsageError
from .escaping import json_text
from .style import ReportStyle

__all__ = ["RENDERERS", "formats", "rendered", "require_format"]

_EVALUATION = "interlock.reports.evaluation"
_DOCUMENTS = "interlock.reports.documents"
_RECORDS = "interlock.reports.records"
_KINDS = "interlock.reports.kinds"
_JSON = ("json", "sarif")

RENDERERS: dict[tuple[str, str], str] = {
    ("diagnostics", "text"): f"{_DOCUMENTS}.diagnostic_formats:as_text",
    ("diagnostics", "json"): f"{_DOCUMENTS}.diagnostic_formats:as_json",
    ("diagnostics", "markdown"): f"{_DOCUMENTS}.diagnostic_formats:as_markdown",
    ("diagnostics", "github"): f"{_DOCUMENTS}.diagnostic_formats:as_github",
    ("diagnostics", "junit"): f"{_DOCUMENTS}.diagnostic_formats:as_junit",
    ("diagnostics", "sarif"): f"{_DOCUMENTS}.diagnostic_formats:as_sarif",
    ("desk check", "text"): f"{_RECORDS}.desk_table:as_text",
    ("desk check", "json"): f"{_RECORDS}.desk_table:as_json",
    ("tests", "text"): f"{_DOCUMENTS}.test_report:as_text",
    ("tests", "json"): f"{_DOCUMENTS}.test_report:as_json",
    ("tests", "markdown"): f"{_DOCUMENTS}.test_report:as_markdown",
    ("tests", "github"): f"{_DOCUMENTS}.test_report:as_github",
    ("tests", "junit"): f"{_DOCUMENTS}.test_report:as_junit",
    ("tests", "sarif"): f"{_DOCUMENTS}.test_report:as_sarif",
    ("mutants", "text"): f"{_DOCUMENTS}.mutation_report:as_text",
    ("mutants", "json"): f"{_DOCUMENTS}.mutation_report:as_json",
    ("mutants", "markdown"): f"{_DOCUMENTS}.mutation_report:as_markdown",
    ("trace", "text"): f"{_DOCUMENTS}.trace_matrix:as_text",
    ("trace", "json"): f"{_DOCUMENTS}.trace_matrix:as_json",
    ("trace", "markdown"): f"{_DOCUMENTS}.trace_matrix:as_markdown",
    ("metrics", "text"): f"{_DOCUMENTS}.metrics_list:as_text",
    ("metrics", "json"): f"{_DOCUMENTS}.metrics_list:as_json",
    ("metrics", "markdown"): f"{_DOCUMENTS}.metrics_list:as_markdown",
    ("expression", "text"): f"{_RECORDS}.expression_value:as_text",
    ("expression", "json"): f"{_RECORDS}.expression_value:as_json",
    ("collection", "text"): f"{_RECORDS}.collection_summary:as_text",
    ("collection", "json"): f"{_RECORDS}.collection_summary:as_json",
    ("metric origin", "text"): f"{_RECORDS}.collection_summary:origin_as_text",
    ("metric origin", "json"): f"{_RECORDS}.collection_summary:origin_as_json",
    ("evaluation", "text"): f"{_EVALUATION}.evaluation_text:as_text",
    ("evaluation", "json"): f"{_EVALUATION}.evaluation_formats:as_json",
    ("evaluation", "markdown"): f"{_EVALUATION}.evaluation_formats:as_markdown",
    ("evaluation", "github"): f"{_EVALUATION}.evaluation_formats:as_github",
    ("evaluation", "junit"): f"{_EVALUATION}.evaluation_formats:as_junit",
    ("evaluation", "sarif"): f"{_EVALUATION}.evaluation_formats:as_sarif",
    ("explanation", "text"): f"{_EVALUATION}.explanation:as_text",
    ("explanation", "json"): f"{_EVALUATION}.explanation:as_json",
    ("explanation", "markdown"): f"{_EVALUATION}.explanation:as_markdown",
    ("report", "markdown"): f"{_EVALUATION}.short_report:as_markdown",
    ("full report", "markdown"): f"{_EVALUATION}.full_report:as_markdown",
    ("report kind", "json"): f"{_KINDS}.json_report:as_json",
    ("report kind", "markdown"): f"{_KINDS}.markdown_report:as_markdown",
    ("health", "text"): f"{_KINDS}.health_text:as_text",
    ("health", "json"): f"{_KINDS}.json_report:as_json",
    ("schedule", "cron"): f"{_RECORDS}.job_schedule:as_cron",
    ("schedule", "systemd"): f"{_RECORDS}.job_schedule:as_systemd",
    ("schedule", "windows"): f"{_RECORDS}.job_schedule:as_windows",
    ("rollouts", "text"): f"{_RECORDS}.rollout_records:list_as_text",
    ("rollouts", "json"): f"{_RECORDS}.rollout_records:list_as_json",
    ("rollouts", "markdown"): f"{_RECORDS}.rollout_records:list_as_markdown",
    ("rollout", "text"): f"{_RECORDS}.rollout_drawing:as_text",
    ("rollout", "json"): f"{_RECORDS}.rollout_records:status_as_json",
    ("rollout", "markdown"): f"{_RECORDS}.rollout_records:status_as_markdown",
    ("rollout history", "text"): f"{_RECORDS}.rollout_records:history_as_text",
    ("rollout history", "json"): f"{_RECORDS}.rollout_records:history_as_json",
    ("rollout history", "markdown"): f"{_RECORDS}.rollout_records:history_as_markdown",
    ("incident", "markdown"): f"{_RECORDS}.rollout_records:incident_as_markdown",
    ("incident", "json"): f"{_RECORDS}.rollout_records:incident_as_json",
    ("entries", "text"): f"{_RECORDS}.ledger_entries:as_text",
    ("entries", "json"): f"{_RECORDS}.ledger_entries:as_json",
    ("entries", "markdown"): f"{_RECORDS}.ledger_entries:as_markdown",
}
"""The function of each kind of record and format, as `module:function`; the first format of a kind is its default.

The function takes the record and a `ReportStyle` and returns the text. Its module is imported when it is used.
"""


def formats(kind: str) -> tuple[str, ...]:
    """Return the names of the formats of a kind of record, the default first."""
    return tuple(name for each, name in RENDERERS if each == kind)


def require_format(name: str, known: tuple[str, ...]) -> None:
    """Raise UsageError for a format that is not among the known ones."""
    if name not in known:
        raise UsageError(str(unknown_name("format", name, known)))


def rendered(kind: str, name: str, record: object, style: ReportStyle) -> str:
    """Return a record in a format; raises UsageError for a format that its kind does not have."""
    require_format(name, formats(kind))
    module, _, function = RENDERERS[kind, name].partition(":")
    render = cast(Callable[[Any, ReportStyle], str], getattr(importlib.import_module(module), function))
    text = render(record, style)
    return json_text(text) if name in _JSON else text
