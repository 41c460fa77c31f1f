"""The output formats by name; a new one is a module with `render` and its line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..diagnostics import unknown_name
from ..errors import UsageError
from . import github_annotations, json_report, markdown_report, text_report
from .evaluation_result import EvaluationResult, ReportStyle

__all__ = ["FORMATS", "rendered"]

FORMATS: dict[str, Callable[[Sequence[EvaluationResult], ReportStyle], str]] = {
    "text": text_report.render,
    "json": json_report.render,
    "markdown": markdown_report.render,
    "github": github_annotations.render,
}


def rendered(form: str, judged: Sequence[EvaluationResult], look: ReportStyle) -> str:
    """Return what was judged in a format; raises UsageError for one that nobody knows."""
    if form not in FORMATS:
        raise UsageError(str(unknown_name("format", form, FORMATS)))
    return FORMATS[form](judged, look)
