"""Writes what a snapshot of a world tells, with its damages. More damages always tell less."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlock.evaluation.snapshot.snapshot import Snapshot

from .damages import Damage, Damages, Told, told
from .worlds import DAY, HOUR, START, VALUES, Declared, Place, World, declared, time_text

Kinds = Mapping[str, Sequence[Damage]]
GAPS = {"unknown": "missing", "null": None, "text": "soon"}


def snapshot(world: World, damages: Damages, index: int) -> Snapshot:
    """Return the snapshot of one instant. It is read without its schema, which would refuse an unknown key."""
    return Snapshot.restored(json.dumps(document(world, damages, index), sort_keys=True).encode())


def document(world: World, damages: Damages, index: int) -> dict[str, Any]:
    """Return the snapshot of one instant as JSON data."""
    struck = told(damages, index)
    metrics: dict[str, Any] = {}
    scopes: dict[str, dict[str, dict[str, Any]]] = {}
    for place in world.truth:
        metric, kinds = declared()[place[0]], struck.get(place, {})
        target = scopes.setdefault(metric.scope, {}).setdefault(place[1], {}) if metric.scope else metrics
        if "absent" not in kinds:
            target[metric.name] = _broken(_form(world, index, metric, place, kinds), kinds)
    found: dict[str, Any] = {"interlock": 1, "as_of": time_text(world.instants[index]), "metrics": metrics}
    if scopes:
        found["scopes"] = {
            scope: dict(_members(world, index, scope, tables, struck)) for scope, tables in scopes.items()
        }
    _forget(metrics, found.get("scopes", {}), struck)
    return found


def _broken(form: Any, kinds: Kinds) -> Any:
    if "null" in kinds:
        return None
    if "unknown" in kinds:
        return {"unknown": "stale", "detail": "no answer"}
    if "torn" in kinds:
        return {"unknown": "torn source"}
    if "odd" in kinds:
        # the key was to say that the rest does not hold
        return {**(_halved(form) if isinstance(form, dict) else {"value": form}), "unknwon": "torn source"}
    if "foreign" in kinds:
        return {**form, **({"torn": "line 7"} if "from" in form else {"from": time_text(START)})}
    if "listed" in kinds:
        return {**form, "unknown": "torn source"}
    return form


def _halved(form: dict[str, Any]) -> dict[str, Any]:
    points = form.get("points", ())
    return {**form, "points": points[: len(points) // 2]} if points else form


def _form(world: World, index: int, metric: Declared, place: Place, kinds: Kinds) -> Any:
    if metric.shape == "single":
        return _single(metric, world.truth[place][index], kinds, world.instants[index])
    listed = _periods if metric.shape == "regular" else _events
    return listed(world, index, metric, world.truth[place], kinds)


# single values


def _single(metric: Declared, truth: tuple[Any, int, int], kinds: Kinds, as_of: int) -> Any:
    """A damaged value is another one than the true one: what reads it is wrong."""
    value, age, size = truth
    at = as_of - age
    if "stale" in kinds and metric.max_age is not None:
        at = as_of - metric.max_age - 1
    if "future" in kinds:
        at = as_of + HOUR
    if "few" in kinds and metric.min_n is not None:
        size = metric.min_n - 1
    if kinds:
        value = next((each for each in VALUES.get(metric.name, ()) if each != value), value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if "range" in kinds and number:
        value = 70
    if "nan" in kinds and number:
        value = float("nan")
    if "text" in kinds or (("nan" in kinds or "range" in kinds) and not number):
        value = "soon"
    if "stranger" in kinds and isinstance(value, list):
        value = [*value, "middle"]
    bare = at == as_of and metric.min_n is None
    return value if bare else {"value": value, "at": time_text(at), "n": size}


# regular series


def _periods(world: World, index: int, metric: Declared, truth: Mapping[int, Any], kinds: Kinds) -> Any:
    """A list reaches at least to the newest period that is over: if not due, only a list tells whether it came."""
    as_of = world.instants[index]
    first = max([START, world.begins[index], *(each.at for each in kinds.get("from", ()))])
    newest = max(each for each in truth if each + (0 if metric.early else metric.every) <= as_of)
    first, points = min(first, newest), list[dict[str, Any]]()
    for slot, value in truth.items():
        due = slot + metric.every + metric.lag <= as_of
        over = slot + (0 if metric.early else metric.every) <= as_of
        if slot >= first and over and (due or world.prompt):
            other = truth[START] if value == truth[newest] else truth[newest]
            points += _period(slot, (value, other), {kind: _at(kinds, kind, slot) for kind in kinds}, due)
    running = as_of // metric.every * metric.every
    for each in kinds.get("running", ())[:1]:
        points.append({"at": time_text(running), "value": truth.get(each.at)})
    if "future" in kinds:
        points.append({"at": time_text(running + metric.every), "value": truth[START]})
    return {"from": time_text(first), "points": points}


def _at(kinds: Kinds, kind: str, at: int) -> str | None:
    """How a damage of a kind strikes a period or a point; None where it does not."""
    return next((each.how for each in kinds[kind] if each.at == at), None)


def _period(
    slot: int, values: tuple[Any, Any], how: Mapping[str, str | None], due: bool
) -> Iterator[dict[str, Any]]:
    """A period that is not due yet may be listed or not, which tells nothing: only a due one can be lost."""
    value, other = values
    if how.get("lost") is not None and due:
        return
    point = {"at": time_text(slot), "value": value}
    if (hidden := how.get("hide")) is not None:
        point = _hidden({**point, "value": other}, "value", hidden)
    if how.get("shift") is not None:
        point = {"at": time_text(slot + HOUR // 2), "value": other}
    yield point
    if how.get("double") is not None:
        yield {"at": time_text(slot), "value": other}


def _hidden(point: dict[str, Any], column: str, how: str) -> dict[str, Any]:
    if how == "odd" and column == "value":
        return {**point, "unknwon": "stale"}
    if how in ("unknown", "odd"):
        return {"at": point["at"], "unknown": "missing"}
    if how == "missing":
        return {key: each for key, each in point.items() if key != column}
    value = point[column]
    ranged = isinstance(value, int | float) and not isinstance(value, bool) and how == "range"
    return {**point, column: None if how == "null" else "soon" if not ranged else float("nan")}


# irregular series


def _events(
    world: World, index: int, metric: Declared, truth: Sequence[tuple[int, Any]], kinds: Kinds
) -> Any:
    as_of = world.instants[index]
    start = min(max([world.begins[index], *(each.at for each in kinds.get("start", ()))]), as_of)
    stop = min([as_of, *(each.at for each in kinds.get("end", ()))])
    if stop < start:
        return {"unknown": "missing"}
    lost = {each.at for each in kinds.get("lost", ())}
    mangled = {each.at for each in kinds.get("mangled", ())}
    points = []
    for number, (when, values) in enumerate(truth):
        listed = start <= when <= stop + (0 if "cut" in kinds else metric.slack) or number not in lost
        if listed and number not in mangled and world.reaches[index] <= when <= as_of:
            points.append(
                (
                    when,
                    _point(
                        metric,
                        when,
                        values,
                        {each.how for each in kinds.get("hide", ()) if each.at == number},
                    ),
                )
            )
    if "future" in kinds:
        points.append((as_of + HOUR, _point(metric, as_of + HOUR, truth[0][1] if truth else {"": 1}, set())))
    form: dict[str, Any] = {"points": _loosened(points, {each.at for each in kinds.get("loose", ())})}
    if "bare" not in kinds:
        form["covered"] = [time_text(start), time_text(as_of + HOUR if "ahead" in kinds else stop)]
    if "cut" in kinds:
        form["torn"] = "line 7"
    return form


def _point(metric: Declared, when: int, values: Mapping[str, Any], hows: set[str]) -> dict[str, Any]:
    point: dict[str, Any] = {"at": time_text(when)}
    if metric.shape == "events":
        return point
    point |= {column or "value": value for column, value in values.items()}
    for how in sorted(hows):
        for column in metric.columns[:1] or ("value",):
            if column in point:
                point = _hidden(point, column, how)
    return point


def _loosened(points: Sequence[tuple[int, dict[str, Any]]], loose: set[int]) -> list[dict[str, Any]]:
    """Points of a time whose order is not known are marked, and listed the other way round."""
    found: list[dict[str, Any]] = []
    for when in sorted(dict.fromkeys(when for when, _ in points)):
        group = [point for at, point in points if at == when]
        if when in loose:
            group = [{**each, "unordered": "equal times"} for each in reversed(group)]
        found += group
    return found


# members


def _members(
    world: World, index: int, scope: str, tables: Mapping[str, dict[str, Any]], struck: Told
) -> Iterator[tuple[str, dict[str, Any]]]:
    for member, table in tables.items():
        kinds = struck.get(("@" + scope, member), {})
        if "gone" in kinds:
            continue
        alias = member == "long" and world.aliased[index]
        yield ("L" if alias else member), table
        if "twice" in kinds and member == "long":
            yield ("long" if alias else "L"), table
    mangled = [
        each for (name, _), kinds in struck.items() if name == "me" for each in kinds.get("mangled", ())
    ]
    strange = struck.get(("@" + scope, ""), {}).get("stranger", ())
    if strange or (mangled and scope == "side"):
        yield "middle", _stranger(scope, strange[0].how if strange else "value")


def _stranger(scope: str, how: str) -> dict[str, Any]:
    if scope == "desk":
        return {"w": True}
    if how == "series":
        return {"ms": {"from": time_text(START), "points": [{"at": time_text(START + DAY), "value": 1}]}}
    return {"m": 1} if how == "value" else {}


def _forget(
    metrics: dict[str, Any], scopes: Mapping[str, Mapping[str, Mapping[str, Any]]], struck: Told
) -> None:
    """Leave members off a measured roster; a member that is measured and not listed is a conflict."""
    form = metrics.get("desks")
    value = form.get("value") if isinstance(form, dict) else form
    if not isinstance(value, list):
        return
    for member, table in scopes.get("desk", {}).items():
        if "forgotten" in struck.get(("@desk", member), {}) and any(
            each is not None for each in table.values()
        ):
            value = [each for each in value if each != member]
    metrics["desks"] = {**form, "value": value} if isinstance(form, dict) else value
