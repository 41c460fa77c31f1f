"""Every case of `tests/language/*.yaml`, by every back-end."""

from __future__ import annotations

import pytest

from .cases import BackEnd, Case, all_cases, files, read
from .reference import Reference

BACK_ENDS: tuple[BackEnd, ...] = (Reference(),)
CASES = all_cases()


@pytest.mark.parametrize("back_end", BACK_ENDS, ids=lambda each: each.name)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case, back_end: BackEnd) -> None:
    assert back_end.evaluate(case) == case.wanted


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_case_of_a_file_has_its_own_name(path) -> None:  # type: ignore[no-untyped-def]
    names = [case.id for case in read(path)]
    assert sorted(set(names)) == sorted(names)
