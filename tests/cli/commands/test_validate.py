"""`interlock validate`: what it shows in each format, what PATHS limit, and its exit codes."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from interlock.errors import MissingExtra
from reports.sarif import results

from ..conftest import Command

HEAD = "policy: {id}\nversion: 1.0.0\ntitle: A gate\nowner: risk\nverdicts: [GO, NO_GO]\nrules:\n"
GOOD = HEAD.format(id="good") + "  - {id: a, when: kill.active}\n"
BAD = HEAD.format(id="bad") + "  - {id: a, when: kill.actve}\n  - {id: b, when: kill.active, then: NOGO}\n"
SHOWN = """\
policies/desk/bad.yaml:7:19: error E305: no metric, param or let is called `kill.actve`
    |   - {id: a, when: kill.actve}
    |                   ^^^^^^^^^^
  hint: did you mean `kill.active`?

policies/desk/bad.yaml:8:38: error E204: `NOGO` is not a verdict of this policy
    |   - {id: b, when: kill.active, then: NOGO}
    |                                      ^^^^
  hint: did you mean `NO_GO`?
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy root with one good policy and a bad one in a folder; this folder holds it."""
    policies = tmp_path / "policies"
    (policies / "desk").mkdir(parents=True)
    write(policies / "interlock.yaml", "interlock: 1\n")
    write(policies / "catalogue.yaml", "metrics:\n  kill.active: {type: bool}\n")
    write(policies / "good.yaml", GOOD)
    write(policies / "desk" / "bad.yaml", BAD)
    monkeypatch.chdir(tmp_path)
    return policies


@pytest.fixture
def validate(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command without a policy root in the environment."""
    monkeypatch.delenv("INTERLOCK_POLICIES")
    return lambda *words: command("validate", *words)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def test_all_complaints_then_a_line_of_summary(validate: Command, root: Path) -> None:
    done = validate()
    assert (done.code, done.out, done.err) == (2, f"{SHOWN}\n2 errors in 1 file\n", "")


def test_a_sound_root_is_counted(validate: Command, root: Path) -> None:
    (root / "desk" / "bad.yaml").unlink()
    done = validate()
    assert (done.code, done.out, done.err) == (0, "3 documents, 1 policy, 1 metric: no complaints\n", "")


def test_the_shipped_policies_are_sound(command: Command) -> None:
    done = command("validate", "--strict", "--policies", Path(__file__).parents[3] / "policies")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(" metrics: no complaints\n")


