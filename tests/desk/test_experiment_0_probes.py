"""Probes from changed artefacts to verdicts: experiment-0-rollout."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.probes import Bench, probes

PROBES = [(file, name) for file in ("experiment-0-rollout",) for name in probes(file)]


@pytest.mark.parametrize(("file", "name"), PROBES)
def test_a_probe_gets_its_verdicts(file: str, name: str, bench: Bench, tmp_path: Path) -> None:
    assert bench.differences(probes(file)[name], tmp_path) == []
