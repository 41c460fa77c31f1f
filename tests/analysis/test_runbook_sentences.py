"""The sentences of runbooks: which statements have one, and which have changed since somebody confirmed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.analysis.runbook_sentences import RunbookSentences, confirm, read_sentences
from interlock.errors import UsageError

PAGE = """# Go live

- **A1** The switch is off
  when trading starts.
- **A2** People agreed.
Nothing more of it.
"""
IDS = ("A1", "A2", "A3", "B1")


def written(folder: Path, text: str = PAGE, name: str = "go-live.md") -> Path:
    runbooks = folder / "runbooks"
    runbooks.mkdir(exist_ok=True)
    (runbooks / name).write_text(text, encoding="utf-8", newline="\n")
    return runbooks


def read(folder: Path) -> RunbookSentences:
    found = read_sentences(folder, IDS)
    assert found is not None
    return found


def test_without_a_folder_there_are_no_sentences(tmp_path: Path) -> None:
    assert read_sentences(tmp_path / "runbooks", IDS) is None


def test_a_sentence_is_stale_until_somebody_confirms_it(tmp_path: Path) -> None:
    folder = written(tmp_path)
    found = read(folder)
    assert [found.stale(name) for name in ("A1", "A3")] == [
        "nobody has confirmed its sentence",
        "no runbook page has its sentence",
    ]
    confirm(folder, found, ["A1"])
    assert [read(folder).stale(name) for name in ("A1", "A2")] == ["", "nobody has confirmed its sentence"]
    written(tmp_path, PAGE.replace("is off", "is on"))
    assert read(folder).stale("A1") == "its sentence has changed"
    confirm(folder, read(folder), ["A2", "A1"])
    assert [read(folder).stale(name) for name in ("A1", "A2")] == ["", ""]
    assert list(read(folder).confirmed) == ["A1", "A2"]


def test_other_line_breaks_are_no_change_and_other_words_are_one(tmp_path: Path) -> None:
    folder = written(tmp_path)
    confirm(folder, read(folder), ["A1", "A2"])
    written(tmp_path, PAGE.replace("off\n  when", "off when").replace("Nothing more", "Something else"))
    assert [read(folder).stale(name) for name in ("A1", "A2")] == ["", ""]
    written(tmp_path, PAGE.replace("  when trading", "  when live trading"))
    assert read(folder).stale("A1") == "its sentence has changed"


def test_the_hash_of_a_statement_that_went_is_dropped(tmp_path: Path) -> None:
    folder = written(tmp_path)
    confirm(folder, read(folder), ["A1", "A2"])
    written(tmp_path, "- **A2** People agreed.\n")
    confirm(folder, read(folder), ["A2"])
    assert list(read(folder).confirmed) == ["A2"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- **A9** Unknown.\n", "runbooks/more.md:1: `A9` is no statement of the inventory"),
        ("\n- **A1** Again.\n", "runbooks/more.md:2: the sentence of `A1` is given twice"),
    ],
)
def test_a_sentence_of_no_statement_or_a_second_one_is_refused(
    tmp_path: Path, text: str, problem: str
) -> None:
    folder = written(tmp_path)
    written(tmp_path, text, "more.md")
    with pytest.raises(UsageError) as caught:
        read(folder)
    assert str(caught.value) == problem


def test_only_what_has_a_sentence_is_confirmed(tmp_path: Path) -> None:
    folder = written(tmp_path)
    with pytest.raises(UsageError) as caught:
        confirm(folder, read(folder), ["A1", "B1"])
    assert str(caught.value) == f"`B1` has no sentence in `{folder.as_posix()}` to confirm"
    assert not (folder / "confirmed.json").exists()


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("confirmed.json", b"{", "`{path}` is not JSON, column 2"),
        (
            "confirmed.json",
            b"[]",
            "`{path}` is no mapping from ids to hashes: write it with `trace --confirm`",
        ),
        (
            "confirmed.json",
            b'{"A1": 3}',
            "`{path}` is no mapping from ids to hashes: write it with `trace --confirm`",
        ),
        ("more.md", b"\xff", "`{path}` is not UTF-8 at byte 0"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, data: bytes, problem: str) -> None:
    folder = written(tmp_path)
    (folder / name).write_bytes(data)
    with pytest.raises(UsageError) as caught:
        read(folder)
    assert str(caught.value) == problem.format(path=(folder / name).as_posix())


def test_a_page_that_is_a_folder_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "more.md").mkdir()
    with pytest.raises(UsageError) as caught:
        read(folder)
    assert str(caught.value) == f"cannot read `{(folder / 'more.md').as_posix()}`: is a directory"
