"""Finds and reads every document of a policy root, and links them into one whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ..diagnostics import Collector, Span, name_hint
from ..errors import DocumentError, UsageError, system_reason
from ..limits import FORMAT
from .catalogue import Catalogue
from .defaults import Defaults
from .model import Attestation, Policy
from .reading.attestations import read_attestations
from .reading.catalogue_reader import DEFAULT_MAX_AGE, read_catalogue
from .reading.defaults_reader import check_default_environment, read_defaults
from .reading.environments import Environment, read_environments
from .reading.follow_on import DeclaredNames, FaultyNames, drop_follow_on
from .reading.links import check_former_names, link_policies
from .reading.lint import lint_policies
from .reading.policy_reader import read_policy
from .reading.report_reader import read_reports
from .reading.rollout_reader import approvals, check_stage_guards, read_rollouts
from .report_model import ReportKind
from .rollout_model import Rollout
from .yaml.reader import read_file
from .yaml.schema import holds
from .yaml.yaml_nodes import Mapping as MappingNode
from .yaml.yaml_nodes import Node

__all__ = ["KINDS", "SCHEMAS", "PolicyRoot", "desk_defaults", "find_root", "load_root"]

KINDS = (
    "interlock",
    "policy",
    "rollout",
    "metrics",
    "sources",
    "tests",
    "attestations",
    "environment",
    "report",
)
SCHEMAS = {kind: "catalogue" if kind == "metrics" else kind for kind in KINDS}
"""The JSON Schema of a document by its first key."""
_MARK = "interlock.yaml"
_VARIABLE = "INTERLOCK_POLICIES"


@dataclass(frozen=True, slots=True)
class PolicyRoot:
    """Everything that a policy root holds. `sources` and `tests` are nodes that keep their schema, which the rooms
    collect and testing read; `faulty` are the names that are declared and not sound."""

    path: Path
    catalogue: Catalogue = field(default_factory=Catalogue)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(default_factory=dict)
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    rollouts: Mapping[str, Rollout] = field(default_factory=dict)
    reports: Mapping[str, ReportKind] = field(default_factory=dict)
    sources: tuple[MappingNode, ...] = ()
    tests: tuple[MappingNode, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)
    documents: int = 0
    faulty: FaultyNames = field(default_factory=FaultyNames)

    @property
    def override_variables(self) -> list[str]:
        """The environment variables that may override a param, in order."""
        params = (param for policy in self.policies.values() for param in policy.params.values())
        return sorted({param.override.env for param in params if param.override})


def find_root(given: str | os.PathLike[str] | None = None, start: Path | None = None) -> Path:
    """Return the policy root: `given`, else `$INTERLOCK_POLICIES`, else the nearest parent's `policies/`.

    Raises UsageError when there is none, or when the variable is empty.
    """
    named = os.environ.get(_VARIABLE) if given is None else given
    if named is not None:
        if not str(named).strip():
            what = f"the variable {_VARIABLE} is set and" if given is None else "the path"
            raise UsageError(f"{what} names no policy root: name one, or leave it out")
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
    declared = DeclaredNames()
    by_kind, count = _read(path, collector, declared, advance)
    catalogue = read_catalogue(by_kind["metrics"], collector, _max_age(by_kind["interlock"]))
    policies = _policies(by_kind["policy"], catalogue, collector, declared.attestations)
    attestations = read_attestations(by_kind["attestations"], catalogue, collector)
    rollouts = read_rollouts(by_kind["rollout"], catalogue, policies, attestations, collector)
    check_stage_guards(policies, rollouts, collector)
    attestations |= approvals(rollouts)
    environments = read_environments(by_kind["environment"], policies, rollouts, catalogue, collector)
    reports = read_reports(by_kind["report"], catalogue, policies, rollouts, attestations, collector)
    defaults = Defaults()
    for mark in by_kind["interlock"]:
        defaults = read_defaults(mark, path, collector)
        check_default_environment(mark, environments, collector)
    sound = {"metric": catalogue.metrics, "scope": catalogue.scopes, "policy": policies, "rollout": rollouts}
    faulty = declared.faulty(f"{kind}:{name}" for kind, names in sound.items() for name in names)
    drop_follow_on(collector, faulty)
    if not collector.errors:
        lint_policies(by_kind["policy"], policies, catalogue, environments, collector)
    sources, tests = tuple(by_kind["sources"]), tuple(by_kind["tests"])
    return PolicyRoot(
        path,
        catalogue,
        policies,
        environments,
        attestations,
        rollouts,
        reports,
        sources,
        tests,
        defaults,
        count,
        faulty,
    )


def desk_defaults(given: str | os.PathLike[str] | None = None) -> Defaults:
    """Return the defaults of a policy root without reading its other documents; none where there is no root.

    Raises UsageError for a named folder that is no policy root, and DocumentError where `interlock.yaml` is not sound.
    """
    try:
        root = find_root(given)
    except UsageError:
        if given or os.environ.get(_VARIABLE):
            raise
        return Defaults()
    collector, shown, found = Collector(), f"{root.resolve().name}/{_MARK}", Defaults()
    node = read_file(root / _MARK, shown, collector)
    kind = "" if node is None else _kind(node, shown, root, collector)
    if kind and isinstance(node, MappingNode) and holds(SCHEMAS[kind], node, collector):
        found = read_defaults(node, root, collector)
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return found


def _read(
    path: Path, collector: Collector, declared: DeclaredNames, advance: Callable[[], None]
) -> tuple[dict[str, list[MappingNode]], int]:
    """Return the documents that keep their schema, by kind, and the number of files."""
    by_kind: dict[str, list[MappingNode]] = {kind: [] for kind in KINDS}
    count = 0
    for file, shown in _files(path, collector):
        node = read_file(file, shown, collector)
        count += 1
        advance()
        if node is None:
            declared.lines(collector.sources.get(shown, []))
            continue
        declared.read(node)
        kind = _kind(node, shown, path, collector)
        if not kind or not isinstance(node, MappingNode):
            declared.unread.add("")
        elif holds(SCHEMAS[kind], node, collector):
            by_kind[kind].append(node)
        else:
            declared.unsound.add(kind)
    return by_kind, count


def _files(path: Path, collector: Collector) -> Iterator[tuple[Path, str]]:
    """Yield every document with its name in complaints: from the root's own folder on, with `/`."""
    name = path.resolve().name

    def unreadable(problem: OSError) -> None:
        below = Path(problem.filename).relative_to(path).as_posix()
        reason = system_reason(problem)
        collector.add("E101", f"cannot read the folder: {reason}", Span(f"{name}/{below}", 1, 1))

    for folder, folders, files in os.walk(path, onerror=unreadable):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        below = Path(folder).relative_to(path).as_posix()
        prefix = name if below == "." else f"{name}/{below}"
        for link_name in [each for each in folders if (Path(folder) / each).is_symlink()]:
            message = f"the folder `{link_name}` is a link, which is not followed"
            collector.add("E218", message, Span(f"{prefix}/{link_name}", 1, 1), "put the folder itself here")
        for file in sorted(each for each in files if not each.startswith(".")):
            shown = f"{prefix}/{file}"
            if file.endswith((".yaml", ".yml")):
                yield Path(folder) / file, shown
            else:
                hint = "documents end in `.yaml` or `.yml`; keep other files elsewhere"
                collector.add("E217", f"`{file}` is not a document", Span(shown, 1, 1), hint)


