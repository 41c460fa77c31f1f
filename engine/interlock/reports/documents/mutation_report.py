"""The mutants of policies: those that tests did not notice as a diff of the policy, and the share that they did."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ...canonical import plain_number
from ...testing.mutation.mutants import Mutant
from ...testing.mutation.mutation import KILLED, SAME, SURVIVED, UNDECIDED, MutantOutcome, Mutation
from ...wording import number
from ..escaping import line
from ..style import ReportStyle, mark
from ..tables import Table

__all__ = ["as_json", "as_markdown", "as_text"]


def as_text(found: Mutation, style: ReportStyle) -> str:
    """Return each survivor, what is undecided and what is the same, with the lines before and after, then counts by
    policy and of all."""
    lines: list[str] = []
    for mutant in found.survivors:
        lines += _difference(mutant, "bad", "", style)
    for mutant in found.undecided:
        lines += _difference(mutant, "unknown", " (undecided)", style)
    for each in found.same:
        lines += _difference(each.mutant, "good", f" (same: {each.why})", style)
    lines += [f"{name}: {_tally(found, name)}" for name in _policies(found)]
    lines.append(f"mutation: {_tally(found)}")
    return "".join(f"{each}\n" for each in lines)


def _difference(mutant: Mutant, tone: str, note: str, style: ReportStyle) -> list[str]:
    place = f"{mutant.policy.id}: {mutant.kind} in {mutant.owner}{note}  {_place(mutant)}"
    lines = [
        f"{style.paint(mark(tone, style), tone)} {place}",
        style.paint(f"    - {line(mutant.before)}", "bad"),
    ]
    lines += [style.paint(f"    + {line(mutant.after)}", "good")] if mutant.after else []
    return [*lines, ""]


def as_markdown(found: Mutation, style: ReportStyle) -> str:
    """Return a table of the policies, one of the survivors, one of what is undecided and one of what is the same."""
    fates = (KILLED, SURVIVED, UNDECIDED, SAME)
    shares = Table(("policy", *fates, "share"), right=fates)
    for name in _policies(found):
        counts = (str(found.count(fate, name)) for fate in fates)
        shares.add(f"`{name}`", *counts, f"{plain_number(found.percent(name))}%")
    parts = [shares.markdown()]
    parts += [f"Survivors:\n\n{_listed(found.survivors)}"] if found.survivors else []
    parts += [f"Undecided:\n\n{_listed(found.undecided)}"] if found.undecided else []
    parts += [f"The same:\n\n{_reasons(found.same)}"] if found.same else []
    return "\n".join([f"Mutation: {_tally(found)}.\n", *parts])


def _listed(mutants: Iterable[Mutant]) -> str:
    table = Table(("policy", "change", "before", "after", "place"))
    for each in mutants:
        after = f"`{each.after}`" if each.after else ""
        table.add(
            f"`{each.policy.id}`", f"{each.kind} in {each.owner}", f"`{each.before}`", after, _place(each)
        )
    return table.markdown()


def _reasons(fates: Iterable[MutantOutcome]) -> str:
    table = Table(("policy", "change", "before", "after", "why", "place"))
    for each in fates:
        mutant = each.mutant
        change, before, after = f"{mutant.kind} in {mutant.owner}", f"`{mutant.before}`", f"`{mutant.after}`"
        table.add(f"`{mutant.policy.id}`", change, before, after, each.why, _place(mutant))
    return table.markdown()


def as_json(found: Mutation, style: ReportStyle) -> str:
    """Return the counts and every mutant that was not killed."""
    table = {
        "killed": found.count(KILLED),
        "survived": found.count(SURVIVED),
        "undecided": found.count(UNDECIDED),
        "same": found.count(SAME),
        "percent": float(found.percent()),
        "mutants": [
            {**_record(each.mutant), "fate": each.status, **({"why": each.why} if each.why else {})}
            for each in found.fates
            if each.status != KILLED
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
    killed, undecided, same = (found.count(fate, policy) for fate in (KILLED, UNDECIDED, SAME))
    share = plain_number(found.percent(policy))
    text = f"{killed} of {number(found.total(policy), 'mutant')} killed, {share}%"
    text += f"; {undecided} undecided" if undecided else ""
    return f"{text}; {same} the same" if same else text


def _place(mutant: Mutant) -> str:
    return f"{mutant.span.file}:{mutant.span.line}"
