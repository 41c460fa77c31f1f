"""Finds and reads every document of a policy root, and links them into one whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ..diagnostics import Collector, Span, did_you_mean
from ..errors import UsageError
from ..language.times import parse_duration
from ..limits import FORMAT
from .attestations import Attestation, read_attestations
from .catalogue import Catalogue
from .model import Policy
from .reading.catalogue_reader import DEFAULT_MAX_AGE, read_catalogue
from .reading.environments import Environment, read_environment
from .reading.follow_on import DeclaredNames, FaultyNames, without_consequences
from .reading.former_names import check_former
from .reading.links import link
from .reading.policy_reader import read_policy
from .reading.rollout_reader import approvals, read_rollouts
from .rollout_model import Rollout
from .yaml.reader import read_file
from .yaml.schema import holds
from .yaml.yaml_nodes import Mapping as MappingNode
from .yaml.yaml_nodes import Node, Scalar

__all__ = ["KINDS", "SCHEMAS", "PolicyRoot", "find_root", "load_root"]

KINDS = ("interlock", "policy", "rollout", "metrics", "sources", "tests", "attestations", "environment")
SCHEMAS = {kind: "catalogue" if kind == "metrics" else kind for kind in KINDS}
"""The JSON Schema of a document by its first key."""
_MARK = "interlock.yaml"


@dataclass(frozen=True, slots=True)
class PolicyRoot:
    """Everything that a policy root holds. `sources` and `tests` are nodes that keep their schema; the rooms collect
    and testing read them."""

    path: Path
    catalogue: Catalogue = field(default_factory=Catalogue)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(default_factory=dict)
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    rollouts: Mapping[str, Rollout] = field(default_factory=dict)
    sources: tuple[MappingNode, ...] = ()
    tests: tuple[MappingNode, ...] = ()
    documents: int = 0
    lost: FaultyNames = field(default_factory=FaultyNames)


def find_root(given: str | os.PathLike[str] | None = None, start: Path | None = None) -> Path:
    """Return the policy root: `given`, else `$INTERLOCK_POLICIES`, else the nearest parent's `policies/`.

    Raises UsageError when there is none.
    """
    named = given or os.environ.get("INTERLOCK_POLICIES")
    if named:
        path = Path(named)
        if not (path / _MARK).is_file():
            hint = "write `interlock: 1` into it" if path.is_dir() else "the folder does not exist"
            raise UsageError(f"{path.as_posix()} is no policy root: it holds no {_MARK}: {hint}")
        return path
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / _MARK).is_file():
            return folder
        if (folder / "policies" / _MARK).is_file():
            return folder / "policies"
    raise UsageError(
        f"no policy root: neither this folder nor a parent holds policies/{_MARK}: name one with `--policies DIR`"
    )


def load_root(path: Path, collector: Collector, advance: Callable[[], None] = lambda: None) -> PolicyRoot:
    """Read every document below `path`; complaints go to `collector`, and what is sound is returned.

    `advance` is called after each file, for a progress bar.
    """
    by_kind: dict[str, list[MappingNode]] = {}
    meant = DeclaredNames()
    count = 0
    for file, shown in _files(path, collector):
        node = read_file(file, shown, collector)
        count += 1
        advance()
        if node is None:
            meant.lines(collector.sources.get(shown, []))
            continue
        meant.read(node)
        kind = _kind(node, shown, path, collector)
        if kind and isinstance(node, MappingNode) and holds(SCHEMAS[kind], node, collector):
            by_kind.setdefault(kind, []).append(node)
        elif kind:
            meant.unsound.add(kind)
        else:
            meant.unread.add("")
    max_age = _max_age(by_kind.get("interlock", []))
    catalogue = read_catalogue(by_kind.get("metrics", []), collector, max_age)
    policies = link(_policies(by_kind.get("policy", []), catalogue, collector, meant.attestable), collector)
    attestations = read_attestations(by_kind.get("attestations", []), catalogue, collector)
    rollouts = read_rollouts(by_kind.get("rollout", []), catalogue, policies, attestations, collector)
    attestations |= approvals(rollouts)
    environments = _environments(by_kind.get("environment", []), policies, rollouts, collector)
    lost = meant.lost([*catalogue.metrics, *catalogue.scopes, *policies], rollouts)
    without_consequences(collector, lost)
    sources = tuple(by_kind.get("sources", []))
    tests = tuple(by_kind.get("tests", []))
    return PolicyRoot(
        path, catalogue, policies, environments, attestations, rollouts, sources, tests, count, lost
    )  # fmt: skip


def _files(path: Path, collector: Collector) -> Iterator[tuple[Path, str]]:
    """Yield every document with its name in complaints: from the root's own folder on, with `/`."""
    name = path.resolve().name

    def unreadable(problem: OSError) -> None:
        below = Path(problem.filename).relative_to(path).as_posix()
        reason = (problem.strerror or "it cannot be read").lower()
        collector.add("E101", f"cannot read the folder: {reason}", Span(f"{name}/{below}", 1, 1))

    for folder, folders, files in os.walk(path, onerror=unreadable):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        below = Path(folder).relative_to(path).as_posix()
        prefix = name if below == "." else f"{name}/{below}"
        for link_name in [each for each in folders if (Path(folder) / each).is_symlink()]:
            message = f"the folder `{link_name}` is a link, which is not followed"
            collector.add("E202", message, Span(f"{prefix}/{link_name}", 1, 1), "put the folder itself here")
        for file in sorted(each for each in files if not each.startswith(".")):
            shown = f"{prefix}/{file}"
            if file.endswith((".yaml", ".yml")):
                yield Path(folder) / file, shown
            else:
                hint = "documents end in `.yaml` or `.yml`; keep other files elsewhere"
                collector.add("E202", f"`{file}` is not a document", Span(shown, 1, 1), hint)


