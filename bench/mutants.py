"""Changes the rooms that decide a little at a time with mutmut, and lists the changes that no test notices.

Run in the root of a checkout; names of mutants or patterns of them limit it, as in
`bench/mutants.py 'interlock.guard.*'`. It goes on where it was stopped. With `--sample 400` it tries that many, drawn
at random, and says between which shares of all that puts the noticed ones.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

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

from mutmut import __main__ as mutmut  # noqa: E402  it takes the function above


def sampled(size: int, seed: int) -> list[str]:
    """Let mutmut try that many mutants, drawn at random; return the list that will hold their names."""
    find, tests_of, names = (
        mutmut.collect_source_file_mutation_data,
        mutmut.tests_for_mutant_names,
        list[str](),
    )

    def some(*, mutant_names: Iterable[str]) -> Any:
        found, files = find(mutant_names=mutant_names)
        found.sort(key=lambda each: each[1])
        drawn = random.Random(seed).sample(found, min(size, len(found)))
        names[:] = [name for _, name, _ in drawn]
        return drawn, files

    mutmut.collect_source_file_mutation_data = some
    mutmut.tests_for_mutant_names = lambda _: tests_of(names)
    return names


def report(wanted: Iterable[str], *, sample: bool) -> int:
    """Print the noticed share of each room, write the others to a file, and return the exit code."""
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    patterns, left = list(wanted), []
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
    least, most = interval(good, total) if sample else (good / max(total, 1),) * 2
    if sample:
        print(f"of all mutants between {least:.1%} and {most:.1%} are noticed (Wilson, 95 %)")
    return 0 if total and least * 100 >= LEAST else 1


def interval(good: int, total: int) -> tuple[float, float]:
    """Return the shares between which that of all lies with 95 %, by Wilson's score."""
    if not total:
        return 0.0, 1.0
    z, share = 1.96, good / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    width = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return middle - width, middle + width


def main() -> int:
    """Run mutmut as asked, and report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="names of mutants, or patterns of them")
    options.add_argument("--sample", type=int, metavar="N", help="try so many of them, drawn at random")
    options.add_argument("--seed", type=int, default=1, help="of what is drawn")
    given = options.parse_args()
    drawn = sampled(given.sample, given.seed) if given.sample else None
    mutmut.cli(["run", "--max-children", "2", *given.names], standalone_mode=False)
    return report(given.names if drawn is None else drawn, sample=drawn is not None)


if __name__ == "__main__":
    sys.exit(main())
