"""The two laws of the language over random policy sets, composition included, and random snapshots.

Soundness: a verdict that is the best while something is unknown is the best for every value it could have had.
Monotony: adding a rule, or knowing less, never makes a verdict better.

Here every completion of a few missing values is tried. `laws/` tries many more damages, also over ledgers.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.canonical import canonical
from interlock.diagnostics import Collector
from interlock.evaluation.deciding.decide import Request, decide
from interlock.evaluation.expressions.compiled import compile_policy
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.evaluation.verdict import NOT_EVALUATED
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.reading.links import link_policies
from interlock.policy.reading.policy_reader import read_policy
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.yaml_nodes import Mapping

CATALOGUE = """
metrics:
  x: {type: ratio, range: [0, 1], max_age: 1d}
  y: {type: integer, range: [0, 3]}
  b: {type: bool}
  e: {type: enum, values: [fine, odd, bad]}
  s: {type: ratio, range: [-1, 1], every: 1d, began: 2026-03-26}
  t: {type: number, every: 1d}
  ev: {type: event, slack: 1h}
  r: {type: number, every: event, slack: 1h}
  m: {type: number, range: [-5, 5], scope: side}
  q: {type: bool, scope: side}
scopes:
  side: {members: [long, short]}
"""
ATOMS = (
    "x < 50%", "x + 10% >= 40%", "y >= 2", "y != 1", "b", "not b", "e <= 'odd'", "e == 'fine'",
    "count(s < 0, last=3) >= 2", "streak(s < 0) >= 2", "mean(s, last=3) < 10%", "last(s) > 0", "min(s, last=2) > -50%",
    "any(s < -50%, last=4)", "all(s > -90%, last=4)", "share(s > 0, last=4) > 50%", "longest(s < 0) < 2",
    "max(run(s < 0), last=3) < 3", "streak(change(s) < 0) >= 1", "count(t > 0, last=2) >= 1", "sum(t, last=2) > 0",
    "count(ev, within=1d) == 0", "since(ev) > 12h", "sum(r, within=1d) > 0", "count(r > 0, within=2d) >= 1",
    "max(r, within=1d) < 2", "streak(r > 0) < 2", "any(m > 0)", "share(m > 0) > 50%", "max(m) < 3", "all(q)",
    "count(q) >= 1", "x < larger(30%, 10% * y)", "y / 2 > x",
    "max(drawdown(s + 2), last=2) < 30%", "last(drawdown(s)) < 50%", "max(peak(r), last=2) < 2",
    "min(peak(s), last=3) < 0", "max(drawdown(r + 2), within=2d) < 50%", "median(s, last=3) > 0",
    "quantile(t, 75%, last=3) <= 0", "median(m) > 0", "quantile(m, 20%) < 2", "median(r, within=1d) > 0",
    "sqrt(x) < 80%", "sqrt(y - 1) < 1", "max(sqrt(t), last=3) < 1",
)  # fmt: skip
VALUES = {"x": ["0.2", "0.5", "0.8"], "y": ["0", "1", "2", "3"], "b": ["true", "false"],
          "e": ['"fine"', '"odd"', '"bad"'], "s": ["-0.6", "-0.1", "0.4"],
          "t": ["-1", "0", "1"], "r": ["-1", "1", "3"], "m": ["-2", "1", "4"],
          "q": ["true", "false"]}  # fmt: skip
DAYS = ("2026-03-26", "2026-03-27", "2026-03-28", "2026-03-29")
VERDICTS = ("GO", "WAIT", "STOP")
AS_OF = "2026-03-30T06:00:00Z"


def catalogue():
    collector = Collector()
    node = read_yaml(CATALOGUE.encode(), "catalogue.yaml", collector)
    assert isinstance(node, Mapping)
    found = read_catalogue([node], collector)
    assert not collector.diagnostics
    return found


KNOWN = catalogue()


@st.composite
def conditions(draw, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(ATOMS))
    shape = draw(st.sampled_from(("{} and {}", "{} or {}", "not ({})")))
    parts = [f"({draw(conditions(depth - 1))})" for _ in range(shape.count("{}"))]
    return shape.format(*parts)


@st.composite
def rules(draw, index, children, milder):
    lines = [f"  - id: r{index}"]
    bad = draw(st.sampled_from(VERDICTS[1:]))
    if children and draw(st.booleans()):
        kind = draw(st.sampled_from(("requirement", "trigger")))
        bound = (
            f"at_worst: {draw(st.sampled_from(VERDICTS[:2]))}"
            if kind == "requirement"
            else f"reaches: {draw(st.sampled_from(VERDICTS[1:]))}"
        )
        lines += [f"    policy: {draw(st.sampled_from(children))}", f"    {bound}"]
    else:
        kind = draw(st.sampled_from(("requirement", "trigger")))
        word = "require" if kind == "requirement" else "when"
        lines.append(f'    {word}: "{draw(conditions())}"')
    lines.append(f"    {'else' if kind == 'requirement' else 'then'}: {bad}")
    if milder and bad == "STOP" and draw(st.booleans()):
        lines.append("    unknown: WAIT")
    if draw(st.integers(0, 3)) == 0:
        lines.append(f'    applies: "{draw(conditions(1))}"')
    return "\n".join(lines)


@st.composite
def policy_sets(draw, milder=False):
    """Three policies; each may compose those before it."""
    texts = []
    names = ["p1", "p2", "p3"]
    for place, name in enumerate(names):
        found = [draw(rules(each, names[:place], milder)) for each in range(draw(st.integers(1, 3)))]
        texts.append((name, found))
    return texts


def compiled(texts):
    collector = Collector()
    policies = {}
    for name, found in texts:
        text = (
            f"policy: {name}\nversion: 1.0.0\ntitle: t\nowner: o\nverdicts: [GO, WAIT, STOP]\nrules:\n"
            + "\n".join(found)
        )
        node = read_yaml(text.encode(), f"{name}.yaml", collector)
        assert isinstance(node, Mapping), [str(each) for each in collector.diagnostics]
        policy = read_policy(node, KNOWN, collector)
        assert policy is not None, (text, [str(each) for each in collector.diagnostics])
        policies[name] = policy
    linked = link_policies(policies, collector)
    assert not collector.errors, [str(each) for each in collector.errors]
    return {name: compile_policy(each, KNOWN) for name, each in linked.items()}


@st.composite
def snapshots(draw):
    """A snapshot in which everything is known; values are JSON texts."""
    pick = {name: st.sampled_from(values) for name, values in VALUES.items()}
    metrics = {name: draw(pick[name]) for name in ("x", "y", "b", "e")}
    series = {name: {day: draw(pick[name]) for day in DAYS} for name in ("s", "t")}
    points = {
        name: {day: draw(pick["r"]) for day in draw(st.sets(st.sampled_from(DAYS), max_size=3))}
        for name in ("r", "ev")
    }
    members = {side: {name: draw(pick[name]) for name in ("m", "q")} for side in ("long", "short")}
    return {
        "metrics": metrics,
        "series": series,
        "points": points,
        "members": members,
        "covered": "2026-03-20T00:00:00Z",
    }


def slots(snapshot):
    """Every place of a snapshot that can be missing."""
    found = [("metrics", name) for name in snapshot["metrics"]]
    found += [("series", name, day) for name, days in snapshot["series"].items() for day in days]
    found += [("points", "r", day) for day in snapshot["points"]["r"]]
    return found + [("members", side, name) for side, table in snapshot["members"].items() for name in table]


def put(snapshot, slot, value):
    changed = copy.deepcopy(snapshot)
    table = changed
    for key in slot[:-1]:
        table = table[key]
    table[slot[-1]] = value
    return changed


def options(slot):
    name = slot[1] if slot[0] != "members" else slot[2]
    return VALUES[name]


def value(text):
    """The JSON value that a text stands for."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def form(text):
    return {"unknown": "missing"} if text is None else {"value": value(text)}


