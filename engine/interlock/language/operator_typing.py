"""Typing rules of the operators: what can be joined, compared and calculated with what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from ..canonical import plain_number
from ..diagnostics import Collector, Span, name_hint
from .declarations import Declarations
from .literals import parse_literal, ratio_hint
from .nodes import Call, LetRef, Literal, MemberRef, Node, ParamRef, walk
from .operators import OPERATORS
from .printer import to_text
from .ranges import always, static_range
from .types import BOOL, DURATION, NUMBER, RATIO, SCALAR, EnumType, Kind, Shape, Type

__all__ = ["OperandRules"]

_ORDER = ("lt", "le", "gt", "ge")
_NEEDS_NO_UNIT = (Kind.MONEY, Kind.DURATION)


class OperandRules:
    """Checks operands and builds the nodes of operators; every method returns None after a complaint."""

    def __init__(self, declarations: Declarations, collector: Collector) -> None:
        self.declarations = declarations
        self.collector = collector

    def complain(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.collector.add(code, message, span, hint)

    def broadcast(self, nodes: Sequence[Node], span: Span) -> Shape | None:
        """Return the common shape: single values go with anything, two series only on one grid or record."""
        times = {each.shape.time: each.shape for each in nodes if each.shape.time}
        scopes = sorted({each.shape.members for each in nodes if each.shape.members})
        if len(times) > 1:
            first, second = sorted(times)[:2]
            hint = "series combine on the same grid or within one record: reduce one of them first"
            self.complain("E313", f"`{first}` and `{second}` run along different points in time", span, hint)
            return None
        if len(scopes) > 1:
            message = f"members of `{scopes[0]}` do not combine with members of `{scopes[1]}`"
            self.complain("E313", message, span, "reduce one of them first")
            return None
        shape = next(iter(times.values()), SCALAR)
        return Shape(shape.time, scopes[0] if scopes else None, shape.regular)

    def logic(self, operator: str, operands: Sequence[Node], span: Span) -> Node | None:
        good = True
        for each in operands:
            if each.type != BOOL:
                message = f"`{operator}` joins booleans, this is {each.type.with_article}"
                self.complain("E309", message, each.span, "compare it with a limit")
                good = False
            elif isinstance(each, Literal):
                message = f"a constant under `{operator}` makes the condition vacuous"
                self.complain("E331", message, each.span, "delete it")
                good = False
        shape = self.broadcast(operands, span) if good else None
        return Call(operator, tuple(operands), (), BOOL, shape, span) if shape is not None else None

    # comparisons

    def comparison(self, operator: str, left: Node, right: Node, span: Span) -> Node | None:
        if operator in ("in", "not_in"):
            return self.membership(operator, left, right, span)
        pair = self.same_kind(left, right, span)
        if pair is None or not self.comparable(operator, *pair, span):
            return None
        left, right = pair
        shape = self.broadcast(pair, span)
        if shape is None or not self.varies(operator, left, right, span):
            return None
        return Call(operator, pair, (), BOOL, shape, span)

    def same_kind(self, left: Node, right: Node, span: Span) -> tuple[Node, Node] | None:
        """Fit constants to the other side: words to an enum, a bare 0 to a unit; complain where kinds differ."""
        fitted = self.fit(left, right), self.fit(right, left)
        if fitted[0] is None or fitted[1] is None:
            return None
        one, two = fitted[0], fitted[1]
        if one.type.kind is not two.type.kind:
            message = f"{one.type.with_article} cannot be compared with {two.type.with_article}"
            self.complain("E326", message, span, _kind_hint(one, two))
            return None
        if one.type.currency != two.type.currency:
            message = f"{one.type.currency} and {two.type.currency} are different currencies"
            self.complain("E328", message, span, "convert one of them where it is measured")
            return None
        if one.type.enum != two.type.enum:
            names = sorted(each.type.enum.name for each in (one, two) if each.type.enum)
            message = f"the values of `{names[0]}` and `{names[-1]}` are declared apart and do not compare"
            self.complain("E329", message, span, "compare each with its own constants")
            return None
        return one, two

    def fit(self, node: Node, other: Node) -> Node | None:
        if other.type.enum and node.type.kind is Kind.STRING:
            return self.as_enum(node, other.type)
        if isinstance(node, Literal) and node.bare and node.value == 0 and other.type.kind in _NEEDS_NO_UNIT:
            return replace(node, type=other.type)
        of = other.type.of
        if isinstance(node, Literal) and node.type.kind is Kind.STRING and of in self.declarations.rosters:
            roster = self.declarations.rosters[of]
            if roster and node.value not in roster:
                hint = name_hint(str(node.value), roster)
                self.complain("E316", f"`{node.value}` is no member of `{of}`", node.span, hint)
                return None
        return node

    def as_enum(self, node: Node, kind: Type) -> Node | None:
        enum = kind.enum
        assert enum is not None
        if isinstance(node, Literal):
            if not self.declared(str(node.value), enum, node.span):
                return None
            return replace(node, type=kind, value=Decimal(enum.values.index(str(node.value))))
        if isinstance(node, ParamRef):
            words = [str(each) for each in self.declarations.params[node.name].values]
            good = [self.declared(each, enum, node.span) for each in words]
            return replace(node, type=kind) if all(good) else None
        return node

    def declared(self, word: str, enum: EnumType, span: Span) -> bool:
        if word in enum.values:
            return True
        hint = name_hint(word, enum.values)
        self.complain("E316", f"`{word}` is not among the values of `{enum.name}`", span, hint)
        return False

    def comparable(self, operator: str, left: Node, right: Node, span: Span) -> bool:
        kind, symbol = left.type.kind, OPERATORS[operator].symbol
        if kind is Kind.EVENT:
            self.complain(
                "E325", "events have no value to compare", span, "count them: `count(…, within=14d)`"
            )
            return False
        if operator in _ORDER and (
            kind in (Kind.BOOL, Kind.STRING) or (kind is Kind.SET and operator != "le")
        ):
            hint = "sets know `==`, `!=` and `<=` (subset)" if kind is Kind.SET else "use `==` or `!=`"
            self.complain(
                "E320", f"`{symbol}` needs an order, which {left.type.with_article} has not", span, hint
            )
            return False
        if operator in _ORDER and left.type.enum and not left.type.enum.ordered:
            message = f"the values of `{left.type.enum.name}` have no order"
            self.complain("E320", message, span, "use `==` or `!=`, or declare them best to worst")
            return False
        return self.ratio_has_unit(left, right) and self.ratio_has_unit(right, left)

    def ratio_has_unit(self, ratio: Node, other: Node) -> bool:
        """A ratio against 5 is nearly always a slip for 5%: only 0 and 1 may stand bare."""
        if ratio.type.flavour != "ratio" or other.type.flavour == "ratio" or not self.constant(other):
            return True
        odd = [each for each in self.numbers(other) if each not in (0, 1)]
        if not odd:
            return True
        message = f"a ratio is compared with the bare number `{plain_number(odd[0])}`"
        self.complain("E311", message, other.span, self.ratio_limit(ratio, other, odd[0]))
        return False

    def ratio_limit(self, ratio: Node, other: Node, number: Decimal) -> str:
        """Return how to write a limit of a ratio: never beside a factor, and never a part of it for the whole."""
        if any(_scaled(each) for each in self.followed(ratio)):
            return "a ratio has no factor: compare it alone, as in `rate < 5%`"
        return "write it as one ratio, as in `5%`" if _scaled(other) else ratio_hint(number)

    def constant(self, node: Node) -> bool:
        """Whether a value depends on nothing but numbers that the policy writes, in params and lets too."""
        return all(isinstance(each, (Literal, ParamRef, Call)) for each in self.followed(node))

    def numbers(self, node: Node) -> list[Decimal]:
        """Every number that the policy writes below a node: those of a param are all that it may be."""
        params, found = self.declarations.params, list[object]()
        for each in self.followed(node):
            if isinstance(each, (Literal, ParamRef)):
                found += (each.value,) if isinstance(each, Literal) else params[each.name].values
        return [each for each in found if isinstance(each, Decimal)]

    def followed(self, node: Node) -> Iterator[Node]:
        """Yield a node and all below it, with the trees of lets in place of their names."""
        for each in walk(node):
            if isinstance(each, LetRef) and (tree := self.declarations.lets.get(each.name)) is not None:
                yield from self.followed(tree)
            else:
                yield each

    def varies(self, operator: str, left: Node, right: Node, span: Span) -> bool:
        """Refuse a comparison with a literal that the declared ranges decide once and for all."""
        if isinstance(left, Literal) and isinstance(right, Literal):
            self.complain(
                "E331", "a comparison of two constants is vacuous", span, "name a metric on one side"
            )
            return False
        if left.type.kind not in (Kind.NUMBER, Kind.MONEY, Kind.DURATION, Kind.TIMESTAMP, Kind.ENUM):
            return True
        constant = next((each for each in (left, right) if isinstance(each, Literal)), None)
        decided = always(operator, self.range_of(left), self.range_of(right))
        if constant is None or decided is None:
            return True
        hint = "check the limit against the metric's declared range"
        self.complain("E312", f"this comparison is always {str(decided).lower()}", span, hint)
        return False

    def range_of(self, node: Node) -> tuple[Decimal, Decimal]:
        if node.type.enum and not isinstance(node, Literal):
            return Decimal(0), Decimal(len(node.type.enum.values) - 1)
        return static_range(node, self.declarations.metrics)

    def membership(self, operator: str, left: Node, right: Node, span: Span) -> Node | None:
        if right.type.kind is not Kind.SET:
            message = f"`in` looks into a set, this is {right.type.with_article}"
            self.complain("E327", message, right.span, "compare with `==`")
            return None
        if left.type.kind is not Kind.STRING:
            self.complain("E327", f"a set holds names, this is {left.type.with_article}", left.span)
            return None
        if isinstance(left, MemberRef) and right.type.of and left.name != right.type.of:
            message = f"a `{left.name}` is never in a set of `{right.type.of}`"
            self.complain("E330", message, span, "use the set of that scope")
            return None
        fitted = self.fit(left, right)
        shape = self.broadcast((left, right), span) if fitted else None
        return (
            Call(operator, (fitted, right), (), BOOL, shape, span) if fitted and shape is not None else None
        )

    # arithmetic

    def arithmetic(self, operator: str, left: Node, right: Node, span: Span) -> Node | None:
        one, two = self.fit(left, right), self.fit(right, left)
        if one is None or two is None:
            return None
        rule = _scale if operator in ("mul", "div") else _sum
        result = rule(operator, one.type, two.type)
        if operator == "div" and one.type == two.type and result and not self.constant(two):
            result = RATIO
        if result is None:
            name = OPERATORS[operator].symbol or operator
            message = f"`{name}` does not go with {one.type.with_article} and {two.type.with_article}"
            self.complain("E310", message, span, _arithmetic_hint(one.type, two.type))
            return None
        if operator == "div" and isinstance(two, Literal) and two.value == 0:
            self.complain("E332", "a division by zero is always unknown", two.span)
            return None
        shape = self.broadcast((one, two), span)
        return Call(operator, (one, two), (), result, shape, span) if shape is not None else None

    def negative(self, operand: Node, span: Span) -> Node | None:
        if not OPERATORS["neg"].takes(operand.type.kind):
            self.complain("E309", f"`-` does not go with {operand.type.with_article}", span)
            return None
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
            return replace(operand, value=operand.value.copy_negate(), span=span)
        return Call("neg", (operand,), (), operand.type, operand.shape, span)


def _sum(operator: str, left: Type, right: Type) -> Type | None:
    kinds = (left.kind, right.kind)
    if kinds == (Kind.NUMBER, Kind.NUMBER):
        return _flavoured(left, right)
    if kinds == (Kind.TIMESTAMP, Kind.TIMESTAMP) and operator in ("larger", "smaller"):
        return left
    if kinds == (Kind.TIMESTAMP, Kind.TIMESTAMP):
        return DURATION if operator == "sub" else None
    if kinds == (Kind.TIMESTAMP, Kind.DURATION) and operator in ("add", "sub"):
        return left
    if kinds == (Kind.DURATION, Kind.TIMESTAMP) and operator == "add":
        return right
    same = left.kind is right.kind and left.kind in (Kind.MONEY, Kind.DURATION)
    return left if same and left.currency == right.currency else None


def _scale(operator: str, left: Type, right: Type) -> Type | None:
    scalable = (Kind.NUMBER, Kind.MONEY, Kind.DURATION)
    if left.kind not in scalable or right.kind not in scalable:
        return None
    if right.kind is Kind.NUMBER:
        if left.kind is not Kind.NUMBER:
            return left
        if operator == "div":
            return RATIO if left.flavour == "ratio" else NUMBER
        return _flavoured(left, right)
    if operator == "mul":
        return right if left.kind is Kind.NUMBER else None
    return NUMBER if left == right else None


def _flavoured(left: Type, right: Type) -> Type:
    flavours = {left.flavour, right.flavour}
    if "ratio" in flavours:
        return Type(Kind.NUMBER, "ratio")
    return Type(Kind.NUMBER, "integer" if flavours == {"integer"} else "number")


def _scaled(node: Node) -> bool:
    """Whether a node is something times or divided by a number that is written there."""
    return (
        isinstance(node, Call)
        and node.operator in ("mul", "div")
        and any(isinstance(each, Literal) for each in node.arguments)
    )


def _kind_hint(left: Node, right: Node) -> str | None:
    kinds = {left.type.kind, right.type.kind}
    for node, other in ((left, right), (right, left)):
        if isinstance(node, Literal) and isinstance(node.value, str):
            if parse_literal(node.value) or node.value in ("true", "false"):
                return f"write `{node.value}` without quotes"
        elif isinstance(node, Literal) and node.bare and other.type.kind in _NEEDS_NO_UNIT:
            units = (other.type.currency,) if other.type.currency else ("s", "m", "h", "d")
            return f"write the unit: {', '.join(f'`{to_text(node)}{unit}`' for unit in units)}"
    if Kind.EVENT in kinds:
        return "events are counted: `count(…, within=14d)`"
    if kinds == {Kind.TIMESTAMP, Kind.DURATION}:
        return "`age(t)` is how long ago an instant was"
    if Kind.BOOL in kinds:
        return "a boolean stands alone, or under `not`"
    if Kind.DURATION in kinds and Kind.NUMBER in kinds:
        return "write the duration with its unit, as in `2h`"
    if Kind.MONEY in kinds and Kind.NUMBER in kinds:
        return "write the amount with its currency, as in `500USD`"
    return None


def _arithmetic_hint(left: Type, right: Type) -> str | None:
    if left.kind is right.kind is Kind.MONEY and left.currency != right.currency:
        return "convert one of them where it is measured"
    if {left.kind, right.kind} == {Kind.MONEY, Kind.NUMBER}:
        return "write the amount with its currency, as in `500USD`"
    if not left.numeric or not right.numeric:
        return "only numbers, money, durations and instants can be calculated with"
    return None
