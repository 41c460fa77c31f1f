"""Records what people do: re-arm a trigger, waive a rule, freeze a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..diagnostics import did_you_mean
from ..errors import UsageError
from ..evaluation.deciding.memory import Key, Renames
from ..evaluation.deciding.waivers import hindered
from ..evaluation.snapshot.snapshot import Snapshot
from ..evaluation.verdict import NOT_EVALUATED
from ..language.times import show_duration, show_time
from ..policy.model import Composition, Policy, Rule
from .file.ledger import Ledger
from .recorder import Recorder

__all__ = ["Act", "WaiverGrant", "freeze", "rearm", "recorded_snapshot", "said", "waive"]


_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, why, and when (seconds since the epoch); raises UsageError where the act does not say so.

    `anchor` is the file with the ledger's head, where one is kept.
    """

    by: str
    reason: str
    at: Decimal
    anchor: Path | None = None

    def __post_init__(self) -> None:
        said(self.by, self.reason)

    @property
    def time(self) -> str:
        return show_time(self.at)


def said(by: str, reason: str) -> None:
    """Raise UsageError where an act does not say who acts and why."""
    for word, text in (("by", by), ("reason", reason)):
        if not text.strip() or len(text) > _LONGEST:
            raise UsageError(f"`--{word}` says in 1 to {_LONGEST} characters who acts and why")


def rearm(
    path: Path, policy: str, rule: str, member: str | None, act: Act, renames: Renames | None = None
) -> tuple[Key, ...]:
    """Clear the latches of a rule, at one member or at all, and return them; the rule judges later points only.

    A rule of which nobody can tell whether it fired is re-armed like one that did. Latches under names of before, as
    `renames` tells, are the rule's own. Raises UsageError where nothing is latched or in doubt, or where it was latched
    only after the act.
    """
    now = (renames or Renames()).now
    with Recorder(path, anchor=act.anchor, begin=False) as recorder:
        latches = recorder.state.latches
        found = [
            key
            for key in sorted({*latches, *recorder.state.doubted()})
            if (policy, rule) in (key[::2], now(key)[::2]) and member in (None, key[1])
        ]
        if not found:
            names = sorted({"/".join(now(key)[::2]) for key in latches})
            hint = did_you_mean(f"{policy}/{rule}", names) or f"latched are {', '.join(names) or 'none'}"
            raise UsageError(f"`{policy}/{rule}` is not latched: {hint}")
        for key in found:
            if key in latches and latches[key].at > act.at:
                fired = show_time(latches[key].at)
                raise UsageError(f"`{policy}/{rule}` fired at {fired}, which is later than {act.time}")
            body = {"policy": key[0], "member": key[1], "rule": key[2], "by": act.by, "reason": act.reason}
            recorder.append(act.time, "rearm", body)
    return tuple(found)


def freeze(path: Path, name: str, snapshot: Snapshot, act: Act) -> Mapping[str, Mapping[str, object]]:
    """Freeze a snapshot as a named baseline and return the window and sample size of each of its metrics.

    Raises UsageError for a name that is taken: a name is frozen once.
    """
    if snapshot.as_of > act.at:
        raise UsageError(
            f"{snapshot.name} is as of {show_time(snapshot.as_of)}, which is later than {act.time}"
        )
    metrics = {key: _sample(form) for key, form in sorted(snapshot.metrics.items())}
    with Recorder(path, anchor=act.anchor) as recorder:
        taken = recorder.state.baselines.get(name)
        if taken is not None:
            raise UsageError(
                f"the baseline `{name}` is frozen by entry {taken.sequence}: choose another name"
            )
        body = {
            "name": name,
            "document": recorder.keep(snapshot.canonical()),
            "as_of": show_time(snapshot.as_of),
            "metrics": metrics,
            "by": act.by,
            "reason": act.reason,
        }
        recorder.append(act.time, "baseline", body)
    return metrics


def recorded_snapshot(path: Path, sequence: int, *, failed: bool = False) -> Snapshot:
    """Return the snapshot that an entry rests on; a run that failed is refused unless `failed` ones are welcome.

    The entry is a snapshot, an evaluation none of whose verdicts is at its worst, or a verdict that is the best.
    """
    with Ledger(path) as ledger:
        entries = list(ledger.entries())
        if not 1 <= sequence <= len(entries):
            raise UsageError(f"there is no entry {sequence}: the ledger has {len(entries)}")
        entry = entries[sequence - 1]
        data = entry.data
        if entry.kind == "verdict":
            if not failed and data["verdict"]["verdict"] != data["verdict"]["verdicts"][0]:
                raise _failed(sequence, data["verdict"])
            entry = entries[int(data["evaluation"]) - 1]
        elif entry.kind == "evaluation" and not failed:
            for each in entries:
                if (
                    each.kind == "verdict"
                    and each.data["evaluation"] == sequence
                    and _worst(each.data["verdict"])
                ):
                    raise _failed(sequence, each.data["verdict"])
        document = entry.data.get("document" if entry.kind == "snapshot" else "snapshot")
        if entry.kind not in ("snapshot", "evaluation") or document is None:
            raise UsageError(
                f"entry {sequence} is a {entry.kind}: name a snapshot, an evaluation or a verdict"
            )
        return Snapshot.restored(ledger.document(str(document)), f"entry {sequence}")