def measured(snapshot):
    metrics = {
        name: {"unknown": "missing"} if text is None else value(text)
        for name, text in snapshot["metrics"].items()
    }
    for name, days in snapshot["series"].items():
        metrics[name] = {
            "from": DAYS[0],
            "points": [{"at": day, **form(text)} for day, text in sorted(days.items())],
        }
    covered = [snapshot["covered"], AS_OF]
    metrics["r"] = {
        "covered": covered,
        "points": [{"at": day, **form(text)} for day, text in sorted(snapshot["points"]["r"].items())],
    }
    metrics["ev"] = {"covered": covered, "points": [{"at": day} for day in sorted(snapshot["points"]["ev"])]}
    members = {
        side: {name: {"unknown": "missing"} if text is None else value(text) for name, text in table.items()}
        for side, table in snapshot["members"].items()
    }
    document = {"interlock": 1, "as_of": AS_OF, "metrics": metrics, "scopes": {"side": members}}
    return Measures(Snapshot.parse(canonical(document)), KNOWN)


def verdicts(policies, snapshot):
    return {each.policy: each for each in decide(policies, measured(snapshot), Request()).verdicts}


def rank(verdict):
    return len(VERDICTS) if verdict == NOT_EVALUATED else VERDICTS.index(verdict)


SLOW = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
)


