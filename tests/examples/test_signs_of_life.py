"""Signs of life in the logs of the desk: they prove coverage for minutes, and no broken record passes for one."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.api import PolicySet, load
from support.roots import instant

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
DESK = ROOT / "examples" / "desk"
LOGS = {
    "data/rl/shadow_decisions.jsonl": ("turnover.blocked", "allowed", "shadow-decision"),
    "logs/exits.jsonl": ("incidents.close_without_open", "position_known", "exit-record"),
    "data/memory/outcome_evidence.jsonl": ("outcomes", "verdict", "outcome-evidence"),
}


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load(ROOT / "policies")


def _entry(policies: PolicySet, path: str, lines: list[str], folder: Path) -> Any:
    """What is collected of the log's metric from a desk that holds this log alone."""
    place = folder / path
    place.parent.mkdir(parents=True)
    place.write_text("".join(line + "\n" for line in lines), "utf-8")
    shutil.copy(DESK / "env.json", folder)
    found = policies.collect(
        folder, instant("2026-03-30T06:30:00Z"), now=Decimal(1_800_000_000), archive=True
    )
    return found.snapshot["metrics"][LOGS[path][0]]  # type: ignore[index]


def _lines(path: str) -> tuple[list[str], list[str]]:
    """The records and the signs of life of a log, in the order of time."""
    lines = (DESK / path).read_text("utf-8").splitlines()
    return [each for each in lines if "alive" not in each], [each for each in lines if "alive" in each]


@pytest.mark.parametrize("path", LOGS)
def test_a_sign_of_life_is_no_point_and_ends_the_coverage(
    policies: PolicySet, tmp_path: Path, path: str
) -> None:
    records, alive = _lines(path)
    found = _entry(policies, path, [*records[-5:], alive[-1]], tmp_path)
    assert found["covered"][1] == "2026-03-30T06:29:40Z"
    assert [each for each in found["points"] if each["at"] >= found["covered"][1]] == []


@pytest.mark.parametrize("path", LOGS)
def test_a_record_that_lacks_a_field_is_torn(policies: PolicySet, tmp_path: Path, path: str) -> None:
    records, alive = _lines(path)
    _, lost, schema = LOGS[path]
    broken = {key: value for key, value in json.loads(records[-1]).items() if key != lost}
    found = _entry(policies, path, [*records[-5:-1], json.dumps(broken), alive[-1]], tmp_path)
    where = f"line 5 of {path} fails the schema `{schema}`: it breaks `required`"
    assert found == {"unknown": "torn source", "detail": where}


@pytest.mark.parametrize("path", LOGS)
def test_a_record_that_claims_to_be_a_sign_of_life_is_torn(
    policies: PolicySet, tmp_path: Path, path: str
) -> None:
    records, alive = _lines(path)
    claims = {**json.loads(records[-1]), "alive": True}
    found = _entry(policies, path, [*records[-5:-1], json.dumps(claims), alive[-1]], tmp_path)
    where = f"line 5 of {path} fails the schema `{LOGS[path][2]}`: it breaks `maxProperties`"
    assert found == {"unknown": "torn source", "detail": where}