def _worst(record: Mapping[str, Any]) -> bool:
    return record["verdict"] in (record["verdicts"][-1], NOT_EVALUATED)


def _failed(sequence: int, record: Mapping[str, Any]) -> UsageError:
    words = f"`{record['policy']}` was {record['verdict']}"
    return UsageError(f"entry {sequence} is a failed run, {words}: a failed run never becomes a baseline")


def _sample(form: object) -> dict[str, object]:
    """The size and window that a metric's form tells of."""
    if not isinstance(form, dict):
        return {}
    points = form.get("points")
    plain = {key: form.get(key) for key in ("n", "at", "from", "covered")}
    found = {key: each for key, each in plain.items() if isinstance(each, Decimal | str | list)}
    return {**found, **({"points": len(points)} if isinstance(points, list) else {})}


@dataclass(frozen=True, slots=True)
class WaiverGrant:
    """What is let pass: a rule of a policy at a member (empty without one), while its outcome is `fail` or `unknown`,
    by a role, for so many seconds, and the ticket where it is followed up."""

    policy: Policy
    rule: Rule
    member: str
    outcome: str
    role: str
    ticket: str
    lasting: Decimal

    @property
    def name(self) -> str:
        """The rule as `POLICY/RULE`."""
        return f"{self.policy.id}/{self.rule.id}"


def waive(path: Path, policies: Mapping[str, Policy], leave: WaiverGrant, act: Act) -> Decimal:
    """Record a waiver and return until when it counts.

    Raises UsageError, a line for each, where the rule may not be waived, by that role, for that long, or without naming
    a member; where no rule beneath a composition may be; and for what a latch would keep anyway.
    """
    problems = list(_problems(leave)) or list(_beneath(policies, leave))
    if problems:
        raise UsageError("\n".join(problems))
    until = act.at + leave.lasting
    body = {
        "policy": leave.policy.id,
        "member": leave.member,
        "rule": leave.rule.id,
        "outcome": leave.outcome,
        "by": act.by,
        "role": leave.role,
        "ticket": leave.ticket,
        "reason": act.reason,
        "until": show_time(until),
    }
    with Recorder(path, anchor=act.anchor) as recorder:
        recorder.append(act.time, "waiver", body)
    return until


def _problems(leave: WaiverGrant) -> Iterator[str]:
    name, policy, rule, child = leave.name, leave.policy, leave.rule, leave.rule.condition
    if rule.waivable is None:
        inner = f": waive the rule of `{child.policy}` that fails" if isinstance(child, Composition) else ""
        yield f"`{name}` is not waivable{inner}"
        return
    roles, longest = rule.waivable
    if leave.role not in roles:
        yield f"`{leave.role}` may not waive `{name}`: roles are {', '.join(roles)}"
    if not 0 < leave.lasting <= longest:
        most, asked = show_duration(longest), show_duration(leave.lasting)
        yield f"`{name}` may be waived for {most} at most, not for {asked}"
    if rule.latch and leave.outcome == "fail":
        yield f"`{name}` latches when it fires, and only a person re-arms it: waive it `--for unknown`"
    if not leave.ticket.strip() or len(leave.ticket) > _LONGEST:
        yield f"`--ticket` says in 1 to {_LONGEST} characters where it is followed up"
    if (policy.for_each is not None) != bool(leave.member):
        yield (
            f"`{policy.id}` is judged for each {policy.for_each}: name one with `--member`"
            if policy.for_each
            else f"`{policy.id}` is not judged for members"
        )


def _beneath(policies: Mapping[str, Policy], leave: WaiverGrant) -> Iterator[str]:
    child = leave.rule.condition
    if isinstance(child, Composition) and not _open(policies, child.policy, leave):
        words = f"`{leave.role}` may waive no rule for {show_duration(leave.lasting)}"
        yield f"`{leave.name}` composes `{child.policy}`, of which {words}"


def _open(policies: Mapping[str, Policy], name: str, leave: WaiverGrant) -> bool:
    """Whether any rule of a policy, or beneath it, may be waived so: a waiver of its composition could count."""
    for rule in policies[name].rules:
        if hindered(rule.waivable, leave.role, leave.lasting):
            continue
        child = rule.condition
        if not isinstance(child, Composition) or _open(policies, child.policy, leave):
            return True
    return False
