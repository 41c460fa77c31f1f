"""Random days of evaluations, late snapshots and re-arms: the fold against a reference model that keeps everything."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import interlock
from interlock.errors import UsageError
from interlock.ledger.acts import rearm
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from interlock.ledger.state.state import fold
from support.beginnings import recording_in
from support.ledgers import FILES, act, snapshot, write
from support.ledgers import rule as result

POLICY = (
    FILES["rollback.yaml"].split("  - id: loss")[0]
    + "  - id: calm\n    require: loss < 50\n    hold: loss < 60\n    else: INVESTIGATE\n"
)


class Days(RuleBasedStateMachine):
    """Snapshots list every day up to their own; the model judges each run of bad days that ends after a re-arm."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        self.ledger = folder / "ledger.db"
        self.policies = interlock.load(write(folder, rollback=POLICY))
        self.days: list[bool] = [False] * 5
        self.judged = 0
        self.rearmed = 0
        self.latched = False
        self.calm: list[tuple[int, bool]] = []

    def teardown(self) -> None:
        self.folder.cleanup()

    def _judge(self, day: int, loss: int) -> None:
        """Judge the snapshot taken at 06:30 on a day, when the days before it are complete."""
        given = {f"2026-03-{each + 1:02}": -0.05 if self.days[each] else 0.01 for each in range(day)}
        taken = snapshot(f"2026-03-{day + 1:02}T06:30:00Z", given, loss=loss)
        with recording_in(self.ledger) as recorder:
            decision = self.policies.recorded(taken, recorder)
        if not self.latched:
            self.latched = any(self._run(end) >= 2 for end in range(self.judged, day))
        self.judged = max(self.judged, day)
        assert result(decision, "bad-days").latched is self.latched
        assert (decision.verdicts[0].verdict == "ROLLBACK") is self.latched
        past = [
            passed
            for at, passed in self.calm
            if at == max((one for one, _ in self.calm if one < day), default=-1)
        ]
        near = [passed for at, passed in self.calm if at == day - 1]
        limit = 60 if past and near and near[-1] else 50
        assert result(decision, "calm").outcome == ("pass" if loss < limit else "fail")
        self.calm.append((day, loss < limit))

    def _run(self, end: int) -> int:
        """The run of bad days up to one, as far as it lies after the last re-arm."""
        length = 0
        while end - length >= self.rearmed and self.days[end - length]:
            length += 1
        return length

    @rule(bad=st.booleans(), loss=st.sampled_from([10, 55, 70]))
    @precondition(lambda self: len(self.days) < 30)
    def a_day_passes(self, bad: bool, loss: int) -> None:
        self.days.append(bad)
        self._judge(len(self.days), loss)

    @rule(bad=st.lists(st.booleans(), min_size=1, max_size=3))
    @precondition(lambda self: len(self.days) < 26)
    def days_pass_unseen(self, bad: list[bool]) -> None:
        self.days += bad

    @rule(back=st.integers(1, 4), loss=st.sampled_from([10, 55, 70]))
    @precondition(lambda self: self.judged > 5)
    def a_late_snapshot(self, back: int, loss: int) -> None:
        day = max(self.judged - back, 5)
        if day >= self.rearmed + (self.rearmed > 0):
            self._judge(day, loss)

    @rule()
    @precondition(lambda self: self.judged >= 5)
    def a_person_rearms(self) -> None:
        at = act(f"2026-03-{self.judged + 1:02}T06:30:00Z")
        if not self.latched:
            before = self.ledger.read_bytes()
            try:
                rearm(self.ledger, "rollback", "bad-days", None, at)
                raise AssertionError("re-armed what is not latched")
            except UsageError:
                assert self.ledger.read_bytes() == before
            return
        rearm(self.ledger, "rollback", "bad-days", None, at)
        self.latched, self.rearmed = False, self.judged

    @invariant()
    def the_chain_holds_and_the_fold_agrees(self) -> None:
        if not self.ledger.exists():
            return
        with Ledger(self.ledger) as ledger:
            verify(ledger)
            state = fold(ledger.entries())
        assert bool(state.latches) is self.latched


TestDays = Days.TestCase
TestDays.settings = settings(
    max_examples=settings.default.max_examples // 4, stateful_step_count=20, deadline=None
)
