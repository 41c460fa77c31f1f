"""docs/cli.md is what the commands say, and every command is named there and has a test file of its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import documented, generated_page

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "cli.md"


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == generated_page(), "run `make docs`"


def test_the_page_names_every_command_once() -> None:
    found = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("###")]
    names = [" ".join(words) for words, _ in documented()]
    assert sorted(each.lstrip("# ") for each in found) == sorted(f"interlock {each}" for each in names)


def test_every_command_says_when_it_ends_with_which_code() -> None:
    commands = [(words, command) for words, command in documented() if hasattr(command, "exits")]
    assert [words for words, command in commands if 2 not in command.exits or len(command.exits) < 2] == []
    meanings = [text for _, command in commands for text in command.exits.values()]
    assert [each for each in meanings if each.endswith(".") or not each[0].islower()] == []


@pytest.mark.parametrize("words", [pytest.param(words, id=" ".join(words)) for words, _ in documented()])
def test_every_command_has_a_file_of_tests(words: list[str]) -> None:
    """The file of a group's command lies in the folder of the group, or is the file of the group."""
    folder = ROOT / "tests" / "cli" / "commands"
    own = folder / words[0] / f"test_{words[1]}.py" if len(words) > 1 else folder / words[0]
    assert (folder / f"test_{words[0]}.py").exists() or own.exists()
