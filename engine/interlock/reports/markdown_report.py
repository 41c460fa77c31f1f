"""The format `markdown`: the table of verdicts and what fails, short enough for a comment or a job's summary."""

from __future__ import annotations

from collections.abc import Sequence

from .evaluation_result import EvaluationResult, ReportStyle, counted, open_rules
from .tables import tidy
from .templating import rendered

__all__ = ["render"]


def render(judged: Sequence[EvaluationResult], look: ReportStyle) -> str:
    """Return the Markdown, a section for each snapshot."""
    return tidy(rendered("evaluation.md", judged=judged, open_rules=open_rules, counted=counted))
