"""Changes the rooms that decide a little at a time with mutmut, and lists the changes that no test notices.

Run in the root of a checkout; names of mutants or patterns of them limit it, as in
`bench/mutants.py 'interlock.guard.*'`. It goes on where it was stopped.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

from mutmut.utils import format_utils

LEAST = 90
"""The share in percent that tests must notice."""
SURVIVED, UNTESTED, UNTRIED = 0, 33, (None, 34)
LIST = Path("build/mutants.txt")

_strip_prefix = format_utils.strip_prefix


def _without_root(text: str, *, prefix: str, strict: bool = False) -> str:
    """Return the text without the prefix; the name of a module also without the root of the engine.

    Mutmut knows the source root `src` and not `engine`: without this no test would know a mutant.
    """
    return _strip_prefix(_strip_prefix(text, prefix=prefix, strict=strict), prefix="engine.")


format_utils.strip_prefix = _without_root

from mutmut.__main__ import cli  # noqa: E402  it takes the function above


def report(patterns: list[str]) -> int:
    """Print the noticed share of each room, write the others to a file, and return the exit code."""
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    left = []
    for meta in sorted(Path("mutants/engine").rglob("*.meta")):
        room = meta.relative_to("mutants/engine/interlock").parts[0]
        for name, code in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            if code in UNTRIED or (patterns and not any(fnmatch(name, each) for each in patterns)):
                continue
            tried[room] += 1
            noticed[room] += code not in (SURVIVED, UNTESTED)
            if code in (SURVIVED, UNTESTED):
                left.append(f"{name}{' (no test runs it)' if code == UNTESTED else ''}\n")
    for room, count in sorted(tried.items()):
        print(f"{room:12} {noticed[room]:6} of {count:6}  {noticed[room] / count:.1%}")
    LIST.parent.mkdir(exist_ok=True)
    LIST.write_text("".join(left), encoding="utf-8")
    total, good = sum(tried.values()), sum(noticed.values())
    print(f"{'all':12} {good:6} of {total:6}  {good / max(total, 1):.1%}, the others are in {LIST}")
    return 0 if total and good * 100 >= LEAST * total else 1


if __name__ == "__main__":
    cli(["run", "--max-children", "2", *sys.argv[1:]], standalone_mode=False)
    sys.exit(report(sys.argv[1:]))
