"""A complaint about a document: one record, one collector, one rendering with the source line and a caret."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from .codes import all_codes
from .wording import listed

__all__ = [
    *("Collector", "Diagnostic", "Span", "UnknownName"),
    *("columns", "did_you_mean", "name_hint", "printable", "render", "unknown_name"),
]

_MOST_NAMES = 30
_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing and count as printable."""


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One complaint: a stable code of the registry, what is wrong, where, and what to do about it.

    `names` are those that it calls unknown, as `kind:name`, for example `metric:fills.count`: where the declaration of
    one is at fault, the complaint only follows from that.
    """

    code: str
    message: str
    span: Span
    hint: str | None = None
    related: tuple[tuple[str, Span], ...] = ()
    names: frozenset[str] = field(default=frozenset(), compare=False)

    def __post_init__(self) -> None:
        if self.code not in all_codes():
            raise KeyError(f"diagnostic code {self.code} is not in the registry")

    @property
    def severity(self) -> str:
        """`error`, or `warning` for the codes that begin with W."""
        return "warning" if self.code.startswith("W") else "error"

    def __str__(self) -> str:
        text = f"{self.span}: {self.severity} {self.code}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


@dataclass(slots=True)
class Collector:
    """Gathers every complaint of a run, with the source lines that a rendering shows."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, list[str]] = field(default_factory=dict)
    _noted: set[Diagnostic] = field(default_factory=set, repr=False)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        hint: str | None = None,
        related: Iterable[tuple[str, Span]] = (),
        names: Iterable[str] = (),
    ) -> None:
        """Note one complaint; the same complaint at the same place is kept once."""
        found = Diagnostic(code, message, span, hint, tuple(related), frozenset(names))
        if found not in self._noted:
            self._noted.add(found)
            self.diagnostics.append(found)

    def add_unknown(
        self, code: str, kind: str, name: str, known: Iterable[str], span: Span, otherwise: str | None = None
    ) -> None:
        """Note that no `kind` is called `name`, with the hint of `name_hint`."""
        unknown = unknown_name(kind, name, known, otherwise)
        self.add(code, unknown.message, span, unknown.hint, names=[f"{kind}:{name}"])

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The complaints that forbid the use of the documents, in the order of file and line."""
        return tuple(each for each in self.sorted() if each.severity == "error")

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Every complaint in the order of file, line, column and code."""
        return tuple(sorted(self.diagnostics, key=lambda each: (each.span, each.code, each.message)))


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean `x`?`` for the closest known word, or None when nothing comes close."""
    candidates = sorted(set(known))
    folded = {each.casefold(): each for each in reversed(candidates)}
    if word.casefold() in folded:
        return f"did you mean `{folded[word.casefold()]}`?"
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else None


def name_hint(name: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """Return what helps with a name that is not known: the closest known one, else `otherwise`, else all of them.

    None where `otherwise` is None and more are known than a reader looks through.
    """
    words = sorted(known) if isinstance(known, Set) else list(dict.fromkeys(known))
    if (found := did_you_mean(name, words) or otherwise) is not None:
        return found
    return f"there are {listed(words) or 'none'}" if len(words) <= _MOST_NAMES else None


class UnknownName(NamedTuple):
    """The complaint that nothing of a kind has a name; as text, message and hint in one."""

    message: str
    hint: str | None

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


def unknown_name(kind: str, name: str, known: Iterable[str], otherwise: str | None = None) -> UnknownName:
    """Return the complaint that no `kind` is called `name`, with the hint of `name_hint`."""
    return UnknownName(f"no {kind} is called `{printable(name)}`", name_hint(name, known, otherwise))


def printable(text: str) -> str:
    """Replace control, bidirectional and other invisible characters by their escapes, for a terminal.

    Where the output is the log of a CI job, a text such as `##[error]` or `##vso[…]` would command it: its second `#`
    is escaped too.
    """
    seen = "".join(
        each if each.isprintable() and each not in _BLANK else f"\\u{ord(each):04x}" for each in text
    )
    return _COMMAND.sub(r"#\\u0023", seen)


def columns(text: str) -> int:
    """Return the columns that a text takes in a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def render(found: Diagnostic, sources: Mapping[str, list[str]]) -> str:
    """Return the complaint with the source line, a caret under the place, related places and the hint."""
    lines = [printable(f"{found.span}: {found.severity} {found.code}: {found.message}")]
    lines += _excerpt(found.span, sources)
    for message, span in found.related:
        lines.append(printable(f"  {span}: {message}"))
    if found.hint:
        lines.append(printable(f"  hint: {found.hint}"))
    return "\n".join(lines)


def _excerpt(span: Span, sources: Mapping[str, list[str]]) -> list[str]:
    text = sources.get(span.file, [])
    if not 0 < span.line <= len(text):
        return []
    source = text[span.line - 1]
    first = max(0, span.column - 61)
    shown = source[first : first + 100]
    end = span.end_column if span.end_line == span.line else len(source) + 1
    end = min(end, first + 101) if span.end_line else span.column + 1
    lead = "".join("\t" if each == "\t" else " " * columns(each) for each in shown[: span.column - 1 - first])
    width = columns(source[span.column - 1 : end - 1])
    return [f"    | {_visible(shown)}".rstrip(), f"    | {lead}{'^' * max(1, width)}"]


def _visible(text: str) -> str:
    seen = "".join(
        each if each.isprintable() or each == "\t" else "\N{REPLACEMENT CHARACTER}" for each in text
    )
    return _COMMAND.sub("#\N{REPLACEMENT CHARACTER}", seen)
