"""What a desk takes where no option names ledger, anchor, environment or root: variables, then its `defaults`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError

__all__ = [
    "ENVIRONMENT",
    "LEDGER",
    "Defaults",
    "DeskChoice",
    "chosen_anchor",
    "chosen_environment",
    "chosen_ledger",
    "chosen_root",
    "variables",
]

LEDGER = "INTERLOCK_LEDGER"
"""The variable that names the ledger."""
ENVIRONMENT = "INTERLOCK_ENVIRONMENT"
"""The variable that names the environment."""


def variables(given: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the environment variables of a call, those of the process where it gives none.

    Raises UsageError for what is no text: a variable that is `True` would otherwise be neither on nor off.
    """
    if given is None:
        return os.environ
    for name, value in given.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise UsageError(f"`environ` holds texts, as variables are: `{printable(str(name))}` is none")
    return given


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """What was taken without an option, and from where, for a line to people."""

    what: str
    value: str
    origin: str

    def __str__(self) -> str:
        return f"{self.what} `{printable(self.value)}`, from {self.origin}"


@dataclass(frozen=True, slots=True)
class Defaults:
    """The `defaults` of `interlock.yaml`, called `file` in messages; its paths are relative to its folder."""

    ledger: Path | None = None
    anchor: Path | None = None
    environment: str | None = None
    root: Path | None = None
    file: str = ""

    @property
    def origin(self) -> str:
        """Where they stand, for a line to people."""
        return f"`defaults` of `{self.file}`"


def chosen_ledger(environ: Mapping[str, str], defaults: Callable[[], Defaults]) -> DeskChoice | None:
    """Return the ledger of the variable, else of the defaults; raises UsageError for an empty variable."""
    named = _of_variable("ledger", LEDGER, environ)
    if named is not None or (found := defaults()).ledger is None:
        return named
    return DeskChoice("ledger", found.ledger.as_posix(), found.origin)


def chosen_environment(environ: Mapping[str, str], defaults: Callable[[], Defaults]) -> DeskChoice | None:
    """Return the environment of the variable, else of the defaults; raises UsageError for an empty variable."""
    named = _of_variable("environment", ENVIRONMENT, environ)
    if named is not None or (found := defaults()).environment is None:
        return named
    return DeskChoice("environment", found.environment, found.origin)


def chosen_root(defaults: Defaults) -> DeskChoice | None:
    """Return the folder of the artefacts of the defaults."""
    return None if defaults.root is None else DeskChoice("root", defaults.root.as_posix(), defaults.origin)


def chosen_anchor(ledger: Path, defaults: Defaults) -> DeskChoice | None:
    """Return the anchor of the defaults, where this is the ledger that it belongs to."""
    if defaults.anchor is None or defaults.ledger is None or not _same(ledger, defaults.ledger):
        return None
    return DeskChoice("anchor", defaults.anchor.as_posix(), defaults.origin)


def _of_variable(what: str, variable: str, environ: Mapping[str, str]) -> DeskChoice | None:
    given = environ.get(variable)
    if given is not None and not given.strip():
        raise UsageError(f"the variable {variable} is set and names no {what}: name one or unset it")
    return None if given is None else DeskChoice(what, given, variable)


def _same(one: Path, other: Path) -> bool:
    """Tell whether both paths name one file, which need not exist: through links of both kinds and in any spelling."""
    with contextlib.suppress(OSError):
        return one.samefile(other)
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
