"""A desk in a temporary folder: sources and a catalogue from YAML text, and one call that collects."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import interlock
from interlock.canonical import canonical
from interlock.collect.collection import Collection
from interlock.collect.collector import collect
from interlock.collect.declared.source_reader import load_sources
from interlock.collect.model import Sources
from interlock.diagnostics import Collector
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.evaluation.verdict import Verdict
from interlock.policy.catalogue import Catalogue
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.schema import holds
from interlock.policy.yaml.yaml_nodes import Mapping

from .roots import instant, write_files

CATALOGUE = """
metrics:
  flag: {type: bool, max_age: never, doc: a}
  pnl: {type: number, max_age: never, doc: a}
  total: {type: integer, max_age: never, doc: a}
  rate: {type: ratio, range: [-10, 10], max_age: never, doc: a}
  level: {type: string, max_age: never, doc: a}
  state: {type: enum, values: [good, bad], max_age: never, doc: a}
  moment: {type: timestamp, max_age: never, doc: a}
  wait: {type: duration, max_age: never, doc: a}
  symbols: {type: set, of: symbol, max_age: never, doc: a}
  daily: {type: number, every: 1d, doc: a}
  alerts: {type: event, doc: a}
  trades: {type: number, every: event, doc: a}
  jobs: {every: event, record: {outcome: {type: string}, size: {type: number}}, doc: a}
  edge: {type: number, scope: symbol, max_age: never, doc: a}
  fills: {type: number, every: event, scope: symbol, doc: a}
scopes:
  symbol: {members: [BTC-USD, ETH-USD], aliases: {BTC-USD: [BTC/USDT]}}
"""

LOG = """
sources:
  trades:
    kind: rows
    doc: a log
    file: t.jsonl
    format: jsonl
    time: at_
    columns:
      at_: {time: /at}
      pnl: {number: /pnl}
    metrics:
      total: {sql: "select count(*) as value from trades"}
      pnl: {sql: "select sum(pnl) as value, count(*) as n, max(at_) as at from trades"}
      trades: {sql: "select at_ as at, pnl as value from trades order by at_, ordinal"}
"""
LATER = "2026-04-01T00:00:00Z"
"""A clock that makes the default time of `run` a look at the past."""
LINES = [
    '{"at": "2026-03-28T01:00:00Z", "pnl": 1.5}',
    '{"at": "2026-03-28T02:00:00+01:00", "pnl": -2}',
    '{"at": "2026-03-29T00:00:00Z", "pnl": 0.25}',
    '{"at": "2026-03-30T07:00:00Z", "pnl": 100}',
]


def node(text: str, name: str, collector: Collector) -> Mapping:
    found = read_yaml(text.encode(), name, collector)
    assert isinstance(found, Mapping), [str(each) for each in collector.diagnostics]
    return found


@functools.cache
def load(sources: str, catalogue: str = CATALOGUE) -> tuple[Sources, Catalogue, Collector]:
    """Return sources and catalogue; the document must keep its schema."""
    collector = Collector()
    declared = read_catalogue([node(catalogue, "catalogue.yaml", collector)], collector)
    assert not collector.diagnostics, [str(each) for each in collector.diagnostics]
    document = node(sources, "sources.yaml", collector)
    assert holds("sources", document, collector), [str(each) for each in collector.diagnostics]
    return load_sources([document], declared, collector), declared, collector


def complaints(sources: str) -> list[str]:
    """Return every complaint about a sources document, in file order."""
    return [str(each) for each in load(sources)[2].sorted()]


def run(root: Path, sources: str, as_of: str = "2026-03-30T06:00:00Z", **options: Any) -> Collection:
    """Collect with sources that must be free of complaints."""
    loaded, declared, collector = load(sources, options.pop("catalogue", CATALOGUE))
    assert not collector.diagnostics, [str(each) for each in collector.diagnostics]
    since = options.pop("since", None)
    now = instant(options.pop("now", as_of))
    options.setdefault("environ", {})
    return collect(
        root, instant(as_of), loaded, declared, since=instant(since) if since else None, now=now, **options
    )


def judged(
    root: Path, sources: str, rule: str, as_of: str = "2026-03-30T06:00:00Z", **options: Any
) -> Verdict:
    """Return the verdict, GO or NO_GO, of a policy with one requirement over what is collected from the root."""
    head = "policy: gate\nversion: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, NO_GO]\n"
    gate = f"{head}rules: [{{id: one, require: '{rule}'}}]\n"
    documents = {"catalogue": options.pop("catalogue", CATALOGUE), "sources": sources, "gate": gate}
    texts = {f"policies/{name}.yaml": text for name, text in documents.items()}
    write_files(root, {"policies/interlock.yaml": "interlock: 1\n", **texts})
    policies = interlock.load(root / "policies")
    now = instant(options.pop("now", as_of))
    found = policies.collect(root, instant(as_of), now=now, environ={}, **options)
    (verdict,) = policies.evaluate(Snapshot.parse(canonical(found.snapshot)))
    return verdict


def metrics(found: Collection) -> dict[str, Any]:
    value = found.snapshot["metrics"]
    assert isinstance(value, dict)
    return value


def write(root: Path, name: str, data: str | bytes) -> Path:
    """Write one artefact and return it."""
    write_files(root, {name: data})
    return root / name


def jsonl(root: Path, lines: list[str] = LINES) -> Path:
    """Write the log that `LOG` reads."""
    write(root, "t.jsonl", "".join(f"{each}\n" for each in lines))
    return root


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Return a text with each old part, which must be there, replaced by the new one."""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text
