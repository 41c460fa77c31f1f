"""The command line's front door: answers `--version` itself and leaves the rest to the command room."""

from __future__ import annotations

import os
import sys

from . import __version__

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"interlock {__version__}\n")
        return
    try:
        from .cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        os._exit(code)  # libraries broken off in the middle of their own import would only make noise
    sys.exit(code)


if __name__ == "__main__":
    main()
