"""Regular expressions that authors give: a record of the text and its groups; `re2` matches them."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field

__all__ = ["Pattern", "parse_pattern"]

_NAME = re.compile(r"\(\?P<(\w+)>")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_MAY_BE_NONE = re.compile(r"[?*]|\{0*[,}]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, its groups in order (empty for one without a name), and the named ones that a match may pass by."""

    text: str
    groups: tuple[str, ...] = ()
    skippable: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its groups."""
        return tuple(each for each in self.groups if each)


@dataclass(slots=True)
class _Group:
    """A group while it is read: its name, the names inside it, and whether it offers alternatives."""

    name: str = ""
    inner: list[str] = field(default_factory=list)
    split: bool = False


def parse_pattern(text: str) -> Pattern:
    """Return a pattern. Raises ValueError, with the reason, for a text that is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of sets in sets, which each engine reads in its own way
            found = re.compile(text)
    except (re.error, RecursionError, OverflowError, Warning) as problem:
        raise ValueError(str(problem)) from None
    names = {number: name for name, number in found.groupindex.items()}
    groups = tuple(names.get(number, "") for number in range(1, found.groups + 1))
    return Pattern(text, groups, frozenset(_skippable(text)))


def _skippable(text: str) -> set[str]:
    """Return the groups with a name that a match may pass by: optional ones, and those of an alternative."""
    found: set[str] = set()
    opened = [_Group()]
    at = 0
    while at < len(text):
        step = 1
        if text[at] == "\\":
            step = 2
        elif text[at] == "[" and (letters := _CLASS.match(text, at)):
            step = len(letters[0])
        elif text[at] == "(":
            name = _NAME.match(text, at)
            opened.append(_Group(name[1] if name else ""))
        elif text[at] == "|":
            opened[-1].split = True
        elif text[at] == ")":
            found |= _closed(opened, optional=_MAY_BE_NONE.match(text, at + 1) is not None)
        at += step
    return found.union(opened[0].inner) if opened[0].split else found


def _closed(opened: list[_Group], *, optional: bool) -> set[str]:
    """Close the innermost group, and return the names that a match may pass by because of it."""
    group = opened.pop()
    named = [*group.inner, group.name] if group.name else group.inner
    opened[-1].inner.extend(named)
    if optional:
        return set(named)
    return set(group.inner) if group.split else set()
