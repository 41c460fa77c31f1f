"""Tells what a snapshot says of a metric as of its own instant, for whoever reads it later."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ...language.times import parse_time
from ...language.values import Cause, Unknown
from ...policy.catalogue import Catalogue, Metric
from .measures import single
from .series import complete, irregular, regular
from .series_history import lived
from .series_values import slot_at

__all__ = ["as_of_itself"]

_SKEW = "clock skew"


def as_of_itself(catalogue: Catalogue, name: str, form: object, as_of: Decimal) -> object:
    """Return the form of a metric so that a later reader sees no more in it than one as of its snapshot.

    What lies after the snapshot makes all of it unknown, `clock skew`. A point of a period that ran at the snapshot is
    dropped unless the metric is complete `early`, and coverage ends at the snapshot.
    """
    metric = catalogue.metrics[name]
    if not isinstance(form, dict | str):
        return form
    for each in [catalogue.metrics[column] for column in metric.columns] or [metric]:
        skew = next((cause for cause in _causes(each, form, as_of) if cause.cause == _SKEW), None)
        if skew is not None:
            return {"unknown": _SKEW, "detail": skew.detail + (f", at {skew.at}" if skew.at else "")}
    if metric.series == "regular" and isinstance(form, dict) and isinstance(form.get("points"), list):
        return {**form, "points": [each for each in form["points"] if not _runs(metric, each, as_of)]}
    return lived(form, as_of) if metric.series == "irregular" else form


def _causes(metric: Metric, form: object, as_of: Decimal) -> Iterator[Cause]:
    """Yield why a metric, or a point of it, is unknown as of its snapshot."""
    if metric.series == "single":
        value = single(metric, form, as_of, "")
        yield from value.causes if isinstance(value, Unknown) else ()
        return
    read = regular if metric.series == "regular" else irregular
    found = read(metric, form, as_of)
    yield from found.blank
    for point in found.points:
        yield from point.value.causes if isinstance(point.value, Unknown) else ()


def _runs(metric: Metric, point: object, as_of: Decimal) -> bool:
    """Whether the period of a point is not over at an instant."""
    stated = point.get("at") if isinstance(point, dict) else point
    at = parse_time(stated) if isinstance(stated, str) else None
    return at is not None and not complete(metric, slot_at(at, metric.every or Decimal(86400)), as_of)
