"""The root of every exception that a user can cause, and the exit codes of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .diagnostics import Diagnostic

__all__ = [
    "EXIT_BEST",
    "EXIT_BETWEEN",
    "EXIT_BUG",
    "EXIT_INTEGRITY",
    "EXIT_INVALID",
    "EXIT_NOT_EVALUATED",
    "EXIT_WORST",
    "DocumentError",
    "IntegrityError",
    "InterlockError",
    "LedgerError",
    "MissingExtra",
    "NotCleared",
    "SnapshotError",
    "UsageError",
    "system_reason",
    "worst_exit",
]

EXIT_BEST = 0
EXIT_WORST = 1
EXIT_INVALID = 2
EXIT_BETWEEN = 3
EXIT_NOT_EVALUATED = 4
EXIT_INTEGRITY = 5
EXIT_BUG = 70

_PRECEDENCE = (
    EXIT_BUG,
    EXIT_INVALID,
    EXIT_INTEGRITY,
    EXIT_NOT_EVALUATED,
    EXIT_WORST,
    EXIT_BETWEEN,
    EXIT_BEST,
)


def worst_exit(codes: Iterable[int]) -> int:
    """Return the exit code that takes precedence over the others (README, Exit codes); none at all is 4."""
    seen = set(codes)
    return next((code for code in _PRECEDENCE if code in seen), EXIT_NOT_EVALUATED)


class InterlockError(Exception):
    """A mistake that a person can mend: its text says where, what, why and what to do."""

    exit_code = EXIT_INVALID


class DocumentError(InterlockError):
    """One or more documents are invalid; `diagnostics` holds every complaint, in file order, and `sources` the
    lines of their files."""

    def __init__(
        self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, list[str]] | None = None
    ) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.sources: Mapping[str, list[str]] = sources or {}
        super().__init__("\n".join(str(each) for each in self.diagnostics))


class SnapshotError(InterlockError):
    """A snapshot that no verdict may be drawn from: torn, of another format, without a time."""


class UsageError(InterlockError):
    """A command or a call of the API that asks for what does not exist."""


class LedgerError(InterlockError):
    """The ledger cannot be read or written now; without a record nothing is answered, so nothing was evaluated."""

    exit_code = EXIT_NOT_EVALUATED


class IntegrityError(InterlockError):
    """The ledger does not hold what was written to it; the text names the first bad or missing entry."""

    exit_code = EXIT_INTEGRITY


class NotCleared(InterlockError):
    """A live start that a gate keeps shut; the text says why and what became of the kill switch, `exit_code` is the
    one that belongs to it."""

    def __init__(self, text: str, code: int = EXIT_NOT_EVALUATED) -> None:
        self.exit_code = code
        super().__init__(text)


class MissingExtra(InterlockError):
    """An optional package is not installed; the text names the extra that brings it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package `{package}`: install it with `pip install 'interlock[{extra}]'`"
        )


def system_reason(problem: OSError) -> str:
    """Return why the system refuses, in its own words, without names of files or hosts."""
    return (problem.strerror or "the system refuses").lower()
