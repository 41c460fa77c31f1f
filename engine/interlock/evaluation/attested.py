"""What people attested for the values of one snapshot, and until when it counts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .cutting import bound_value
from .measures import Measures
from .request import Request

__all__ = ["attested"]


def attested(request: Request, measures: Measures) -> Mapping[str, Decimal] | None:
    """Return what enough people attested, with the instant at which it ends; None where nobody can tell."""
    if request.memory is None:
        given = request.attested if request.stateless else None
        return None if given is None else dict.fromkeys(given, Decimal("Infinity"))
    return request.memory.attested(request.attestations, lambda name: bound_value(measures.metric(name)))
