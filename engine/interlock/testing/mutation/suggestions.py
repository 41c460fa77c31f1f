"""Finds cases for what no test saw and for mutants that no test noticed, and writes them ready to paste."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...evaluation.deciding.decide import Decision
from ...evaluation.expressions.compiled import compile_policy
from ..policies.cell_coverage import CoverageCell, Watcher, covered
from ..policies.model import Case, Expectation, Expected, Situation, Suite
from ..policies.runner import CaseResult, CaseRunner
from .boundary_search import BoundarySearch
from .case_writer import changes, quoted
from .mutant_runs import BoundaryProbe, MutantRun, differ
from .mutants import Mutant

__all__ = ["Suggestion", "for_cells", "for_mutant", "told_apart"]

_TRIES = 1500
_MORE = 200
_CONFIRMED = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A case to paste: the result that it will give, and its lines."""

    result: CaseResult
    text: str


def situations(suites: Sequence[Suite], search: BoundarySearch) -> Iterator[Situation]:
    """Yield what to try: much around the base of each document, and a little around each case that differs from it
    in what the rules read."""
    bases = [each.base for each in suites]
    cases = [case.situation for each in suites for case in each.cases]
    tried: set[str] = set()
    for index, seed in enumerate([*bases, *cases]):
        key = search.read_from(seed)
        if key not in tried:
            tried.add(key)
            yield from itertools.islice(search.situations(seed), _TRIES if index < len(bases) else _MORE)


def for_cells(
    bench: CaseRunner, suites: Sequence[Suite], missed: Iterable[CoverageCell]
) -> tuple[list[Suggestion], list[CoverageCell]]:
    """Return cases for the cells that a search can reach, of which one may see several, and the other cells."""
    left, cases = list(missed), []
    policy = suites[0].policy
    for rule in bench.root.policies[policy].rules:
        wanted = [each for each in left if _concerns(bench, each, rule.id)]
        if wanted:
            found, seen = _reached(bench, suites, rule.id, wanted)
            left = [each for each in left if each not in seen]
            cases += found
    return cases, left


def _concerns(bench: CaseRunner, cell: CoverageCell, rule: str) -> bool:
    """Whether evaluating that rule alone may see the cell."""
    if cell.kind in ("rule", "composition"):
        return cell.where == rule
    compiled = next(each for each in bench.compiled[cell.policy].rules if each.rule.id == rule)
    if cell.kind == "param":
        return cell.where.split(" ")[0] in compiled.params
    return cell.text.startswith((f"rule {rule}:", "let "))


def _reached(
    bench: CaseRunner, suites: Sequence[Suite], rule: str, wanted: Sequence[CoverageCell]
) -> tuple[list[Suggestion], list[CoverageCell]]:
    policy = bench.root.policies[suites[0].policy]
    cut = replace(policy, rules=tuple(each for each in policy.rules if each.id == rule))
    one = compile_policy(cut, bench.root.catalogue)
    compiled = {**bench.compiled, policy.id: one}
    search = BoundarySearch(bench, policy, cut.rules, compiled)
    found: list[Suggestion] = []
    seen: list[CoverageCell] = []
    for situation in situations(suites, search):
        rest = [each for each in wanted if each not in seen]
        if not rest:
            return found, seen
        watcher = Watcher()
        decision = bench.decide(bench.prepared(policy.id, situation), compiled, watcher)
        new = _now_seen(bench, suites[0], situation, decision, watcher, rest)
        if new:
            seen += new
            found.append(_suggestion(bench, suites[0], situation, _shows(new[0]), (rule,)))
    return found, seen


def _now_seen(
    bench: CaseRunner,
    suite: Suite,
    situation: Situation,
    decision: Decision,
    watcher: Watcher,
    rest: Sequence[CoverageCell],
) -> list[CoverageCell]:
    case = replace(suite.cases[0], situation=situation)
    coverage = covered(
        [bench.compiled[suite.policy]], bench.root, [CaseResult(suite, case, decision, ())], watcher
    )
    return [each for each in rest if each not in coverage.missed]


# mutants


def for_mutant(trial: MutantRun, suites: Sequence[Suite], mutant: Mutant) -> Suggestion | None:
    """Return a case that the mutant would fail, or None where the search finds none."""
    situation = _telling(trial, suites, mutant)
    if situation is None:
        return None
    purpose = _would_show(mutant)
    return _suggestion(trial.bench, suites[0], situation, purpose, mutant.rules)


def told_apart(trial: MutantRun, suites: Sequence[Suite], mutant: Mutant) -> bool:
    """Tell whether a snapshot of the boundary search tells the mutant from the policy."""
    return _telling(trial, suites, mutant) is not None


