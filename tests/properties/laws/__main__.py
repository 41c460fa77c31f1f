"""`make laws`: judges a million random pairs on every core, and tells what they were like."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from .campaign import EACH, Tally, tally
from .pairs import KINDS

SHARES = {"alone": 5, "frozen": 1, "short": 1, "long": 1, "latched": 2}
"""Of ten sketches, how many are of a kind."""
CHUNK = 8
LINES = 400
"""How many lines of progress a campaign prints."""


def plan(pairs: int) -> list[tuple[str, int]]:
    """Return the sketches of a campaign: kinds with numbers, mixed."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    return [(kinds[number % len(kinds)], number) for number in range(-(-pairs // EACH))]


def _one(base: str, place: tuple[str, int]) -> Tally:
    return tally(base, *place)


def main() -> int:
    """Run the campaign; 1 where a pair breaks a law."""
    options = argparse.ArgumentParser(prog="make laws", description=__doc__)
    options.add_argument("--pairs", type=int, default=1_000_000)
    options.add_argument("--seed", default="laws", help="from which every sketch draws its own")
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    work, found = plan(given.pairs), Tally()
    step = max(len(work) // LINES, 1)
    print(f"seed {given.seed}, {len(work) * EACH:,} pairs", flush=True)
    with ProcessPoolExecutor(given.workers) as pool:
        for number, each in enumerate(pool.map(partial(_one, given.seed), work, chunksize=CHUNK), 1):
            found.add(each)
            for text in each.failures:
                print(text, flush=True)
            if number % step == 0:
                print(f"{number * 100 // len(work)} %: {found.line()}", flush=True)
    print("\n".join(found.lines()))
    return 1 if found.failures or set(found.pairs) != set(KINDS) else 0


if __name__ == "__main__":
    sys.exit(main())
