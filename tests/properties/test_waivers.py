"""The law of waivers over random policy sets, composition included: they count for what may be waived, no further.

No waiver makes a verdict better than it would be if only rules passed that may be waived, and none of a composition
counts while a rule beneath it, at any depth, that may not be waived so fails or is unknown.
"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.evaluation.deciding.decide import decide
from interlock.evaluation.deciding.memory import Waiver
from interlock.evaluation.deciding.request import Request
from interlock.ledger.state.ledger_memory import LedgerMemory
from interlock.ledger.state.state import State
from interlock.policy.model import Composition

from .test_laws import SLOW, compiled, measured, policy_sets, rank, slots, snapshots
from .test_laws import put as holed

HOUR = Decimal(3600)
WIDE = "    waivable: {by: [risk, desk], max: 4h}"
TERMS = ("", "    waivable: {by: [risk], max: 4h}", "    waivable: {by: [desk], max: 2h}", WIDE, WIDE, WIDE)
FREE = ("risk", 2), ("desk", 2), ("risk", 4), ("desk", 4)


@st.composite
def worlds(draw):
    """Policies of which some rules may be waived, a snapshot with holes, and waivers for any rule by anyone."""
    texts = [
        (name, ["\n".join(filter(None, (each, draw(st.sampled_from(TERMS))))) for each in found])
        for name, found in draw(policy_sets(milder=True))
    ]
    snapshot = draw(snapshots())
    for slot in draw(st.lists(st.sampled_from(slots(snapshot)), max_size=4, unique=True)):
        snapshot = holed(snapshot, slot, None)
    policies = compiled(texts)
    keys = [(name, "", rule.id) for name, each in policies.items() for rule in each.policy.rules]
    terms = {key: draw(st.lists(st.sampled_from(FREE), max_size=2, unique=True)) for key in keys}
    return policies, measured(snapshot), terms


def given_to(policies, measures, terms):
    """The verdicts with waivers of these terms, an hour old, for both outcomes."""
    state, at = State(), measures.as_of - HOUR
    for key, each in terms.items():
        pairs = [(role, hours, outcome) for role, hours in each for outcome in ("fail", "unknown")]
        state.waivers[key] = [
            Waiver(number, outcome, at, at + hours * HOUR, "WHO", role, "OPS-12", "outage")
            for number, (role, hours, outcome) in enumerate(pairs, 1)
        ]
    memory = LedgerMemory(state, measures.as_of, "", lambda _: measures.snapshot)
    found = decide(policies, measures, Request(memory=memory)).verdicts
    return {each.policy: each for each in found}


def allowed(rule, role, hours):
    return rule.waivable is not None and role in rule.waivable[0] and hours * HOUR <= rule.waivable[1]


def beneath(policies, found, name):
    """Every rule of a policy and of what it composes that fails or is unknown and that no waiver lets pass."""
    rules = {each.id: each for each in policies[name].policy.rules}
    for result in found[name].rules:
        rule = rules[result.id]
        if result.outcome in ("fail", "unknown") and result.waiver is None:
            yield rule
        if isinstance(rule.condition, Composition) and result.outcome != "skipped" and result.waiver is None:
            yield from beneath(policies, found, rule.condition.policy)


def test_no_waiver_goes_past_what_may_not_be_waived() -> None:
    seen = {"opened": 0, "eased": 0, "compositions": 0, "hindered": 0}
    tries = 3 * settings.default.max_examples

    @settings(SLOW, max_examples=tries)
    @given(worlds())
    def law(world):
        policies, measures, terms = world
        found, plain = given_to(policies, measures, terms), given_to(policies, measures, {})
        leaves = {
            key: [each for each in FREE if allowed(_rule(policies, key), *each)]
            for key in terms
            if not isinstance(_rule(policies, key).condition, Composition)
        }
        most = given_to(policies, measures, leaves)
        for name, verdict in found.items():
            bare = plain[name]
            pairs = [(rank(each.verdict), rank(each.possible)) for each in (bare, verdict, most[name])]
            assert pairs[0] >= pairs[1] and pairs[0][1] >= pairs[1][1], "a waiver made a verdict worse"
            assert pairs[1][0] >= pairs[2][0] and pairs[1][1] >= pairs[2][1], "a waiver went too far"
            assert verdict.unwaived == ((bare.verdict, bare.possible) if pairs[0] > pairs[1] else None)
            seen["opened"] += verdict.opening.startswith("opened")
            seen["eased"] += verdict.opening.startswith("eased")
        for key in terms:
            check(policies, found, key, terms[key], seen)

    law()
    assert min(seen.values()) > 0.03 * tries, seen


def _rule(policies, key):
    return next(each for each in policies[key[0]].policy.rules if each.id == key[2])


def check(policies, found, key, terms, seen):
    """A composition passes by a waiver exactly where somebody may waive it and all beneath it."""
    rule = _rule(policies, key)
    result = next(each for each in found[key[0]].rules if each.id == key[2])
    if not isinstance(rule.condition, Composition) or result.outcome not in ("fail", "unknown"):
        return
    child = found[rule.condition.policy]
    inner = list(beneath(policies, found, rule.condition.policy))
    good = [each for each in terms if allowed(rule, *each)]
    through = [each for each in good if child.evaluated and all(allowed(one, *each) for one in inner)]
    assert (result.waiver is not None) == bool(through), (key, terms)
    seen["compositions"] += bool(through)
    seen["hindered"] += bool(good) and not through
