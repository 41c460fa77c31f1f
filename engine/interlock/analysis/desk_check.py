"""Checks the artefacts of a desk, source by source: which are there, missing, stale or in another form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from ..canonical import canonical
from ..collect.collection import Collection, Explanation
from ..collect.json_documents import may_be_absent
from ..collect.model import DocumentSource, LiveSource, RowsSource, Source, Sources
from ..collect.unreadable import UnknownEntry
from ..evaluation.deciding.cause_text import cause_text
from ..evaluation.snapshot.measures import Measures
from ..evaluation.snapshot.series_values import Members, Series, Shaped
from ..evaluation.snapshot.snapshot import Snapshot
from ..language.times import show_time
from ..language.values import Unknown
from ..policy.catalogue import Catalogue
from ..wording import listed, number

__all__ = ["STATES", "ArtefactCheck", "DeskCheck", "check_desk"]

State = Literal["missing", "other form", "stale", "not looked at", "absent", "there"]
STATES: tuple[State, ...] = get_args(State)
"""From worst to best; `absent` is what its schema lets be absent, as the note of an incident that never was."""

_ABSENT = ("missing", "missing member")
_OLD = ("stale", "not covered")
_FEW = "too few samples"


@dataclass(frozen=True, slots=True)
class ArtefactCheck:
    """What was found of one source: where it lies, its state and why, and how many of its metrics have no value."""

    source: str
    place: str
    state: State
    detail: str
    metrics: int
    unknown: int


@dataclass(frozen=True, slots=True)
class DeskCheck:
    """The checks of all sources as of an instant (seconds since the epoch), worst first."""

    as_of: Decimal
    artefacts: tuple[ArtefactCheck, ...]

    def count(self, state: State) -> int:
        """How many artefacts are in a state."""
        return sum(each.state == state for each in self.artefacts)


def check_desk(
    collection: Collection, sources: Sources, catalogue: Catalogue, *, archive: bool = False
) -> DeskCheck:
    """Check every source by what a collection found of its metrics; in an `archive` the dates of files mean nothing."""
    snapshot = Snapshot.parse(canonical(collection.snapshot))
    measures = Measures(snapshot, catalogue)
    found: dict[str, list[Explanation]] = {}
    for each in collection.explanations.values():
        found.setdefault(each.source, []).append(each)
    checks = [_check(sources.by_id[name], every, measures, archive) for name, every in found.items()]
    order = {state: index for index, state in enumerate(STATES)}
    return DeskCheck(
        snapshot.as_of, tuple(sorted(checks, key=lambda each: (order[each.state], each.place, each.source)))
    )


def _check(source: Source, every: list[Explanation], measures: Measures, archive: bool) -> ArtefactCheck:
    troubles: dict[State, dict[str, list[str]]] = {}
    unknown = 0
    for each in every:
        causes = list(_causes(each, measures.metric(each.metric)))
        unknown += bool(causes)
        for cause, text in causes[:1]:
            state = _state(source, each, cause, archive)
            troubles.setdefault(state, {}).setdefault(text, []).append(each.metric)
    torn = next((each.torn for each in every if each.torn), ())
    if torn and "other form" not in troubles:
        troubles["other form"] = {torn[0]: []}
    state = next((each for each in STATES if each in troubles), "there")
    place = _place(source)
    detail = "" if state == "there" else _detail(troubles[state], place)
    return ArtefactCheck(source.id, place, state, detail, len(every), unknown)


def _causes(explanation: Explanation, shaped: Shaped) -> Iterator[tuple[str, str]]:
    """Yield each cause for which a metric has no value now, with its text."""
    found = explanation.found
    if isinstance(found, UnknownEntry):
        yield found.cause, f"{found.cause}, {found.detail}" if found.detail else found.cause
        return
    for value in shaped.values.values() if isinstance(shaped, Members) else (shaped,):
        if isinstance(value, Unknown):
            yield from ((value.causes[0].cause, cause_text(value.causes[:1])),) if value.causes else ()
        elif isinstance(value, Series):
            yield from _of_series(value)


def _of_series(series: Series) -> Iterator[tuple[str, str]]:
    """Yield why the newest part of a series is not known: its due period, or what its log does not cover."""
    if series.blank:
        yield series.blank[0].cause, cause_text(series.blank[:1])
    elif series.every is not None:
        newest = series.slot(series.end)
        if isinstance(newest, Unknown) and newest.causes:
            cause = newest.causes[0]
            yield "stale" if cause.cause == "missing" else cause.cause, cause_text([cause])
    elif series.seen_to() < series.as_of:
        yield "stale", f"stale, known to {show_time(series.covered_to)}"


def _state(source: Source, explanation: Explanation, cause: str, archive: bool) -> State:
    if isinstance(source, LiveSource) and (cause == "not covered" or (archive and cause == "clock skew")):
        return "not looked at"
    schema = None if isinstance(source, LiveSource) else source.schema
    if cause in _ABSENT and isinstance(explanation.found, UnknownEntry) and not explanation.files:
        return "absent" if schema and may_be_absent(schema) else "missing"
    if cause == _FEW or (cause in _ABSENT and (schema or isinstance(source, RowsSource))):
        return "there"  # the schema holds, so the key may be absent; or the rows hold no such value
    return "stale" if cause in _OLD else "other form"


def _place(source: Source) -> str:
    if isinstance(source, RowsSource):
        return source.pattern
    return source.file if isinstance(source, DocumentSource) else f"live: {source.id}"


def _detail(troubles: Mapping[str, list[str]], place: str) -> str:
    """The trouble that most metrics share, with these metrics, and how many others there are."""
    text, names = max(troubles.items(), key=lambda each: (len(each[1]), each[0]))
    more = f"; and {number(len(troubles) - 1, 'other trouble')}" if len(troubles) > 1 else ""
    text = text.replace(f"{place}: ", "")
    return f"{text}{f' ({listed(names, 3)})' if names else ''}{more}"
