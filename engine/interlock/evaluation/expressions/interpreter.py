"""The reference meaning of an expression: simpleeval walks the lowered tree with our functions and no operators."""

from __future__ import annotations

import ast
import decimal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from simpleeval import SimpleEval

from ...language.nodes import Call, LetRef, Literal, MemberRef, MetricRef, Node, ParamRef
from ...language.operators import OPERATORS
from ...language.printer import to_text
from ...language.times import show_time
from ...language.types import BOOL, SCALAR, Shape
from ...language.values import Cause, Unknown, Value, known, merged
from ..snapshot.measures import Measures
from ..snapshot.points import Point, Points
from ..snapshot.series_values import Members, Series, Shaped, each_member, lift
from .lowering import Program
from .reductions import REDUCTIONS, too_few
from .scalar_semantics import SCALARS, age
from .transforms import TRANSFORMS
from .windows import Selection, select

__all__ = ["ComparedValues", "Interpreter", "Watch"]


@dataclass(frozen=True, slots=True)
class ComparedValues:
    """What a comparison of single values saw: both sides and the truth; of a bare boolean the truth alone."""

    node: Node
    left: Value
    right: Value
    truth: Value


Watch = Callable[[Node, str | None, Shaped, Shaped, Shaped], None]
"""Called with every comparison and every boolean metric: the node, the member, both sides and the truth."""


@dataclass(slots=True)
class Interpreter:
    """Evaluates expressions over one snapshot at one member, remembering lets and what was compared.

    `params` are effective values; `baselines` named snapshots; `attestations` what is attested, until when, and what
    may be: None without a ledger, and empty with `--stateless`, where nothing is attested.
    """

    measures: Measures
    params: Mapping[str, Value] = field(default_factory=dict)
    lets: Mapping[str, Program] = field(default_factory=dict)
    member: str | None = None
    member_scope: str | None = None
    baselines: Mapping[str, Measures] = field(default_factory=dict)
    attestations: Mapping[str, Decimal | Unknown] | None = None
    watch: Watch | None = None
    seen: list[ComparedValues] = field(default_factory=list)
    assumed: dict[Call, Shaped] = field(default_factory=dict)
    _kept: dict[str, tuple[Shaped, list[ComparedValues]]] = field(default_factory=dict)
    _nodes: Mapping[str, Node] = field(default_factory=dict)

    _walker: SimpleEval = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._walker = SimpleEval(operators={}, functions=_Functions(self), names=self._name)

    def evaluate(self, program: Program) -> Shaped:
        """Return the value of the program; comparisons of single values are added to `seen`."""
        outer, self._nodes = self._nodes, program.nodes
        try:
            result: Shaped = self._walker.eval("", previously_parsed=program.tree)
            return result
        finally:
            self._nodes = outer

    # leaves

    def _name(self, name: ast.Name) -> object:
        node = self._nodes[name.id]
        if isinstance(node, Call) and not OPERATORS[node.operator].by_name:
            return node
        return self.leaf(node)

    def leaf(self, node: Node) -> Shaped:
        """Return the value of a node that stands for itself."""
        value = self._leaf(node)
        if node.type == BOOL and node.shape == SCALAR and not isinstance(value, (Series, Members)):
            self.seen.append(ComparedValues(node, value, value, value))
        if self.watch is not None and node.type == BOOL and isinstance(node, MetricRef):
            self.watch(node, self.member, value, value, value)
        return value

    def _leaf(self, node: Node) -> Shaped:
        match node:
            case Literal():
                return node.value
            case MetricRef():
                return self.metric(self.measures, node)
            case ParamRef():
                return _as_enum(self.params[node.name], node)
            case MemberRef():
                return (
                    self.member
                    if self.member is not None
                    else Unknown((Cause(node.name, "", "", "missing member"),))
                )
            case LetRef():
                return self.let(node.name)
            case _:
                return _BY_NAME[node.operator](self, node)

    def metric(self, measures: Measures, node: MetricRef) -> Shaped:
        scope = measures.catalogue.metrics[node.name].scope
        return measures.metric(node.name, self.member if scope and scope == self.member_scope else None)

    def let(self, name: str) -> Shaped:
        if name not in self._kept:
            outer, self.seen = self.seen, []
            self._kept[name] = self.evaluate(self.lets[name]), self.seen
            self.seen = outer
        value, compared = self._kept[name]
        self.seen += [each for each in compared if each not in self.seen]
        return value

    # calls

    def call(
        self, name: str, node: Call, arguments: tuple[Shaped, ...], options: dict[str, Shaped]
    ) -> Shaped:
        """Apply one entry of the operator table; a number beyond all numbers is unknown."""
        try:
            if name in REDUCTIONS:
                reduced = self.reduce(name, node, arguments, options)
                if name in ("any", "all") and not isinstance(reduced, (Series, Members)):
                    self.seen.append(ComparedValues(node, reduced, reduced, reduced))
                return reduced
            if name in TRANSFORMS:
                return _each_member(TRANSFORMS[name], arguments[0], options)
            if name == "age":
                return lift(age, arguments[0], self.measures.as_of)
            result = lift(SCALARS[name], *arguments)
        except decimal.DecimalException:
            return absent(node.shape, Cause("", "", "", "overflow", "the result is beyond all numbers"))
        if OPERATORS[name].form in ("compare", "member"):
            self.compared(node, arguments[0], arguments[1], result)
        return result

    def compared(self, node: Call, left: Shaped, right: Shaped, truth: Shaped) -> None:
        """Report a comparison, and keep it where it compared single values."""
        if self.watch is not None:
            self.watch(node, self.member, left, right, truth)
        if not isinstance(truth, (Series, Members)):
            self.seen.append(ComparedValues(node, left, right, truth))  # type: ignore[arg-type]

    def reduce(
        self, name: str, node: Call, arguments: tuple[Shaped, ...], options: dict[str, Shaped]
    ) -> Shaped:
        argument, *further = arguments
        if node.axis == "members":
            return _over_members(name, argument, options.get("where"), further)
        where = options.pop("where", None)
        span, least = options.get("span"), options.pop("min_n", None)

        def over_time(series: Series, filtered: Series | Value | None) -> Value:
            selection = select(series, options, filtered)  # type: ignore[arg-type]
            if selection.lost:
                return Unknown(selection.lost)
            if least is not None and (few := too_few(selection, least)):  # type: ignore[arg-type]
                return few
            if "span" in OPERATORS[name].options:
                return REDUCTIONS[name](selection, span)
            return REDUCTIONS[name](selection, *further)

        filters = {} if where is None else {"where": where}
        return _each_member(lambda series, where=None: over_time(series, where), argument, filters)

    # looks beyond the present value

    def known(self, node: Call) -> Shaped:
        return self.assume(node, lift(known, self.leaf(node.arguments[0])))

    def default(self, node: Call) -> Shaped:
        value, instead = (self.leaf(each) for each in node.arguments)
        return self.assume(node, lift(_default, value, instead))

    def assume(self, node: Call, result: Shaped) -> Shaped:
        self.assumed[node] = result
        return result

    def baseline(self, node: Call) -> Shaped:
        metric = node.arguments[1]
        assert isinstance(metric, MetricRef)
        name = self.leaf(node.arguments[0])
        if isinstance(name, Unknown):
            return absent(metric.shape, *name.causes)
        measures = self.baselines.get(str(name))
        if measures is None:
            why = f"the baseline `{name}` is not frozen"
            return absent(metric.shape, Cause(metric.name, "", "", "missing", why))
        return lift(_in_baseline, self.metric(measures, metric), str(name), measures.as_of)

    def attested(self, node: Call) -> Shaped:
        what = node.arguments[0]
        assert isinstance(what, Literal)
        if self.attestations is None:
            return Unknown((Cause(f"attested({what.value})", "", "", "no ledger"),))
        found = self.attestations.get(str(what.value))
        return found if isinstance(found, Unknown) else found is not None


