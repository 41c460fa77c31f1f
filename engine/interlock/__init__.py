"""Interlock: policy as code for the gates of algorithmic trading."""

from __future__ import annotations

TYPE_CHECKING = (
    False  # a type checker reads this name as true; importing `typing` would slow `--version` down
)
if TYPE_CHECKING:
    from .api import Clearance, Gate, GateState, Permission, PolicySet, Snapshot, Verdict, load, require
    from .errors import DocumentError, InterlockError, NotCleared, SnapshotError, UsageError

__all__ = [
    "Clearance",
    "DocumentError",
    "Gate",
    "GateState",
    "InterlockError",
    "NotCleared",
    "Permission",
    "PolicySet",
    "Snapshot",
    "SnapshotError",
    "UsageError",
    "Verdict",
    "__version__",
    "load",
    "require",
]

__version__ = "0.1.0"

_ERRORS = ("DocumentError", "InterlockError", "NotCleared", "SnapshotError", "UsageError")


def __getattr__(name: str) -> object:
    """Fetch public names when they are first asked for, so that `--version` imports none of them."""
    if name not in __all__:
        raise AttributeError(f"module `interlock` has no attribute `{name}`")
    if name in _ERRORS:
        from . import errors as room
    else:
        from . import api as room  # type: ignore[no-redef]
    found: object = getattr(room, name)
    return found
