"""The whole report: a summary, what is to be done, every gate with its rules, and how to get the same again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from .. import __version__
from .evaluation_result import EvaluationResult
from .gate_section import gate
from .provenance import inputs
from .tables import tidy
from .tasks import tasks
from .templating import rendered

__all__ = ["Vocabulary", "report"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The verdicts that some policies share, from best to worst."""

    verdicts: tuple[str, ...]
    policies: tuple[str, ...]


def report(judged: EvaluationResult) -> str:
    """Return the report of one snapshot in Markdown."""
    every = [gate(judged, each) for each in judged.verdicts]
    whole = [each for each in every if each.verdict.policy not in judged.parts]
    parts = [each for each in every if each.verdict.policy in judged.parts]
    text = rendered(
        "report.md",
        judged=judged,
        gates=[*whole, *parts],
        tables=[("", whole), ("What these gates rest on:", parts)] if parts else [("", whole)],
        tasks=tasks(judged),
        inputs=inputs(judged.snapshot),
        vocabularies=_vocabularies(judged),
        tones={tone: sum(each.tone == tone for each in whole) for tone in ("good", "middle", "bad", "blind")},
        whole=len(whole),
        opened=sum(bool(judged.opening(each.verdict)) for each in whole),
        engine=__version__,
        baselines=next((each.inputs.baselines for each in judged.verdicts), {}),
        readings=_readings(judged),
    )
    return tidy(text)


def _vocabularies(judged: EvaluationResult) -> tuple[Vocabulary, ...]:
    pairs = sorted({(each.verdicts, each.policy) for each in judged.verdicts})
    groups = groupby(pairs, key=lambda pair: pair[0])
    return tuple(Vocabulary(verdicts, tuple(name for _, name in found)) for verdicts, found in groups)


def _readings(judged: EvaluationResult) -> dict[str, tuple[str, ...]]:
    """The notes of each policy, once however many members it was judged at."""
    found = {
        each.policy: judged.policies[each.policy]
        for each in judged.verdicts
        if each.policy in judged.policies
    }
    return {name: policy.notes for name, policy in found.items() if policy.notes}
