"""Three-valued logic and interval arithmetic on single values: the meaning of the operators.

Kleene, Introduction to Metamathematics (1952), §64, for the logic; bounds are closed intervals, whose ends are
rounded like every other number, which keeps their order (half-even rounding is monotone).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ...arithmetic import exact_context
from ...language.literals import CONTEXT
from ...language.values import INFINITY, Cause, Unknown, Value, interval, merged
from ...limits import SKEW

__all__ = ["SCALARS", "between", "decide"]

_QUIET = exact_context(CONTEXT.prec, least=CONTEXT.Emin, most=CONTEXT.Emax, traps=())


def _causes(*values: Value) -> tuple[Cause, ...]:
    return merged(*(each.causes for each in values if isinstance(each, Unknown)))


def between(low: Decimal, high: Decimal, causes: tuple[Cause, ...]) -> Value:
    """Return the number when both bounds agree, else the unknown between them."""
    return low if low == high and low.is_finite() else Unknown(causes, low, high)


def conjunction(*values: Value) -> Value:
    """`and`: false decides."""
    if any(each is False for each in values):
        return False
    return Unknown(_causes(*values)) if any(isinstance(each, Unknown) for each in values) else True


def disjunction(*values: Value) -> Value:
    """`or`: true decides."""
    if any(each is True for each in values):
        return True
    return Unknown(_causes(*values)) if any(isinstance(each, Unknown) for each in values) else False


def negation(value: Value) -> Value:
    """`not`: unknown stays unknown."""
    return value if isinstance(value, Unknown) else not value


def decide(operator: str, left: Value, right: Value) -> Value:
    """Compare two values; unknown ones decide when every value between their bounds agrees."""
    if not isinstance(left, Unknown) and not isinstance(right, Unknown):
        return _PLAIN[operator](left, right)
    sides = (left, right)
    if not all(isinstance(each, (Decimal, Unknown)) and not isinstance(each, bool) for each in sides):
        return Unknown(_causes(*sides))
    (a, b), (c, d) = interval(left), interval(right)
    holds, fails = {
        "lt": (b < c, a >= d),
        "le": (b <= c, a > d),
        "gt": (a > d, b <= c),
        "ge": (a >= d, b < c),
        "eq": (False, b < c or d < a),
        "ne": (b < c or d < a, False),
    }[operator]
    return True if holds else False if fails else Unknown(_causes(*sides))


_PLAIN: dict[str, Callable[[object, object], bool]] = {
    "lt": lambda a, b: a < b,  # type: ignore[operator]
    "le": lambda a, b: a <= b,  # type: ignore[operator]
    "gt": lambda a, b: a > b,  # type: ignore[operator]
    "ge": lambda a, b: a >= b,  # type: ignore[operator]
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}


def member(value: Value, group: Value) -> Value:
    """`in`: whether a set holds a name."""
    if isinstance(value, Unknown) or isinstance(group, Unknown):
        return Unknown(_causes(value, group))
    return value in group  # type: ignore[operator]


def _calculate(operation: Callable[[Decimal, Decimal], Decimal], left: Value, right: Value) -> Value:
    """Apply an operation that grows with each argument, end by end."""
    (a, b), (c, d) = interval(left), interval(right)
    low, high = operation(a, c), operation(b, d)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown(
            _causes(left, right), -INFINITY if low.is_nan() else low, INFINITY if high.is_nan() else high
        )
    return _finite(low, left, right)


def _finite(result: Decimal, *operands: Value) -> Value:
    never = any(isinstance(each, Decimal) and each.is_infinite() for each in operands)
    if result.is_nan() or (result.is_infinite() and not never):
        return Unknown((Cause("", "", "", "overflow", "the result is beyond all numbers"),))
    return result


def add(left: Value, right: Value) -> Value:
    """`+`."""
    return _calculate(_QUIET.add, left, right)


def subtract(left: Value, right: Value) -> Value:
    """`-`."""
    return add(left, negative(right))


def negative(value: Value) -> Value:
    """`-` before a value."""
    if isinstance(value, Unknown):
        return Unknown(value.causes, value.high.copy_negate(), value.low.copy_negate())
    return value.copy_negate() if isinstance(value, Decimal) else value


def multiply(left: Value, right: Value) -> Value:
    """`*`: of intervals the smallest and largest product of their ends; nothing is known of 0 times what has no end."""
    (a, b), (c, d) = interval(left), interval(right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _hull([_QUIET.multiply(x, y) for x in (a, b) for y in (c, d)], _causes(left, right))
    return _finite(_QUIET.multiply(a, c), left, right)


def _hull(ends: list[Decimal], causes: tuple[Cause, ...]) -> Value:
    if any(each.is_nan() for each in ends):
        return Unknown(causes)
    return Unknown(causes, min(ends), max(ends))


def divide(left: Value, right: Value) -> Value:
    """`/`: unknown by zero, and wherever the divisor may be zero."""
    (a, b), (c, d) = interval(left), interval(right)
    if c <= 0 <= d:
        zero = Cause("", "", "", "division by zero")
        return Unknown(_causes(left, right) or (zero,))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _hull([_QUIET.divide(x, y) for x in (a, b) for y in (c, d)], _causes(left, right))
    return _finite(_QUIET.divide(a, c), left, right)


def larger(left: Value, right: Value) -> Value:
    """The larger of two values."""
    return _calculate(max, left, right)


def smaller(left: Value, right: Value) -> Value:
    """The smaller of two values."""
    return _calculate(min, left, right)


def absolute(value: Value) -> Value:
    """The distance from zero."""
    low, high = interval(value)
    if not isinstance(value, Unknown):
        return low.copy_abs()
    nearest = Decimal(0) if low <= 0 <= high else min(low.copy_abs(), high.copy_abs())
    return Unknown(value.causes, nearest, max(low.copy_abs(), high.copy_abs()))


def root(value: Value) -> Value:
    """The square root; unknown of what is or may be negative."""
    low, high = interval(value)
    if low < 0:
        negative = Cause("", "", "", "out of range", "a negative number has no square root")
        return Unknown(_causes(value) or (negative,))
    low, high = _QUIET.sqrt(low), _QUIET.sqrt(high)
    return between(low, high, _causes(value))


def size(value: Value) -> Value:
    """How many members a set has."""
    if isinstance(value, Unknown):
        return Unknown(value.causes, Decimal(0), INFINITY)
    return Decimal(len(value))  # type: ignore[arg-type]


def age(instant: Value, as_of: Decimal) -> Value:
    """How long before `as_of` an instant was; within the skew after it, 0."""
    if not isinstance(instant, Decimal):
        return Unknown(_causes(instant))
    distance = _QUIET.subtract(as_of, instant)
    if distance < -SKEW:
        return Unknown((Cause("", "", "", "clock skew", "the instant lies after the snapshot"),))
    return max(distance, Decimal(0))


SCALARS: dict[str, Callable[..., Value]] = {
    "and": conjunction,
    "or": disjunction,
    "not": negation,
    "in": member,
    "not_in": lambda value, group: negation(member(value, group)),
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "div": divide,
    "neg": negative,
    "abs": absolute,
    "sqrt": root,
    "larger": larger,
    "smaller": smaller,
    "size": size,
    **{name: (lambda a, b, name=name: decide(name, a, b)) for name in _PLAIN},
}
"""What each operator of the table means for single values; `age` needs the snapshot's time besides."""
