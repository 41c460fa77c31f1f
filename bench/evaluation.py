"""Times the evaluation of one snapshot against the same gate written by hand and run by simpleeval."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import documents
import interlock
import ten_rules
from pairs import Pairs, measure

__all__ = ["against_others"]

SNAPSHOTS = 40
ROUNDS = 15


def against_others(folder: Path) -> Iterator[tuple[str, Pairs]]:
    """Yield what Interlock is compared with and the times; all three must agree on every verdict."""
    documents.write_policies(folder, files=1, rules=ten_rules.RULES)
    policies = interlock.load(folder / "policies")
    texts = ten_rules.snapshots(SNAPSHOTS)
    snapshots = [interlock.Snapshot.parse(text) for text in texts]
    plain = [json.loads(text) for text in texts]
    by_simpleeval = ten_rules.by_simpleeval()

    def ours() -> list[str]:
        return [verdict.verdict for snapshot in snapshots for verdict in policies.evaluate(snapshot)]

    def by_hand() -> list[str]:
        return [ten_rules.by_hand(document) for document in plain]

    def parsed() -> list[str]:
        return [by_simpleeval(document) for document in plain]

    if not ours() == by_hand() == parsed():
        raise SystemExit(f"the three disagree:\n{ours()}\n{by_hand()}\n{parsed()}")
    yield "a function written by hand", _each(measure(ours, by_hand, ROUNDS))
    yield "simpleeval, expressions parsed before", _each(measure(ours, parsed, ROUNDS))


def _each(pairs: Pairs) -> Pairs:
    """Return the times of one snapshot."""
    return Pairs(
        tuple(each / SNAPSHOTS for each in pairs.ours), tuple(each / SNAPSHOTS for each in pairs.theirs)
    )
