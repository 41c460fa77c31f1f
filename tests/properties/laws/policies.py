"""Random policies over a small catalogue that holds every kind of metric, for the laws."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

from interlock.diagnostics import Collector
from interlock.evaluation.expressions.compiled import CompiledPolicy, compile_policy
from interlock.policy.catalogue import Catalogue
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.reading.links import link_policies
from interlock.policy.reading.policy_reader import read_policy
from interlock.policy.yaml import yaml_nodes
from interlock.policy.yaml.reader import read_yaml

VERDICTS = ("GO", "WAIT", "STOP")

CATALOGUE = """
metrics:
  x: {type: ratio, range: [0, 1], max_age: 12h}
  y: {type: integer, range: [0, 3], min_n: 5}
  b: {type: bool, max_age: 2h}
  e: {type: enum, values: [fine, odd, bad]}
  k: {type: timestamp, max_age: never}
  halted: {type: set, of: side}
  desks: {type: set, of: desk, max_age: 6h}
  s: {type: ratio, range: [-1, 1], every: 1d, lag: 6h, began: 2026-03-24}
  t: {type: number, every: 1d}
  f: {type: number, range: [-5, 5], every: 1d, early: true, began: 2026-03-24}
  hb: {type: bool, every: 6h, lag: 1h, began: 2026-03-24}
  ev: {type: event, slack: 1h}
  ev0: {type: event, began: 2026-03-24}
  r: {type: number, every: event, range: [-5, 5], slack: 2h}
  rb: {type: bool, every: event, began: 2026-03-24}
  jobs: {every: event, slack: 1h, record: {won: {type: bool}, pnl: {type: number}}}
  m: {type: number, range: [-5, 5], scope: side}
  q: {type: bool, scope: side}
  ms: {type: number, every: 1d, began: 2026-03-24, scope: side}
  me: {type: event, slack: 1h, scope: side}
  w: {type: bool, scope: desk}
scopes:
  side: {members: [long, short], aliases: {long: [L]}}
  desk: {members_from: desks}
