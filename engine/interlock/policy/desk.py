"""What the documents of a desk share, written once in `interlock.yaml`: its dates, time zone and artefacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .yaml.yaml_nodes import Mapping as MappingNode
from .yaml.yaml_nodes import Scalar

__all__ = ["DeskFacts"]


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """Dates by name, in seconds since 1970; the zone of sources that name none; keys of sources by source."""

    dates: Mapping[str, Decimal] = field(default_factory=dict)
    timezone: tuple[Scalar, Scalar] | None = None
    artefacts: tuple[tuple[Scalar, MappingNode], ...] = ()
