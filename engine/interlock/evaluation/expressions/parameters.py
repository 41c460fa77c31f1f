"""The values that params have in one evaluation: written, per member, of an environment, or overridden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ...canonical import canonical, digest
from ...language.literals import show
from ...language.times import show_time
from ...language.types import Kind
from ...language.values import Cause, Unknown, Value
from ...policy.model import Override, Param, ParamValue, Policy, Unlimited
from ...policy.reading.params import WrittenValue, in_range, parse_as

__all__ = ["Effective", "effective", "params_digest", "plain_values"]


@dataclass(frozen=True, slots=True)
class Effective:
    """Values by name, unlimited names, required names without a value, and the assumptions that a verdict prints."""

    values: Mapping[str, Value]
    unlimited: frozenset[str] = frozenset()
    absent: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)


def effective(
    policy: Policy,
    member: str | None,
    environment: Mapping[str, Value],
    given: Mapping[str, Value],
    env: Mapping[str, object],
    holds: Callable[[Override], Value],
) -> Effective:
    """Return the params of a policy at a member.

    `given` comes from a composing policy's `with`, `environment` from an environment document, `env` from the
    snapshot; `holds` evaluates an override's `when`. What `with` gives goes before all else. A value for one member
    goes before every value for all, that of an override without `members` too. A value outside the param's range
    makes the param unknown.
    """
    values: dict[str, Value] = {}
    unlimited, absent, printed = set(), [], []
    for name, param in sorted(policy.params.items()):
        value, note = _within(param, _chosen(param, member or "", environment, given))
        if param.override and name not in given:
            own = "" if param.override.members else _own(param, member or "", environment)
            replaced, override_note = _overridden(param, param.override, env, holds, own)
            value, note = (value, note) if replaced is None else (replaced, "")
            printed += [override_note] if override_note else []
        printed += [note] if note else []
        if value is None:
            absent.append(name)
        elif isinstance(value, Unlimited):
            unlimited.add(name)
            printed.append(f"param `{name}` is unlimited: the rules that use it do not apply")
        else:
            values[name] = value
    shown = {name: _shown(value, policy.params[name]) for name, value in values.items()}
    shown |= dict.fromkeys(sorted(unlimited), "unlimited")
    return Effective(values, frozenset(unlimited), tuple(absent), tuple(printed), shown)


def plain_values(policy: Policy) -> dict[str, Value]:
    """Return the written values of the params that are the same for every member and environment, by name."""
    return {
        name: param.value
        for name, param in policy.params.items()
        if isinstance(param.value, (bool, str, Decimal, frozenset))
    }


def _chosen(
    param: Param, member: str, environment: Mapping[str, Value], given: Mapping[str, Value]
) -> ParamValue | None:
    """Return the value of a param at a member: what `with` gives, else one for the member, else one for all."""
    if param.name in given:
        return given[param.name]
    if _own(param, member, environment):
        return environment.get(param.at(member), param.per.get(member))
    return environment.get(param.name, param.value)


def _own(param: Param, member: str, environment: Mapping[str, Value]) -> str:
    """Return the member where the policy or the environment gives it a value of its own; else nothing."""
    return member if param.at(member) in environment or member in param.per else ""


def _within(param: Param, value: ParamValue | None) -> tuple[ParamValue | None, str]:
    """Return a value that lies in the param's range; else that the param is unknown, and what to print."""
    if not isinstance(value, Decimal) or in_range(param, value):
        return value, ""
    return _unknown(param, "out of range", f"{_shown(value, param)} is outside its range")


def _unknown(param: Param, cause: str, detail: str) -> tuple[Value, str]:
    causes = (Cause(param.name, "", "", cause, detail),)
    return Unknown(causes), f"param `{param.name}` is unknown: {detail}"


def params_digest(given: Mapping[str, Value]) -> str:
    """Return a digest of the params that a composition gives; empty without any."""
    words = {name: sorted(each) if isinstance(each, frozenset) else str(each) for name, each in given.items()}
    return digest(canonical(words)) if words else ""


def _shown(value: Value, param: Param) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    if param.type.kind is Kind.TIMESTAMP and isinstance(value, Decimal):
        return show_time(value)
    return show(value, param.type, 34)


def _overridden(
    param: Param, override: Override, env: Mapping[str, object], holds: Callable[[Override], Value], own: str
) -> tuple[Value | None, str]:
    """Return the value that an environment variable gives (None: none), and what to print.

    `own` is the member whose own value the variable leaves as it is; empty where it may replace the value.
    """
    if override.env not in env:
        return _unknown(param, "missing", f"the snapshot did not record {override.env}")
    raw = env[override.env]
    if raw is None:
        return None, ""
    active = holds(override) if override.when is not None else True
    if isinstance(active, Unknown):
        return _unknown(param, "missing", f"it is not known whether {override.env} may override it")
    if active is False:
        return None, f"finding: {override.env} is set where it may not override param `{param.name}`"
    if own:
        return None, f"finding: {override.env} leaves param `{param.name}` as it is for {own}"
    text = "true" if raw is True else "false" if raw is False else str(raw)
    written = parse_as(param.type, text)
    if not isinstance(written, WrittenValue):
        return _unknown(param, "wrong type", f"{override.env}: {written}")
    if isinstance(written.value, Decimal) and not in_range(param, written.value):
        return _unknown(param, "out of range", f"{override.env} is outside its range")
    assert not isinstance(written.value, Unlimited)
    return written.value, f"param `{param.name}` is {text}, set by {override.env}"
