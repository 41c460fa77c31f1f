"""The names that the checker needs: Protocols that a policy fulfils."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Protocol

from .nodes import Node
from .types import Shape, Type

__all__ = ["Declarations", "MetricDeclaration", "ParamDeclaration"]


class MetricDeclaration(Protocol):
    """What the language needs to know of a metric."""

    @property
    def type(self) -> Type: ...
    @property
    def shape(self) -> Shape: ...
    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def scope(self) -> str | None: ...


class ParamDeclaration(Protocol):
    """What the language needs to know of a param: its type, the words it may take and whether it has a unit."""

    @property
    def type(self) -> Type: ...
    @property
    def bare(self) -> bool: ...
    @property
    def values(self) -> tuple[object, ...]: ...


class Declarations(Protocol):
    """All names that an expression may use."""

    @property
    def metrics(self) -> Mapping[str, MetricDeclaration]: ...
    @property
    def params(self) -> Mapping[str, ParamDeclaration]: ...
    @property
    def lets(self) -> Mapping[str, Node | None]: ...
    @property
    def member_scope(self) -> str | None: ...
    @property
    def rosters(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def attestable(self) -> Collection[str] | None:
        """What people may attest; None if that is unknown."""
        ...

    def words(self) -> Iterable[str]: ...