"""

SINGLE = (
    "x < 50%", "x + 10% >= 40%", "y >= 2", "y != 1", "b", "not b", "e <= 'odd'", "e == 'fine'", "age(k) < 1d",
    "x < larger(30%, 10% * y)", "y / 2 > x", "sqrt(x) < 80%", "sqrt(y - 1) < 1", "'long' in halted",
    "'short' not in halted", "size(halted) < 1",
)  # fmt: skip
REGULAR = (
    "count(s < 0, last=3) >= 2", "streak(s < 0) < 2", "mean(s, last=3) < 10%", "last(s) > 0", "previous(s) > 0",
    "min(s, last=2) > -50%", "any(s < -50%, last=4)", "all(s > -90%, last=4)", "share(s > 0, last=4) > 50%",
    "longest(s < 0) < 2", "max(run(s < 0), last=3) < 3", "streak(change(s) < 0) >= 1", "median(s, last=3) > 0",
    "max(drawdown(s + 2), last=2) < 30%", "min(peak(s), last=3) < 0", "mean(s, last=2, skip=1) > 0",
    "since(s < 0) > 2d", "count(s < 0, after=k) < 1", "slope(s, last=3) > 0",
    "count(t > 0, last=2) >= 1", "sum(t, last=2) > 0", "last(t) > 0", "quantile(t, 75%, last=3) <= 0",
    "max(sqrt(t + 1), last=3) < 2", "streak(t < 0) < 2", "all(t > -2, last=2)", "any(t < 0, last=3)",
    "last(f) > 0", "streak(f < 0) < 2", "count(f > 0, last=3) >= 2", "any(f < 0, last=2)",
    "all(hb, last=4)", "streak(hb) >= 3", "count(not hb, last=8) <= 1", "any(not hb, last=3)", "last(hb)",
    "longest(not hb) < 3", "since(not hb) > 12h", "streak(not hb) < 2", "any(changed(hb), last=3)",
)  # fmt: skip
IRREGULAR = (
    "count(ev, within=6h) == 0", "count(ev, within=1d) >= 2", "since(ev) > 6h", "count(ev, this='day') < 2",
    "most(ev, span=1h, within=2d) < 2", "max(gap(ev, within=1d)) < 12h", "count(ev, after=k) < 2",
    "count(ev0, within=1h) == 0", "since(ev0) < 1d", "count(ev0, within=2d) < 3", "most(ev0, span=3h) < 3",
    "sum(r, within=1d) > 0", "count(r > 0, within=12h) >= 1", "max(r, within=1d) < 2", "streak(r > 0) < 2",
    "last(r) > 0", "previous(r) < 2", "mean(r, last=2) > 0", "any(change(r) < 0, last=2)", "median(r, within=1d) > 0",
    "max(drawdown(r + 6), within=2d) < 50%", "max(peak(r), last=2) < 2", "any(r > 1, within=6h)", "longest(r < 0) < 2",
    "any(changed(rb), last=2)", "streak(rb) >= 2", "longest(not rb) < 2", "all(rb, within=1d)", "last(rb)",
    "any(not rb, within=1d)", "since(rb) < 1d", "longest(not rb, span=3h, within=1d) < 2", "previous(rb)",
    "count(jobs.won, last=3) >= 1", "share(jobs.won, within=1d) > 40%", "last(jobs.pnl) > 0",
    "sum(jobs.pnl, last=2) > 0",
    "since(run(jobs.pnl < 0, where=jobs.pnl != 0) >= 2) >= 4h", "count(jobs.pnl < 0, where=jobs.won, within=1d) < 1",
    "streak(jobs.won) >= 1", "since(not jobs.won) > 3h",
)  # fmt: skip
MEMBERS = (
    "any(m > 0)", "share(m > 0) > 50%", "max(m) < 3", "all(q)", "count(q) >= 1", "median(m) > 0", "any(not q)",
    "quantile(m, 20%) < 2", "all(last(ms) > 0)", "any(streak(ms < 0) >= 2)", "sum(last(ms)) > 0", "mean(m) > 0",
    "all(count(me, within=6h) == 0)", "count(since(me) > 3h) >= 1", "any(count(me, within=1d) > 1)",
    "all(w)", "count(w) >= 2", "any(not w)", "share(w) > 50%", "any(any(ms < 0, last=2))",
)  # fmt: skip
EACH = (
    "m > 0", "q", "streak(ms < 0) < 2", "count(me, within=6h) == 0", "side in halted", "side not in halted",
    "since(me) > 3h", "last(ms) > 0", "any(ms < 0, last=2)",
)  # fmt: skip
FIRING = (
    "streak(s < 0) >= 2", "last(s) < 0", "any(s < -50%, last=2)", "streak(change(s) < 0) >= 1", "last(f) < 0",
    "not last(hb)", "streak(not hb) >= 2", "count(not hb, last=4) >= 2", "count(t < 0, last=2) >= 2",
    "count(ev, within=6h) >= 1", "most(ev, span=1h, within=2d) >= 2", "count(ev0, within=2d) >= 3", "not last(rb)",
    "last(r) < 0", "any(r > 1, within=6h)", "streak(r > 0) >= 2", "count(r < 0, within=1d) >= 2", "last(jobs.pnl) < 0",
    "streak(not jobs.won) >= 2", "any(any(ms < 0, last=2))", "any(count(me, within=6h) > 0)", "any(last(ms) < 0)",
)  # fmt: skip
"""Triggers that become true at a point of a series and at no other time, so that no recorded instant is needed."""
NEWEST = ("longest(", "run(")
"""Of an irregular series these look at the newest stretch of coverage alone, so that they may tell more of an older one
while the newer one is lost: what they tell is true, yet no ledger judges them here."""
SERIES = tuple(
    each
    for each in (*REGULAR, *IRREGULAR, *MEMBERS)
    if each in REGULAR or not any(word in each for word in NEWEST)
)
ATOMS = (*SINGLE, *SERIES)
ALONE = (*SINGLE, *REGULAR, *IRREGULAR, *IRREGULAR, *MEMBERS)

Texts = Mapping[str, tuple[str, ...]]
"""Policies by name, each as the texts of its rules; the last may be that of the policy's own guard."""
GUARD = "applies: "


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of the laws."""
    collector = Collector()
    node = read_yaml(CATALOGUE.encode(), "catalogue.yaml", collector)
    assert isinstance(node, yaml_nodes.Mapping)
    found = read_catalogue([node], collector)
    assert not collector.diagnostics, [str(each) for each in collector.diagnostics]
    return found


@cache
def names(text: str) -> frozenset[str]:
    """Return the metrics that a text reads; a record counts as a whole, and a scope needs its roster."""
    words = set(re.findall(r"[a-z]\w*", re.sub(r"'[^']*'", "", text)))
    found = words & {each.partition(".")[0] for each in catalogue().metrics}
    return frozenset(found | ({"desks"} if "w" in found else set()))


def _timed(atom: str) -> bool:
    """Whether an atom reads nothing but series, so that a ledger can judge it at any past instant. The age of a period
    grows until the next one is listed, which may come after it was recorded as too old: what a ledger does not have at
    once it may not hold against the period later."""
    metrics = catalogue().metrics
    if any(f"since({name} " in atom for name, each in metrics.items() if each.series == "regular"):
        return False
    read = [metrics.get(each) for each in names(atom)]
    return all(each is None or each.series != "single" or each.name == "jobs" for each in read)


TIMED = tuple(each for each in SERIES if _timed(each))


def condition(dice: Random, atoms: Sequence[str], depth: int = 2) -> str:
    """Draw atoms joined by logic."""
    if depth == 0 or dice.random() < 0.6:
        return dice.choice(atoms)
    shape = dice.choice(("{} and {}", "{} or {}", "not {}"))
    parts = [f"({condition(dice, atoms, depth - 1)})" for _ in range(shape.count("{}"))]
    return shape.format(*parts)


def rule(
    dice: Random, index: int, atoms: Sequence[str], children: Mapping[str, Sequence[str]], stateful: bool
) -> str:
    """Draw the text of one rule; `children` are the policies that it may compose."""
    requirement, bad = dice.random() < 0.5, dice.choice(VERDICTS[1:])
    word, end = ("require", "else") if requirement else ("when", "then")
    lines = [f"  - id: r{index}"]
    if children and dice.random() < 0.5:
        bound = (
            f"at_worst: {dice.choice(VERDICTS[:2])}"
            if requirement
            else f"reaches: {dice.choice(VERDICTS[1:])}"
        )
        child = dice.choice(list(children))
        lines += [f"    policy: {child}", f"    {bound}", f"    {end}: {bad}"]
        guarded = any(each.startswith(GUARD) for each in children[child])
        return "\n".join([*lines, *["    while: applicable"] * (guarded and dice.random() < 0.5)])
    if stateful and dice.random() < 0.5:
        return "\n".join([*lines, *_latched(dice, atoms, bad)])
    if stateful and dice.random() < 0.15:
        return "\n".join([*lines, "    require: x < 40%", "    hold: x < 70%", f"    else: {bad}"])
    lines += [f'    {word}: "{condition(dice, atoms)}"', f"    {end}: {bad}"]
    if bad == "STOP" and dice.random() < 0.1:
        lines.append("    unknown: WAIT")
    if dice.random() < 0.1:
        lines.append(f'    applies: "{condition(dice, atoms, 1)}"')
    return "\n".join(lines)


def _latched(dice: Random, atoms: Sequence[str], bad: str) -> list[str]:
    """A latched trigger reads series alone: of a single value the ledger judges no past instant but recorded ones."""
    pool = {name for each in atoms for name in names(each)}
    trigger = condition(dice, _within(TIMED, pool), 1)
    if dice.random() < 0.6:
        trigger = dice.choice((" and ", " or ")).join(
            dice.choices(_within(FIRING, pool), k=dice.choice((1, 2)))
        )
    lines = [f'    when: "{trigger}"', f"    then: {bad}", "    latch: true"]
    if dice.random() < 0.2:
        lines.append("    blind_limit: 30h")
        lines += ["    unknown: WAIT"] if bad == "STOP" else []
    return lines


def policy_texts(dice: Random, stateful: bool, about: frozenset[str]) -> Texts:
    """Draw one to three policies over a few metrics, or those of `about`; each may compose those before it, and one may
    have a verdict for each member."""
    found: dict[str, tuple[str, ...]] = {}
    pool = {
        name
        for atom in dice.sample(ATOMS if stateful else ALONE, 2 if stateful else 4)
        for name in names(atom)
    }
    pool = set(about) or pool
    if dice.random() < (0.05 if stateful else 0.15):
        found["each"] = tuple(
            rule(dice, index, _within(EACH, pool), {}, False) for index in range(dice.randint(1, 2))
        ) + _guard(dice, _within(EACH, pool), 0.15)
    atoms = _within(ATOMS if stateful else ALONE, pool)
    for name in ("p1", "p2", "p3")[: dice.choice((1, 1, 1, 2) if stateful else (1, 1, 2, 2, 3))]:
        size = dice.randint(1, 2)
        rules = tuple(rule(dice, index, atoms, found, stateful) for index in range(size))
        latched = any("latch:" in each or "hold:" in each for each in rules)
        found[name] = rules + _guard(dice, atoms, 0 if latched else 0.15)
    return found


def _guard(dice: Random, atoms: Sequence[str], share: float) -> tuple[str, ...]:
    """Draw when a policy applies, for a share of policies. What a latch or `hold` remembers of a time at which its
    policy did not apply is judged by single values of now, so those have none."""
    return (f'{GUARD}"{condition(dice, atoms, 1)}"',) if dice.random() < share else ()


def _within(atoms: Sequence[str], pool: set[str]) -> Sequence[str]:
    """The atoms that read metrics of the pool alone, else all."""
    return tuple(each for each in atoms if names(each) <= pool) or atoms


def latched_texts(dice: Random, about: frozenset[str]) -> Texts:
    """Draw one policy of latched triggers, over all metrics or those of `about`."""
    rules = []
    for index in range(dice.choice((1, 1, 2))):
        atoms = TIMED if dice.random() < 0.3 else FIRING
        atoms = dice.choices(_within(atoms, set(about)) if about else atoms, k=2)
        lines = _latched(dice, atoms, dice.choice(VERDICTS[1:]))
        rules.append("\n".join([f"  - id: r{index}", *lines]))
    return {"p1": tuple(rules)}


def timeless(texts: Texts) -> bool:
    """Whether no rule depends on the instants at which snapshots were recorded: none holds, and latched triggers become
    true at points alone, never because they were recorded as unknown for too long."""
    rules = [each for rules in texts.values() for each in rules]
    return all("hold:" not in each and ("latch:" not in each or _fires(each)) for each in rules)


def _fires(rule: str) -> bool:
    trigger = rule.partition('when: "')[2].partition('"')[0]
    return "blind_limit:" not in rule and all(each in FIRING for each in re.split(" and | or ", trigger))


def read(texts: Texts) -> frozenset[str]:
    """Return every metric that the policies read."""
    return frozenset().union(*(names(rule) for rules in texts.values() for rule in rules))


def document(name: str, rules: Sequence[str]) -> str:
    """Return a policy as its file holds it."""
    head = f"policy: {name}\nversion: 1.0.0\ntitle: t\nowner: o\nverdicts: [{', '.join(VERDICTS)}]\nmax_gap: 26h\n"
    own = [each for each in rules if each.startswith(GUARD)]
    head += "".join(f"{each}\n" for each in ["for_each: side"] * (name == "each") + own)
    return head + "rules:\n" + "\n".join(each for each in rules if each not in own)


def compiled(texts: Texts) -> Mapping[str, CompiledPolicy]:
    """Return the policies ready to be evaluated."""
    collector, policies = Collector(), {}
    for name, rules in texts.items():
        node = read_yaml(document(name, rules).encode(), f"{name}.yaml", collector)
        assert isinstance(node, yaml_nodes.Mapping), [str(each) for each in collector.diagnostics]
        policy = read_policy(node, catalogue(), collector)
        assert policy is not None, (rules, [str(each) for each in collector.diagnostics])
        policies[name] = policy
    linked = link_policies(policies, collector)
    assert not collector.errors, [str(each) for each in collector.errors]
    return {name: compile_policy(each, catalogue()) for name, each in linked.items()}


def turned(text: str) -> str:
    """Return a requirement as a trigger and the other way round; compositions and stateful rules stay."""
    if "require:" in text and "hold:" not in text:
        return text.replace("require:", "when:").replace("else:", "then:")
    plain = "when:" in text and "latch:" not in text
    return text.replace("when:", "require:").replace("then:", "else:") if plain else text