def test_a_root_may_be_named_or_found_from_below(
    validate: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = validate().out
    monkeypatch.chdir(root / "desk")
    assert validate().out == everything
    monkeypatch.chdir("/")
    assert validate("--policies", root).out == everything


def test_paths_limit_what_is_shown(validate: Command, root: Path) -> None:
    other = validate("policies/good.yaml")
    assert (other.code, other.out) == (2, "no complaints here; 2 errors in 1 file not shown\n")
    for path in ("policies/desk", "policies/desk/bad.yaml", "policies", root / "desk"):
        assert validate(path).out == f"{SHOWN}\n2 errors in 1 file\n"
    write(root / "worse.yaml", "polcy: x\n")
    both = validate("policies/desk/bad.yaml", "policies/good.yaml")
    assert (both.code, both.out) == (2, f"{SHOWN}\n2 errors in 1 file; 1 error in 1 file not shown\n")


@pytest.mark.parametrize(
    ("words", "expect"),
    [
        (["policies/gone.yaml"], "there is no file or folder `policies/gone.yaml`"),
        (
            ["outside.yaml"],
            "`outside.yaml` lies outside the policy root `{root}`: name its policy root with `--policies DIR`",
        ),
        (["policies/empty"], "nothing to validate: `policies/empty` holds no document"),
        (["--policies", "bare"], "nothing to validate: `bare` holds no document but interlock.yaml"),
        (
            ["--policies", "policies/desk"],
            "policies/desk is no policy root: it holds no interlock.yaml: write `interlock: 1` into it",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_validated(validate: Command, root: Path, words: list[str], expect: str) -> None:
    write(root.parent / "outside.yaml", GOOD)
    (root / "empty").mkdir()
    (root.parent / "bare").mkdir()
    write(root.parent / "bare" / "interlock.yaml", "interlock: 1\n")
    done = validate(*words)
    assert (done.code, done.out, done.err) == (2, "", f"error: {expect.format(root=root.as_posix())}\n")


def test_json_is_a_list_of_records(validate: Command, root: Path) -> None:
    write(root / "desk" / "bad.yaml", GOOD)
    (root / "good.yaml").rename(root / "again.yaml")
    done = validate("--format", "json")
    assert (done.code, done.err) == (2, "1 error in 1 file\n")
    assert json.loads(done.out) == [
        {
            "file": "policies/desk/bad.yaml",
            "line": 1,
            "column": 9,
            "end_line": 1,
            "end_column": 13,
            "code": "E232",
            "severity": "error",
            "message": "two policies are called `good`",
            "hint": "rename one",
            "related": [
                {"file": "policies/again.yaml", "line": 1, "column": 9, "message": "first given here"}
            ],
        }
    ]


def test_json_of_nothing_is_an_empty_list(validate: Command, root: Path) -> None:
    (root / "desk" / "bad.yaml").unlink()
    assert validate("--format", "json").out == "[]\n"


def test_github_shows_complaints_beside_their_lines(validate: Command, root: Path) -> None:
    done = validate("--format", "github")
    assert (done.code, done.err) == (2, "2 errors in 1 file\n")
    assert done.out == (
        "::error file=policies/desk/bad.yaml,line=7,endLine=7,col=19,endColumn=29,title=E305"
        "::no metric, param or let is called `kill.actve` (did you mean `kill.active`?)\n"
        "::error file=policies/desk/bad.yaml,line=8,endLine=8,col=38,endColumn=42,title=E204"
        "::`NOGO` is not a verdict of this policy (did you mean `NO_GO`?)\n"
    )


def test_github_is_told_where_the_file_lies_from_here(
    validate: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent.parent)
    below = root.parent.name
    assert f"file={below}/policies/desk/bad.yaml," in validate("--policies", root, "--format", "github").out


def test_github_commands_cannot_be_forged_by_a_document(validate: Command, root: Path) -> None:
    (root / "desk" / "bad.yaml").unlink()
    name = "a,b:c%d.yaml"
    write(root / name, 'environment: "x\\n::error title=y::100% \\e[31m"\nvalues: {good: {a: 1}}\n')
    done = validate("--format", "github")
    first = done.out.splitlines()[0]
    assert first.startswith("::error file=policies/a%2Cb%3Ac%25d.yaml,line=1,endLine=1,col=14,")
    assert "got the text `x\\u000a::error title=y::100%25 \\u001b[31m`" in first
    assert all(line.startswith("::error file=policies/a%2Cb%3Ac%25d.yaml,") for line in done.out.splitlines())


def test_markdown_is_a_table_and_a_count(validate: Command, root: Path) -> None:
    done = validate("--format", "markdown")
    assert (done.code, done.err) == (2, "2 errors in 1 file\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.out.splitlines()]
    assert rows[0] == ["place", "severity", "code", "message", "hint"]
    assert rows[2] == [
        "policies/desk/bad.yaml:7:19",
        "error",
        "`E305`",
        "no metric, param or let is called `kill.actve`",
        "did you mean `kill.active`?",
    ]
    assert done.out.endswith("\n\n2 errors in 1 file\n")
    (root / "desk" / "bad.yaml").unlink()
    assert validate("--format", "markdown").out == "No complaints.\n"


def test_sarif_names_the_codes_and_the_places(validate: Command, root: Path) -> None:
    done = validate("--format", "sarif")
    assert (done.code, done.err) == (2, "2 errors in 1 file\n")
    first, second = results(done.out)
    assert (first["ruleId"], second["ruleId"], first["level"]) == ("E305", "E204", "error")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "policies/desk/bad.yaml"},
        "region": {"startLine": 7, "startColumn": 19, "endLine": 7, "endColumn": 29},
    }


def test_junit_has_a_case_for_each_document(validate: Command, root: Path) -> None:
    done = validate("--format", "junit")
    cases = list(ElementTree.fromstring(done.out).iter("testcase"))
    assert [(each.get("name"), each.get("line"), len(each)) for each in cases] == [
        ("policies/catalogue.yaml", "1", 0),
        ("policies/desk/bad.yaml", "7", 1),
        ("policies/good.yaml", "1", 0),
        ("policies/interlock.yaml", "1", 0),
    ]
    text = (
        "E305: no metric, param or let is called `kill.actve`; E204: `NOGO` is not a verdict of this policy"
    )
    assert [each.get("message") for each in cases[1]] == [text]


def test_a_warning_is_an_error_only_when_strict(
    validate: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_: object) -> None:
        raise MissingExtra("duckdb", "duckdb", "checking the SQL of sources")

    monkeypatch.setattr("interlock.collect.declared.source_reader.check_queries", absent)
    write(root / "desk" / "bad.yaml", SOURCES)
    mild, strict = validate(), validate("--strict")
    assert (mild.code, strict.code, mild.out) == (0, 2, strict.out)
    assert mild.out == (
        "policies/desk/bad.yaml:3:5: warning W852: the SQL of sources is not checked: duckdb is missing\n"
        "    |     kind: rows\n"
        "    |     ^^^^^^^^^^\n"
        "  hint: checking the SQL of sources needs the package `duckdb`: "
        "install it with `pip install 'interlock[duckdb]'`\n\n1 warning in 1 file\n"
    )


SOURCES = """\
sources:
  book:
    kind: rows
    doc: what the desk holds
    file: data/book.csv
    format: csv
    time: at
    timezone: UTC
    columns: {at: {time: at}, active: {bool: active}}
    metrics:
      kill.active: {sql: "select active as value, at from book order by at desc limit 1"}
"""


def test_colours_only_for_a_person(validate: Command, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.cli.terminal.coloured", lambda stream: True)
    first, second, third, *_ = validate().out.splitlines()
    assert (
        first.startswith("\x1b[1mpolicies/desk/bad.yaml:7:19\x1b[0m\x1b[31m\x1b[1m: error E305: ")
        or "\x1b[31m" in first
    )
    assert (second, "\x1b[31m" in third) == ("    |   - {id: a, when: kill.actve}", True)
