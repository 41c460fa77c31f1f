"""Files and folders of a policy root as they are named on a command line and in complaints."""

from __future__ import annotations

from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError

__all__ = ["shown_name", "within"]


def shown_name(root: Path, given: str, task: str) -> str:
    """Return the name that the path has in complaints; raises UsageError where it holds no document."""
    path = Path(given)
    if not path.exists():
        raise UsageError(f"there is no file or folder `{printable(given)}`")
    whole, top = path.resolve(), root.resolve()
    if whole != top and top not in whole.parents:
        hint = "name its policy root with `--policies DIR`"
        raise UsageError(f"`{printable(given)}` lies outside the policy root `{root.as_posix()}`: {hint}")
    if whole.is_dir() and not any(whole.rglob("*.y*ml")):
        raise UsageError(f"nothing to {task}: `{printable(given)}` holds no document")
    return "/".join((top.name, *whole.relative_to(top).parts))


def within(file: str, name: str) -> bool:
    """Tell whether a file is the one named, or lies below the folder named."""
    return file == name or file.startswith(f"{name}/")
