"""Records what people do: re-arm a trigger, waive a rule, freeze a baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..diagnostics import name_hint, printable
from ..errors import UsageError
from ..evaluation.deciding.memory import Key, Renames
from ..evaluation.deciding.waivers import waiver_obstacle
from ..evaluation.snapshot.snapshot import Snapshot
from ..evaluation.verdict import NOT_APPLICABLE, NOT_EVALUATED
from ..language.times import show_duration, show_time
from ..policy.model import Composition, Policy, Rule
from ..strict_json import is_unicode
from ..wording import listed
from .beginning import Beginning
from .file.entry import Entry
from .file.ledger import Ledger
from .person_names import person_complaint
from .recorder import Recorder
from .state.state import FrozenBaseline

__all__ = ["Act", "WaiverGrant", "freeze", "rearm", "recorded_snapshot", "require_author", "waive"]


_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, why, and when (seconds since the epoch); raises UsageError if `by` or `reason` is missing.

    `anchor` is the file with the ledger's head, if one is kept; `new` begins a ledger that is not there.
    """

    by: str
    reason: str
    at: Decimal
    anchor: Path | None = None
    new: bool = False

    def __post_init__(self) -> None:
        require_author(self.by, self.reason)

    @property
    def time(self) -> str:
        return show_time(self.at)

    @property
    def beginning(self) -> Beginning | None:
        """The beginning of a ledger, if the act may begin one."""
        return Beginning(self.by, self.at) if self.new else None


def require_author(by: str, reason: str) -> None:
    """Raise UsageError if an act does not say who acts and why."""
    for option, text in (("by", by), ("reason", reason)):
        if not text.strip() or len(text) > _LONGEST:
            raise UsageError(f"`--{option}` needs 1 to {_LONGEST} characters: an act says who acts and why")
        if not is_unicode(text):
            raise UsageError(f"`--{option}` is not UTF-8")
    wrong = person_complaint(by)
    if wrong is not None:
        raise UsageError(f"the name `{printable(by)}` of `--by` {wrong}")


def rearm(
    path: Path, policy: str, rule: str, member: str | None, act: Act, renames: Renames | None = None
) -> tuple[Key, ...]:
    """Clear the latches of a rule, at one member or at all, and return them; the rule judges later points only.

    A rule whose outcome is unknown is re-armed like one that fired. `renames` maps former names, whose latches belong
    to the rule as well. Raises UsageError if nothing is latched or unknown, or if the rule fired after the act.
    """
    now = (renames or Renames()).now
    with Recorder(path, anchor=act.anchor) as recorder:
        latches = recorder.state.latches
        found = [
            key
            for key in sorted({*latches, *recorder.state.unknown_rules()})
            if (policy, rule) in (key[::2], now(key)[::2]) and member in (None, key[1])
        ]
        if not found:
            names = sorted({"/".join(now(key)[::2]) for key in latches})
            hint = name_hint(f"{policy}/{rule}", names, f"latched are {listed(names) or 'none'}")
            raise UsageError(f"`{policy}/{rule}` is not latched: {hint}")
        for key in found:
            if key in latches and latches[key].at > act.at:
                fired = show_time(latches[key].at)
                raise UsageError(f"`{policy}/{rule}` fired at {fired}, which is later than {act.time}")
            body = {"policy": key[0], "member": key[1], "rule": key[2], "by": act.by, "reason": act.reason}
            recorder.append(act.time, "rearm", body)
    return tuple(found)


