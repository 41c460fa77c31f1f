"""The full report on one snapshot: a summary, the tasks, every gate with its rules, and how to get the same again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from ... import __version__
from ..style import ReportStyle
from ..tables import tidy
from ..templating import filled
from .evaluation_result import EvaluationResult
from .gate_section import gate
from .provenance import inputs
from .tasks import tasks

__all__ = ["Vocabulary", "as_markdown"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The verdicts that some policies share, from best to worst."""

    verdicts: tuple[str, ...]
    policies: tuple[str, ...]


def as_markdown(result: EvaluationResult, style: ReportStyle) -> str:
    """Return the report, the same bytes wherever it is made."""
    every = [gate(result, each) for each in result.applying]
    whole = [each for each in every if each.verdict.policy not in result.parts]
    parts = [each for each in every if each.verdict.policy in result.parts]
    text = filled(
        "full_report.md",
        result=result,
        gates=[*whole, *parts],
        tables=[("", whole), ("The policies that these gates include:", parts)] if parts else [("", whole)],
        tasks=tasks(result),
        inputs=inputs(result.snapshot),
        vocabularies=_vocabularies(result),
        tones={
            tone: sum(each.tone == tone for each in whole) for tone in ("good", "middle", "bad", "unknown")
        },
        whole=len(whole),
        opened=sum(bool(result.opening(each.verdict)) for each in whole),
        engine=__version__,
        baselines=next((each.inputs.baselines for each in result.verdicts), {}),
        readings=_readings(result),
    )
    return tidy(text)


def _vocabularies(result: EvaluationResult) -> tuple[Vocabulary, ...]:
    pairs = sorted({(each.verdicts, each.policy) for each in result.verdicts})
    groups = groupby(pairs, key=lambda pair: pair[0])
    return tuple(Vocabulary(verdicts, tuple(name for _, name in found)) for verdicts, found in groups)


def _readings(result: EvaluationResult) -> dict[str, tuple[str, ...]]:
    """The notes of each policy, once however many members it was result at."""
    found = {
        each.policy: result.policies[each.policy]
        for each in result.verdicts
        if each.policy in result.policies
    }
    return {name: policy.notes for name, policy in found.items() if policy.notes}
