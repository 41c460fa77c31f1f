"""`interlock schema`: the list of kinds, one schema, and the folder that editors read."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from interlock.files import LEDGER_MARK
from interlock.resources import schema_names, schema_path

from ..conftest import Command

LISTED = """\
kind          first key     what it is
interlock     interlock     `interlock.yaml` marks the policy root and holds what all its documents share.
policy        policy        Rules over metrics. Applied to a snapshot a policy gives one verdict, or one for each member of `for_each`.
rollout       rollout       Stages of one change. Policies are its gates and its triggers, people approve, and the ledger remembers.
catalogue     metrics       Declares the metrics that policies may name, and the scopes whose members they are measured for.
sources       sources       Where the metrics come from: the desk's artefacts, and how each metric is read from them.
tests         tests         Cases that hold a policy to its verdicts, or a rollout to its decisions.
attestations  attestations  What people may attest: in which roles, how many of them, for how long, and for which values.
environment   environment   Values of declared params in one environment, chosen by `--environment`.
report        report        One kind of report, for `interlock report --kind NAME`: `fields` make JSON, `sections` make Markdown.
event                       One line of what `--events`, `--events-command` and `--events-url` hand over: a verdict that people are told of.
snapshot                    What was measured as of one instant. A value of the wrong type is an unknown value; it does not refuse the snapshot.
verdict                     The record of one policy applied to one snapshot. Canonical JSON of it is what ledger and digests hold.
"""  # noqa: E501  the table is as wide as the sentences
LINE = """\
a policy in {here}/ begins with the line below; in a folder of it with one more `../`,
and a document of another kind with that kind in place of `policy`:
# yaml-language-server: $schema={there}/policy.json
"""
KINDS = (
    "interlock, policy, rollout, catalogue, sources, tests, attestations, environment, report, event, snapshot and "
    "verdict"
)


@pytest.fixture
def schema(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command in a folder that holds a policy root."""
    monkeypatch.delenv("INTERLOCK_POLICIES")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "interlock.yaml").write_text("interlock: 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return lambda *words: command("schema", *words)


def test_the_kinds_are_listed(schema: Command) -> None:
    done = schema()
    assert (done.code, done.out, done.err) == (0, LISTED, "")


@pytest.mark.parametrize("kind", schema_names())
def test_one_schema_is_printed_as_it_is(schema: Command, kind: str) -> None:
    done = schema(kind)
    assert (done.code, done.out, done.err) == (0, schema_path(kind).read_text(encoding="utf-8"), "")


@pytest.mark.parametrize(
    ("words", "expect"),
    [
        (("polcy",), "no kind of document is called `polcy`: did you mean `policy`?"),
        (("zzz",), f"no kind of document is called `zzz`: there are {KINDS}"),
        (("\x1b[31m",), f"no kind of document is called `\\u001b[31m`: there are {KINDS}"),
        (("policy", "--write", "x"), "`--write` writes every schema: leave out the kind"),
        (
            ("--write", "policies/x"),
            "`policies/x` lies in the policy root, where every file is a document: write beside it, or into "
            "`.interlock/schemas`",
        ),
        (
            ("--write", "policies"),
            "`policies` lies in the policy root, where every file is a document: write beside it, or into "
            "`.interlock/schemas`",
        ),
        (("--write", "taken"), "cannot make the folder `taken`: file exists"),
        (("--write", "taken/x"), "cannot make the folder `taken/x`: not a directory"),
    ],
)
def test_a_mistake_writes_nothing(
    schema: Command, tmp_path: Path, words: tuple[str, ...], expect: str
) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = schema(*words)
    assert (done.code, done.out, done.err) == (2, "", f"error: {expect}\n")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("folder", "there"),
    [
        (".interlock/schemas", "../.interlock/schemas"),
        ("policies/.schemas", ".schemas"),
        ("../elsewhere", "../../elsewhere"),
        ("my schemas", "../my%20schemas"),
    ],
)
def test_every_schema_is_written_and_the_line_for_documents_leads_there(
    schema: Command, tmp_path: Path, folder: str, there: str
) -> None:
    done = schema("--write", folder)
    assert (done.code, done.err) == (0, f"wrote 12 schemas to {folder}\n")
    assert done.out == LINE.format(here="policies", there=there)
    written = {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
    assert written == {f"{name}.json": schema_path(name).read_bytes() for name in schema_names()}
    path = unquote(done.out.splitlines()[-1].partition("$schema=")[2])
    assert (tmp_path / "policies" / path).samefile(tmp_path / folder / "policy.json")


def test_writing_again_takes_the_place_of_older_files_and_leaves_others(
    schema: Command, tmp_path: Path
) -> None:
    (tmp_path / "s").mkdir()
    for name in ("policy.json", "mine.json"):
        (tmp_path / "s" / name).write_text("{}", encoding="utf-8")
    assert schema("--write", "s").code == 0
    assert json.loads((tmp_path / "s" / "policy.json").read_text(encoding="utf-8"))["title"] == "Policy"
    assert (tmp_path / "s" / "mine.json").read_text(encoding="utf-8") == "{}"
    assert not list((tmp_path / "s").glob("*.tmp"))


def test_a_ledger_is_never_written_over(schema: Command, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    ledger = b"SQLite format 3\0".ljust(72 - len(LEDGER_MARK), b"\0") + LEDGER_MARK
    (tmp_path / "s" / "attestations.json").write_bytes(ledger)
    done = schema("--write", "s")
    expect = "error: cannot write `s/attestations.json`: it is a ledger, and nothing takes its place\n"
    assert (done.code, done.err) == (2, expect)
    assert (tmp_path / "s" / "attestations.json").read_bytes() == ledger


def test_without_a_policy_root_the_line_is_for_the_folder_where_one_would_lie(
    schema: Command, tmp_path: Path
) -> None:
    (tmp_path / "policies" / "interlock.yaml").unlink()
    done = schema("--write", "s")
    assert (done.code, done.out) == (0, LINE.format(here="policies", there="../s"))


def test_a_document_may_begin_with_the_line(command: Command, tmp_path: Path) -> None:
    for name, text in {
        "interlock": "interlock: 1\n",
        "catalogue": "metrics:\n  kill.active: {type: bool}\n",
        "policy": "policy: p\nversion: 1.0.0\ntitle: A gate\nowner: risk\nverdicts: [GO, NO_GO]\n"
        "rules:\n  - {id: a, when: kill.active}\n",
    }.items():
        line = f"# yaml-language-server: $schema=../.interlock/schemas/{name}.json\n"
        (tmp_path / f"{name}.yaml").write_text(line + text, encoding="utf-8")
    done = command("validate", "--policies", tmp_path)
    assert (done.code, done.out) == (0, "3 documents, 1 policy, 1 metric: no complaints\n")
