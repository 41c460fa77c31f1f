"""Policies are chosen by name, tag, runbook and rollout, and a name that chooses nothing is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.cli.policy_choice import PolicyChoice
from interlock.errors import UsageError
from interlock.policy.loader import PolicyRoot
from support import rollouts, roots

from .conftest import Command

CHANGED = {
    f"{name}.yaml": rollouts.FILES[f"{name}.yaml"].replace("owner:", f"{line}\nowner:", 1)
    for name, line in {
        "gate": "tags: [fills, daily]\nrunbook: exits#canary",
        "back": "tags: [daily]\nrunbook: exits#rollback",
        "steady": "runbook: feed",
    }.items()
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> PolicyRoot:
    found, collector = roots.read(rollouts.write(tmp_path_factory.mktemp("root"), CHANGED))
    assert not collector.errors
    return found


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (PolicyChoice(), ()),
        (PolicyChoice(policy_ids=["gate"]), ("gate",)),
        (PolicyChoice(tags=["daily"]), ("back", "gate")),
        (PolicyChoice(tags=["fills"], policy_ids=["steady"]), ("gate", "steady")),
        (PolicyChoice(runbooks=["exits"]), ("back", "gate")),
        (PolicyChoice(runbooks=["exits#canary"]), ("gate",)),
        (PolicyChoice(runbooks=["feed", "exits#rollback"]), ("back", "steady")),
        (PolicyChoice(programmes=["exits"]), ("back", "gate", "steady", "undone")),
        (PolicyChoice(programmes=["sizes"]), ("back", "gate")),
    ],
)
def test_what_each_option_chooses(root: PolicyRoot, choice: PolicyChoice, names: tuple[str, ...]) -> None:
    assert choice.names(root) == names


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        (PolicyChoice(policy_ids=["gat"]), "no policy is called `gat`: did you mean `gate`?"),
        (PolicyChoice(tags=["dayly"]), "no tag is called `dayly`: did you mean `daily`?"),
        (PolicyChoice(runbooks=["exit"]), "no runbook is called `exit`: did you mean `exits`?"),
        (PolicyChoice(runbooks=["books"]), "no runbook is called `books`: there are exits and feed"),
        (
            PolicyChoice(runbooks=["exits#canari"]),
            "no section is called `exits#canari`: did you mean `exits#canary`?",
        ),
        (PolicyChoice(programmes=["exit"]), "no rollout is called `exit`: did you mean `exits`?"),
    ],
)
def test_a_name_that_chooses_nothing_is_refused(root: PolicyRoot, choice: PolicyChoice, text: str) -> None:
    with pytest.raises(UsageError) as problem:
        choice.names(root)
    assert str(problem.value) == text


def test_the_command_line_judges_what_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", str(rollouts.write(tmp_path, CHANGED)))
    Path("s.json").write_bytes(rollouts.document("2026-03-02T00:00:00Z"))
    done = command("evaluate", "s.json", "--historic", "--runbook", "exits#canary", "--tag", "daily")
    assert [line.split()[1] for line in done.out.splitlines()[1:]] == ["back", "gate"]
    refused = command("evaluate", "s.json", "--historic", "--tag", "dayly")
    assert (refused.code, refused.err) == (2, "error: no tag is called `dayly`: did you mean `daily`?\n")
