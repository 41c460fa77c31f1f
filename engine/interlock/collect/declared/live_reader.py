"""Reads a `live` source of a sources document: the probe of each metric, checked against the metric's type."""

from __future__ import annotations

from decimal import Decimal

from ...diagnostics import Span
from ...language.times import parse_duration
from ...language.types import Kind
from ...limits import COMMAND_SECONDS
from ...policy.catalogue import Catalogue, Metric
from ...policy.yaml.yaml_nodes import Scalar, Sequence
from ..model import Choice, Command, LiveSource, Probe
from .yaml_entry import YamlEntry, path_complaint

__all__ = ["read_live"]

_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "fish", "cmd", "cmd.exe", "powershell", "pwsh")
_PATHS = ("exists", "modified", "age", "pid")
_GIVES = {
    "exists": (Kind.BOOL,),
    "modified": (Kind.TIMESTAMP,),
    "age": (Kind.DURATION,),
    "pid": (Kind.NUMBER,),
    "process": (Kind.NUMBER,),
    "any": (Kind.BOOL,),
    "all": (Kind.BOOL,),
    "not": (Kind.BOOL,),
    "choose": (Kind.STRING, Kind.ENUM),
}


def read_live(name: str, entry: YamlEntry, catalogue: Catalogue) -> LiveSource:
    """Return the source; complaints go to the entry's collector."""
    probes = []
    for key, value in entry.node.mapping("metrics").tables:
        metric = catalogue.metrics.get(key.text)
        if metric is None:
            continue
        inner = YamlEntry(value, entry.collector)
        found = _probe(inner)
        _check_type(found, metric, key.span, inner)
        probes.append((key.text, found))
    return LiveSource(name, tuple(probes), entry.node.span)


def _check_type(found: Probe, metric: Metric, span: Span, entry: YamlEntry) -> None:
    if metric.series != "single" or metric.scope:
        entry.collector.add("E514", f"`{metric.name}` is not a single value, but a probe gives one", span)
        return
    gives = _GIVES.get(found.kind)
    if found.kind == "env":
        gives = (Kind.BOOL,) if found.active_unless is not None else None
        if metric.type.kind is Kind.TIMESTAMP:
            entry.collector.add("E531", f"`{metric.name}` is a timestamp, but a variable gives none", span)
    if found.command is not None:
        gives = _command_gives(found.command)
    if gives and metric.type.kind not in gives:
        types = " or ".join(str(each) for each in gives)
        text = f"`{found.kind}` gives the type {types}, but `{metric.name}` has {metric.type}"
        entry.collector.add("E531", text, span)


def _probe(entry: YamlEntry) -> Probe:
    kind = next((each for each in (*_GIVES, "command", "env") if entry.node.has(each)), "exists")
    if kind in _PATHS:
        return Probe(kind, entry.path(kind))  # type: ignore[arg-type]
    if kind == "env":
        return _env(entry)
    if kind == "process":
        found = entry.regular_expression(kind)
        return Probe("process", entry.node.text(kind), pattern=found)
    if kind == "command":
        return _command(entry)
    if kind == "choose":
        return Probe(
            "choose",
            choices=tuple(_choices(entry)),
            otherwise=entry.node.text("else") if entry.node.has("else") else None,
        )
    nodes = (entry.node.mapping(kind),) if kind == "not" else entry.node.sequence(kind).mappings
    parts = tuple(_part(YamlEntry(each, entry.collector)) for each in nodes)
    return Probe(kind, parts=parts)  # type: ignore[arg-type]


def _part(entry: YamlEntry) -> Probe:
    """Read a part of `any`, `all`, `not` or `choose`, which must be true or false."""
    found = _probe(entry)
    if found.kind in ("modified", "age", "pid", "process", "choose"):
        entry.complain("E532", f"`{found.kind}` is neither true nor false", found.kind)
    return found


def _command_gives(command: Command) -> tuple[Kind, ...] | None:
    if command.equals is not None:
        return (Kind.BOOL,)
    return (Kind.BOOL, Kind.NUMBER) if command.gives == "exit" else None


def _command(entry: YamlEntry) -> Probe:
    """Read a program, by name or by its path below the root, and its arguments as they are."""
    argv = entry.node.texts("command")
    program = argv[0] if argv else ""
    found = path_complaint(program)
    if found:
        code, message, hint = found
        entry.complain(code, message, "command", hint)
    if program in _SHELLS and any(each in ("-c", "/c", "-Command") for each in argv[1:2]):
        hint = "name the program itself, or a script below the root"
        entry.complain("E515", f"`{program} {argv[1]}` hands the command to a shell", "command", hint)
    equals = entry.node.text("equals") if entry.node.has("equals") else None
    gives = entry.node.text("gives", "output" if equals is not None else "exit")
    if equals is not None and gives == "exit":
        entry.complain("E533", "`equals` compares the output, but this gives the exit status", "equals")
    timeout = parse_duration(entry.node.text("timeout", "60s")) or Decimal(0)
    if not 0 < timeout <= COMMAND_SECONDS:
        entry.complain("E534", f"`timeout` must lie between 1s and {COMMAND_SECONDS}s", "timeout")
    command = Command(argv, gives, equals, timeout)  # type: ignore[arg-type]
    return Probe("command", " ".join(argv), separator=entry.node.text("separator", ","), command=command)


def _env(entry: YamlEntry) -> Probe:
    name = entry.variable("env")
    node = entry.node.get("unset")
    unset = node.texts if isinstance(node, Sequence) else node.value if isinstance(node, Scalar) else None
    idle = entry.node.texts("active_unless") if entry.node.has("active_unless") else None
    return Probe("env", name, idle, unset, entry.node.text("separator", ","))


def _choices(entry: YamlEntry) -> list[Choice]:
    found = []
    for each in entry.node.sequence("choose").mappings:
        when = YamlEntry(each.mapping("when"), entry.collector)
        found.append(Choice(_part(when), each.text("value")))
    return found