def freeze(
    path: Path, name: str, snapshot: Snapshot, act: Act, *, again: bool = False
) -> Mapping[str, Mapping[str, object]]:
    """Freeze a snapshot as a named baseline and return the window and sample size of each of its metrics.

    With `again` it takes the place of the one that has the name, for a new attempt; both stay in the ledger. Raises
    UsageError if the name is taken, with `again` if it is not or if the snapshot is not later than the one before.
    """
    if snapshot.as_of > act.at:
        raise UsageError(
            f"{snapshot.name} is as of {show_time(snapshot.as_of)}, which is later than {act.time}"
        )
    metrics = {key: _sample(form) for key, form in sorted(snapshot.metrics.items())}
    with Recorder(path, anchor=act.anchor, beginning=act.beginning) as recorder:
        _require_place(recorder.state.baselines.get(name), name, snapshot, again=again)
        body = {
            "name": name,
            "document": recorder.keep(snapshot.canonical()),
            "as_of": show_time(snapshot.as_of),
            "metrics": metrics,
            "by": act.by,
            "reason": act.reason,
            **({"again": True} if again else {}),
        }
        recorder.append(act.time, "baseline", body)
    return metrics


def _require_place(taken: FrozenBaseline | None, name: str, snapshot: Snapshot, *, again: bool) -> None:
    if taken is None:
        if again:
            raise UsageError(f"the baseline `{name}` is not frozen yet: leave out `--again`")
    elif not again:
        hint = "choose another name, or freeze it for a new attempt with `--again`"
        raise UsageError(f"the baseline `{name}` is frozen by entry {taken.sequence}: {hint}")
    elif show_time(snapshot.as_of) <= taken.as_of:
        raise UsageError(
            f"{snapshot.name} is as of {show_time(snapshot.as_of)}, which is not later than the baseline `{name}` of "
            f"entry {taken.sequence}, as of {taken.as_of}"
        )


def recorded_snapshot(path: Path, sequence: int, *, failed: bool = False) -> Snapshot:
    """Return the snapshot of an entry: a snapshot, an evaluation or a verdict.

    Raises UsageError for any other entry and, unless `failed` is true, for a failed run: an evaluation with a worst
    verdict or without any, or a verdict that is not the best. A verdict counts as it was without waivers.
    """
    with Ledger(path) as ledger:
        entries = list(ledger.entries())
        if not 1 <= sequence <= len(entries):
            raise UsageError(f"there is no entry {sequence}: the ledger has {len(entries)}")
        entry = entries[sequence - 1]
        data = entry.data
        if entry.kind == "verdict":
            if not failed and _unwaived(data["verdict"]) != data["verdict"]["verdicts"][0]:
                raise _failed_run(sequence, data["verdict"])
            entry = entries[int(data["evaluation"]) - 1]
        elif entry.kind == "evaluation" and not failed:
            _require_good_verdicts(entries, sequence)
        document = entry.data.get("document" if entry.kind == "snapshot" else "snapshot")
        if entry.kind not in ("snapshot", "evaluation") or document is None:
            raise UsageError(
                f"entry {sequence} is a {entry.kind}: name a snapshot, an evaluation or a verdict"
            )
        return Snapshot.restored(ledger.document(str(document)), f"entry {sequence}")


def _require_good_verdicts(entries: Iterable[Entry], evaluation: int) -> None:
    """Raise UsageError for an evaluation with a worst verdict, or without any."""
    verdicts = [
        each.data["verdict"]
        for each in entries
        if each.kind == "verdict" and each.data["evaluation"] == evaluation
    ]
    for each in verdicts:
        if _unwaived(each) in (each["verdicts"][-1], NOT_EVALUATED):
            raise _failed_run(evaluation, each)
    if all(each["verdict"] == NOT_APPLICABLE for each in verdicts):
        raise UsageError(
            f"entry {evaluation} is an evaluation without a verdict: it never becomes a baseline"
        )


def _unwaived(record: Mapping[str, Any]) -> str:
    """Return the verdict without its waivers."""
    pair = record.get("unwaived") or record
    return str(pair["verdict"])


def _failed_run(sequence: int, record: Mapping[str, Any]) -> UsageError:
    verdict = f"`{record['policy']}` was {record['verdict']}"
    if _unwaived(record) != record["verdict"]:
        verdict += f" by a waiver, {_unwaived(record)} without"
    return UsageError(f"entry {sequence} is a failed run, {verdict}: a failed run never becomes a baseline")


def _sample(form: object) -> dict[str, object]:
    """Return the size and window in the form of a metric."""
    if not isinstance(form, dict):
        return {}
    points = form.get("points")
    plain = {key: form.get(key) for key in ("n", "at", "from", "covered")}
    found = {key: each for key, each in plain.items() if isinstance(each, Decimal | str | list)}
    return {**found, **({"points": len(points)} if isinstance(points, list) else {})}


@dataclass(frozen=True, slots=True)
class WaiverGrant:
    """A waiver to record: a rule of a policy at a member (empty without members), for the outcome `fail` or `unknown`,
    granted by a role for `duration` seconds, with a ticket for the follow-up."""

    policy: Policy
    rule: Rule
    member: str
    outcome: str
    role: str
    ticket: str
    duration: Decimal

    @property
    def name(self) -> str:
        """The rule as `POLICY/RULE`."""
        return f"{self.policy.id}/{self.rule.id}"


def waive(path: Path, policies: Mapping[str, Policy], grant: WaiverGrant, act: Act) -> Decimal:
    """Record a waiver and return when it ends.

    Raises UsageError, one line a problem, if the rule, the role or the duration does not allow it, if a member is
    missing, if no rule of a composed policy is waivable, or if a latch would keep the outcome anyway.
    """
    problems = list(_problems(grant)) or list(_composition_problems(policies, grant))
    if problems:
        raise UsageError("\n".join(problems))
    until = act.at + grant.duration
    body = {
        "policy": grant.policy.id,
        "member": grant.member,
        "rule": grant.rule.id,
        "outcome": grant.outcome,
        "by": act.by,
        "role": grant.role,
        "ticket": grant.ticket,
        "reason": act.reason,
        "until": show_time(until),
    }
    with Recorder(path, anchor=act.anchor, beginning=act.beginning) as recorder:
        recorder.append(act.time, "waiver", body)
    return until


def _problems(grant: WaiverGrant) -> Iterator[str]:
    name, policy, rule, child = grant.name, grant.policy, grant.rule, grant.rule.condition
    if rule.waivable is None:
        inner = f": waive the rule of `{child.policy}` that fails" if isinstance(child, Composition) else ""
        yield f"`{name}` is not waivable{inner}"
        return
    roles, longest = rule.waivable
    if grant.role not in roles:
        yield f"`{grant.role}` may not waive `{name}`: roles are {', '.join(roles)}"
    if not 0 < grant.duration <= longest:
        most, given = show_duration(longest), show_duration(grant.duration)
        yield f"`{name}` may be waived for {most} at most, not for {given}"
    if rule.latch and grant.outcome == "fail":
        yield f"`{name}` latches when it fires, and only a person re-arms it: waive it `--for unknown`"
    if not grant.ticket.strip() or len(grant.ticket) > _LONGEST:
        yield f"`--ticket` needs 1 to {_LONGEST} characters: where it is followed up"
    if (policy.for_each is not None) != bool(grant.member):
        yield (
            f"`{policy.id}` is judged for each {policy.for_each}: name one with `--member`"
            if policy.for_each
            else f"`{policy.id}` is not judged for members"
        )


def _composition_problems(policies: Mapping[str, Policy], grant: WaiverGrant) -> Iterator[str]:
    child = grant.rule.condition
    if isinstance(child, Composition) and not _has_waivable(policies, child.policy, grant):
        limits = f"`{grant.role}` may waive no rule for {show_duration(grant.duration)}"
        yield f"`{grant.name}` composes `{child.policy}`, of which {limits}"


def _has_waivable(policies: Mapping[str, Policy], name: str, grant: WaiverGrant) -> bool:
    """Tell whether any rule of a policy, or of a policy that it composes, may be waived like this."""
    for rule in policies[name].rules:
        if waiver_obstacle(rule.waivable, grant.role, grant.duration):
            continue
        child = rule.condition
        if not isinstance(child, Composition) or _has_waivable(policies, child.policy, grant):
            return True
    return False