def _telling(trial: MutantRun, suites: Sequence[Suite], mutant: Mutant) -> Situation | None:
    bench = trial.bench
    changed = trial.compiled(mutant)
    whole = {**bench.compiled, mutant.policy.id: compile_policy(mutant.policy, bench.root.catalogue)}
    confirmed = 0
    for probe in _probed(trial, suites, mutant):
        if mutant.removed:
            apart = any(not each.is_best for each in probe.decision.verdicts)
        else:
            apart = differ(probe.decision, bench.decide(probe.prepared, changed))
        if apart:
            confirmed += 1
            if differ(bench.decide(probe.prepared), bench.decide(probe.prepared, whole)):
                return probe.situation
        if confirmed == _CONFIRMED:
            return None
    return None


def _probed(trial: MutantRun, suites: Sequence[Suite], mutant: Mutant) -> Iterator[BoundaryProbe]:
    """Yield what the rules come to near their boundaries; made once for all mutants of the same rules."""
    kept, more = trial.probes.setdefault(mutant.rules, ([], _probing(trial, suites, mutant)))
    for index in itertools.count():
        if index == len(kept):
            found = next(more, None)
            if found is None:
                return
            kept.append(found)
        yield kept[index]


def _probing(trial: MutantRun, suites: Sequence[Suite], mutant: Mutant) -> Iterator[BoundaryProbe]:
    bench, policy = trial.bench, trial.bench.root.policies[mutant.policy.id]
    rules = tuple(each for each in policy.rules if each.id in mutant.rules)
    cut = compile_policy(replace(policy, rules=rules), bench.root.catalogue)
    original = {**bench.compiled, policy.id: cut}
    search = BoundarySearch(bench, policy, rules, original)
    for situation in situations(suites, search):
        prepared = bench.prepared(policy.id, situation)
        yield BoundaryProbe(situation, prepared, bench.decide(prepared, original))


# writing

_OUTCOMES = {"pass": "passes", "fail": "fails", "unknown": "is unknown", "skipped": "does not apply"}
_SIDES = {"true": "is true", "false": "is false", "boundary": "at its exact boundary"}


def _shows(cell: CoverageCell) -> str:
    """What a case shows that sees a cell."""
    if cell.kind == "comparison":
        return f"{cell.text.partition(' never ')[0]} {_SIDES[cell.what]}"
    if cell.kind == "composition":
        return cell.text.replace(" never seen ", " ")
    return f"{cell.kind} {cell.where.replace(' ', ' at ')} {_OUTCOMES[cell.what]}"


def _would_show(mutant: Mutant) -> str:
    """What a case shows that a mutant would fail."""
    if mutant.removed:
        return f"{mutant.owner} counts"
    before, after = mutant.before, mutant.after
    for each in ("require: ", "when: "):
        before, after = before.removeprefix(each), after.removeprefix(each)
    return f"{mutant.owner}: {before}" + (f", not {after}" if after else ", and not without")


def _suggestion(
    bench: CaseRunner, suite: Suite, situation: Situation, purpose: str, rules: Sequence[str]
) -> Suggestion:
    decision = bench.decide(bench.prepared(suite.policy, situation))
    result = CaseResult(suite, Case(purpose, situation, _expected(decision, rules), suite.span), decision, ())
    lines = [
        f"- name: {quoted(purpose)}",
        *(f"  {each}" for each in changes(bench, suite.policy, suite.base, situation)),
    ]
    lines.append(f"  expect: {_expectation(decision, rules)}")
    return Suggestion(result, "".join(f"  {each}\n" for each in lines))


def _expected(decision: Decision, rules: Sequence[str]) -> Expectation:
    if decision.refusals:
        return Expectation(refused=decision.refusals[0].reason[:60])
    members = {
        each.member or "": Expected(
            each.verdict, each.possible, {rule.id: rule.outcome for rule in each.rules if rule.id in rules}
        )
        for each in decision.verdicts
    }
    return Expectation(members[""]) if list(members) == [""] else Expectation(members=members)


def _expectation(decision: Decision, rules: Sequence[str]) -> str:
    if decision.refusals:
        return f"{{refused: {quoted(decision.refusals[0].reason[:60])}}}"
    parts = []
    for verdict in decision.verdicts:
        expected = [f"verdict: {verdict.verdict}"]
        expected += [f"possible: {verdict.possible}"] if verdict.possible != verdict.verdict else []
        outcomes = ", ".join(f"{each.id}: {each.outcome}" for each in verdict.rules if each.id in rules)
        expected += [f"rules: {{{outcomes}}}"] if outcomes else []
        parts.append((verdict.member, f"{{{', '.join(expected)}}}"))
    if len(parts) == 1 and parts[0][0] is None:
        return parts[0][1]
    return f"{{members: {{{', '.join(f'{name}: {text}' for name, text in parts)}}}}}"