def test_a_best_verdict_with_something_missing_is_the_best_for_every_completion():
    """And the random cases must contain such verdicts, or the law was not tried."""
    best: list[str] = []
    tries = 3 * settings.default.max_examples

    @settings(SLOW, max_examples=tries)
    @given(policy_sets(milder=True), snapshots(), st.data())
    def law(texts, snapshot, data):
        best.extend(sound(texts, snapshot, data))

    law()
    assert len(best) > 0.1 * tries


def bent(texts, snapshot):
    """The same policies with each failing rule turned round, so that the best verdict is common."""
    turned = texts
    for place, (name, _) in enumerate(texts):
        results = {each.id: each.outcome for each in verdicts(compiled(turned), snapshot)[name].rules}
        found = [
            turn(each) if results[f"r{index}"] == "fail" else each
            for index, each in enumerate(turned[place][1])
        ]
        turned = [*turned[:place], (name, found), *turned[place + 1 :]]
    return turned


def turn(rule):
    """A requirement as a trigger and the other way round; compositions stay."""
    if "require:" in rule:
        return rule.replace("require:", "when:").replace("else:", "then:")
    return rule.replace("when:", "require:").replace("then:", "else:") if "when:" in rule else rule


def sound(texts, snapshot, data):
    policies = compiled(bent(texts, snapshot))
    gone = data.draw(st.lists(st.sampled_from(slots(snapshot)), min_size=1, max_size=4, unique=True))
    holed = snapshot
    for slot in gone:
        holed = put(holed, slot, None)
    found = verdicts(policies, holed)
    for completion in itertools.product(*(options(slot) for slot in gone)):
        whole = holed
        for slot, text in zip(gone, completion, strict=True):
            whole = put(whole, slot, text)
        for name, verdict in verdicts(policies, whole).items():
            if found[name].is_best:
                assert verdict.is_best, (name, gone, completion)
            if found[name].evaluated and verdict.evaluated:
                assert rank(verdict.verdict) <= rank(found[name].possible), (name, gone, completion)
    return [name for name, verdict in found.items() if verdict.is_best and touched(verdict)]


def touched(verdict):
    """Whether some rule of the verdict met a missing value."""
    return any(
        each.truth == "unknown" or "between" in each.seen
        for rule in verdict.rules
        for each in rule.comparisons
    )


@SLOW
@given(policy_sets(), snapshots(), st.data())
def test_knowing_less_never_makes_a_verdict_better(texts, snapshot, data):
    policies = compiled(texts)
    before = verdicts(policies, snapshot)
    slot = data.draw(st.sampled_from([*slots(snapshot), "coverage", "member"]))
    if slot == "coverage":
        holed = {**snapshot, "covered": "2026-03-29T12:00:00Z"}
    elif slot == "member":
        holed = {**snapshot, "members": {"long": snapshot["members"]["long"]}}
    else:
        holed = put(snapshot, slot, None)
    for name, verdict in verdicts(policies, holed).items():
        if before[name].evaluated:
            assert rank(verdict.verdict) >= rank(before[name].verdict), (name, slot)
        else:
            assert not verdict.is_best, (name, slot)


@SLOW
@given(policy_sets(), snapshots(), st.data())
def test_adding_a_rule_never_makes_a_verdict_better(texts, snapshot, data):
    more = [
        (name, [*found, data.draw(rules(9, [], False))]) if name == "p3" else (name, found)
        for name, found in texts
    ]
    before, after = (verdicts(compiled(each), snapshot)["p3"] for each in (texts, more))
    if before.evaluated:
        assert rank(after.verdict) >= rank(before.verdict)


@SLOW
@given(policy_sets(), snapshots(), st.randoms())
def test_the_order_of_rules_and_metrics_does_not_matter(texts, snapshot, chance: random.Random):
    shuffled = [(name, chance.sample(found, len(found))) for name, found in texts]
    chance.shuffle(shuffled)
    first = verdicts(compiled(texts), snapshot)
    names = chance.sample(list(snapshot["metrics"]), len(snapshot["metrics"]))
    second = verdicts(
        compiled(shuffled), {**snapshot, "metrics": {name: snapshot["metrics"][name] for name in names}}
    )
    for name, verdict in first.items():
        assert (verdict.verdict, verdict.possible) == (second[name].verdict, second[name].possible)
        assert verdict.inputs.snapshot == second[name].inputs.snapshot
        assert sorted(each.id for each in verdict.rules) == sorted(each.id for each in second[name].rules)
