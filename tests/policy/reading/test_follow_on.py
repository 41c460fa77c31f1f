"""Complaints that only follow from others are left out, and no others."""

from __future__ import annotations

from pathlib import Path

from support.roots import write

from ..roots import Case, bad_roots, complaints


@bad_roots("follow_on")
def test_what_only_follows_is_left_out(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect
