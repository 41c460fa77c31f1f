"""`interlock eval`: one expression over one snapshot, the quickest way to learn the language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import click

from ...canonical import canonical
from ...errors import EXIT_BEST, UsageError
from ...evaluation.deciding.cause_text import cause_lines
from ...evaluation.expressions.comparisons import shown
from ...evaluation.expressions.expression import ExpressionResult
from ...evaluation.snapshot.series_values import Members, Series
from ...language.literals import show
from ...language.times import show_time
from ...language.types import EVENT, Kind, Type
from ...language.values import Cause, Unknown, Value
from .. import terminal
from ..inputs import load_policies, read_baselines, read_snapshot, resolve_member
from ..options import baseline_option, environment_option, format_option, member_option, policies_option
from ..terminal_tables import Table

__all__ = ["command", "record"]


def record(expression: str, found: ExpressionResult) -> bytes:
    """Return one JSON object; numbers are as exact as they were computed, durations in seconds."""
    kind, shape = found.node.type, found.node.shape
    table = {
        "expression": expression,
        "type": str(kind),
        "shape": {"time": shape.time is not None, "members": shape.members},
        **_shaped(found.value, kind),
        "comparisons": [
            {
                "line": each.line,
                "column": each.column,
                "left": each.left,
                "op": each.op,
                "right": each.right,
                "seen": each.seen,
                "needed": each.needed,
                "margin": each.margin,
                "truth": each.truth,
            }
            for each in found.comparisons
        ],
        "assumptions": list(found.assumptions),
    }
    return canonical(table) + b"\n"


def _shaped(value: object, kind: Type) -> dict[str, Any]:
    match value:
        case Members():
            members = {name: _shaped(each, kind) for name, each in value.values.items()}
            return {"members": members, **_unknown(value.doubt)}
        case Series():
            points = [{"at": show_time(each.at), **_shaped(each.value, kind)} for each in value.points]
            return {"points": points, **_unknown((*value.blank, *value.uncovered))}
        case Unknown():
            bounds = {"low": value.low, "high": value.high}
            known = {name: _plain(each, kind) for name, each in bounds.items() if each.is_finite()}
            return {"value": None, **(known if kind.numeric else {}), **_unknown(value.causes)}
    return {"value": _plain(value, kind)}


def _unknown(causes: tuple[Cause, ...]) -> dict[str, Any]:
    names = ("metric", "member", "at", "cause", "detail")
    return {"unknown": [{name: getattr(each, name) for name in names} for each in causes]} if causes else {}


def _plain(value: object, kind: Type) -> object:
    """A known value as JSON has it: instants as text, words of an enum by name, never for an endless duration."""
    if isinstance(value, frozenset):
        return sorted(value)
    if not isinstance(value, Decimal):
        return value
    if not value.is_finite():
        return "never"
    if kind.kind is Kind.TIMESTAMP:
        return show_time(value)
    if kind.kind is Kind.ENUM and kind.enum:
        return kind.enum.values[int(value)]
    return value


_POINTS = 12
_DIGITS = 16
_EXAMPLES = """\b
Examples:
  interlock eval 'streak(equity.daily_change < -3%) >= 2' snapshot.json
  interlock eval 'share(last(edge.delta_pnl) > 0)' snapshot.json
  interlock eval 'bad_days' snapshot.json --policy live-rollout-readiness
"""


@click.command("eval", epilog=_EXAMPLES)
@click.argument("expression")
@click.argument("snapshot")
@member_option
@click.option("--policy", metavar="ID", help="Know the params and lets of this policy.")
@environment_option
@baseline_option
@click.option("--all", "everything", is_flag=True, help="Show every point of a series.")
@format_option("text", "json")
@policies_option
def command(
    expression: str,
    snapshot: str,
    members: Sequence[tuple[str, str]],
    policy: str | None,
    environment: str | None,
    baselines: Sequence[tuple[str, str]],
    everything: bool,
    form: str,
    policies: str | None,
) -> int:
    """Evaluate EXPRESSION over SNAPSHOT (a file, or - for stdin).

    Prints the value in its unit with its bounds and causes where it is unknown, and each comparison with what was seen
    and needed. The exit code is 0 whatever the value.
    """
    if len(members) > 1:
        raise UsageError("`eval` looks at one member: give `--member` once")
    loaded = load_policies(policies)
    if environment is not None and policy is None:
        raise UsageError(
            "an environment gives values to a policy's params: name the policy with `--policy ID`"
        )
    member = resolve_member(loaded, *members[0]) if members else None
    found = loaded.evaluate_expression(
        expression,
        read_snapshot(snapshot),
        policy=policy,
        member=member,
        environment=environment,
        baselines=read_baselines(baselines),
    )
    if form == "json":
        terminal.write(record(expression, found))
    else:
        _text(found, None if everything else _POINTS)
    return EXIT_BEST


def _text(found: ExpressionResult, most: int | None) -> None:
    value, kind = found.value, found.node.type
    shape = found.node.shape
    if isinstance(value, Members):
        _members(found, value, most)
    elif isinstance(value, Series):
        _series(found, value, most)
    else:
        terminal.say(f"value: {_exact(value, kind)}")
    terminal.say(f"type: {kind}, {'along ' if shape.time or shape.members else ''}{shape}")
    for line in cause_lines(_causes(value)):
        terminal.say(f"unknown: {line}")
    for line in found.assumptions:
        terminal.say(f"assumed: {line}")
    _comparisons(found)


def _causes(value: object) -> Iterable[Cause]:
    """Every cause below a value, in order."""
    match value:
        case Unknown():
            return value.causes
        case Series():
            inner = [cause for point in value.points for cause in (*_causes(point.value), *point.doubt)]
            return [*value.blank, *inner]
        case Members():
            return [*value.doubt, *(cause for each in value.values.values() for cause in _causes(each))]
    return ()


def _series(found: ExpressionResult, value: Series, most: int | None) -> None:
    if not value.points:
        terminal.say("value: no points")
        return
    table = Table(("at", "value"))
    for row in _points(found, value, most):
        table.add(*row)
    _shown(table, len(value.points), most)
    if value.uncovered and value.covered_to.is_finite():
        terminal.say(f"seen: {show_time(value.covered_from)} to {show_time(value.covered_to)}, else unknown")


def _members(found: ExpressionResult, value: Members, most: int | None) -> None:
    if not value.values:
        terminal.say("value: no members")
        return
    if any(isinstance(each, Series) for each in value.values.values()):
        table = Table((found.node.shape.members or "member", "at", "value"))
        longest = 0
        for name, each in value.values.items():
            assert isinstance(each, Series)
            longest = max(longest, len(each.points))
            for row in _points(found, each, most):
                table.add(name, *row)
        _shown(table, longest, most)
        return
    table = Table((found.node.shape.members or "member", "value"))
    for name, each in value.values.items():
        assert not isinstance(each, Series)
        table.add(name, _exact(each, found.node.type))
    table.show()


def _points(found: ExpressionResult, value: Series, most: int | None) -> list[tuple[str, str]]:
    points = value.points if most is None else value.points[-most:]
    kind = found.node.type
    return [
        (show_time(each.at), _point(each.value, kind) + (", if it counts at all" if each.doubt else ""))
        for each in points
    ]


def _point(value: Value, kind: Type) -> str:
    return "an event" if kind == EVENT and value is True else _exact(value, kind)


def _exact(value: Value, kind: Type) -> str:
    """A known value with more digits than a report shows; an unknown one with its bounds."""
    return shown(value, kind) if isinstance(value, Unknown) else show(value, kind, _DIGITS)


def _shown(table: Table, points: int, most: int | None) -> None:
    table.show()
    if most is not None and points > most:
        terminal.say(f"the newest {most} of {points} points: `--all` shows every one")


def _comparisons(found: ExpressionResult) -> None:
    if not found.comparisons:
        return
    table = Table(("compared", "seen", "needed", "margin", "truth"))
    table.colours = {"true": "green", "false": "red", "unknown": "yellow"}
    for each in found.comparisons:
        table.add(
            f"{each.left} {each.op} {each.right}", each.seen, each.needed, each.margin or "", each.truth
        )
    terminal.say()
    table.show()
