"""The command line's front door: answers `--version` itself and leaves the rest to the command room."""

from __future__ import annotations

import os
import sys

from . import __version__

__all__ = ["main"]

_INTERRUPTED = 130
_CLOSED = (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))


def main() -> None:
    """Run the command line and exit with its code."""
    _stand_in()
    if sys.argv[1:] == ["--version"] and _told(f"interlock {__version__}\n"):
        return
    try:
        from .cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        os._exit(code)  # libraries broken off in the middle of their own import would only make noise
    sys.exit(code)


def _told(text: str) -> bool:
    """Print without the command room; where that fails, the room has the words for it."""
    try:
        os.write(sys.stdout.fileno(), text.encode())
    except OSError:
        return False
    return True


def _stand_in() -> None:
    """Give each stream that the caller closed a stand-in, so that no file which is opened later takes its number.

    What is written to stderr is lost; stdout refuses, since a result without a reader is an error; stdin is empty.
    """
    for name, flags in _CLOSED:
        if getattr(sys, name) is None:
            place = os.open(os.devnull, flags)
            setattr(sys, name, os.fdopen(place, "r" if name == "stdin" else "w", encoding="utf-8"))


if __name__ == "__main__":
    main()
