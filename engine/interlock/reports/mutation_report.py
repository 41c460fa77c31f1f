"""Reports of `interlock mutate`: survivors as a diff of the policy, and the share that tests noticed."""

from __future__ import annotations

import json
from collections.abc import Callable

from ..canonical import plain_number
from ..testing.mutation.mutants import Mutant
from ..testing.mutation.mutation import EQUIVALENT, KILLED, SURVIVED, Mutation
from ..wording import number
from .escaping import line
from .evaluation_result import ReportStyle
from .marks import mark

__all__ = ["FORMATS"]


def _text(found: Mutation, look: ReportStyle) -> str:
    lines: list[str] = []
    for mutant in found.survivors:
        sign = look.paint(mark("bad", look), "bad")
        place = f"{mutant.span.file}:{mutant.span.line}"
        lines.append(f"{sign} {mutant.policy.id}: {mutant.kind} in {mutant.owner}  {place}")
        lines.append(look.paint(f"    - {line(mutant.before)}", "bad"))
        lines += [look.paint(f"    + {line(mutant.after)}", "good")] if mutant.after else []
        lines.append("")
    for name in sorted({each.mutant.policy.id for each in found.fates}):
        lines.append(f"{name}: {_tally(found, name)}")
    lines.append(f"mutation: {_tally(found)}")
    return "".join(f"{each}\n" for each in lines)


def _tally(found: Mutation, policy: str = "") -> str:
    killed, survived, same = (found.count(word, policy) for word in (KILLED, SURVIVED, EQUIVALENT))
    told = f"{killed} of {number(killed + survived, 'mutant')} killed, {plain_number(found.percent(policy))}%"
    return f"{told}; {same} equivalent" if same else told


def _json(found: Mutation, look: ReportStyle) -> str:
    table = {
        "killed": found.count(KILLED),
        "survived": found.count(SURVIVED),
        "equivalent": found.count(EQUIVALENT),
        "percent": float(found.percent()),
        "mutants": [
            {**_record(each.mutant), "fate": each.status} for each in found.fates if each.status != KILLED
        ],
    }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def _record(mutant: Mutant) -> dict[str, object]:
    return {
        "policy": mutant.policy.id,
        "kind": mutant.kind,
        "owner": mutant.owner,
        "before": mutant.before,
        "after": mutant.after,
        "file": mutant.span.file,
        "line": mutant.span.line,
    }


FORMATS: dict[str, Callable[[Mutation, ReportStyle], str]] = {"text": _text, "json": _json}
"""The formats by name."""
