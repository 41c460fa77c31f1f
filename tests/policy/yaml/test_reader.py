"""Files that are not read, hostile or unlucky: the whole text of every complaint, in little memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.roots import write

from ..bad_documents import BadDocument, bad_documents, outcome
from ..roots import Case, bad_roots, complaints


@bad_roots("reader")
def test_a_file_is_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect


@pytest.mark.parametrize("case", bad_documents(), ids=str)
@pytest.mark.usefixtures("little_memory")
def test_a_bad_document_is_refused_or_read_as_it_says(case: BadDocument) -> None:
    assert outcome(case.data) == (case.text, case.good)
