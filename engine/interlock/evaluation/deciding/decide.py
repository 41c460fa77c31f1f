"""Evaluates policies over a snapshot: the outcome of each rule, the join of contributions, the possible verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from ...diagnostics import unknown_name
from ...errors import UsageError
from ...language.printer import to_text
from ...language.values import Cause, Unknown, Value, merged
from ...policy.catalogue import Catalogue
from ...policy.model import Composition, Override, Param, Rule
from ..expressions.comparisons import compared
from ..expressions.compiled import CompiledPolicy, CompiledRule
from ..expressions.interpreter import Interpreter
from ..expressions.parameters import Effective, effective, params_digest, plain_values
from ..snapshot.measures import Measures
from ..snapshot.series_values import Shaped
from ..verdict import RuleResult, UnmetRule, Verdict, Waived
from .applicability import guarded, policy_guard, with_guard
from .inhibition import explained
from .latches import (
    StatefulRule,
    joined_facts,
    latches_of_gone_members,
    latches_of_gone_policies,
    latches_of_gone_rules,
)
from .memory import Fact, Latch, Renames
from .outcomes import Outcome, of_children, of_truth, rule_assumptions, scope_assumptions, verdict_of
from .past import CutMeasures
from .reasons import ReasonNames
from .request import Decision, NotEvaluable, Refusal, Request, attested, require_evaluable, require_values
from .restoring import restore
from .verdict_inputs import inputs_of
from .waivers import WaiverRequest, Waivers, apply_waiver, rules_beneath, unmet_rules, with_unwaived

__all__ = ["Decision", "Refusal", "Request", "decide"]


def decide(
    compiled: Mapping[str, CompiledPolicy],
    measures: Measures,
    request: Request,
    asked: Iterable[str] | None = None,
) -> Decision:
    """Evaluate the asked policies (all by default) over one snapshot, in order of name and member.

    Raises UsageError for a policy that does not exist.
    """
    policies = {name: each.policy for name, each in compiled.items()}
    if request.memory is not None:
        memory = request.memory.under(Renames.of(policies.values()))
        request = replace(request, memory=memory, rollout=memory.rollout)
    words = attested(request, measures)
    judge = _Judge(compiled, measures, request, words, Waivers(request.memory))
    plain = _Judge(compiled, measures, request, words, Waivers(None))
    verdicts: list[Verdict] = []
    refusals: list[Refusal] = []
    for name in sorted(compiled if asked is None else set(asked)):
        if name not in compiled:
            raise UsageError(str(unknown_name("policy", name, compiled)))
        try:
            verdicts += with_unwaived(judge.policy(name, {}), partial(plain.policy, name, {}))
        except NotEvaluable as problem:
            refusals.append(Refusal(name, str(problem)))
    if request.memory is not None:
        refusals += [Refusal(*each) for each in latches_of_gone_policies(compiled, request.memory)]
    judge.notes |= judge.waivers.notes(policies, measures.as_of)
    notes = sorted({*judge.notes, *map(str, measures.restated)})
    facts = joined_facts(judge.facts)
    return Decision(tuple(verdicts), tuple(refusals), tuple(notes), facts, explained(policies, verdicts))


@dataclass(slots=True)
class _Judge:
    compiled: Mapping[str, CompiledPolicy]
    measures: Measures
    request: Request
    attested: Mapping[str, Decimal | Unknown] | None
    waivers: Waivers
    notes: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)
    kept: dict[tuple[str, tuple[tuple[str, object], ...]], list[Verdict]] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        return self.measures.catalogue

    def policy(self, name: str, given: Mapping[str, Value]) -> list[Verdict]:
        """Return one verdict, or one for each member; a member at which no rule applies is left out."""
        key = (name, tuple(sorted(given.items(), key=lambda each: each[0])))
        if key not in self.kept:
            self.kept[key] = self._policy(self.compiled[name], given)
        return self.kept[key]

    def _policy(self, compiled: CompiledPolicy, given: Mapping[str, Value]) -> list[Verdict]:
        policy = compiled.policy
        require_evaluable(compiled, self.request, self.measures.as_of)
        members, doubt = self.measures.roster(policy.for_each) if policy.for_each else (("",), ())
        if self.request.memory is not None and not doubt:
            for problem in latches_of_gone_members(policy, members, self.request.memory):
                raise NotEvaluable(problem)
        if policy.for_each is None:
            return [_Case(self, compiled, None, given).verdict()]
        found = []
        for member in members:
            verdict = _Case(self, compiled, member, given).verdict()
            if not verdict.applicable or any(rule.outcome != "skipped" for rule in verdict.rules):
                found.append(verdict)
            else:
                self.notes.add(f"{policy.id} at {member}: no rule applies")
        found = found or [_Case(self, compiled, None, given).without_members(doubt)]
        others = self.measures.others(policy.for_each)
        return found + [_Case(self, compiled, each.member, given).off_roster(each) for each in others]

    def past(self, cut: CutMeasures) -> _Judge:
        """A judge of the series as they were at an instant, who remembers nothing: what is unknown stays unknown."""
        request = replace(self.request, memory=None, stateless=True, blind_for=Decimal(0))
        return _Judge(self.compiled, cut, request, self.attested, Waivers(None))

    def read(self, compiled: CompiledRule) -> set[str]:
        """Return every metric that a rule reads, itself or in the policies that it composes."""
        found, child = set(compiled.metrics), compiled.rule.condition
        if isinstance(child, Composition):
            found.update(*map(self.read, self.compiled[child.policy].rules))
        return found


class _Case:
    """One policy at one member."""

    def __init__(
        self, judge: _Judge, compiled: CompiledPolicy, member: str | None, given: Mapping[str, Value]
    ) -> None:
        self.judge = judge
        self.compiled = compiled
        self.policy = compiled.policy
        self.member = member
        self.interpreter = self.interpreting(judge.measures)
        self.given = params_digest(given)
        self.params = self.parameters(given)
        self.interpreter.params = self.params.values
        self.names = ReasonNames(self.interpreter, self.policy, self.params.shown)
        self.children: dict[str, tuple[Verdict, ...]] = {}
        self.waivers: list[Waived] = []
        self.unmet: list[UnmetRule] = []

    def interpreting(self, measures: Measures) -> Interpreter:
        return Interpreter(
            measures,
            lets=self.compiled.lets,
            member=self.member,
            member_scope=self.policy.for_each,
            baselines=self.judge.request.baselines,
            attestations=self.judge.attested,
            watch=self.judge.request.watch,
        )

    def parameters(self, given: Mapping[str, Value]) -> Effective:
        self.interpreter.params = plain_values(self.policy)
        found = effective(
            self.policy,
            self.member,
            self.judge.request.environment.get(self.policy.id, {}),
            given,
            self.judge.measures.snapshot.env,
            self.override_holds,
        )
        require_values(self.policy, found.absent)
        return found

    def override_holds(self, override: Override) -> Value:
        name = next(key for key, param in self.policy.params.items() if param.override is override)
        result = self.interpreter.evaluate(self.compiled.overrides[name])
        return result if isinstance(result, (bool, Unknown)) else Unknown(())

    # the verdict

    def without_members(self, doubt: tuple[Cause, ...]) -> Verdict:
        """Return the verdict of a policy without a member to evaluate."""
        scope = self.policy.for_each or ""
        why = "; ".join(map(str, doubt)) or f"no rule applies at any member of `{scope}`"
        return replace(self.assemble((), [], [f"not evaluated: {why}"]), doubt=doubt)

    def off_roster(self, cause: Cause) -> Verdict:
        """Return the verdict at a member that was measured and is on no roster: every rule counts as failed, unless the
        policy surely does not apply there."""
        applies, text = policy_guard(self.compiled, self.interpreter, self.judge.request)
        if applies is False and not self.latches():
            outcomes = [Outcome.skipped(f"the policy does not apply: {text}")] * len(self.compiled.rules)
            results = tuple(map(self.result, self.compiled.rules, outcomes))
            return self.assemble(results, outcomes, with_guard(False, text), False)
        unknown, words = Outcome("unknown", (cause,)), self.policy.verdicts
        outcomes = [unknown.contributing(each.rule, words, blind=True) for each in self.compiled.rules]
        self.unmet.append(UnmetRule(f"{self.policy.id} at {self.member}", "is on no roster"))
        found = self.assemble(tuple(map(self.result, self.compiled.rules, outcomes)), outcomes, [])
        return replace(found, sure=self.policy.applies is None)

    def verdict(self) -> Verdict:
        pairs = [self.judged(each) for each in self.compiled.rules]
        left = latches_of_gone_rules(self.policy, self.latches())
        self.unmet += [UnmetRule(f"{self.policy.id}/{each.id}", "fails", latched=True) for _, each in left]
        pairs += left
        results, outcomes = tuple(result for _, result in pairs), [outcome for outcome, _ in pairs]
        applies, text = policy_guard(self.compiled, self.interpreter, self.judge.request)
        return self.assemble(results, outcomes, with_guard(applies, text), applies)

    def latches(self) -> Mapping[str, Latch]:
        memory = self.judge.request.memory
        return {} if memory is None else memory.latches(self.policy.id, self.member or "")

    def assemble(
        self,
        results: tuple[RuleResult, ...],
        outcomes: list[Outcome],
        extra: list[str],
        applies: bool | Unknown = True,
    ) -> Verdict:
        policy, as_of = self.policy, self.judge.measures.as_of
        verdict, possible = guarded(verdict_of(policy.verdicts, outcomes), applies, policy.best)
        children = [each for group in self.children.values() for each in group]
        words = self.judge.attested or {}
        ends = [each.valid_until for each in children] + [each.until for each in self.waivers]
        ends += [end for name in self.compiled.attested if isinstance(end := words.get(name), Decimal)]
        return Verdict(
            policy=policy.id,
            version=policy.version,
            title=policy.title,
            member=self.member,
            verdict=verdict,
            possible=possible,
            verdicts=policy.verdicts,
            as_of=as_of,
            valid_until=min([as_of + policy.valid_for, *ends]),
            inputs=inputs_of(
                self.compiled, self.judge.request, self.judge.measures.snapshot, self.params.shown, children
            ),
            rules=results,
            assumptions=self.assumptions(extra, children),
            waivers=(*self.waivers, *dict.fromkeys(waived for each in children for waived in each.waivers)),
            notify=policy.notify.get(verdict, ()),
            unmet=tuple(dict.fromkeys(self.unmet)),
            doubt=applies.causes if isinstance(applies, Unknown) else (),
            sure=not isinstance(applies, Unknown),
        )

    def assumptions(self, extra: list[str], children: list[Verdict]) -> tuple[str, ...]:
        found = [*extra, *self.params.printed, *self.names.assumed(self.compiled.metrics)]
        for rule in self.policy.rules:
            found += rule_assumptions(rule, self.policy.verdicts)
        found += scope_assumptions(self.judge.catalogue.scopes[name] for name in self.compiled.scopes)
        if self.compiled.needs_ledger and self.judge.request.stateless:
            found.append(f"stateless: {', '.join(self.compiled.needs_ledger)} without a ledger")
        for child in children:
            found += [f"{child.name}: {each}" for each in child.assumptions]
        return tuple(dict.fromkeys(found))

    # one rule

    def judged(self, compiled: CompiledRule) -> tuple[Outcome, RuleResult]:
        """Decide one rule, apply a waiver if there is one, and return its result; no waiver clears a latch."""
        rule = compiled.rule
        outcome, latched = self.contributed(compiled)
        result = self.result(compiled, outcome, latched=latched)
        below = () if outcome.status == "skipped" else rules_beneath(self.children.get(rule.id, ()))
        key = (self.policy.id, self.member or "", rule.id)
        request = WaiverRequest(rule, key, outcome.status, self.judge.measures.as_of, latched, below)
        waiver = self.judge.waivers.granted(request)
        if waiver is None:
            self.unmet += unmet_rules(request)
            return outcome, result
        outcome, waived = apply_waiver(request, waiver, outcome, self.policy.best)
        self.waivers.append(waived)
        reason = f"{waived}; {result.reason}"
        return outcome, replace(
            result,
            contribution=outcome.contribution,
            possible=outcome.possible,
            waiver=str(waived),
            reason=reason,
        )

    def contributed(self, compiled: CompiledRule) -> tuple[Outcome, bool]:
        """Return the outcome of one rule with its contribution, and whether the rule is latched."""
        rule, memory, as_of = compiled.rule, self.judge.request.memory, self.judge.measures.as_of
        if memory is None or not rule.stateful:
            found = self.outcome(compiled, self.interpreter)
            return found.contributing(rule, self.policy.verdicts, found.blind and self.blind(rule)), False

        def at(
            instant: Decimal, after: Decimal | None, *, hold: bool = False, brief: bool = False
        ) -> Outcome:
            return self.outcome(compiled, self.at(instant, after, brief), hold)

        read = {name: self.metric(name) for name in sorted(self.judge.read(compiled))}
        case = StatefulRule(memory.given(self.given), self.policy, rule, self.member or "", as_of, self.given)
        outcome, fact, latched = case.outcome(at, read)
        self.judge.facts.append(fact)
        return outcome, latched

    def blind(self, rule: Rule) -> bool:
        """Whether, without a ledger, an unknown trigger counts as blind for too long."""
        request, limit = self.judge.request, rule.blind_limit
        if limit is None or not request.stateless:
            return False
        return request.blind_for is None or request.blind_for > limit

    def at(self, instant: Decimal, after: Decimal | None, brief: bool) -> Interpreter:
        """An interpreter over the series as they were at an instant, without the points before `after`."""
        if instant >= self.judge.measures.as_of and after is None:
            return self.interpreter
        first = memory.first(self.policy.id) if (memory := self.judge.request.memory) else None
        cut = self.interpreting(CutMeasures(self.judge.measures, instant, after, brief, first))
        cut.params = self.params.values
        return cut

    def metric(self, name: str) -> Shaped:
        scope = self.judge.catalogue.metrics[name].scope
        member = self.member if scope and scope == self.policy.for_each else None
        return self.judge.measures.metric(name, member)

    def outcome(self, compiled: CompiledRule, interpreter: Interpreter, hold: bool = False) -> Outcome:
        """Decide one rule; its comparisons and causes go into the result."""
        rule = compiled.rule
        free = sorted(compiled.params & self.params.unlimited)
        if free:
            return Outcome.skipped(f"does not apply: param `{free[0]}` is unlimited")
        applies, text = policy_guard(self.compiled, interpreter, self.judge.request)
        if applies is False:
            return Outcome.skipped(f"the policy does not apply: {text}")
        guard: object = True
        if compiled.applies is not None:
            guard = interpreter.evaluate(compiled.applies)
            if guard is False:
                return Outcome.skipped(f"does not apply: `{to_text(compiled.applies.root)}` is false")
        before = len(interpreter.seen)
        program = compiled.hold if hold else compiled.condition
        if program is None:
            assert isinstance(rule.condition, Composition)
            outcome = self.composed(rule, rule.condition, interpreter.measures)
        else:
            truth = interpreter.evaluate(program)
            assert isinstance(truth, (bool, Unknown))
            outcome = of_truth(rule, truth)
            outcome = replace(outcome, comparisons=compared(interpreter.seen[before:], compiled.helpful))
        return outcome.guarded(guard)

    def composed(self, rule: Rule, child: Composition, measures: Measures) -> Outcome:
        given = {name: self.passed_down(value) for name, value in child.params.items()}
        judge = self.judge
        if isinstance(measures, CutMeasures) and measures.until < measures.as_of:
            judge = judge.past(measures)
        verdicts = judge.policy(child.policy, given)
        below = self.judge.compiled[child.policy].policy
        if below.for_each is not None and below.for_each == self.policy.for_each:
            verdicts = [each for each in verdicts if each.member == self.member]
        if judge is self.judge:
            self.children[rule.id] = tuple(verdicts)
        return of_children(rule, child, below, verdicts)

    def passed_down(self, value: object) -> Value:
        if isinstance(value, Param):
            absent = Unknown((Cause(value.name, "", "", "missing", "the param is unlimited"),))
            return self.params.values.get(value.name, absent)
        assert isinstance(value, (bool, str, Decimal, frozenset))
        return value

    def result(self, compiled: CompiledRule, outcome: Outcome, *, latched: bool = False) -> RuleResult:
        rule = compiled.rule
        wanted = outcome.status in ("fail", "unknown")
        action, otherwise = rule.action or None if wanted else None, None
        if outcome.status == "unknown":
            action, otherwise = restore(self.judge.measures.snapshot, rule.action, outcome.causes)
        return RuleResult(
            id=rule.id,
            outcome=outcome.status,
            contribution=outcome.contribution,
            reason=self.names.reason(rule, outcome),
            title=rule.title,
            covers=rule.covers,
            shadow=rule.shadow is not None,
            latched=latched,
            comparisons=outcome.comparisons,
            causes=merged(outcome.causes),
            action=action,
            otherwise=otherwise,
            notify=rule.notify if wanted else (),
            runbook=self.policy.runbook,
            file=rule.span.file,
            line=rule.span.line,
            possible=outcome.possible,
            sure=outcome.sure,
        )
