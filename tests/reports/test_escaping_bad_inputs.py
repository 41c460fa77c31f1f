"""Hostile templates are refused at load, hostile values are shown as text: the cases of tests/bad_inputs/render.yaml.

With INTERLOCK_UPDATE_GOLDEN=1 what is shown is written into the file instead.
"""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import yaml

import interlock
from interlock.api import check
from interlock.diagnostics import render
from interlock.reports.evaluation.evaluation_result import EvaluationResult
from interlock.reports.renderers import rendered
from interlock.reports.style import ReportStyle
from support import roots

FILE = Path(__file__).resolve().parents[1] / "bad_inputs" / "render.yaml"
CASES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
FORMATS = ("text", "markdown", "github", "report")
CATALOGUE = """\
metrics:
  kill.active: {type: bool}
  strategy: {type: string}
"""


def write(folder: Path, case: dict[str, Any]) -> Path:
    """Write a policy root with the case's reason and runbook."""
    policy = {
        "policy": "gate",
        "version": "1.0.0",
        "title": "A gate",
        "owner": "risk",
        "runbook": case.get("runbook", "desk#gate"),
        "verdicts": ["GO", "NO_GO"],
        "rules": [
            {
                "id": "kill",
                "require": "not kill.active",
                "reason": case.get("reason", "stopped by {{ strategy }}"),
                "action": "ask",
            }
        ],
    }
    text = yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=10_000)
    return roots.write(
        folder, {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE, "gate.yaml": text}
    )


def shown(root: Path, case: dict[str, Any]) -> dict[str, str]:
    """Return for each format the lines that hold the hostile text."""
    metrics = {"kill.active": True, "strategy": case.get("strategy", "manual")}
    seen, policies = roots.snapshot("2026-03-30T06:00:00Z", metrics), interlock.load(root)
    result = EvaluationResult(seen, policies.decide(seen), policies.policies)
    texts = {form: rendered("evaluation", form, [result], ReportStyle()) for form in FORMATS[:3]}
    texts["report"] = rendered("full report", "markdown", result, ReportStyle())
    short = rendered("report", "markdown", result, ReportStyle())
    assert all(each.isprintable() for each in short.split("\n"))
    assert not re.search(r"##[A-Za-z]*\[|^\s*::", short, re.MULTILINE)
    texts["junit"] = rendered("evaluation", "junit", [result], ReportStyle())
    ElementTree.fromstring(texts["junit"])
    json.loads(rendered("evaluation", "sarif", [result], ReportStyle()))
    assert all(each.isprintable() for text in texts.values() for each in text.split("\n"))
    assert not re.search(r"##[A-Za-z]*\[|^::", texts.pop("junit"), re.MULTILINE)
    clue = "written after" if "runbook" in case else "stopped by"
    return {form: "\n".join(_with(text, clue)) for form, text in texts.items() if clue in text}


def _with(text: str, clue: str) -> list[str]:
    found = [line.strip() for line in text.split("\n") if clue in line]
    assert len(found) < 5
    return found


def complaints(root: Path) -> str:
    _, collector = check(root)
    return "\n\n".join(render(each, collector.sources) for each in collector.sorted())


def expected(case: dict[str, Any]) -> dict[str, str]:
    return {key: case[key] for key in ("complaint", *FORMATS) if key in case}


@pytest.mark.parametrize("name", CASES)
def test_hostile_text(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    root = write(tmp_path, case)
    found = {"complaint": complaints(root)} if "reason" in case else shown(root, case)
    if os.environ.get("INTERLOCK_UPDATE_GOLDEN") == "1":
        _update(name, found)
        return
    assert found == expected(case)


def _update(name: str, found: dict[str, str]) -> None:
    """Write the outputs of one case below its input."""
    head, *blocks = FILE.read_text(encoding="utf-8").split("\nrender-")
    for index, block in enumerate(blocks):
        if block.startswith(f"{name.removeprefix('render-')}:\n"):
            kept = block.split("\n")[:2]
            for key, text in found.items():
                kept += [f"  {key}: |-", *(f"    {line}" if line else "" for line in text.split("\n"))]
            blocks[index] = "\n".join(kept)
    FILE.write_text("\nrender-".join([head, *blocks]).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


@pytest.mark.parametrize(
    "hostile", ["\n::error::x", "\r::error::x", "\x9b31mx", "\u202ex", "##[error]x", "##vso[x]"]
)
def test_a_generated_reason_shows_a_hostile_value_as_text_in_junit(tmp_path: Path, hostile: str) -> None:
    root = write(tmp_path, {})
    text = (root / "gate.yaml").read_text(encoding="utf-8").replace("not kill.active", "strategy == 'manual'")
    lines = [each for each in text.splitlines(keepends=True) if "reason:" not in each]
    (root / "gate.yaml").write_text("".join(lines), encoding="utf-8")
    seen, policies = roots.snapshot("2026-03-30T06:00:00Z", {"strategy": f"a{hostile}"}), interlock.load(root)
    result = EvaluationResult(seen, policies.decide(seen), policies.policies)
    made = rendered("evaluation", "junit", [result], ReportStyle())
    assert all(each.isprintable() for each in made.split("\n"))
    (failure,) = ElementTree.fromstring(made).iter("failure")
    assert "\n" not in (failure.text or "")
    assert hostile not in made
    assert "x" in (failure.get("message") or "").partition("strategy")[2]
