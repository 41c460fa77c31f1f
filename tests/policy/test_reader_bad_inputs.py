"""Hostile and unlucky documents: each is refused with its whole text, or read as what it says, and quickly."""

from __future__ import annotations

import time

import pytest

from .bad_documents import BadDocument, bad_documents, outcome


@pytest.mark.parametrize("case", bad_documents(), ids=str)
def test_bad_document(case: BadDocument) -> None:
    begun = time.perf_counter()
    assert outcome(case.data) == (case.text, case.good)
    assert time.perf_counter() - begun < 0.2
