"""docs/rollouts.md shows what really is: the shipped document, the drawing of the play, every key and every command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from interlock.cli.commands.rollout import command

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "rollouts.md").read_text(encoding="utf-8")
STORY = (ROOT / "tests" / "examples" / "golden" / "experiment_0.txt").read_text(encoding="utf-8")


def test_the_document_of_the_page_is_the_shipped_one_shortened() -> None:
    shown = re.search(r"```yaml\n(.*?)```", PAGE, re.S)
    assert shown
    page, shipped = yaml.safe_load(shown[1]), yaml.safe_load(_shipped().read_text(encoding="utf-8"))
    stages = {each["id"]: each for each in shipped["stages"]}
    for stage in page.pop("stages"):
        assert stage.items() <= stages[stage["id"]].items()
    assert page.items() <= shipped.items()


def test_the_drawing_of_the_page_is_the_one_of_the_play() -> None:
    drawings = re.findall(r"```\n(experiment-0 .*?\n)```", PAGE, re.S)
    assert len(drawings) == 1
    assert f"\n{drawings[0]}[exit 3]\n" in STORY


def test_every_key_is_explained() -> None:
    schema = json.loads((ROOT / "schemas" / "1" / "rollout.json").read_text(encoding="utf-8"))
    common = {"rollout", "version", "title", "owner", "runbook", "covers", "notes", "tags", "stages", "id"}
    stage = schema["properties"]["stages"]["items"]["properties"]
    wanted = {*schema["properties"], *stage} - common - {"dwell"}
    wanted |= {f"dwell.{each}" for each in stage["dwell"]["properties"]}
    assert wanted == set(re.findall(r"^\| `([a-z_.]+)` \|", PAGE, re.M))


def test_every_command_is_shown() -> None:
    assert set(re.findall(r"^    interlock rollout (\w+)", PAGE, re.M)) == set(command.table)


def _shipped() -> Path:
    return ROOT / "policies" / "experiment-0-rollout" / "experiment-0.yaml"
