"""Entries: their kinds, and a body that is no JSON."""

from __future__ import annotations

import pytest

from interlock.errors import IntegrityError
from interlock.ledger.file.entry import Entry, EntryDraft


@pytest.mark.parametrize("kind", ["", "Verdict", "verdict ", "9", "ver_dict", "é", "v" * 41])
def test_a_kind_is_a_short_word(kind: str) -> None:
    with pytest.raises(ValueError, match="is not a kind of entry"):
        EntryDraft.of("2026-03-30T06:00:00Z", kind, {})
    assert EntryDraft.of("2026-03-30T06:00:00Z", "v" * 40, {}).body == b"{}"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_damage(body: bytes) -> None:
    entry = Entry(7, "2026-03-30T06:00:00Z", "verdict", body, bytes(32))
    with pytest.raises(IntegrityError) as problem:
        _ = entry.data
    assert str(problem.value) == "entry 7 is bad: its body is no JSON"
