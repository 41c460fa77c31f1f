"""The `defaults` of `interlock.yaml`: what they give, and the whole text of every complaint."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.policy.defaults import Defaults
from interlock.policy.loader import desk_defaults
from support.roots import read, write

from ..roots import Case, bad_roots, complaints

GATE = {
    "live.yaml": "environment: live\nvalues: {gate: {limit: 6}}\n",
    "catalogue.yaml": "metrics: {loss: {type: number, doc: of the day}}\n",
    "gate.yaml": "policy: gate\nversion: 1.0.0\ntitle: A gate\nowner: risk\nverdicts: [GO, NO_GO]\n"
    "params: {limit: 5}\nrules: [{id: a, require: loss < limit}]\n",
}


@bad_roots("defaults_reader")
def test_defaults_are_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect


@pytest.mark.parametrize(
    ("ledger", "anchor"),
    [
        ("../state/ledger.db", "../head"),
        ("./../state/ledger.db", "../x/../head"),
        (".interlock/ledger.db", "../head"),
        ("/var/lib/desk/ledger.db", "/mnt/kept/head"),
        ("../a ledger.db", "../Ω"),
    ],
)
def test_paths_are_relative_to_the_document_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger: str, anchor: str
) -> None:
    text = (
        f"interlock: 1\ndefaults: {{ledger: {ledger}, anchor: {anchor}, environment: live, root: ../desk}}\n"
    )
    root = write(tmp_path, {"interlock.yaml": text, **GATE})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    wanted = {key: (root / value).resolve() for key, value in (("ledger", ledger), ("anchor", anchor))}
    artefacts = tmp_path.resolve() / "desk"
    expected = Defaults(wanted["ledger"], wanted["anchor"], "live", artefacts, "policies/interlock.yaml")
    found, collector = read(Path("../policies"))
    assert (collector.errors, found.defaults) == ((), expected)
    assert desk_defaults("../policies") == expected


def test_without_defaults_there_are_none(tmp_path: Path) -> None:
    root = write(tmp_path, {"interlock.yaml": "interlock: 1\n"})
    assert read(root)[0].defaults == desk_defaults(root) == Defaults(file="policies/interlock.yaml")
