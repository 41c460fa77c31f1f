"""What is remembered of a policy and its rules goes on under their new names, where these say what they were before."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interlock
from interlock.cli.replay_run import replayed
from interlock.errors import UsageError
from interlock.evaluation.deciding.memory import Renames
from interlock.evaluation.deciding.request import Decision
from interlock.evaluation.verdict import RuleResult
from interlock.ledger.acts.acts import rearm
from interlock.ledger.file.ledger import Ledger
from support.ledgers import FILES, act, evaluate, rule, snapshot, write

FIRST = {f"2026-03-{day:02}": 0.0 for day in range(1, 27)}
BAD = FIRST | {"2026-03-27": -0.04, "2026-03-28": -0.05}
GOOD = BAD | {"2026-03-29": 0.05}
OLD = FILES["rollback.yaml"]
POLICY = OLD.replace("policy: rollback\n", "policy: alarm\nformerly: [rollback]\n")
RULE = OLD.replace("id: bad-days", "id: worse-days\n    formerly: [bad-days]")
BOTH = POLICY.replace("id: bad-days", "id: worse-days\n    formerly: [bad-days]")
NAMES = {
    "policy": (POLICY, "alarm", "bad-days"),
    "rule": (RULE, "rollback", "worse-days"),
    "both": (BOTH, "alarm", "worse-days"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def one(root: Path, ledger: Path, given: interlock.Snapshot) -> Decision:
    (found,) = evaluate(root, ledger, given)
    return found


def latched(result: RuleResult) -> tuple[str, bool, str]:
    return result.outcome, result.latched, result.reason


@pytest.mark.parametrize(("document", "policy", "name"), NAMES.values(), ids=NAMES)
def test_a_latch_follows_a_rename_and_is_rearmed_under_the_new_name(
    root: Path, ledger: Path, tmp_path: Path, document: str, policy: str, name: str
) -> None:
    one(root, ledger, snapshot("2026-03-29T06:30:00Z", BAD))
    write(tmp_path, rollback=document)
    found = one(root, ledger, snapshot("2026-03-30T06:30:00Z", GOOD))
    assert found.refusals == ()
    told = "latched since 2026-03-29T00:00:00Z: streak(daily < -3%) is 2, needed < 2"
    hint = f"only `interlock log rearm {policy}/{name}` clears it"
    assert latched(rule(found, name)) == ("fail", True, f"{told}; {hint}")
    assert [each.id for each in found.verdicts[0].rules] == [name, "loss", "burst", "calm"]
    renames = Renames.of(interlock.load(root).policies.values())
    cleared = rearm(ledger, policy, name, None, act("2026-03-30T07:00:00Z"), renames)
    assert cleared == (("rollback", "", "bad-days"),)
    found = one(root, ledger, snapshot("2026-03-30T07:30:00Z", GOOD))
    assert latched(rule(found, name))[:2] == ("pass", False)


def test_points_that_were_judged_under_the_old_name_are_not_judged_again(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    one(root, ledger, snapshot("2026-03-29T06:30:00Z", BAD))
    rearm(ledger, "rollback", "bad-days", None, act("2026-03-29T07:00:00Z"))
    write(tmp_path, rollback=BOTH)
    found = one(root, ledger, snapshot("2026-03-30T06:30:00Z", GOOD))
    assert latched(rule(found, "worse-days"))[:2] == ("pass", False)
    worse = GOOD | {"2026-03-30": -0.05, "2026-03-31": -0.05}
    found = one(root, ledger, snapshot("2026-04-01T06:30:00Z", worse))
    assert latched(rule(found, "worse-days"))[:2] == ("fail", True)


def test_nor_in_the_light_of_what_is_known_only_now(root: Path, ledger: Path, tmp_path: Path) -> None:
    """A trigger that also reads a single value judges each point once, with the value of that time."""
    words = ("streak(daily < -3%) >= 2", "streak(daily < -3%) >= 2 and loss > 50")
    write(tmp_path, rollback=OLD.replace(*words))
    one(root, ledger, snapshot("2026-03-29T06:30:00Z", BAD, loss=10))
    for document, name in (
        (BOTH, "worse-days"),
        (BOTH.replace("    formerly: [bad-days]\n", ""), "worse-days"),
    ):
        write(tmp_path, rollback=document.replace(*words))
        found = one(root, ledger, snapshot("2026-03-30T06:30:00Z", GOOD, loss=70))
        follows = document is BOTH
        assert latched(rule(found, name))[:2] == (("pass", False) if follows else ("fail", True))


def test_blindness_and_hysteresis_count_from_what_was_known_under_the_old_name(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    one(
        root,
        ledger,
        snapshot("2026-03-29T06:30:00Z", FIRST | {"2026-03-27": 0.0, "2026-03-28": 0.0}, loss=40),
    )
    text = POLICY.replace("id: calm", "id: quiet\n    formerly: [calm]")
    write(tmp_path, rollback=text)
    found = one(root, ledger, snapshot("2026-03-30T06:30:00Z", loss=55))
    assert (rule(found, "quiet").outcome, rule(found, "loss").contribution) == ("pass", "INVESTIGATE")
    write(tmp_path, rollback=text.replace("formerly: [rollback]\n", ""))
    found = one(root, tmp_path / "other.db", snapshot("2026-03-30T06:30:00Z", loss=55))
    assert (rule(found, "quiet").outcome, rule(found, "loss").contribution) == ("fail", "ROLLBACK")


def test_of_two_latches_that_became_one_the_older_counts_and_both_are_rearmed(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    one(root, ledger, snapshot("2026-03-29T06:30:00Z", BAD))
    deep = OLD.replace("policy: rollback", "policy: another").replace("daily < -3%", "daily < -6%")
    write(tmp_path, rollback=deep)
    deeper = BAD | {"2026-03-29": -0.07, "2026-03-30": -0.07}
    one(root, ledger, snapshot("2026-03-31T06:30:00Z", deeper))
    write(tmp_path, rollback=POLICY.replace("formerly: [rollback]", "formerly: [another, rollback]"))
    found = one(root, ledger, snapshot("2026-03-31T06:31:00Z", deeper))
    assert rule(found, "bad-days").reason == "streak(daily < -3%) is 4, needed < 2"
    found = one(root, ledger, snapshot("2026-04-01T06:30:00Z", deeper | {"2026-03-31": 0.01}))
    assert rule(found, "bad-days").reason.startswith("latched since 2026-03-29T00:00:00Z: ")
    renames = Renames.of(interlock.load(root).policies.values())
    cleared = rearm(ledger, "alarm", "bad-days", None, act("2026-04-01T07:00:00Z"), renames)
    assert cleared == (("another", "", "bad-days"), ("rollback", "", "bad-days"))


def test_without_a_former_name_nothing_follows(root: Path, ledger: Path, tmp_path: Path) -> None:
    one(root, ledger, snapshot("2026-03-29T06:30:00Z", BAD))
    write(tmp_path, rollback=POLICY.replace("formerly: [rollback]\n", ""))
    found = one(root, ledger, snapshot("2026-03-30T06:30:00Z", GOOD))
    assert [each.policy for each in found.refusals] == ["rollback"]
    write(tmp_path, rollback=POLICY.replace("id: bad-days", "id: worse-days"))
    found = one(root, ledger, snapshot("2026-03-30T06:31:00Z", GOOD))
    found_latched = [each.id for each in found.verdicts[0].rules if each.latched]
    assert (found.refusals, found_latched) == ((), ["worse-days", "bad-days"])
    cleared = rearm(ledger, "alarm", "bad-days", None, act("2026-03-30T07:00:00Z"))
    assert cleared == (("alarm", "", "bad-days"),)
    with pytest.raises(UsageError) as problem:
        rearm(ledger, "alarm", "bad-days", None, act("2026-03-30T07:00:00Z"))
    assert str(problem.value) == "`alarm/bad-days` is not latched: did you mean `alarm/worse-days`?"


def test_a_renamed_rule_is_replayed_byte_for_byte(root: Path, ledger: Path, tmp_path: Path) -> None:
    one(root, ledger, snapshot("2026-03-29T06:30:00Z", BAD))
    write(tmp_path, rollback=BOTH)
    one(root, ledger, snapshot("2026-03-30T06:30:00Z", GOOD))
    renames = Renames.of(interlock.load(root).policies.values())
    rearm(ledger, "alarm", "worse-days", None, act("2026-03-30T07:00:00Z"), renames)
    one(root, ledger, snapshot("2026-03-30T07:30:00Z", GOOD))
    with Ledger(ledger) as opened:
        verdicts = [each.sequence for each in opened.entries() if each.kind == "verdict"]
    lines = [replayed(ledger, each, None) for each in verdicts]
    assert lines == [
        ([f"entry {number}: {name}: the same, byte for byte"], True, False)
        for number, name in zip(
            verdicts, ["rollback ROLLBACK", "alarm ROLLBACK", "alarm INVESTIGATE"], strict=True
        )
    ]


# a rename changes nothing: any course of days, re-arms and new names against the same course under one name


COURSES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([-0.05, 0.01]), st.sampled_from([10, 55, 70])),
        st.just("rearm"),
        st.tuples(st.just("rename"), st.sampled_from(["policy", "bad-days", "calm"])),
    ),
    min_size=4,
    max_size=12,
)


class Course:
    """One ledger, and the names that policy and rules have and had in it."""

    def __init__(self, folder: Path, *, renames: bool) -> None:
        folder.mkdir()
        self.folder, self.renames, self.ledger = folder, renames, folder / "ledger.db"
        self.names = {each: [each] for each in ("rollback", "bad-days", "calm")}
        self.days = dict(FIRST)
        self.load()

    def load(self) -> None:
        text = OLD
        for name, each in self.names.items():
            former = f"formerly: [{', '.join(each[:-1])}]" if each[:-1] else ""
            key, space = ("policy", "") if name == "rollback" else ("id", "    ")
            text = text.replace(
                f"{key}: {name}\n", f"{key}: {each[-1]}\n" + (f"{space}{former}\n" if former else "")
            )
        self.root = write(self.folder, rollback=text)

    def rename(self, what: str) -> None:
        if self.renames:
            names = self.names["rollback" if what == "policy" else what]
            names.append(f"{names[0]}-{len(names)}")
            self.load()

    def day(self, change: float, loss: int) -> list[tuple[object, ...]]:
        at = f"2026-03-{len(self.days) + 1:02}"
        self.days[at] = change
        found = one(
            self.root,
            self.ledger,
            snapshot(f"2026-03-{len(self.days) + 1:02}T06:30:00Z", self.days, loss=loss),
        )
        assert found.refusals == ()
        (verdict,) = found.verdicts
        return [(verdict.verdict, verdict.possible)] + [
            (each.outcome, each.contribution, each.latched) for each in verdict.rules
        ]

    def rearm(self) -> int:
        renames = Renames.of(interlock.load(self.root).policies.values())
        at = act(f"2026-03-{len(self.days) + 1:02}T07:00:00Z")
        policy, rule = self.names["rollback"][-1], self.names["bad-days"][-1]
        try:
            return len(rearm(self.ledger, policy, rule, None, at, renames))
        except UsageError:
            return 0


@settings(max_examples=settings.default.max_examples // 4)
@given(COURSES)
def test_under_new_names_everything_goes_on_as_under_one(course: list[object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, renamed = (Course(Path(folder) / name, renames=name == "b") for name in ("a", "b"))
        plain.days = {key: each for key, each in FIRST.items() if key < "2026-03-15"}
        renamed.days = dict(plain.days)
        for step in course:
            if step == "rearm":
                assert plain.rearm() == renamed.rearm()
            elif isinstance(step, tuple) and step[0] == "rename":
                renamed.rename(step[1])
            else:
                assert plain.day(*step) == renamed.day(*step)


# where it stood


PER_SYMBOL = """\
policy: hot-symbol
version: 1.0.0
title: One symbol
owner: risk
verdicts: [FINE, STOP]
for_each: symbol
rules:
  - id: hot
    when: heat > 50
    latch: true
