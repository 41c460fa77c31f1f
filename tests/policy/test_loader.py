"""Policy roots: how they are found and read, and what is complained of in their files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from interlock.errors import UsageError
from interlock.policy.loader import find_root
from support.roots import read, write

from .roots import BASE, Case, bad_roots, complaints


@bad_roots("loader", "hostile", "slips", "sources")
def test_a_bad_document_is_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    root = write(tmp_path, BASE)
    (root / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    assert complaints(root) == (
        "policies/gone.yaml:1:1: error E101: cannot read the file: no such file or directory"
    )


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    root = write(tmp_path, BASE)
    (tmp_path / "elsewhere").mkdir()
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    assert complaints(root) == (
        "policies/linked:1:1: error E218: the folder `linked` is a link, which is not followed\n"
        "  hint: put the folder itself here"
    )


def test_a_folder_that_cannot_be_read_does_not_vanish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write(tmp_path, {**BASE, "desk/gate.yaml": ""})
    listed = os.scandir

    def refuse(folder: str) -> object:
        if Path(folder) == root / "desk":
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert complaints(root) == "policies/desk:1:1: error E101: cannot read the folder: permission denied"


def test_what_is_sound_is_returned_beside_the_complaints(tmp_path: Path) -> None:
    files = {**BASE, "x.yaml": "environmnt: paper\n", ".hidden.txt": "seen by nobody\n"}
    root, collector = read(write(tmp_path, files))
    assert [each.code for each in collector.sorted()] == ["E202"]
    assert sorted(root.catalogue.scopes) == ["symbol"]
    assert root.documents == 3


def test_a_file_may_have_thousands_of_complaints(tmp_path: Path) -> None:
    text = "metrics:\n" + "  a: {type: integer}\n" * 12_000
    _, collector = read(write(tmp_path, {"x.yaml": text}))
    assert len(collector.diagnostics) == 11_999


def test_every_caller_gets_the_nearest_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, BASE)
    monkeypatch.delenv("INTERLOCK_POLICIES", raising=False)
    (root / "deep" / "er").mkdir(parents=True)
    assert find_root(start=root / "deep" / "er") == root
    assert find_root(start=tmp_path) == root
    monkeypatch.setenv("INTERLOCK_POLICIES", str(root))
    assert find_root() == root


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("none", "none is no policy root: it holds no interlock.yaml: the folder does not exist"),
        ("empty", "empty is no policy root: it holds no interlock.yaml: write `interlock: 1` into it"),
        (
            None,
            "no policy root: neither this folder nor a parent holds policies/interlock.yaml: "
            "name one with `--policies DIR`",
        ),
    ],
)
def test_a_missing_root_says_what_to_do(
    given: str | None, expect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INTERLOCK_POLICIES", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as caught:
        find_root(given)
    assert str(caught.value) == expect
