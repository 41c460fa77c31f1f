"""Reads one policy document, already checked against its schema, into its model."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Literal

from ...diagnostics import Collector, Span, name_hint, unknown_name
from ...language.checker import check, check_rule
from ...language.nodes import Call, LetRef, walk  # fmt: skip
from ...language.nodes import Literal as Constant
from ...language.nodes import Node as Tree
from ...language.times import parse_duration, parse_time
from ..catalogue import Catalogue
from ..model import Composition, Policy, Rule
from ..names import PolicyNames, metrics_read
from ..yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain
from .follow_on import FaultyNames, without_consequences
from .links import read_inhibition
from .params import ParamReader, flat
from .templates import check_template

__all__ = ["read_policy"]

_EXTRA_WORDS = ("seen", "needed", "margin")


def read_policy(
    document: Mapping, catalogue: Catalogue, collector: Collector, attestable: Collection[str] | None = None
) -> Policy | None:
    """Return the policy, or None after complaints about it; `attestable` is what people may attest, where known."""
    before = len(collector.errors)
    reader = _PolicyReader(document, PolicyNames(catalogue, attestable=attestable), collector)
    policy = reader.read()
    without_consequences(collector, FaultyNames(reader.lost()), document.span.file)
    return policy if len(collector.errors) == before else None


def _text(node: Mapping, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else ""


def _names(node: Node | None) -> tuple[str, ...]:
    return (
        tuple(each.text for each in node.items if isinstance(each, Scalar))
        if isinstance(node, Sequence)
        else ()
    )


class _PolicyReader:
    def __init__(self, document: Mapping, names: PolicyNames, collector: Collector) -> None:
        self.document = document
        self.collector = collector
        self.names = names
        self.verdicts = _names(document.get("verdicts"))

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def read(self) -> Policy:
        document = self.document
        self.distinct_verdicts()
        self.scope()
        self.params()
        self.lets()
        rules = self.rules()
        key = document.pairs[0][1]
        notes = document.get("notes")
        return Policy(
            id=_text(document, "policy"),
            version=_text(document, "version"),
            title=_text(document, "title"),
            owner=_text(document, "owner"),
            verdicts=self.verdicts,
            rules=rules,
            span=key.span,
            runbook=_text(document, "runbook"),
            valid_for=parse_duration(_text(document, "valid_for")) or Decimal(86400),
            for_each=self.names.member_scope,
            params=dict(self.names.param_table),
            lets={name: tree for name, tree in self.names.lets.items() if tree is not None},
            notify=self.notify(),
            notes=_names(notes)
            if isinstance(notes, Sequence)
            else tuple(filter(None, [_text(document, "notes")])),
            max_gap=parse_duration(_text(document, "max_gap")),
            formerly=_names(document.get("formerly")),
        )

    def distinct_verdicts(self) -> None:
        node = self.document.get("verdicts")
        seen: dict[str, Span] = {}
        for each in node.items if isinstance(node, Sequence) else ():
            if isinstance(each, Scalar) and each.text in seen:
                self.complain(
                    "E204",
                    f"the verdict `{each.text}` is listed twice",
                    each.span,
                    "list each once, best to worst",
                )
            elif isinstance(each, Scalar):
                seen[each.text] = each.span
        if "NOT_EVALUATED" in seen:
            self.complain(
                "E204",
                "`NOT_EVALUATED` is no verdict to declare",
                seen["NOT_EVALUATED"],
                "choose another word",
            )

    def scope(self) -> None:
        node = self.document.get("for_each")
        if not isinstance(node, Scalar):
            return
        scopes = self.names.catalogue.scopes
        if node.text not in scopes:
            unknown = unknown_name("scope", node.text, scopes)
            self.complain("E205", unknown.message, node.span, unknown.hint)
            return
        self.names.member_scope = node.text

    # params and lets

    def params(self) -> None:
        node = self.document.get("params")
        if not isinstance(node, Mapping):
            return
        scope = self.names.catalogue.scopes.get(self.names.member_scope or "")
        reader = ParamReader(self.collector, self.expression)
        found = reader.read(node, scope.members if scope else None)
        for name, param in found.items():
            taken = self.names.taken(name)
            if taken:
                self.complain(
                    "E206", f"the param `{name}` has the name of {taken}", param.span, "choose another name"
                )
            else:
                self.names.param_table[name] = param

    def lost(self) -> frozenset[str]:
        """Params that are given, though not so that they could be read."""
        node = self.document.get("params")
        given = {name for name, _, _ in flat(node)} if isinstance(node, Mapping) else set()
        given |= {name for name, _ in node.items()} if isinstance(node, Mapping) else set()
        known = self.names.param_table
        return frozenset(
            name
            for name in given
            if name not in known and not any(each.startswith(f"{name}.") for each in known)
        )

    def expression(self, node: Scalar) -> Tree | None:
        return self.checked(node, check_rule)

    def checked(self, node: Scalar, checker: Callable[..., Tree | None]) -> Tree | None:
        if node.comment and node.style == "plain":
            hint = f'quote it: `"{node.text}"`, or move the comment to a line of its own'
            self.complain("E318", "a comment on the line of an unquoted expression", node.span, hint)
            return None
        tree: Tree | None = checker(node.text, node.locator(), self.names, self.collector)
        return tree

    def lets(self) -> None:
        node = self.document.get("let")
        for key, value in node.pairs if isinstance(node, Mapping) else ():
            taken = self.names.taken(key.text)
            if taken:
                self.complain(
                    "E206", f"the let `{key.text}` has the name of {taken}", key.span, "choose another name"
                )
            elif isinstance(value, Scalar):
                self.names.lets[key.text] = self.checked(value, check)

    # rules

    def rules(self) -> tuple[Rule, ...]:
        node = self.document.get("rules")
        found: list[Rule] = []
        seen: dict[str, Span] = {}
        for each in node.items if isinstance(node, Sequence) else ():
            if not isinstance(each, Mapping):
                continue
            key = each.get("id")
            if isinstance(key, Scalar):
                if key.text in seen:
                    related = [("first given here", seen[key.text])]
                    self.collector.add(
                        "E207", f"two rules are called `{key.text}`", key.span, "rename one", related
                    )
                seen.setdefault(key.text, key.span)
                rule = self.rule(each, key)
                found += [rule] if rule else []
        return tuple(found)

    def rule(self, node: Mapping, key: Scalar) -> Rule | None:
        condition, kind = self.condition(node, key)
        failed = self.contribution(node, kind, key)
        unknown, fail_open = self.on_unknown(node, failed)
        self.fits_kind(node, kind, failed, unknown, key)
        reason = node.get("reason")
        if isinstance(reason, Scalar):
            check_template(reason, [*self.names.words(), *_EXTRA_WORDS], self.collector)
        labels = node.get("labels")
        if condition is None:
            return None
        return Rule(
            id=key.text,
            kind=kind,
            condition=condition,
            failed=failed,
            unknown=unknown,
            span=key.span,
            title=_text(node, "title"),
            covers=_names(node.get("covers")),
            fail_open=fail_open,
            applies=self.optional(node, "applies"),
            hold=self.optional(node, "hold"),
            shadow=self.shadow(node),
            notify=_names(node.get("notify")),
            inhibited_by=read_inhibition(node.get("inhibited_by")),
            waivable=self.waivable(node),
            latch=self.flag(node, "latch"),
            blind_limit=parse_duration(_text(node, "blind_limit")),
            reason=_text(node, "reason").strip(),
            action=_text(node, "action").strip(),
            formerly=_names(node.get("formerly")),
            labels={name: str(plain(each)) for name, each in labels.items()}
            if isinstance(labels, Mapping)
            else {},
        )

    def flag(self, node: Mapping, key: str) -> bool:
        value = node.get(key)
        return isinstance(value, Scalar) and value.value is True

    def optional(self, node: Mapping, key: str) -> Tree | None:
        value = node.get(key)
        return self.expression(value) if isinstance(value, Scalar) else None

    def condition(
        self, node: Mapping, key: Scalar
    ) -> tuple[Tree | Composition | None, Literal["requirement", "trigger"]]:
        given = [each for each in ("require", "when", "policy") if node.get(each) is not None]
        kind: Literal["requirement", "trigger"] = "requirement"
        if given == ["when"] or (given == ["policy"] and node.get("reaches") is not None):
            kind = "trigger"
        if len(given) != 1:
            many = "more than one" if given else "none"
            message = f"the rule `{key.text}` has {many} of `require`, `when` and `policy`"
            self.complain("E208", message, key.span, "a rule has exactly one condition")
            return None, kind
        if given == ["policy"]:
            return self.composition(node), kind
        for stray in ("at_worst", "reaches", "with"):
            if node.get(stray) is not None:
                self.complain("E208", f"`{stray}` goes with `policy`", self.span(node, stray), "drop it")
        value = node.get(given[0])
        tree = self.expression(value) if isinstance(value, Scalar) else None
        if tree is not None and not self.depends(tree):
            hint = "name a metric; a constant never opens or closes a gate"
            self.complain("E312", f"the condition of `{key.text}` reads no metric", tree.span, hint)
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
        policy, bounds = (
            node.get("policy"),
            [each for each in ("at_worst", "reaches") if node.get(each) is not None],
        )
        if len(bounds) != 1 or not isinstance(policy, Scalar):
            hint = "a requirement says `at_worst: VERDICT`, a trigger `reaches: VERDICT`"
            self.complain(
                "E208",
                "a composition needs `at_worst` or `reaches`, and only one",
                self.span(node, "policy"),
                hint,
            )
            return None
        given = node.get("with")
        params = dict(given.items()) if isinstance(given, Mapping) else {}
        bound = node.get(bounds[0])
        place = bound.span if bound is not None else policy.span
        return Composition(policy.text, _text(node, bounds[0]), params, policy.span, place)

    def span(self, node: Mapping, key: str) -> Span:
        found = node.key(key)
        return found.span if found else node.span

    # what a rule contributes

    def contribution(self, node: Mapping, kind: str, key: Scalar) -> str:
        word, stray = ("else", "then") if kind == "requirement" else ("then", "else")
        if node.get(stray) is not None:
            hint = f"a {kind} contributes through `{word}`"
            self.complain("E209", f"`{stray}` does not go with a {kind}", self.span(node, stray), hint)
        given = node.get(word)
        if not isinstance(given, Scalar):
            return self.verdicts[-1]
        if self.declared(given) and given.text == self.verdicts[0]:
            message = f"a rule that fails cannot contribute the best verdict `{given.text}`"
            self.complain("E209", message, given.span, f"one of {', '.join(self.verdicts[1:])}")
        return given.text if given.text in self.verdicts else self.verdicts[-1]

    def declared(self, given: Scalar) -> bool:
        if given.text in self.verdicts:
            return True
        hint = name_hint(given.text, self.verdicts)
        self.complain("E204", f"`{given.text}` is no verdict of this policy", given.span, hint)
        return False

    def on_unknown(self, node: Mapping, failed: str) -> tuple[str, str]:
        given, reason = node.get("unknown"), node.get("fail_open")
        best = self.verdicts[0]
        unknown = given.text if isinstance(given, Scalar) and self.declared(given) else failed
        if reason is not None and unknown != best:
            hint = f"write `unknown: {best}` with it, or drop it"
            self.complain(
                "E209", f"`fail_open` without `unknown: {best}`", self.span(node, "fail_open"), hint
            )
        if unknown == best and reason is None and isinstance(given, Scalar):
            message = f"an unknown outcome may not contribute the best verdict `{best}`"
            self.complain("E209", message, given.span, 'if it must, say why: `fail_open: "…"`')
        return unknown, reason.text if isinstance(reason, Scalar) else ""

    def fits_kind(self, node: Mapping, kind: str, failed: str, unknown: str, key: Scalar) -> None:
        for word in ("latch", "blind_limit"):
            if kind == "requirement" and node.get(word) is not None:
                hint = "turn the requirement into a trigger with `when:`"
                self.complain("E210", f"`{word}` goes with a trigger", self.span(node, word), hint)
        milder = self.verdicts.index(unknown) < self.verdicts.index(failed)
        if self.flag(node, "latch") and milder and node.get("blind_limit") is None:
            message = f"the latched trigger `{key.text}` has a milder `unknown` and no `blind_limit`"
            self.complain(
                "E210", message, key.span, "write `blind_limit: 6h`: blindness must end in the alarm"
            )
        if node.get("hold") is not None and self.document.get("max_gap") is None:
            hint = "write `max_gap: 26h` in the policy"
            self.complain("E210", "`hold` needs the policy's `max_gap`", self.span(node, "hold"), hint)

    def shadow(self, node: Mapping) -> Decimal | None:
        given = node.get("shadow")
        since = given.get("since") if isinstance(given, Mapping) else None
        if not isinstance(since, Scalar):
            return None
        moment = parse_time(since.text)
        if moment is None:
            self.complain(
                "E210", f"`since: {since.text}` is no date", since.span, "write `since: 2026-03-01`"
            )
        return moment

    def waivable(self, node: Mapping) -> tuple[tuple[str, ...], Decimal] | None:
        given = node.get("waivable")
        if not isinstance(given, Mapping):
            return None
        longest = parse_duration(_text(given, "max"))
        return (_names(given.get("by")), longest) if longest else None

    def notify(self) -> dict[str, tuple[str, ...]]:
        node = self.document.get("notify")
        for key, _ in node.pairs if isinstance(node, Mapping) else ():
            self.declared(key)
        return {key: _names(value) for key, value in node.items()} if isinstance(node, Mapping) else {}
