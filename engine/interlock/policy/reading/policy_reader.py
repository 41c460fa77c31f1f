"""Reads one policy document, already checked against its schema, into its model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from ...diagnostics import Collector, Span, name_hint
from ...language.checker import check, check_rule
from ...language.nodes import Call, LetRef, walk
from ...language.nodes import Literal as Constant
from ...language.nodes import Node as Tree
from ...language.times import parse_time
from ...language.types import RATIO
from ..catalogue import Catalogue
from ..model import Composition, Inhibition, Policy, Rule, StageGuard
from ..names import PolicyNames, metrics_read
from ..yaml.yaml_nodes import Mapping, Scalar, plain
from .follow_on import FaultyNames, drop_follow_on
from .params import ParamReader
from .ratio_params import params_beside_ratios
from .templates import check_template

__all__ = ["read_policy"]

_EXTRA_WORDS = ("seen", "needed", "margin")
_VALID_FOR = Decimal(86400)

Kind = Literal["requirement", "trigger"]


def read_policy(
    document: Mapping, catalogue: Catalogue, collector: Collector, attestable: Collection[str] | None = None
) -> Policy | None:
    """Return the policy, or None after complaints about it; `attestable` is what people may attest, where known."""
    before = len(collector.errors)
    reader = _PolicyReader(document, PolicyNames(catalogue, attestable=attestable), collector)
    policy = reader.read()
    sound = len(collector.errors) == before
    drop_follow_on(collector, FaultyNames(frozenset(reader.faulty)), document.span.file)
    return policy if sound else None


class _PolicyReader:
    """Reads one document: params and lets first, which the expressions of its rules may name."""

    def __init__(self, document: Mapping, names: PolicyNames, collector: Collector) -> None:
        self.document = document
        self.collector = collector
        self.names = names
        self.verdicts = document.texts("verdicts")
        self.typed: set[str] = set()
        self.faulty: set[str] = set()

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def read(self) -> Policy:
        document = self.document
        self.distinct_verdicts()
        self.scope()
        self.params()
        self.lets()
        rules, applies = self.rules(), self.applies()
        if self.shares(rules, applies):
            self.lets()
            rules, applies = self.rules(), self.applies()
        note = document.text("notes")
        return Policy(
            id=document.text("policy"),
            version=document.text("version"),
            title=document.text("title"),
            owner=document.text("owner"),
            verdicts=self.verdicts,
            rules=rules,
            span=document.span_of("policy"),
            runbook=document.text("runbook"),
            valid_for=document.duration("valid_for") or _VALID_FOR,
            for_each=self.names.member_scope,
            params=dict(self.names.param_table),
            lets={name: tree for name, tree in self.names.lets.items() if tree is not None},
            notify=self.notify(),
            notes=(note,) if note else document.texts("notes"),
            max_gap=document.duration("max_gap"),
            formerly=document.texts("formerly"),
            applies=applies,
            tags=document.texts("tags"),
        )

    def applies(self) -> Tree | StageGuard | None:
        """When the policy applies: an expression that reads a metric, or the stages of a rollout."""
        node = self.document.mapping("applies")
        rollout, tree = node.scalar("rollout"), self.optional(self.document, "applies")
        if rollout is not None:
            return StageGuard(
                rollout.text, rollout.span, node.texts("stages"), node.text("state") or "ACTIVE"
            )
        if tree is not None and not self.depends(tree):
            hint = "name a metric; a constant never says when a policy applies"
            self.complain("E331", "the guard of the policy reads no metric", tree.span, hint)
            return None
        return tree

    def distinct_verdicts(self) -> None:
        seen: set[str] = set()
        for each in self.document.sequence("verdicts").scalars:
            if each.text in seen:
                hint = "list each once, best to worst"
                self.complain("E233", f"the verdict `{each.text}` is listed twice", each.span, hint)
            elif each.text in ("NOT_EVALUATED", "NOT_APPLICABLE"):
                message = f"`{each.text}` cannot be declared as a verdict"
                self.complain("E234", message, each.span, "choose another word")
            seen.add(each.text)

    def scope(self) -> None:
        node, scopes = self.document.scalar("for_each"), self.names.catalogue.scopes
        if node is not None and node.text not in scopes:
            self.collector.add_unknown("E205", "scope", node.text, scopes, node.span)
        elif node is not None:
            self.names.member_scope = node.text

    def notify(self) -> dict[str, tuple[str, ...]]:
        table = self.document.mapping("notify")
        for key, _ in table.pairs:
            self.declared(key)
        return {key.text: routes.texts for key, routes in table.lists}

    # params and lets

    def params(self) -> None:
        scope = self.names.catalogue.scopes.get(self.names.member_scope or "")
        reader = ParamReader(self.collector, self.expression, self.names.catalogue.scopes)
        found = reader.read(self.document.mapping("params"), scope.members if scope else None)
        for name, param in found.items():
            if self.free("param", name, param.span):
                self.names.param_table[name] = param
        self.typed = reader.typed
        self.faulty = {f"param:{name}" for name in reader.given - set(self.names.param_table)}

    def shares(self, rules: Iterable[Rule], applies: Tree | StageGuard | None) -> bool:
        """Give params that are written as 0 or 1 and stand beside a ratio its type; tell whether there are any.

        From outside 5 would be taken for 500%. Complain where another type is written."""
        trees = [applies, *(each for rule in rules for each in (rule.condition, rule.applies, rule.hold))]
        nodes = [each for each in trees if each and not isinstance(each, (Composition, StageGuard))]
        lets = self.names.lets
        nodes += [tree for tree in lets.values() if tree is not None]
        retyped = False
        for name, place in params_beside_ratios(nodes, lets).items():
            param = self.names.param_table[name]
            if name in self.typed:
                message = f"the param `{name}` stands beside a ratio and is {param.type.with_article}"
                self.complain("E311", message, place, f"write `type: ratio` where `{name}` is declared")
            elif set(param.values) <= {Decimal(0), Decimal(1)}:
                self.names.param_table[name] = replace(param, type=RATIO)
                retyped = True
        return retyped

    def lets(self) -> None:
        for key, value in self.document.mapping("let").pairs:
            if self.free("let", key.text, key.span) and isinstance(value, Scalar):
                self.names.lets[key.text] = self.checked(value, check)

    def free(self, kind: str, name: str, span: Span) -> bool:
        taken = self.names.taken(name)
        if taken:
            message = f"the {kind} `{name}` has the name of {taken}"
            self.complain("E206", message, span, "choose another name")
        return not taken

    def expression(self, node: Scalar) -> Tree | None:
        return self.checked(node, check_rule)

    def checked(self, node: Scalar, checker: Callable[..., Tree | None]) -> Tree | None:
        if node.comment and node.style == "plain":
            hint = f'quote it: `"{node.text}"`, or move the comment to a line of its own'
            self.complain("E318", "a comment on the line of an unquoted expression", node.span, hint)
            return None
        tree: Tree | None = checker(node.text, node.locator(), self.names, self.collector)
        return tree

    # rules

    def rules(self) -> tuple[Rule, ...]:
        found: list[Rule] = []
        seen: dict[str, Span] = {}
        for node in self.document.sequence("rules").mappings:
            key = node.scalar("id")
            if key is None:
                continue
            if key.text in seen:
                related = [("first given here", seen[key.text])]
                message = f"two rules are called `{key.text}`"
                self.collector.add("E207", message, key.span, "rename one", related)
            seen.setdefault(key.text, key.span)
            rule = self.rule(node, key)
            found += [rule] if rule else []
        return tuple(found)

    def rule(self, node: Mapping, key: Scalar) -> Rule | None:
        condition, kind = self.condition(node, key)
        failed = self.contribution(node, kind)
        unknown = self.on_unknown(node, failed)
        self.fits_kind(node, kind, failed, unknown, key)
        reason = node.scalar("reason")
        if reason is not None:
            check_template(reason, [*self.names.words(), *_EXTRA_WORDS], self.collector)
        if condition is None:
            return None
        return Rule(
            id=key.text,
            kind=kind,
            condition=condition,
            failed=failed,
            unknown=unknown,
            span=key.span,
            title=node.text("title"),
            covers=node.texts("covers"),
            fail_open=node.text("fail_open"),
            applies=self.optional(node, "applies"),
            hold=self.optional(node, "hold"),
            shadow=self.shadow(node),
            notify=node.texts("notify"),
            inhibited_by=_inhibition(node.mapping("inhibited_by")),
            waivable=_waivable(node.mapping("waivable")),
            latch=node.flag("latch"),
            blind_limit=node.duration("blind_limit"),
            reason=node.text("reason").strip(),
            action=node.text("action").strip(),
            formerly=node.texts("formerly"),
            labels={name: str(plain(each)) for name, each in node.mapping("labels").items()},
        )

    def optional(self, node: Mapping, key: str) -> Tree | None:
        value = node.scalar(key)
        return self.expression(value) if value is not None else None

    # the condition

    def condition(self, node: Mapping, key: Scalar) -> tuple[Tree | Composition | None, Kind]:
        given = [each for each in ("require", "when", "policy") if node.has(each)]
        trigger = given == ["when"] or (given == ["policy"] and node.has("reaches"))
        kind: Kind = "trigger" if trigger else "requirement"
        if len(given) != 1:
            many = "more than one" if given else "none"
            message = f"the rule `{key.text}` has {many} of `require`, `when` and `policy`"
            self.complain("E208", message, key.span, "a rule has exactly one condition")
            return None, kind
        if given == ["policy"]:
            return self.composition(node), kind
        for stray in ("at_worst", "reaches", "while", "with"):
            if node.has(stray):
                self.complain("E235", f"`{stray}` goes with `policy`", node.key_span(stray), "drop it")
        tree = self.optional(node, given[0])
        if tree is not None and not self.depends(tree):
            hint = "name a metric; a constant never opens or closes a gate"
            self.complain("E331", f"the condition of `{key.text}` reads no metric", tree.span, hint)
            return None, kind
        return tree, kind

    def depends(self, tree: Tree) -> bool:
        lets = [self.names.lets.get(each.name) for each in walk(tree) if isinstance(each, LetRef)]
        if any(each is None for each in lets):
            return True
        attested = any(
            isinstance(each, Call) and each.operator == "attested"
            for node in [tree, *(let for let in lets if let is not None)]
            for each in walk(node)
        )
        return attested or (bool(metrics_read(tree, self.names.lets)) and not isinstance(tree, Constant))

    def composition(self, node: Mapping) -> Composition | None:
        policy, bounds = node.scalar("policy"), [each for each in ("at_worst", "reaches") if node.has(each)]
        if len(bounds) != 1 or policy is None:
            hint = "a requirement says `at_worst: VERDICT`, a trigger `reaches: VERDICT`"
            message = "a composition needs `at_worst` or `reaches`, and only one"
            self.complain("E236", message, node.key_span("policy"), hint)
            return None
        params = dict(node.mapping("with").items())
        return Composition(
            policy.text, node.text(bounds[0]), params, policy.span, node.span_of(bounds[0]), node.has("while")
        )

    # what a rule contributes

    def contribution(self, node: Mapping, kind: str) -> str:
        word, stray = ("else", "then") if kind == "requirement" else ("then", "else")
        if node.has(stray):
            hint = f"a {kind} contributes through `{word}`"
            self.complain("E237", f"`{stray}` does not go with a {kind}", node.key_span(stray), hint)
        given = node.scalar(word)
        if given is None or not self.declared(given):
            return self.verdicts[-1]
        if given.text == self.verdicts[0]:
            message = f"a rule that fails cannot contribute the best verdict `{given.text}`"
            self.complain("E209", message, given.span, f"one of {', '.join(self.verdicts[1:])}")
        return given.text

    def declared(self, given: Scalar) -> bool:
        if given.text in self.verdicts:
            return True
        message = f"`{given.text}` is not a verdict of this policy"
        self.complain("E204", message, given.span, name_hint(given.text, self.verdicts))
        return False

    def on_unknown(self, node: Mapping, failed: str) -> str:
        given, best = node.scalar("unknown"), self.verdicts[0]
        unknown = given.text if given is not None and self.declared(given) else failed
        if node.has("fail_open") and unknown != best:
            hint = f"write `unknown: {best}` with it, or drop it"
            message = f"`fail_open` without `unknown: {best}`"
            self.complain("E239", message, node.key_span("fail_open"), hint)
        if unknown == best and not node.has("fail_open") and given is not None:
            message = f"an unknown outcome may not contribute the best verdict `{best}`"
            self.complain("E238", message, given.span, 'if it must, say why: `fail_open: "…"`')
        return unknown

    def fits_kind(self, node: Mapping, kind: str, failed: str, unknown: str, key: Scalar) -> None:
        for word in ("latch", "blind_limit"):
            if kind == "requirement" and node.has(word):
                hint = "turn the requirement into a trigger with `when:`"
                self.complain("E210", f"`{word}` goes with a trigger", node.key_span(word), hint)
        milder = self.verdicts.index(unknown) < self.verdicts.index(failed)
        if node.flag("latch") and milder and not node.has("blind_limit"):
            message = f"the latched trigger `{key.text}` has a milder `unknown` and no `blind_limit`"
            hint = "write `blind_limit: 6h`: missing data end in the alarm; or `blind_limit: never`: they accuse nobody"
            self.complain("E240", message, key.span, hint)
        between = milder and unknown != self.verdicts[0]
        if node.text("blind_limit") == "never" and not (node.flag("latch") and between):
            message = f"`{key.text}` is no latch whose `unknown` lies between the best verdict and `then`"
            self.complain("E240", message, node.key_span("blind_limit"), "drop it, or write a duration")
        if node.has("hold") and not self.document.has("max_gap"):
            hint = "write `max_gap: 26h` in the policy"
            self.complain("E241", "`hold` needs the policy's `max_gap`", node.key_span("hold"), hint)

    def shadow(self, node: Mapping) -> Decimal | None:
        since = node.mapping("shadow").scalar("since")
        if since is None:
            return None
        moment = parse_time(since.text)
        if moment is None:
            hint = "write `since: 2026-03-01`"
            self.complain("E242", f"`since: {since.text}` is not a date", since.span, hint)
        return moment


def _inhibition(node: Mapping) -> Inhibition | None:
    policy, reaches = node.scalar("policy"), node.scalar("reaches")
    return Inhibition(policy.text, reaches.text, policy.span, reaches.span) if policy and reaches else None


def _waivable(node: Mapping) -> tuple[tuple[str, ...], Decimal] | None:
    longest = node.duration("max")
    return (node.texts("by"), longest) if longest else None
