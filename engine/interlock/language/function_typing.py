"""Typing rules of the functions: arguments, windows, and which axis a call takes away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..diagnostics import Span, name_hint, unknown_name
from ..wording import number
from .literals import parse_literal
from .nodes import Call, Literal, MetricRef, Node, ParamRef
from .operator_typing import OperandRules
from .operators import FUNCTIONS, WINDOWS
from .printer import to_text
from .types import BOOL, DURATION, INTEGER, SCALAR, STRING, Kind, Shape, Type

__all__ = ["CallRules"]

_CALENDAR = ("hour", "day", "week")

Options = Mapping[str, Node]


class CallRules(OperandRules):
    """Checks calls and builds their nodes; every method returns None or False after a complaint."""

    def signature(
        self, name: str, arguments: Sequence[Node | None], options: Mapping[str, Node | None], span: Span
    ) -> bool:
        function = FUNCTIONS[name]
        wanted, given, good = len(function.arguments), len(arguments), True
        if given != wanted:
            window = _as_window(arguments[-1]) if given == wanted + 1 and "last" in function.options else None
            hint = f"a window is named: write `{window}`" if window else f"write `{function.signature}`"
            if name in ("min", "max"):
                hint = "`larger(a, b)` and `smaller(a, b)` take two"
            self.complain("E308", f"`{name}` takes {number(wanted, 'argument')}, {given} given", span, hint)
            good = False
        for option, value in options.items():
            if option not in function.options:
                near = name_hint(option, function.options, f"write `{function.signature}`")
                window = _as_window(value) if "last" in function.options and option != "min_n" else None
                near = f"write `{window}`" if window else near
                self.complain("E308", f"`{name}` has no option `{option}`", span, near)
                good = False
        for option in function.required:
            if option not in options:
                self.complain("E308", f"`{name}` needs `{option}=`", span, f"write `{function.signature}`")
                good = False
        return good

    def apply(self, name: str, arguments: Sequence[Node], options: Options, span: Span) -> Node | None:
        form = FUNCTIONS[name].form
        if form == "add":
            return self.arithmetic(name, arguments[0], arguments[1], span)
        if form == "reduce":
            return self.reduce(name, arguments, options, span)
        if form == "series":
            return self.along(name, arguments[0], options, span)
        if form == "scalar":
            return self.one_by_one(name, arguments[0], span)
        own = {"gap": self.gap, "baseline": self.baseline, "attested": self.attested, "known": self.known,
               "default": self.default}  # fmt: skip
        return own[form](arguments, options, span)

    def build(
        self,
        name: str,
        nodes: Sequence[Node],
        options: Options,
        kind: Type,
        shape: Shape,
        span: Span,
        axis: str,
    ) -> Node:
        return Call(name, tuple(nodes), tuple(sorted(options.items())), kind, shape, span, axis)

    # reductions

    def reduce(self, name: str, arguments: Sequence[Node], options: Options, span: Span) -> Node | None:
        node, *further = arguments
        axis = self.axis(name, node, options, span)
        if axis is None or not self.taken(name, node) or not all(self.share(name, each) for each in further):
            return None
        if not self.options(name, node, options, span):
            return None
        kind = FUNCTIONS[name].result_type(node.type)
        shape = Shape(None, node.shape.members) if axis == "time" else SCALAR
        return self.build(name, arguments, options, kind, shape, span, axis)

    def axis(self, name: str, node: Node, options: Options, span: Span) -> str | None:
        """Decide whether time or members go; a call that could do either is refused."""
        function = FUNCTIONS[name]
        window = [each for each in WINDOWS if each in options]
        time, members = node.shape.time, node.shape.members
        if not time and not (members and function.members):
            wanted = "a series or the members of a scope" if function.members else "a series"
            self.complain("E333", f"`{name}` needs {wanted}, this is {node.shape}", node.span)
            return None
        if not time and "min_n" in options:
            self.complain("E337", "`min_n=` needs a series, this runs over members only", span)
            return None
        if not time and window:
            self.complain("E337", f"`{window[0]}=` needs a series, this runs over members only", span)
            return None
        if time and members and function.members and not window:
            hint = f"reduce time first: `last(…)`, or a window such as `{name}(…, last=12)`"
            self.complain("E314", f"`{name}` could reduce time or members here", span, hint)
            return None
        if time and node.shape.regular and not window and not function.whole:
            hint = f"write `{name}(…, last=12)` or `after=t`"
            self.complain("E335", f"`{name}` over a regular series needs a window", span, hint)
            return None
        return "time" if time else "members"

    def taken(self, name: str, node: Node) -> bool:
        """Complain of an argument whose kind the function does not take."""
        function, kind = FUNCTIONS[name], node.type.kind
        if function.takes(kind):
            return True
        hint = None
        if function.form == "reduce" and kind is Kind.EVENT:
            hint = "events are counted: `count(…, within=14d)`"
        elif function.form == "reduce" and function.takes(Kind.BOOL):
            hint = "compare each point with a limit"
        self.complain("E309", f"`{name}` does not go with {node.type.with_article}", node.span, hint)
        return False

    def share(self, name: str, node: Node) -> bool:
        """Complain of a second argument that is not a constant share."""
        given: Sequence[object] = ()
        if isinstance(node, Literal):
            given = (node.value,)
        elif isinstance(node, ParamRef):
            given = self.declarations.params[node.name].values
        if (
            given
            and node.type.kind is Kind.NUMBER
            and all(isinstance(each, Decimal) and 0 <= each <= 1 for each in given)
        ):
            return True
        message = f"`{name}` wants a share from 0% to 100%, this is `{to_text(node)}`"
        self.complain("E396", message, node.span, f"write a constant or a param, as in `{name}(…, 90%)`")
        return False

    def options(self, name: str, node: Node, options: Options, span: Span) -> bool:
        checks = [self.option(key, value, node) for key, value in sorted(options.items())]
        windows = [each for each in WINDOWS if each in options]
        if "skip" in windows and "last" not in windows:
            self.complain("E336", "`skip=` goes with `last=`", span, "write `last=7, skip=7`")
            checks.append(False)
        if len([each for each in windows if each != "skip"]) > 1:
            self.complain("E336", f"`{windows[0]}=` and `{windows[1]}=` are two windows", span, "give one")
            checks.append(False)
        return all(checks)

    def option(self, key: str, value: Node, node: Node) -> bool:
        if key == "where":
            return self.filters(value, node)
        if key == "this":
            return self.calendar_word(value, node)
        if key in ("within", "skip") and not self.fits_axis(key, value, node):
            return False
        if key == "after":
            good = value.type.kind is Kind.TIMESTAMP and value.shape == SCALAR
            wanted = "an instant"
        elif key in ("last", "skip", "min_n"):
            good = isinstance(value, (Literal, ParamRef)) and value.type == INTEGER and self.positive(value)
            wanted = "a whole number above 0"
        else:
            good = (
                isinstance(value, (Literal, ParamRef))
                and value.type.kind is Kind.DURATION
                and self.positive(value)
            )
            wanted = "a duration above 0, as in `14d`"
        if not good:
            self.complain("E323", f"`{key}=` wants {wanted}", value.span, _window_hint(key, value, node))
        return good

    def positive(self, node: Literal | ParamRef) -> bool:
        given: tuple[object, ...] = (
            (node.value,) if isinstance(node, Literal) else self.declarations.params[node.name].values
        )
        return all(isinstance(each, Decimal) and each > 0 for each in given)

    def fits_axis(self, key: str, value: Node, node: Node) -> bool:
        if key == "within" and node.shape.regular:
            hint = "a regular series has slots: `last=14` takes the newest 14"
            self.complain("E315", "`within=` goes with irregular series", value.span, hint)
            return False
        if key == "skip" and not node.shape.regular:
            self.complain("E315", "`skip=` goes with regular series", value.span)
            return False
        return True

    def filters(self, value: Node, node: Node) -> bool:
        if value.type != BOOL:
            self.complain("E323", f"`where=` wants a boolean, this is {value.type.with_article}", value.span)
            return False
        if (value.shape.time or value.shape.members) is None or self.broadcast(
            (node, value), value.span
        ) is None:
            if value.shape == SCALAR:
                self.complain("E334", "`where=` needs one boolean for each point", value.span)
            return False
        if value.shape.members and not node.shape.members:
            self.complain("E334", "`where=` runs over members that the argument has not", value.span)
            return False
        if value.shape.time != node.shape.time:
            hint = "the filter must run along time exactly where the argument does"
            self.complain(
                "E334",
                f"`where=` runs along {value.shape}, the argument along {node.shape}",
                value.span,
                hint,
            )
            return False
        return True

    def calendar_word(self, value: Node, node: Node) -> bool:
        if node.shape.regular:
            hint = "a regular series has slots: `last=1` is the newest"
            self.complain("E315", "`this=` goes with irregular series", value.span, hint)
            return False
        if isinstance(value, Literal) and value.value in _CALENDAR and value.type == STRING:
            return True
        self.complain("E323", "`this=` wants `'hour'`, `'day'` or `'week'`", value.span)
        return False

    # along the time axis

    def along(self, name: str, node: Node, options: Options, span: Span) -> Node | None:
        if not node.shape.time:
            self.complain("E333", f"`{name}` needs a series, this is {node.shape}", node.span)
            return None
        if not self.taken(name, node) or not self.options(name, node, options, span):
            return None
        shape = node.shape
        if shape.regular and "where" in options:
            shape = Shape(f"filtered points of {shape.time}", shape.members)
        return self.build(name, [node], options, FUNCTIONS[name].result_type(node.type), shape, span, "")

    def gap(self, arguments: Sequence[Node], options: Options, span: Span) -> Node | None:
        node = arguments[0]
        if not node.shape.time or node.shape.regular:
            self.complain("E333", "`gap` needs an irregular series", node.span)
            return None
        if not self.options("gap", node, options, span):
            return None
        shape = Shape(f"gaps of {node.shape.time}", node.shape.members)
        return self.build("gap", [node], options, DURATION, shape, span, "")

    def one_by_one(self, name: str, node: Node, span: Span) -> Node | None:
        if not self.taken(name, node):
            return None
        return Call(name, (node,), (), FUNCTIONS[name].result_type(node.type), node.shape, span)

    # looks beyond the present value

    def metric(self, name: str, node: Node) -> bool:
        if isinstance(node, MetricRef):
            return True
        self.complain("E324", f"`{name}` wants the name of a metric", node.span)
        return False

    def word(self, name: str, node: Node) -> bool:
        if isinstance(node, Literal) and node.type == STRING:
            return True
        self.complain("E324", f"`{name}` wants a name in quotes", node.span)
        return False

    def baseline(self, arguments: Sequence[Node], options: Options, span: Span) -> Node | None:
        name, node = arguments
        named = (isinstance(name, ParamRef) and name.type == STRING) or self.word("baseline", name)
        if not named or not self.metric("baseline", node):
            return None
        shape = node.shape
        if shape.time:
            # a param and a word of the same spelling may name different baselines
            where = f"param {name.name}" if isinstance(name, ParamRef) else getattr(name, "value", "")
            shape = Shape(f"{shape.time} in {where}", shape.members, shape.regular)
        return Call("baseline", (name, node), (), node.type, shape, span)

    def attested(self, arguments: Sequence[Node], options: Options, span: Span) -> Node | None:
        what, known = arguments[0], self.declarations.attestable
        if not self.word("attested", what) or not isinstance(what, Literal):
            return None
        if known is not None and what.value not in known:
            unknown = unknown_name(
                "attestation", str(what.value), known, "declare it in an attestations document"
            )
            self.complain("E321", unknown.message, what.span, unknown.hint)
            return None
        return Call("attested", tuple(arguments), (), BOOL, SCALAR, span)

    def known(self, arguments: Sequence[Node], options: Options, span: Span) -> Node | None:
        node = arguments[0]
        if not self.metric("known", node):
            return None
        if node.type.kind is Kind.EVENT:
            self.complain("E325", "events have no value that could be missing", node.span)
            return None
        return Call("known", (node,), (), BOOL, node.shape, span)

    def default(self, arguments: Sequence[Node], options: Options, span: Span) -> Node | None:
        node, value = arguments
        if not self.metric("default", node):
            return None
        other = isinstance(value, MetricRef) and value.shape in (SCALAR, node.shape)
        if not other and not isinstance(value, (Literal, ParamRef)):
            wanted = "a constant, a param, or a metric that is single or of the same shape"
            self.complain("E324", f"the second argument of `default` is {wanted}", value.span)
            return None
        pair = self.same_kind(node, value, span)
        if pair is None or not self.ratio_has_unit(*pair):
            return None
        return Call("default", pair, (), node.type, node.shape, span)


def _as_window(value: Node | None) -> str | None:
    """Return the option that a constant of a window stands for: a count, or a length of time."""
    if not isinstance(value, Literal):
        return None
    if value.type == INTEGER:
        return f"last={to_text(value)}"
    return f"within={to_text(value)}" if value.type.kind is Kind.DURATION else None


def _window_hint(key: str, value: Node, node: Node) -> str | None:
    """Return how to write a window whose constant is of another kind."""
    if not isinstance(value, Literal):
        return None
    if value.type == STRING and (given := parse_literal(str(value.value))) is not None:
        fits = given.type == INTEGER if key in ("last", "skip") else given.type.kind is Kind.DURATION
        option = key if fits else "within" if given.type.kind is Kind.DURATION else "last"
        return f"write `{option}={value.value}` without quotes"
    if key == "last" and value.type.kind is Kind.DURATION and isinstance(value.value, Decimal):
        every = _period(node)
        if every is None:
            return f"write `within={to_text(value)}`: `last=` counts points"
        if value.value > every * 10**6:
            return None
        periods, rest = divmod(value.value, every)
        return f"write `last={periods}`: `last=` counts periods" if periods > 0 and not rest else None
    if key in ("within", "span") and value.type == INTEGER:
        text = to_text(value)
        return f"write the unit: `{key}={text}m`, `{key}={text}h` or `{key}={text}d`"
    return None


def _period(node: Node) -> Decimal | None:
    """The period of a regular series; None for an irregular one."""
    match = re.search(r"every ([0-9.]+)", node.shape.time or "")
    return Decimal(match[1]) if match and node.shape.regular else None
