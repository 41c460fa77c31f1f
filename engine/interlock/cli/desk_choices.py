"""Ledger, anchor, environment and root of a command whose options name none: variables, then `defaults` of the desk."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..diagnostics import printable
from ..errors import DocumentError, InterlockError
from ..ledger.file.ledger import DEFAULT
from ..policy.defaults import (
    Defaults,
    DeskChoice,
    chosen_anchor,
    chosen_environment,
    chosen_ledger,
    chosen_root,
)
from ..policy.loader import desk_defaults
from . import terminal
from .inputs import load_policies

__all__ = [
    "anchor_of_desk",
    "environment_of_desk",
    "environment_of_policy",
    "known_ledger",
    "known_root",
    "ledger_of_desk",
    "note_begun",
    "note_choice",
    "optional_ledger",
    "root_of_desk",
]


def optional_ledger(context: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    """Return the ledger of a command that can do without one, as with `--stateless`."""
    if value is not None or context.resilient_parsing or context.params.get("stateless"):
        return value
    found = chosen_ledger(os.environ, lambda: _defaults(context))
    return None if found is None else Path(note_choice(found))


def ledger_of_desk(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path:
    """Return the ledger of a command that needs one."""
    return optional_ledger(context, parameter, value) or DEFAULT


def anchor_of_desk(context: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    """Return the anchor: that of the desk belongs to the ledger of the desk alone, however that was named."""
    if value is not None or context.resilient_parsing or context.params["ledger"] is None:
        return value
    try:
        found = chosen_anchor(context.params["ledger"], _defaults(context))
    except InterlockError:  # the ledger was named, and a rollback waits for no document
        return None
    return None if found is None else Path(note_choice(found))


def environment_of_desk(context: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """Return the environment of a command."""
    if value is not None or context.resilient_parsing:
        return value
    found = chosen_environment(os.environ, lambda: _defaults(context))
    return None if found is None else note_choice(found)


def root_of_desk(context: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """Return the folder of the artefacts; none where a snapshot is named."""
    named = context.params.get("snapshots") or context.params.get("snapshot")
    if value is not None or context.resilient_parsing or named:
        return value
    found = chosen_root(_defaults(context))
    return None if found is None else note_choice(found)


def environment_of_policy(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> str | None:
    """Return the environment of a command that has a use for it only where it names a policy."""
    if context.params.get("policy") is None:
        return value
    return environment_of_desk(context, parameter, value)


def known_ledger(given: Path | None, policies: str | None) -> Path:
    """Return the ledger of a command that settles it later, as far as it is known before the documents are read."""
    try:
        found = None if given else chosen_ledger(os.environ, lambda: desk_defaults(policies))
    except InterlockError:
        found = None
    return given or (Path(found.value) if found else DEFAULT)


def known_root(policies: str | None) -> str | None:
    """Return the folder of a start that names neither folder nor snapshot.

    Where `interlock.yaml` is not sound it is the current one: the documents are the reason against a start then.
    """
    try:
        found = chosen_root(desk_defaults(policies))
    except DocumentError:
        return "."
    except InterlockError:
        return None
    return None if found is None else note_choice(found)


def _defaults(context: click.Context) -> Defaults:
    """Return the defaults of the desk; where they cannot be read, every complaint about its documents is raised."""
    policies = context.params.get("policies")
    try:
        return desk_defaults(policies)
    except DocumentError:
        load_policies(policies)
        raise


def note_choice(found: DeskChoice) -> str:
    """Tell people what was taken without an option, and return its value."""
    terminal.note(f"note: {found}")
    return found.value


def note_begun(ledger: Path, anchor: Path | None, *, new: bool) -> None:
    """Tell people that a ledger was begun, where one was."""
    if not new:
        return
    both = "" if anchor is None else f" and its anchor `{printable(anchor.as_posix())}`"
    verb = "is" if anchor is None else "are"
    place = printable(ledger.as_posix())
    terminal.note(f"note: the ledger `{place}`{both} {verb} begun anew: nothing recorded before is known")
