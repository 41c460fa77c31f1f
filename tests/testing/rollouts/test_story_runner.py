"""Stories of rollouts: what each step comes to, every way in which one may not hold, and what they cover."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.testing.rollouts.story_coverage import stories_covered
from interlock.testing.rollouts.story_documents import read_stories
from interlock.testing.rollouts.story_runner import StoryResult, run_stories
from support import rollouts
from support.roots import read

HEAD = "tests: {name}\nof: rollout\nstart: 2026-03-02T00:00:00Z\nenvironment: paper\ncases:\n"
REFUSED = "refused: `exits` is ACTIVE: what was rolled back or is complete is re-armed"
WHOLE = """\
  - name: the whole way
    steps:
      - {at: 0s, do: advance, expect: {decision: ADVANCE, state: ACTIVE, stage: telemetry, attempt: 1, missing: []}}
      - {every: 12h, for: 12h, expect: {decision: HOLD, missing: [time], earliest: +12h, findings: []}}
      - {at: +12h, do: advance, expect: ADVANCE}
      - {every: 1d, for: 2d, expect: HOLD}
      - {at: 2026-03-06T00:00:00Z, do: advance, expect: {stage: full}}
      - {every: 1d, for: 2d}
      - {at: +1d, do: advance, expect: {decision: COMPLETE, state: COMPLETE, earliest: 2026-03-09T00:00:00Z}}
