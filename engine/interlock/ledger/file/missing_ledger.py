"""The complaint about a ledger that is not there, with the one that was probably meant."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

from ...diagnostics import did_you_mean, printable
from ...errors import UsageError
from ...files import is_ledger

__all__ = ["REMEDY", "missing_ledger"]

REMEDY = (
    "a new ledger knows no latch, streak, NO_GO or suspension of before: "
    "name the right one with `--ledger FILE`, or begin a new one, once, with `--begin`"
)
"""Why no ledger is begun by itself, and what to do."""

_MOST = 1000
"""How many names of a folder are looked at."""
_LEVELS = 3
"""How many folders above the current one are looked at."""


def missing_ledger(path: Path, anchor: Path | None = None) -> UsageError:
    """Return the error for a ledger that is not there; `anchor` is its anchor, if that is not there either."""
    place = printable(path.as_posix())
    link = ", a link to a file that is not there" if path.is_symlink() else ""
    both = "" if anchor is None else f", and no anchor at `{printable(anchor.as_posix())}`"
    near = _near(path)
    return UsageError(f"there is no ledger at `{place}`{link}{both}: {f'{near} ' if near else ''}{REMEDY}")


def _near(path: Path) -> str | None:
    """Return the question for a ledger nearby: of a similar name in the folder, or of the same name close to it."""
    beside = [printable(each.name) for each in _children(path.parent) if is_ledger(each)]
    if (found := did_you_mean(path.name, beside)) is not None:
        return found
    for each in _elsewhere(path):
        if is_ledger(each):
            return f"did you mean `{printable(_shown(each))}`?"
    return None


def _shown(path: Path) -> str:
    """Return a path as it is written from here, where it lies below."""
    whole, here = path.absolute(), Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()


def _elsewhere(path: Path) -> Iterator[Path]:
    """Yield paths with the same name: in the folder above, as if called from a folder above, and in a folder with a
    similar name, where there is no such folder."""
    folder = path.absolute().parent
    yield folder.parent / path.name
    if not path.is_absolute():
        yield from (above / path for above in itertools.islice(Path.cwd().parents, _LEVELS))
    if not folder.exists():
        near = (each for each in _children(folder.parent) if did_you_mean(folder.name, [each.name]))
        yield from (each / path.name for each in near)


def _children(folder: Path) -> list[Path]:
    """Return what lies in a folder, as far as it can be read."""
    with contextlib.suppress(OSError):
        return sorted(itertools.islice(folder.iterdir(), _MOST))
    return []
