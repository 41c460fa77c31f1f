"""What the probes of the desk share: one bench a worker."""

from __future__ import annotations

import pytest

from support.probes import Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The shipped policies, the healthy desk and its ledger."""
    pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")
    return Bench(tmp_path_factory.mktemp("bench"))
