"""Shows of some mutants that no data give them another verdict: of a milder contribution that others outweigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...policy.catalogue import Catalogue
from ...policy.model import Policy, Rule, Unlimited
from ...policy.names import params_read
from .mutants import Mutant
from .search_targets import rule_trees
from .worlds import World, Worlds

__all__ = ["same_because"]


def same_because(mutant: Mutant, policies: Mapping[str, Policy], catalogue: Catalogue) -> str:
    """Return why a mutant gives the verdicts, possible verdicts and outcomes of its policy, whatever is measured and
    remembered; empty where that is not shown."""
    policy = policies[mutant.policy.id]
    pairs = [
        (one, two) for one, two in zip(policy.rules, mutant.policy.rules, strict=False) if one is not two
    ]
    if mutant.removed or len(pairs) != 1 or mutant.policy.params is not policy.params:
        return ""
    change = _Milder(*pairs[0], policy, policies, catalogue)
    if not change.only:
        return ""
    return change.outweighed() if change.rule.shadow is None else "in shadow it contributes nothing"


@dataclass(frozen=True, slots=True)
class _Milder:
    """A rule and the same one with a milder contribution."""

    rule: Rule
    after: Rule
    policy: Policy
    policies: Mapping[str, Policy]
    catalogue: Catalogue

    @property
    def only(self) -> bool:
        """Whether that is all that differs, and the rule comes out of the present data alone."""
        one, two = self.rule, self.after
        alike = one.condition is two.condition and one.applies is two.applies
        plain = not one.latch and one.hold is None
        return alike and plain and one.blind_limit == two.blind_limit

    def outweighed(self) -> str:
        """Return which rules contribute as much wherever this one would, empty where none do."""
        others = [each for each in self.policy.rules if each is not self.rule and self.counts(each)]
        asked = {each.id: self.asked(each) for each in (self.rule, *others)}
        near = [each for each in others if asked[each.id] & asked[self.rule.id]]
        groups = [[each] for each in near]
        groups += [
            [each for each in others if each is one or each is two] for one in near for two in others
            if one is not two and asked[two.id] & (asked[one.id] | asked[self.rule.id])
        ]  # fmt: skip
        for group in groups:
            if self.always(group):
                names = " or ".join(f"`{each.id}`" for each in group)
                return f"{names} weighs as much wherever it {self.where}"
        return ""

    def asked(self, rule: Rule) -> set[str]:
        worlds = Worlds(self.policy, self.policies, self.catalogue)
        worlds.ask([rule])
        return set(worlds.choices)

    @property
    def where(self) -> str:
        return "is unknown" if self.rule.unknown != self.after.unknown else "fails or is unknown"

    def counts(self, other: Rule) -> bool:
        """Whether another rule always contributes what its outcome of the present data says: a latch that was re-armed
        sees less than these, a rule that is held passes more easily."""
        names = set().union(*(params_read(each, self.policy.lets) for each in rule_trees(other)))
        used = [self.policy.params[name] for name in names]
        unlimited = any(
            isinstance(each, Unlimited) for param in used for each in (param.value, *param.per.values())
        )
        plain = other.shadow is None and not other.latch and other.hold is None and other.waivable is None
        return plain and not unlimited

    def always(self, group: Sequence[Rule]) -> bool:
        """Tell whether in every world in which the change could count one of the group weighs as much."""
        worlds = Worlds(self.policy, self.policies, self.catalogue)
        worlds.ask([self.rule, *group])
        every = worlds.every()
        strict = self.rule.failed == self.after.failed
        if every is None or not (strict or any(self.place(each.failed) >= self.least for each in group)):
            return False
        return all(self.holds(worlds, world, group) for world in every)

    @property
    def least(self) -> int:
        """The place of the contribution that becomes milder."""
        changed = self.rule.failed if self.rule.failed != self.after.failed else self.rule.unknown
        return self.place(changed)

    def place(self, verdict: str) -> int:
        return self.policy.verdicts.index(verdict)

    def holds(self, worlds: Worlds, world: World, group: Sequence[Rule]) -> bool:
        """Tell whether one of the group weighs as much in one world, where the change could count there."""
        outcome = worlds.outcome(self.rule, world)
        of_failure = self.rule.failed != self.after.failed
        if outcome not in (("fail", "unknown") if of_failure else ("unknown",)):
            return True
        weights = [self.weight(each, worlds.outcome(each, world)) for each in group]
        # while it is unknown its failure is only possible, unless it has been blind for too long
        merely_possible = of_failure and outcome == "unknown" and self.rule.blind_limit is None
        return any(worst if merely_possible else sure for sure, worst in weights)

    def weight(self, other: Rule, outcome: str) -> tuple[bool, bool]:
        """Whether another rule contributes enough for sure, and whether it possibly does."""
        failed, unknown = self.place(other.failed) >= self.least, self.place(other.unknown) >= self.least
        if outcome == "fail":
            return failed, failed
        if outcome != "unknown":
            return False, False
        sure = unknown and (failed or other.blind_limit is None)
        return sure, sure or (failed and not other.fail_open)