"""


def played(folder: Path, cases: str, name: str = "exits") -> tuple[StoryResult, ...]:
    """The stories of one document, played."""
    root, collector = read(rollouts.write(folder, {"t.yaml": HEAD.format(name=name) + cases}))
    suites = read_stories(root, collector)
    assert [str(each) for each in collector.sorted()] == []
    return run_stories(root, suites)


def differences(folder: Path, steps: str, stage: str = "telemetry", name: str = "exits") -> list[str]:
    """What differs in a story that begins in a stage."""
    begun = f"stage: {stage}, " if stage else ""
    found = played(folder, f"  - {{name: a, {begun}steps: [{steps}]}}\n", name)
    return [f"{each.what} {each.rule}: {each.expected} | {each.got}" for each in found[0].differences]


def test_a_story_is_played_from_the_first_stage_to_the_last(tmp_path: Path) -> None:
    found = played(tmp_path, WHOLE)[0]
    assert found.differences == () and found.passed
    assert [(each.word, each.target) for each in found.steps[-1].after.moves] == [
        ("BEGIN", "telemetry"),
        ("ADVANCE", "canary"),
        ("ADVANCE", "full"),
        ("COMPLETE", "full"),
    ]


@pytest.mark.parametrize(
    ("steps", "expect"),
    [
        ("{at: +1h, expect: ADVANCE}", ["decision : ADVANCE | HOLD"]),
        ("{at: +1h, expect: {missing: [time, gate]}}", ["missing : gate, time | time"]),
        ("{at: +1h, expect: {missing: []}}", ["missing : nothing | time"]),
        ("{at: +1h, expect: {reasons: {time: [of 1d, of 2d]}}}",
         ["reason time: of 2d | 0s of 1d, since 2026-03-02T01:00:00Z, until 2026-03-03T01:00:00Z"]),
        ("{at: +1h, expect: {reasons: {gate: PASS, approval: heard}}}", ["reason approval: heard | "]),
        ("{at: +1h, expect: {findings: due}}", ["finding : due | "]),
        ("{at: +1h, set: {swap.threshold: 9}, expect: {findings: []}}",
         ["findings : none | `swap.threshold` is 9, 12 is needed"]),
        ("{at: +1h, expect: {earliest: +23h}}", ["earliest : 2026-03-03T00:00:00Z | 2026-03-03T01:00:00Z"]),
        ("{at: +1h, expect: {earliest: none}}", ["earliest : none | 2026-03-03T01:00:00Z"]),
        ("{at: +1h, expect: {state: COMPLETE, stage: full, attempt: 2}}",
         ["state : COMPLETE | ACTIVE", "stage : full | telemetry", "attempt : 2 | 1"]),
        ("{at: +1h, do: rearm, expect: ADVANCE}",
         [f"decision : ADVANCE | {REFUSED}"]),
        ("{at: +1h, do: rearm}, {at: +1h, expect: HOLD}",
         [f"decision : a decision | {REFUSED}"]),
        ("{at: +1h, do: rearm, expect: {refused: is COMPLETE}}",
         [f"decision : refused: is COMPLETE | {REFUSED}"]),
        ("{at: +1h, do: advance, expect: {refused: never}}", ["decision : refused: never | HOLD"]),
        ("{at: +1h, do: rearm, expect: {refused: is ACTIVE, state: ACTIVE, attempt: 1}}", []),
        ("{at: +1h, do: rearm, expect: {refused: is ACTIVE, attempt: 2}}", ["attempt : 2 | 1"]),
    ],
)  # fmt: skip
def test_what_differs_is_told(steps: str, expect: list[str], tmp_path: Path) -> None:
    assert differences(tmp_path, steps) == expect


def test_a_story_ends_at_its_first_step_that_differs(tmp_path: Path) -> None:
    steps = "{every: 1h, for: 5h, expect: ADVANCE}, {at: +1h, expect: COMPLETE}"
    found = played(tmp_path, f"  - {{name: a, stage: telemetry, steps: [{steps}]}}\n")[0]
    assert [(len(found.steps), each.got) for each in found.differences] == [(1, "HOLD")]


@pytest.mark.parametrize(
    ("around", "missing"),
    [
        ("verdicts: {gate: HOLD}", ["gate"]),
        ("verdicts: {gate: NOT_EVALUATED}", ["gate"]),
        ("possible: {gate: HOLD}", ["gate"]),
        ("refused: [gate]", ["gate"]),
        ("verdicts: {back: INVESTIGATE}", ["triggers"]),
        ("possible: {back: ROLLBACK}", ["triggers"]),
        ("verdicts: {back: INVESTIGATE}, possible: {back: ROLLBACK}", ["triggers"]),
        ("refused: [back]", ["triggers"]),
        ("verdicts: {steady: SHAKY}", ["steady", "time"]),
        ("refused: [steady]", ["steady", "time"]),
        ("verdicts: {undone: PENDING}", []),
        ("attested: []", ["canary"]),
        ("attested: [canary-symbols]", []),
        ("approved: false", ["approval"]),
        ("set: {exits.symbols: []}", ["canary", "configuration", "time"]),
        ("set: {exits.symbols: [BTC-USD]}", []),
        ("set: {exits.symbols: [SOL-USD]}", ["time"]),
        ("set: {swap.threshold: 12.0}", []),
        ("set: {swap.threshold: {value: 12, at: -1h}}", []),
        ("stale: [swap.threshold]", ["configuration", "time"]),
        ("missing: [exits.hybrid]", ["configuration", "time"]),
        ("set: {exits.hybrid: missing}", ["configuration", "time"]),
        ("shows: telemetry", ["canary", "configuration", "time"]),
        ("shows: full", ["canary", "configuration", "time"]),
        ("others: {sizes: ACTIVE}", ["one at a time"]),
        ("others: {sizes: ROLLED_BACK, learning: ACTIVE}", []),
        ("others: {sizes: {state: ROLLED_BACK, stage: larger}}", ["one at a time"]),
    ],
)
def test_each_thing_around_holds_what_it_should(around: str, missing: list[str], tmp_path: Path) -> None:
    told = f"{{decision: {'HOLD' if missing else 'ADVANCE'}, missing: [{', '.join(missing)}]}}"
    steps = f"{{every: 1d, for: 4d}}, {{at: +1h, {around}, expect: {told}}}"
    assert differences(tmp_path, steps, "canary") == []


def test_every_step_stands_for_itself(tmp_path: Path) -> None:
    poor = "{at: +1h, verdicts: {gate: HOLD}, approved: false, others: {sizes: ACTIVE}, expect: HOLD}"
    steps = "{every: 1d, for: 4d}, " + poor + ", {at: 0s, expect: ADVANCE}"
    assert differences(tmp_path, steps, "canary") == []


def test_what_comes_before_is_complete_unless_the_step_says_otherwise(tmp_path: Path) -> None:
    since = "2026-02-28T00:00:00Z"
    steps = (
        "{at: 0s, do: advance, others: {exits: NOT_BEGUN}, expect: {decision: HOLD, missing: [after]}},"
        "{at: 0s, do: advance, others: {exits: ROLLED_BACK}, expect: {decision: HOLD, missing: [after]}},"
        "{at: 0s, do: advance, others: {exits: ACTIVE}, expect: {missing: [after, one at a time]}},"
        "{at: 0s, do: advance, others: {exits: {state: COMPLETE, since: -172799s}}, expect: {missing: [after]}},"
        f"{{at: 0s, do: advance, others: {{exits: {{state: COMPLETE, since: {since}}}}}, expect: ADVANCE}}"
    )
    assert differences(tmp_path, steps, "", "sizes") == []


def test_a_rollback_by_hand_and_a_word_of_an_enum(tmp_path: Path) -> None:
    steps = (
        "{at: 0s, do: advance, expect: {stage: safe}}, {every: 1h, for: 1h, expect: {missing: [time]}},"
        "{at: +1h, do: advance, expect: {stage: normal}},"
        "{at: +1m, set: {learning.mode: safe}, expect: {missing: [configuration, time]}},"
        "{at: +1m, expect: {missing: [time], earliest: +3h}},"
        "{at: +1m, do: rollback, expect: {decision: ROLLBACK, state: ROLLED_BACK, stage: safe}},"
        "{at: +1m, do: rollback, expect: {refused: there is nothing to roll back}}"
    )
    assert differences(tmp_path, steps, "", "learning") == []


def test_without_an_environment_nobody_says_how_long(tmp_path: Path) -> None:
    case = "  - {name: a, environment: none, stage: safe, steps: [{every: 1h, for: 9h, expect: {missing: [time]}}]}\n"
    assert [each.differences for each in played(tmp_path, case, "learning")] == [()]


def missed(folder: Path, cases: str, name: str = "exits") -> list[str]:
    """The cells of one rollout that its stories do not see."""
    found = played(folder, cases, name)
    root, _ = read(folder / "policies")
    covered = stories_covered([root.rollouts[name]], root, found)
    assert {each.policy for each in covered.cells} == {f"rollout {name}"}
    return [each.text for each in covered.missed]


def test_what_no_story_saw_is_told(tmp_path: Path) -> None:
    nothing = "  - {name: a, steps: [{at: 0s, expect: {state: NOT_BEGUN}}]}\n"
    assert missed(tmp_path, nothing) == [
        "beginning never seen to hold for `one at a time` alone",
        "beginning anew never seen to advance",
        "beginning anew never seen to hold for `triggers` alone",
        "beginning anew never seen to hold for `rollback verified` alone",
        "stage telemetry never seen to advance",
        "stage telemetry never seen to hold for `triggers` alone",
        "stage telemetry never seen to hold for `configuration` alone",
        "stage telemetry never seen to hold for `time` alone",
        "stage telemetry never seen to hold for `gate` alone",
        "stage telemetry never seen to roll back",
        "stage canary never seen to advance",
        "stage canary never seen to hold for `triggers` alone",
        "stage canary never seen to hold for `configuration` alone",
        "stage canary never seen to hold for `canary` alone",
        "stage canary never seen to hold for `steady` alone",
        "stage canary never seen to hold for `time` alone",
        "stage canary never seen to hold for `gate` alone",
        "stage canary never seen to hold for `approval` alone",
        "stage canary never seen to roll back",
        "stage canary never seen with its review due",
        "stage full never seen to complete",
        "stage full never seen to hold for `triggers` alone",
        "stage full never seen to hold for `configuration` alone",
        "stage full never seen to hold for `time` alone",
        "stage full never seen to hold for `gate` alone",
        "stage full never seen to roll back",
    ]


def test_what_a_step_does_not_ask_for_is_not_seen(tmp_path: Path) -> None:
    steps = "{{at: +1h{}}}, {{every: 12h, for: 24h}}, {{at: 0s, do: advance{}}}"
    case = f"  - {{{{name: a, stage: telemetry, steps: [{steps}]}}}}\n"
    told = "stage telemetry never seen to "
    silent = {f"{told}advance", f"{told}hold for `time` alone"}
    assert silent <= set(missed(tmp_path, case.format("", ", expect: {attempt: 1}")))
    assert not silent & set(
        missed(tmp_path, case.format(", expect: {missing: [time]}", ", expect: {stage: canary}"))
    )


def test_a_review_is_seen_due_where_a_step_says_so(tmp_path: Path) -> None:
    case = "  - {{name: a, stage: canary, steps: [{{at: +5d, expect: {{{}}}}}]}}\n"
    due = "stage canary never seen with its review due"
    assert due in missed(tmp_path, case.format("decision: HOLD"))
    assert due not in missed(tmp_path, case.format("findings: review due"))


def test_a_check_is_seen_where_it_alone_holds(tmp_path: Path) -> None:
    steps = (
        "{at: 0s, do: advance, others: {exits: ACTIVE}, expect: HOLD},"
        "{at: 0s, do: advance, expect: ADVANCE}, {at: +1m, do: advance, expect: {stage: larger}},"
        "{at: +1m, refused: [gate], expect: HOLD}, {at: +1m, shows: largest, refused: [gate], expect: HOLD}"
    )
    told = missed(tmp_path, f"  - {{name: a, steps: [{steps}]}}\n", "sizes")
    assert [each for each in told if "largest" not in each and "anew" not in each] == [
        # both were in the way at once, and in no step one of them alone; no time is asked of the first stage
        "beginning never seen to hold for `after` alone",
        "beginning never seen to hold for `one at a time` alone",
        "stage as-is never seen to hold for `triggers` alone",
        "stage as-is never seen to hold for `configuration` alone",
        "stage as-is never seen to hold for `gate` alone",
        "stage as-is never seen to roll back",
        "stage larger never seen to advance",
        "stage larger never seen to hold for `triggers` alone",
        "stage larger never seen to hold for `configuration` alone",
        "stage larger never seen to hold for `time` alone",
        "stage larger never seen to hold for `gate` alone",
        "stage larger never seen to roll back",
    ]


def test_checks_that_rest_on_one_policy_are_seen_together(tmp_path: Path) -> None:
    one = rollouts.FILES["sizes.yaml"].replace("advance: gate", "advance: back")
    steps = "{at: +2h, verdicts: {back: INVESTIGATE}, expect: {missing: [triggers, gate]}}"
    case = f"  - {{name: a, stage: as-is, steps: [{{at: +1h, expect: ADVANCE}}, {steps}]}}\n"
    text = {"t.yaml": HEAD.format(name="sizes") + case, "sizes.yaml": one}
    root, collector = read(rollouts.write(tmp_path, text))
    results = run_stories(root, read_stories(root, collector))
    covered = stories_covered([root.rollouts["sizes"]], root, results)
    assert {(each.where, each.what) for each in covered.cells} - {
        (each.where, each.what) for each in covered.missed
    } == {("as-is", "triggers"), ("as-is", "gate"), ("as-is", "ADVANCE")}