class _Functions(dict[str, Callable[..., Shaped]]):
    """The operators of an interpreter as functions, each made when it is first called: a program calls few of them."""

    def __init__(self, interpreter: Interpreter) -> None:
        super().__init__()
        self._interpreter = interpreter

    def __missing__(self, key: str) -> Callable[..., Shaped]:
        call, name = self._interpreter.call, key.removeprefix("op_")
        self[key] = found = lambda node, *arguments, **options: _named(
            call(name, node, arguments, options), node
        )
        return found


_BY_NAME: dict[str, Callable[[Interpreter, Call], Shaped]] = {
    "known": Interpreter.known,
    "default": Interpreter.default,
    "baseline": Interpreter.baseline,
    "attested": Interpreter.attested,
}


def absent(shape: Shape, *causes: Cause) -> Shaped:
    """Return what stands for a value of that shape of which nothing is known."""
    if shape.members:
        return Members({}, causes)
    return Series(Points(), Decimal(0), blank=causes) if shape.time else Unknown(causes)


def _named(result: Shaped, node: Call) -> Shaped:
    """Let causes that were born in a calculation say in which one."""
    if not isinstance(result, Unknown) or all(each.metric for each in result.causes):
        return result
    text = to_text(node)
    return replace(
        result, causes=merged(each if each.metric else replace(each, metric=text) for each in result.causes)
    )


def _as_enum(value: Value, node: ParamRef) -> Value:
    """A param written as a word takes its place in the order of the enum that it is compared with."""
    if not isinstance(value, str) or node.type.enum is None:
        return value
    if value not in node.type.enum.values:
        return Unknown((Cause(node.name, "", "", "undeclared value", f"`{value}`"),))
    return Decimal(node.type.enum.values.index(value))


def _default(value: Value, instead: Value) -> Value:
    return value if known(value) else instead


def _in_baseline(value: Value, name: str, as_of: Decimal) -> Value:
    if not isinstance(value, Unknown):
        return value
    where = f"in baseline {name} of {show_time(as_of)}"
    causes = tuple(
        replace(each, detail=f"{each.detail}, {where}" if each.detail else where) for each in value.causes
    )
    return Unknown(causes, value.low, value.high)


def _each_member(operation: Callable[..., Shaped], argument: Shaped, options: Mapping[str, Shaped]) -> Shaped:
    """Apply an operation on one series at every member; options that have members are taken at the same one."""
    given = {key: value for key, value in options.items() if value is not None}
    if not isinstance(argument, Members):
        return operation(argument, **given)

    def at(value: Shaped, *further: Shaped) -> Value | Series:
        return operation(value, **dict(zip(given, further, strict=True)))  # type: ignore[return-value]

    return each_member(at, argument, *given.values())


def _over_members(name: str, argument: Shaped, where: Shaped | None, further: Sequence[Shaped]) -> Value:
    """Reduce the members that `where` keeps; one that the argument does not list may have any value."""
    assert isinstance(argument, Members)
    kept = each_member(lambda _, keep: keep, argument, True if where is None else where)
    if kept.doubt:
        return Unknown(kept.doubt)
    items: list[Point] = []
    for member, keep in kept.values.items():
        doubt = keep.causes if isinstance(keep, Unknown) else ()
        if keep is not False:
            items.append(Point(Decimal(0), len(items), argument.at(member), doubt))  # type: ignore[arg-type]
    return REDUCTIONS[name](Selection(Points(items), Decimal(0), before=kept.others), *further)