def _kind(node: Node, shown: str, root: Path, collector: Collector) -> str | None:
    """Return the kind of a document, which its first key gives; None after a complaint."""
    if not isinstance(node, MappingNode) or not node.pairs:
        hint = f"its first key is one of {', '.join(KINDS)}"
        collector.add("E202", "a document is a mapping", node.span, hint)
        return None
    key, _ = node.pairs[0]
    if key.text not in KINDS:
        inside = next((each.text for each, _ in node.pairs if each.text in KINDS), None)
        near = f"put `{inside}` first" if inside else name_hint(key.text, KINDS)
        collector.add("E202", f"`{key.text}` is not a kind of document", key.span, near)
        return None
    marks_root = shown == f"{root.resolve().name}/{_MARK}"
    if (key.text == "interlock") != marks_root:
        message = f"`{_MARK}` at the top of the policy root, and no other file, has the kind `interlock`"
        collector.add("E219", message, key.span)
        return None
    version = node.number("interlock")
    if marks_root and version is not None and version != FORMAT:
        hint = "upgrade interlock" if version > FORMAT else "this engine is too new for it"
        message = f"the documents have format {node.text('interlock')}, this engine reads {FORMAT}"
        collector.add("E220", message, node.span_of("interlock"), hint)
        return None
    return key.text


def _max_age(marks: list[MappingNode]) -> Decimal | None:
    """The age at which values count as stale by default; None for never."""
    if not marks or not marks[0].has("max_age"):
        return DEFAULT_MAX_AGE
    return marks[0].duration("max_age")


def _policies(
    nodes: list[MappingNode], catalogue: Catalogue, collector: Collector, attestable: Collection[str] | None
) -> dict[str, Policy]:
    found: dict[str, Policy] = {}
    check_former_names(nodes, collector)
    for node in nodes:
        policy = read_policy(node, catalogue, collector, attestable)
        if policy is not None and policy.id in found:
            related = [("first given here", found[policy.id].span)]
            message = f"two policies are called `{policy.id}`"
            collector.add("E232", message, policy.span, "rename one", related)
        elif policy is not None:
            found[policy.id] = policy
    return link_policies(found, collector)
