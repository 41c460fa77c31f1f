"""CONTRIBUTING.md names files and targets that exist, and registries whose entries have what it promises."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from interlock.alerts.channels import KINDS
from interlock.cli.registry import COMMANDS
from interlock.codes import all_codes
from interlock.collect.formats import FORMATS
from interlock.evaluation.expressions.interpreter import _BY_NAME
from interlock.evaluation.expressions.reductions import REDUCTIONS
from interlock.evaluation.expressions.scalar_semantics import SCALARS
from interlock.evaluation.expressions.transforms import TRANSFORMS
from interlock.language.operators import FUNCTIONS, OPERATORS
from interlock.ledger.state.state import KINDS as ENTRY_KINDS
from interlock.reports.renderers import RENDERERS

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("## What a new part takes")[2].partition("\n- ")[0]
PARTS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\| .*", TABLE, re.M)[1:]
]
REGISTRIES = [tuple(each) for each in re.findall(r"`(engine/\S+\.py)` `([A-Z]+)`", TABLE)]
ROOMS = re.findall(r"^\| `(.*)` \|", TEXT.partition("Three habits")[0], re.M)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_path_that_it_names_exists() -> None:
    named = [word for word in re.findall(r"`([^`\s]+)`", TEXT) if "/" in word or Path(word).suffix]
    inside = {word for row in ROOMS for word in row.replace("`", "").split()}
    inside |= set(re.findall(r"`([a-z]+/)`", TEXT.partition("Three habits")[0]))
    folders = {path.name + "/" for path in (ROOT / "engine" / "interlock").rglob("*") if path.is_dir()}
    missing = [
        word
        for word in named
        if word != ".venv"
        and not (ROOT / word).exists()
        and not (word in inside and word in {*folders, "api.py"})
    ]
    assert missing == []
    assert len(named) > 30


def test_every_target_that_it_names_is_one_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z-]+)`", TEXT)) - targets == set()


def test_every_room_is_in_the_layout() -> None:
    folders = {
        path.name for path in (ROOT / "engine" / "interlock").iterdir() if (path / "__init__.py").exists()
    }
    assert sorted(folders - {word.strip("`/") for row in ROOMS for word in row.split()}) == []


@pytest.mark.parametrize(("file", "name"), REGISTRIES)
def test_every_registry_that_it_names_has_entries(file: str, name: str) -> None:
    module = file.removeprefix("engine/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert len(getattr(importlib.import_module(module), name)) > 2


def test_the_table_has_a_row_for_each_kind_of_part() -> None:
    assert [row[0] for row in PARTS] == [
        *("function of the language", "source format", "output format", "command", "alert channel"),
        *("entry of the ledger", "diagnostic code", "key of a document"),
    ]
    assert all(len(row) == 5 for row in PARTS)


def test_a_function_has_a_meaning_cases_and_a_row() -> None:
    cases = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/language").glob("*.yaml"))
    assert [each for each in FUNCTIONS if f"{each}(" not in cases] == []
    assert [each.name for each in OPERATORS.values() if each.signature not in page("language.md")] == []
    by_name = {name for name, each in OPERATORS.items() if each.by_name}
    assert {*SCALARS, *REDUCTIONS, *TRANSFORMS, "age"} == set(OPERATORS) - by_name
    assert set(_BY_NAME) == by_name


def test_a_source_format_has_a_module_a_test_and_a_row() -> None:
    folder = "collect/formats"
    modules = {path.stem for path in (ROOT / "engine/interlock" / folder).glob("*.py")} - {
        "__init__",
        "model",
    }
    tests = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / folder).glob("test_*.py")}
    assert modules == tests
    assert len(modules) == len(FORMATS)
    assert [each for each in FORMATS if f"| `{each}` |" not in page("sources.md")] == []


def test_an_output_format_has_a_renderer() -> None:
    for place in RENDERERS.values():
        module, _, function = place.partition(":")
        assert callable(getattr(importlib.import_module(module), function)), place


def test_a_command_has_a_module_a_test_and_a_section() -> None:
    commands = ROOT / "tests/cli/commands"
    assert [each for each in COMMANDS if f"### interlock {each}" not in page("cli.md")] == []
    assert [
        each
        for each in COMMANDS
        if not (commands / f"test_{each}.py").exists() and not (commands / each).is_dir()
    ] == []


def test_a_channel_has_its_option_in_the_documentation() -> None:
    assert [each for each in KINDS.values() if f"`{each.option.name} " not in page("cli.md")] == []


def test_a_kind_of_entry_and_a_code_are_documented() -> None:
    assert [each for each in sorted(ENTRY_KINDS) if f"| `{each}`" not in page("ledger.md")] == []
    assert [each for each in all_codes() if f"## {each}" not in page("diagnostics.md")] == []
