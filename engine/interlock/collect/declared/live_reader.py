"""Reads a `live` source of a sources document: the probe of each metric, checked against the metric's type."""

from __future__ import annotations

from decimal import Decimal

from ...diagnostics import Span
from ...language.times import parse_duration
from ...language.types import Kind
from ...limits import COMMAND_SECONDS
from ...policy.catalogue import Catalogue, Metric
from ...policy.yaml.yaml_nodes import Mapping, Sequence
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
    for key, value in entry.each("metrics"):
        metric = catalogue.metrics.get(key.text)
        if metric is None or not isinstance(value, Mapping):
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
            entry.collector.add("E514", f"`{metric.name}` is a timestamp, but a variable gives none", span)
    if found.command is not None:
        gives = _command_gives(found.command)
    if gives and metric.type.kind not in gives:
        types = " or ".join(str(each) for each in gives)
        text = f"`{found.kind}` gives the type {types}, but `{metric.name}` has {metric.type}"
        entry.collector.add("E514", text, span)


def _probe(entry: YamlEntry) -> Probe:
    kind = next((each for each in (*_GIVES, "command", "env") if entry.has(each)), "exists")
    if kind in _PATHS:
        return Probe(kind, entry.path(kind))  # type: ignore[arg-type]
    if kind == "env":
        return _env(entry)
    if kind == "process":
        found = entry.regular_expression(kind)
        return Probe("process", found.pattern if found else "(?!)")
    if kind == "command":
        return _command(entry)
    if kind == "choose":
        return Probe(
            "choose",
            choices=tuple(_choices(entry)),
            otherwise=entry.text("else") if entry.has("else") else None,
        )
    nodes = [entry.node.get(kind)]
    if isinstance(nodes[0], Sequence):
        nodes = list(nodes[0].items)
    parts = tuple(_part(YamlEntry(each, entry.collector)) for each in nodes if isinstance(each, Mapping))
    return Probe(kind, parts=parts)  # type: ignore[arg-type]


def _part(entry: YamlEntry) -> Probe:
    """Read a part of `any`, `all`, `not` or `choose`, which must be true or false."""
    found = _probe(entry)
    if found.kind in ("modified", "age", "pid", "process", "choose"):
        entry.complain("E514", f"`{found.kind}` is neither true nor false", found.kind)
    return found


def _command_gives(command: Command) -> tuple[Kind, ...] | None:
    if command.equals is not None:
        return (Kind.BOOL,)
    return (Kind.BOOL, Kind.NUMBER) if command.gives == "exit" else None


def _command(entry: YamlEntry) -> Probe:
    """Read a program, by name or by its path below the root, and its arguments as they are."""
    argv = entry.texts("command")
    program = argv[0] if argv else ""
    found = path_complaint(program)
    if found:
        entry.complain("E503", found[0], "command", found[1])
    if program in _SHELLS and any(each in ("-c", "/c", "-Command") for each in argv[1:2]):
        hint = "name the program itself, or a script below the root"
        entry.complain("E515", f"`{program} {argv[1]}` hands the command to a shell", "command", hint)
    equals = entry.text("equals") if entry.has("equals") else None
    gives = entry.text("gives", "output" if equals is not None else "exit")
    if equals is not None and gives == "exit":
        entry.complain("E515", "`equals` compares the output, but this gives the exit status", "equals")
    timeout = parse_duration(entry.text("timeout", "60s")) or Decimal(0)
    if not 0 < timeout <= COMMAND_SECONDS:
        entry.complain("E515", f"`timeout` must lie between 1s and {COMMAND_SECONDS}s", "timeout")
    command = Command(argv, gives, equals, timeout)  # type: ignore[arg-type]
    return Probe("command", " ".join(argv), separator=entry.text("separator", ","), command=command)


def _env(entry: YamlEntry) -> Probe:
    name = entry.variable("env")
    value = entry.value("unset")
    unset: str | bool | Decimal | tuple[str, ...] | None = None
    if isinstance(value, list):
        unset = tuple(map(str, value))
    elif isinstance(value, str | bool | Decimal):
        unset = value
    idle = entry.texts("active_unless") if entry.has("active_unless") else None
    return Probe("env", name, idle, unset, entry.text("separator", ","))


def _choices(entry: YamlEntry) -> list[Choice]:
    node = entry.node.get("choose")
    found = []
    for each in node.items if isinstance(node, Sequence) else ():
        inner = YamlEntry(each, entry.collector).under("when") if isinstance(each, Mapping) else None
        if inner is not None and isinstance(each, Mapping):
            found.append(Choice(_part(inner), YamlEntry(each, entry.collector).text("value")))
    return found
