"""Where figures come from, as a snapshot's provenance has it, whatever else stands in there."""

from __future__ import annotations

from decimal import Decimal

from interlock.api import Snapshot
from interlock.language.values import Cause
from interlock.reports.evaluation.provenance import Input, inputs, origins

PROVENANCE = {
    "a": {"source": "one", "file": "data/a.json", "rows": Decimal(3), "sha256": "sha256:1"},
    "b": {"source": "one", "file": "data/a.json", "rows": Decimal(3), "sha256": "sha256:1"},
    "c": {
        "source": "two",
        "files": Decimal(2),
        "pattern": "data/*.csv",
        "rows": Decimal(9),
        "sha256": "sha256:2",
    },
    "d": {"source": "live"},
    "e": "nonsense",
    "f": {"source": ["x"], "files": "²", "file": {}},
}
SNAPSHOT = Snapshot(Decimal(0), {}, provenance=PROVENANCE)


def test_inputs() -> None:
    assert inputs(SNAPSHOT) == (
        Input("", "", 0, "", ""),
        Input("live", "", 0, "", ""),
        Input("one", "data/a.json", 1, "3", "sha256:1"),
        Input("two", "data/*.csv", 2, "9", "sha256:2"),
    )


def test_origins_of_what_is_unknown() -> None:
    causes = [Cause(name, "", "", "missing") for name in ("c", "a", "d", "e", "f", "g", "a")]
    assert origins(SNAPSHOT, causes) == (
        "a comes from source `one`, `data/a.json`",
        "c comes from source `two`, 2 files `data/*.csv`",
        "d comes from source `live`",
    )
