"""Reasons that are no templates: the whole text of every complaint."""

from __future__ import annotations

from pathlib import Path

from support.roots import write

from ..roots import Case, bad_roots, complaints


@bad_roots("templates")
def test_a_template_is_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect
