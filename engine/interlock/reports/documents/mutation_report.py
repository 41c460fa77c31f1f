"""The mutants of policies: survivors as a diff of the policy, and the share that tests noticed."""

from __future__ import annotations

import json

from ...canonical import plain_number
from ...testing.mutation.mutants import Mutant
from ...testing.mutation.mutation import EQUIVALENT, KILLED, SURVIVED, Mutation
from ...wording import number
from ..escaping import line
from ..style import ReportStyle, mark
from ..tables import Table

__all__ = ["as_json", "as_markdown", "as_text"]


def as_text(found: Mutation, style: ReportStyle) -> str:
    """Return each survivor with the line before and after, then a count for each policy and for all."""
    lines: list[str] = []
    for mutant in found.survivors:
        sign = style.paint(mark("bad", style), "bad")
        lines.append(f"{sign} {mutant.policy.id}: {mutant.kind} in {mutant.owner}  {_place(mutant)}")
        lines.append(style.paint(f"    - {line(mutant.before)}", "bad"))
        lines += [style.paint(f"    + {line(mutant.after)}", "good")] if mutant.after else []
        lines.append("")
    lines += [f"{name}: {_tally(found, name)}" for name in _policies(found)]
    lines.append(f"mutation: {_tally(found)}")
    return "".join(f"{each}\n" for each in lines)


def as_markdown(found: Mutation, style: ReportStyle) -> str:
    """Return a table of the policies and one of the survivors."""
    shares = Table(
        ("policy", "killed", "survived", "equivalent", "share"), right=("killed", "survived", "equivalent")
    )
    for name in _policies(found):
        counts = (str(found.count(fate, name)) for fate in (KILLED, SURVIVED, EQUIVALENT))
        shares.add(f"`{name}`", *counts, f"{plain_number(found.percent(name))}%")
    survivors = Table(("policy", "change", "before", "after", "place"))
    for each in found.survivors:
        after = f"`{each.after}`" if each.after else ""
        survivors.add(
            f"`{each.policy.id}`", f"{each.kind} in {each.owner}", f"`{each.before}`", after, _place(each)
        )
    parts = [shares.markdown(), *([f"Survivors:\n\n{survivors.markdown()}"] if found.survivors else [])]
    return "\n".join([f"Mutation: {_tally(found)}.\n", *parts])


def as_json(found: Mutation, style: ReportStyle) -> str:
    """Return the counts and every mutant that was not killed."""
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


def _policies(found: Mutation) -> list[str]:
    return sorted({each.mutant.policy.id for each in found.fates})


def _tally(found: Mutation, policy: str = "") -> str:
    killed, survived, same = (found.count(fate, policy) for fate in (KILLED, SURVIVED, EQUIVALENT))
    share = plain_number(found.percent(policy))
    text = f"{killed} of {number(killed + survived, 'mutant')} killed, {share}%"
    return f"{text}; {same} equivalent" if same else text


def _place(mutant: Mutant) -> str:
    return f"{mutant.span.file}:{mutant.span.line}"
