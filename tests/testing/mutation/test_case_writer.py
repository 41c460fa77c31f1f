"""What a case changes, written as a tests document has it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from interlock.testing.mutation.case_writer import changes
from interlock.testing.policies.runner import CaseRunner
from support.suites import BASE, read, write


def test_a_moved_clock_and_a_new_baseline_are_written(tmp_path: Path) -> None:
    text = f"{BASE}cases: [{{name: shut, set: {{kill.active: true}}, expect: NO_GO}}]\n"
    root, suites, _ = read(write(tmp_path, {"t.yaml": text}))
    base = suites[0].base
    later = replace(base, draft=replace(base.draft, as_of=base.draft.as_of + 3600))
    other = base.draft.with_form("unread", Decimal(3))
    frozen = replace(later, baselines={"new": later.draft, "other": replace(other, as_of=later.draft.as_of)})
    assert list(changes(CaseRunner(root), "gate", base, frozen)) == [
        "as_of: 2026-03-30T07:00:00Z",
        "baselines: {new: base, other: {set: {unread: 3}}}",
    ]
