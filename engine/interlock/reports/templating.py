"""The report templates, filled in: each value is escaped unless it is Markdown already."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ..resources import report_templates_dir
from ..wording import listed, number
from . import escaping, marks
from .style import mark

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["filled"]

_MOST_PLACES = 8
"""So many places that share one cause are named."""


def filled(template: str, **names: Any) -> str:
    """Return the template of that name, filled in; templates are files of the package, never text of a user."""
    return str(_environment().get_template(template).render(**names))


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(str(report_templates_dir()), encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=False,  # `finalize` escapes for Markdown, in which HTML is text
        finalize=escaping.markdown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "code": escaping.code,
        "link": escaping.link,
        "listed": lambda words: listed(words, _MOST_PLACES),
        "mark": mark,
        "moment": marks.moment,
        "number": number,
        "outcome": marks.outcome_word,
        "plain": lambda text: escaping.Safe(escaping.line(text)),
        "tally": marks.tally,
        "tone": marks.tone_of,
    }
    return environment
