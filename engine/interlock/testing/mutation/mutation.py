"""Tries every mutant of the tested policies, on several cores where there are some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ...diagnostics import Collector
from ...policy.loader import PolicyRoot, load_root
from ..policies.cell_coverage import CoverageCell
from ..policies.model import Suite
from ..policies.runner import CaseRunner
from ..suite_reader import read_suites
from .equivalence import same_because
from .mutant_runs import MutantRun
from .mutants import Mutant, mutants
from .suggestions import Suggestion, for_cells, for_mutant, told_apart

__all__ = [
    "KILLED",
    "SAME",
    "SURVIVED",
    "UNDECIDED",
    "MutantOutcome",
    "Mutation",
    "Suggestions",
    "mutated",
    "suggested",
    "trial",
]

KILLED, SURVIVED, UNDECIDED, SAME = "killed", "survived", "undecided", "same"


_Fate = tuple[str, str]
"""What became of a mutant, and why it is the same."""


@dataclass(frozen=True, slots=True)
class MutantOutcome:
    """One mutant and what became of it. Killed: a case notices it. Of the others it is the same where that is shown,
    with the reason, it survived where a search finds a snapshot that tells it apart, and it is undecided else."""

    mutant: Mutant
    status: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Cases to paste, and the cells for which the search found none."""

    cases: tuple[Suggestion, ...]
    left: tuple[CoverageCell, ...]


@dataclass(frozen=True, slots=True)
class Mutation:
    """The fates of all mutants."""

    fates: tuple[MutantOutcome, ...]

    def count(self, status: str, policy: str = "") -> int:
        """Return how many mutants had that fate, of one policy or of all."""
        return sum(each.status == status and policy in ("", each.mutant.policy.id) for each in self.fates)

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """The mutants that no test noticed, although some snapshot tells them apart."""
        return tuple(each.mutant for each in self.fates if each.status == SURVIVED)

    @property
    def same(self) -> tuple[MutantOutcome, ...]:
        """The mutants that no data tell from their policies, each with the reason."""
        return tuple(each for each in self.fates if each.status == SAME)

    @property
    def undecided(self) -> tuple[Mutant, ...]:
        """The mutants that no test noticed and the search could not tell apart; some snapshot may."""
        return tuple(each.mutant for each in self.fates if each.status == UNDECIDED)

    def total(self, policy: str = "") -> int:
        """Return how many mutants there are, of one policy or of all."""
        return sum(policy in ("", each.mutant.policy.id) for each in self.fates)

    def percent(self, policy: str = "") -> Decimal:
        """Return the share that was killed, cut to a tenth, of all but those that are the same; what is undecided was
        not killed."""
        killed, total = self.count(KILLED, policy), self.total(policy) - self.count(SAME, policy)
        return Decimal(1000 * killed // total) / 10 if total else Decimal(100)


def mutated(
    root: PolicyRoot,
    suites: Sequence[Suite],
    jobs: int,
    advance: Callable[[], None] = lambda: None,
    names: Iterable[str] | None = None,
) -> Mutation:
    """Try the mutants of the named policies (of all that the suites test by default), over all the suites; `jobs` is
    the number of processes."""
    bench = CaseRunner(root)
    policies = sorted({each.policy for each in suites} if names is None else names)
    every = {name: mutants(bench.compiled[name], dict(root.policies), root.catalogue) for name in policies}
    # The longest first: no process then waits long for another at the end.
    order = sorted(policies, key=lambda name: -len(every[name]))
    if jobs < 2 or len(order) < 2:
        state = _State(root, tuple(suites), bench)
        fates = {name: _advanced(state.fates(name), advance) for name in order}
    else:
        files = tuple(sorted({each.span.file for each in suites}))
        with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(str(root.path), files)) as pool:
            found = zip(order, pool.map(_fates, order), strict=True)
            fates = {name: _advanced(each, advance) for name, each in found}
    return Mutation(
        tuple(
            MutantOutcome(mutant, *fate)
            for name in policies
            for mutant, fate in zip(every[name], fates[name], strict=True)
        )
    )


def _advanced(fates: list[_Fate], advance: Callable[[], None]) -> list[_Fate]:
    advance()
    return fates


def trial(bench: CaseRunner, suites: Iterable[Suite], policy: str) -> MutantRun:
    """Return the cases that can notice a mutant of a policy: its own, and those of policies that compose it."""
    above = {
        name for name, each in bench.root.policies.items()
        if any(child.policy == policy for child in each.children)
    }  # fmt: skip
    listed = list(suites)
    own = bench.run([each for each in listed if each.policy == policy])
    return MutantRun(bench, own, bench.run([each for each in listed if each.policy in above]))


def suggested(
    bench: CaseRunner, suites: tuple[Suite, ...], own: Sequence[Suite], missed: Sequence[CoverageCell]
) -> Suggestions:
    """Return cases for the cells that were missed, then for the survivors that a search tells apart."""
    bench.watch = None
    found, left = for_cells(bench, own, missed)
    policy = own[0].policy
    judge = trial(bench, suites, policy)
    if not all(each.passed for each in judge.results):
        return Suggestions(tuple(found), tuple(left))
    judge.results += tuple(each.result for each in found)
    for mutant in mutants(bench.compiled[policy], dict(bench.root.policies), bench.root.catalogue):
        if judge.killed(mutant) or same_because(mutant, bench.root.policies, bench.root.catalogue):
            continue
        each = for_mutant(judge, own, mutant)
        if each is not None:
            found.append(each)
            judge.results += (each.result,)
    return Suggestions(tuple(found), tuple(left))


# processes


@dataclass(slots=True)
class _State:
    root: PolicyRoot
    suites: tuple[Suite, ...]
    bench: CaseRunner
    trial: MutantRun | None = None

    def fates(self, name: str) -> list[_Fate]:
        self.trial = trial(self.bench, self.suites, name)
        every = mutants(self.bench.compiled[name], dict(self.root.policies), self.root.catalogue)
        return [self.fate(each) for each in every]

    def fate(self, mutant: Mutant) -> _Fate:
        assert self.trial is not None
        if self.trial.killed(mutant):
            return KILLED, ""
        why = same_because(mutant, self.root.policies, self.root.catalogue)
        if why:
            return SAME, why
        own = [each for each in self.suites if each.policy == mutant.policy.id]
        return SURVIVED if told_apart(self.trial, own, mutant) else UNDECIDED, ""


_STATES: list[_State] = []


def _begin(path: str, files: tuple[str, ...]) -> None:
    """Read the policies and these files of tests once in each process."""
    collector = Collector()
    root = load_root(Path(path), collector)
    suites = tuple(each for each in read_suites(root, collector) if each.span.file in files)
    _STATES[:] = [_State(root, suites, CaseRunner(root))]


def _fates(name: str) -> list[_Fate]:
    return _STATES[0].fates(name)
