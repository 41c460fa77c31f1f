"""The one snapshot that a command is about: a file, stdin, or what a desk shows; with the options that name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .. import clock
from ..api import PolicySet, Snapshot
from ..errors import UsageError
from .gathering import collected, named, not_from_the_future
from .inputs import read_snapshot
from .options import (
    allow_commands_option,
    archive_option,
    as_of_option,
    environment_option,
    historic_option,
    policies_option,
    root_option,
)

__all__ = ["Origin", "origin_options"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the snapshot comes from; times are seconds since the epoch."""

    root: str | None
    as_of: Decimal | None
    archive: bool
    allow_commands: bool
    environment: str | None
    historic: bool
    policies: str | None

    @property
    def now(self) -> Decimal | None:
        """The clock, None where the past is meant."""
        return None if self.historic else clock.now()

    def snapshot(self, name: str | None, policies: PolicySet, *, record: bool) -> Snapshot | None:
        """Return the snapshot that is named, None where none is; `record`: it is to be recorded.

        Raises UsageError where two are named, SnapshotError for one from the future.
        """
        if name is not None and self.root is not None:
            raise UsageError("a snapshot and `--root` are both given: name one")
        if self.root is None and (self.as_of is not None or self.archive):
            raise UsageError("`--as-of` and `--archive` belong to `--root DIR`: a snapshot has its own time")
        if name is None and self.root is None:
            return None
        found = self._collected(policies) if name is None else self._read(name)
        if record or not self.historic:
            not_from_the_future([found], clock.now(), record=record)
        return found

    def _read(self, name: str) -> Snapshot:
        names = named(name)
        if len(names) > 1:
            raise UsageError(f"one snapshot is wanted and there are {len(names)}: name a file")
        return read_snapshot(names[0])

    def _collected(self, policies: PolicySet) -> Snapshot:
        assert self.root is not None
        now = clock.now()
        return collected(
            policies, self.root, now if self.as_of is None else self.as_of,
            now=now, since=None, archive=self.archive, allow_commands=self.allow_commands,
        )  # fmt: skip


_OPTIONS = (
    root_option,
    as_of_option,
    archive_option,
    allow_commands_option,
    environment_option,
    historic_option,
    policies_option,
)


def origin_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `Origin` to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