"""
CATALOGUE = (
    FILES["catalogue.yaml"]
    + """\
  heat: {type: number, range: [0, 100], max_age: 1h, scope: symbol}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]}
"""
)


def hot(as_of: str, *members: str) -> interlock.Snapshot:
    document = json.loads(snapshot(as_of).canonical())
    document["scopes"] = {"symbol": {each: {"heat": 90} for each in members}}
    return interlock.Snapshot.parse(json.dumps(document).encode())


def test_a_member_that_is_no_longer_judged_is_not_forgotten(root: Path, ledger: Path, tmp_path: Path) -> None:
    write(tmp_path, catalogue=CATALOGUE)
    (root / "hot.yaml").write_text(PER_SYMBOL, encoding="utf-8")
    one(root, ledger, hot("2026-03-29T06:30:00Z", "BTC-USD", "ETH-USD"))
    write(tmp_path, catalogue=CATALOGUE.replace("[BTC-USD, ETH-USD]", "[BTC-USD]"))
    found = one(root, ledger, hot("2026-03-29T06:40:00Z", "BTC-USD"))
    place, hint = "where it is no longer evaluated", "bring that back, or re-arm with `interlock log rearm`"
    told = f"`hot-symbol` is latched in the ledger at `ETH-USD`, {place}: {hint}"
    assert [(each.policy, each.reason) for each in found.refusals] == [("hot-symbol", told)]
    assert [each.policy for each in found.verdicts] == ["rollback"]
    rearm(ledger, "hot-symbol", "hot", "ETH-USD", act("2026-03-29T06:45:00Z"))
    found = one(root, ledger, hot("2026-03-29T06:50:00Z", "BTC-USD"))
    assert (found.verdicts[0].name, found.verdicts[0].verdict) == ("hot-symbol at BTC-USD", "STOP")


def test_a_policy_latched_as_a_whole_is_not_forgotten_when_it_is_judged_for_members(
    root: Path, ledger: Path, tmp_path: Path
) -> None:
    write(tmp_path, catalogue=CATALOGUE)
    whole = PER_SYMBOL.replace("for_each: symbol\n", "").replace("heat > 50", "any(heat > 50)")
    (root / "hot.yaml").write_text(whole, encoding="utf-8")
    one(root, ledger, hot("2026-03-29T06:30:00Z", "BTC-USD"))
    (root / "hot.yaml").write_text(PER_SYMBOL, encoding="utf-8")
    found = one(root, ledger, hot("2026-03-29T06:40:00Z", "BTC-USD"))
    told = "`hot-symbol` is latched in the ledger as a whole and not for each symbol, where it is no longer evaluated"
    hint = "bring that back, or re-arm with `interlock log rearm`"
    assert [each.reason for each in found.refusals] == [f"{told}: {hint}"]
