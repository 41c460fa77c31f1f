"""The pages of docs/reference/ are what the schemas say, their links lead somewhere, and their examples read back."""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.diagnostics import Collector
from interlock.policy.loader import SCHEMAS
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.yaml_nodes import plain
from interlock.resources import schema_path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "reference"

sys.path.insert(0, str(ROOT / "docs"))

from make_reference import in_yaml, pages  # noqa: E402  the scripts of the documents are no package

MADE = pages()


def anchors(page: str) -> list[str]:
    """The names that a code host gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page, re.M)
    return [re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings]


def examples(wanted: Any) -> list[Any]:
    """Every example of a schema, at any depth."""
    if isinstance(wanted, list):
        return [value for each in wanted for value in examples(each)]
    if not isinstance(wanted, dict):
        return []
    inner = [value for key, each in wanted.items() if key != "examples" for value in examples(each)]
    own = wanted.get("examples", [])
    return [*(own if isinstance(own, list) else []), *inner]


def test_the_pages_are_what_the_schemas_say() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert found == MADE, "run `make docs`"


@pytest.mark.parametrize("name", MADE)
def test_every_link_leads_to_a_heading_that_there_is_once(name: str) -> None:
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", MADE[name])
    assert links
    for page, anchor in links:
        assert not anchor or anchors(MADE[page or name]).count(anchor) == 1, (page, anchor)


@pytest.mark.parametrize("name", MADE)
def test_every_row_of_a_table_has_its_cells(name: str) -> None:
    for row in re.findall(r"^\|.*$", MADE[name], re.M):
        wanted = 3 if name == "README.md" else 5
        assert len(re.findall(r"(?<!\\)\|", row)) == wanted + 1, row


@pytest.mark.parametrize("kind", SCHEMAS.values())
def test_an_example_reads_back_as_the_value_that_the_schema_gives(kind: str) -> None:
    wanted = json.loads(schema_path(kind).read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    shown = json.loads(schema_path(kind).read_text(encoding="utf-8"))
    for value, written in zip(examples(wanted), examples(shown), strict=True):
        collector = Collector()
        node = read_yaml(f"key: {in_yaml(written)}\n".encode(), "example.yaml", collector)
        assert node is not None, collector.sorted()
        assert plain(node) == {"key": value}
