"""The names that the expressions of one policy may use: metrics, params, lets and the member."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..language.declarations import MetricDeclaration, ParamDeclaration
from ..language.lexer import reserved
from ..language.nodes import LetRef, MetricRef, Node, ParamRef, walk
from .catalogue import Catalogue
from .model import Param

__all__ = ["PolicyNames", "followed", "lets_read", "metrics_read", "params_read"]


@dataclass(slots=True)
class PolicyNames:
    """The checker's `Declarations` for one policy; `attestable` is None where not all attestations could be read."""

    catalogue: Catalogue
    member_scope: str | None = None
    param_table: dict[str, Param] = field(default_factory=dict)
    lets: dict[str, Node | None] = field(default_factory=dict)
    attestable: Collection[str] | None = None

    @property
    def metrics(self) -> Mapping[str, MetricDeclaration]:
        """Every metric of the catalogue."""
        return self.catalogue.metrics

    @property
    def params(self) -> Mapping[str, ParamDeclaration]:
        """Every param of the policy."""
        return self.param_table

    @property
    def rosters(self) -> Mapping[str, tuple[str, ...]]:
        """The declared members of each scope; empty where a metric gives them or the scope is open."""
        return {name: () if scope.open else scope.members for name, scope in self.catalogue.scopes.items()}

    def words(self) -> Iterable[str]:
        """Every name, for suggestions."""
        scope = [self.member_scope] if self.member_scope else []
        return [*self.catalogue.metrics, *self.param_table, *self.lets, *scope]

    def taken(self, name: str) -> str | None:
        """Return what has a name already, or a beginning of it, for a new param or let; None where it is free."""
        if reserved(name):
            return "a word of the language"
        if name in self.catalogue.scopes:
            return "a scope"
        if any(_overlap(name, each) for each in self.catalogue.metrics):
            return "a metric"
        return "a param" if any(_overlap(name, each) for each in self.param_table) else None


def _overlap(name: str, other: str) -> bool:
    return name == other or name.startswith(other + ".") or other.startswith(name + ".")


def followed(node: Node, lets: Mapping[str, Node | None]) -> Iterator[Node]:
    """Yield a node and all below it, and below the trees of the lets that it names."""
    for each in walk(node):
        yield each
        if isinstance(each, LetRef) and lets.get(each.name) is not None:
            yield from followed(lets[each.name], lets)  # type: ignore[arg-type]


def metrics_read(node: Node, lets: Mapping[str, Node | None]) -> set[str]:
    """Return the metrics that an expression reads, through lets too."""
    return {each.name for each in followed(node, lets) if isinstance(each, MetricRef)}


def lets_read(node: Node, lets: Mapping[str, Node | None]) -> set[str]:
    """Return the lets that an expression uses, through lets too."""
    return {each.name for each in followed(node, lets) if isinstance(each, LetRef)}


def params_read(node: Node, lets: Mapping[str, Node | None]) -> set[str]:
    """Return the params that an expression uses, through lets too."""
    return {each.name for each in followed(node, lets) if isinstance(each, ParamRef)}
