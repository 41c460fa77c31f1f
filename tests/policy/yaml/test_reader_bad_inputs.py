"""Hostile and unlucky documents: each is refused with its whole text, or read as what it says, in little memory."""

from __future__ import annotations

import pytest

from ..bad_documents import BadDocument, bad_documents, outcome


@pytest.mark.parametrize("case", bad_documents(), ids=str)
@pytest.mark.usefixtures("little_memory")
def test_bad_document(case: BadDocument) -> None:
    assert outcome(case.data) == (case.text, case.good)