def _kind(node: Node, shown: str, root: Path, collector: Collector) -> str | None:
    """Tell the kind of a document by its first key."""
    if not isinstance(node, MappingNode) or not node.pairs:
        collector.add(
            "E202", "a document is a mapping", node.span, f"its first key is one of {', '.join(KINDS)}"
        )
        return None
    key, value = node.pairs[0]
    if key.text not in KINDS:
        inside = next((each.text for each, _ in node.pairs if each.text in KINDS), None)
        hint = (
            f"put `{inside}` first"
            if inside
            else did_you_mean(key.text, KINDS) or f"one of {', '.join(KINDS)}"
        )
        collector.add("E202", f"`{key.text}` is no kind of document", key.span, hint)
        return None
    marks_root = shown == f"{root.resolve().name}/{_MARK}"
    if (key.text == "interlock") != marks_root:
        message = f"`{_MARK}` at the top of the policy root, and no other file, holds the kind `interlock`"
        collector.add("E202", message, key.span)
        return None
    if (
        marks_root
        and isinstance(value, Scalar)
        and isinstance(value.value, Decimal)
        and value.value != FORMAT
    ):
        advice = "upgrade interlock" if value.value > FORMAT else "this engine is too new for it"
        collector.add(
            "E202", f"the documents have format {value.text}, this engine reads {FORMAT}", value.span, advice
        )
        return None
    return key.text


def _max_age(marks: list[MappingNode]) -> Decimal | None:
    given = marks[0].get("max_age") if marks else None
    if not isinstance(given, Scalar):
        return DEFAULT_MAX_AGE
    return None if given.text == "never" else parse_duration(given.text)


def _policies(
    nodes: list[MappingNode], catalogue: Catalogue, collector: Collector, attestable: Collection[str] | None
) -> dict[str, Policy]:
    found: dict[str, Policy] = {}
    check_former(nodes, collector)
    for node in nodes:
        policy = read_policy(node, catalogue, collector, attestable)
        if policy is None:
            continue
        if policy.id in found:
            related = [("first given here", found[policy.id].span)]
            collector.add(
                "E203", f"two policies are called `{policy.id}`", policy.span, "rename one", related
            )
            continue
        found[policy.id] = policy
    return found


def _environments(
    nodes: list[MappingNode],
    policies: Mapping[str, Policy],
    rollouts: Mapping[str, Rollout],
    collector: Collector,
) -> dict[str, Environment]:
    found: dict[str, Environment] = {}
    for node in nodes:
        environment = read_environment(node, policies, rollouts, collector)
        if environment.name in found:
            related = [("first given here", found[environment.name].span)]
            message = f"two environments are called `{environment.name}`"
            collector.add("E407", message, environment.span, "merge them", related)
            continue
        found[environment.name] = environment
    return found
