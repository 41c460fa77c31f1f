"""The shape of the code: imports run one way, files are small and documented, nothing forbidden is called."""

from __future__ import annotations

import ast
import graphlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "engine"
PACKAGE = ENGINE / "interlock"

# A room imports only rooms above it in this list; those that are no folders are modules of the package's root.
ROOMS = (
    *("errors", "codes", "limits", "arithmetic", "resources", "wording", "diagnostics", "files"),
    *("strict_json", "json_schema", "process", "canonical"),
    *("language", "policy", "evaluation", "backends", "collect", "ledger", "alerts", "rollout"),
    *("replay", "analysis", "testing", "reports", "clock", "guard", "api", "server", "cli", "__main__"),
)
# Evaluation knows no clock, acting does: the guard must know when a verdict ends, and a command asks for the time.
CLOCK = "interlock.clock"
# The package itself shows the public face on demand, and its rooms import nothing from it but the version.
FACE = "interlock"
VERSION = "interlock.__version__"
# `DocumentError` carries complaints: the type is named, the module is not needed.
TYPES_ONLY = {("interlock.errors", "interlock.diagnostics")}
# Packages that cost start-up time or are optional: the rooms that may name them at the top of a module.
GUARDED = {
    "click": {"cli", "__main__"},
    "rich": {"cli"},
    "jinja2": {"policy", "evaluation", "reports"},
    "jsonschema": {"json_schema"},
    "yaml": {"policy"},
    "simpleeval": {"evaluation"},
}
# Of these one module a room may import within a function: they cost start-up time, and many a run needs none.
LAZY = ("jsonschema", "referencing", "jinja2", "rich")
OPTIONAL = (
    "duckdb",
    "z3",
    "sqlglot",
    "sqlalchemy",
    "starlette",
    "uvicorn",
    "cryptography",
    "ruamel",
    "pygls",
)
START_UP = ("click", "rich", "jsonschema", "jinja2", "duckdb", "yaml", "simpleeval")
# Start-up answers `--version` before it imports a command, and `validate` imports what reads sources and tests only
# where there are any, and what speaks HTTP is needed for a webhook only, so these modules import where they need to.
LATE = {
    *("interlock", "interlock.__main__", "interlock.collect.workspace", "interlock.cli.commands.validate"),
    "interlock.alerts.channels",
}

CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.localtime", "time.gmtime"),
}
UNSAFE_CALLS = {"eval", "exec", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}
UNSAFE_MODULES = {"pickle", "marshal", "shelve"}
# Programs run within limits in `process`; only the command that the guard starts runs as long as it likes.
STARTERS = {"interlock.process", "interlock.guard.start_command"}

# Folders of tests about a subject rather than about one module, and tests about the checkout as a whole.
SUBJECTS = {"language", "examples", "desk", "docs", "properties"}
WHOLE = {
    "test_architecture",
    "test_branches",
    "test_checkout",
    "test_locks",
    "test_packaging",
    "test_schemas",
}


@dataclass(frozen=True)
class Import:
    """One import statement: what is named, where, whether in a function and whether for types alone."""

    target: str
    line: int
    local: bool
    types_only: bool


@dataclass(frozen=True)
class Module:
    """One parsed file of the package."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        return self.name.split(".")[1] if "." in self.name else FACE

    @property
    def unit(self) -> str:
        """The sub-room of the module, or the module itself where it lies in a room or in the root."""
        parts = self.name.split(".")
        below = len(parts) > 3 or (len(parts) == 3 and self.path.name == "__init__.py")
        return ".".join(parts[:3]) if below else self.name

    @property
    def package(self) -> str:
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    def at(self, line: int) -> str:
        return f"{self.path.relative_to(ROOT).as_posix()}:{line}"


@cache
def modules() -> dict[str, Module]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ENGINE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found[name] = Module(name, path, ast.parse(text), text.count("\n"))
    return found


def imports(module: Module) -> Iterator[Import]:
    """Yield each import of the module, its target absolute and resolved to a module where one is meant."""
    yield from _walk(module, module.tree, local=False, types_only=False)


def _walk(module: Module, node: ast.AST, *, local: bool, types_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for target in _targets(module, child):
                yield Import(target, child.lineno, local, types_only)
        else:
            inside = local or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            guarded = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
            yield from _walk(module, child, local=inside, types_only=types_only or guarded)


def _targets(module: Module, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        parent = module.package.split(".")[: len(module.package.split(".")) - node.level + 1]
        base = ".".join([*parent, base] if base else parent)
    names = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in modules() else base for name in names if name != VERSION]


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def all_imports() -> Iterator[tuple[Module, Import]]:
    for module in modules().values():
        for each in imports(module):
            yield module, each


def is_own(target: str) -> bool:
    return target.split(".")[0] == FACE


def room_of(target: str) -> str:
    return modules()[target].room


def test_every_module_lies_in_a_known_room() -> None:
    assert {each.room for each in modules().values()} - {*ROOMS, FACE} == set()


def test_imports_run_one_way() -> None:
    wrong = [
        f"{module.at(each.line)}: {module.room} imports {each.target}"
        for module, each in all_imports()
        if is_own(each.target)
        and (module.name, each.target) not in TYPES_ONLY
        and module.room != FACE
        and (each.target == FACE or ROOMS.index(room_of(each.target)) > ROOMS.index(module.room))
    ]
    assert wrong == []


def test_no_room_imports_in_a_circle() -> None:
    graph: dict[str, set[str]] = {name: set() for name in modules()}
    for module, each in all_imports():
        if (
            is_own(each.target)
            and (module.name, each.target) not in TYPES_ONLY
            and each.target != module.name
        ):
            graph[module.name].add(each.target)
    try:
        order = list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail("imports in a circle: " + " -> ".join(reversed(error.args[1])))
    assert len(order) == len(modules())


def test_no_sub_room_imports_in_a_circle() -> None:
    """A sub-room counts as one: the modules around it are above it or below it, never both."""
    graph: dict[str, set[str]] = {module.unit: set() for module in modules().values()}
    for module, each in all_imports():
        if not (is_own(each.target) and each.target != FACE and module.name != FACE):
            continue
        target = modules()[each.target].unit
        if (module.name, each.target) not in TYPES_ONLY and target != module.unit:
            graph[module.unit].add(target)
    try:
        list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail("sub-rooms in a circle: " + " -> ".join(reversed(error.args[1])))


def test_each_folder_of_the_package_has_a_folder_of_tests_and_each_of_tests_a_subject() -> None:
    folders = {
        path.parent.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.parent != PACKAGE
    }
    tests = {
        path.parent.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert sorted(folders - tests) == []
    assert sorted(each for each in tests - folders - {"."} if each.split("/")[0] not in SUBJECTS) == []


def test_no_two_modules_and_no_two_classes_have_the_same_name() -> None:
    names: dict[str, list[str]] = {}
    classes: dict[str, list[str]] = {}
    for module in modules().values():
        leaf = module.name.rpartition(".")[2]
        if leaf != "model" and module.path.name != "__init__.py" and ".cli.commands." not in module.name:
            names.setdefault(leaf, []).append(module.name)
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, []).append(module.name)
    assert {name: found for name, found in names.items() if len(found) > 1} == {}
    assert {name: found for name, found in classes.items() if len(found) > 1} == {}


def test_imports_stand_at_the_top_of_a_module() -> None:
    wrong = [
        f"{module.at(each.line)}: {each.target} is imported in a function"
        for module, each in all_imports()
        if each.local and module.name not in LATE and each.target.split(".")[0] not in (*LAZY, *OPTIONAL)
    ]
    assert wrong == []


def test_a_package_that_is_imported_late_has_one_module_in_a_room() -> None:
    users: dict[tuple[str, str], set[str]] = {}
    for module, each in all_imports():
        if not each.types_only and (name := each.target.split(".")[0]) in LAZY:
            users.setdefault((module.room, name), set()).add(module.name)
    assert {key: sorted(names) for key, names in users.items() if len(names) > 1 and key[0] != "cli"} == {}


def test_optional_packages_are_imported_in_the_file_that_bears_their_name() -> None:
    wrong = [
        f"{module.at(each.line)}: {each.target}"
        for module, each in all_imports()
        if (name := each.target.split(".")[0]) in OPTIONAL
        and not each.types_only
        and name not in module.path.stem
    ]
    assert wrong == []


def test_each_library_is_named_in_its_own_rooms_only() -> None:
    wrong = [
        f"{module.at(each.line)}: {each.target} in the room {module.room}"
        for module, each in all_imports()
        if (name := each.target.split(".")[0]) in GUARDED and module.room not in GUARDED[name]
    ]
    assert wrong == []


def test_version_is_answered_before_anything_heavy_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "interlock", "--version"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ENGINE)},
        check=True,
    )
    loaded = {
        line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line
    }
    assert "interlock" in loaded
    assert loaded & set(START_UP) == set()


def test_every_module_opens_with_one_sentence() -> None:
    wrong = []
    for module in modules().values():
        words = ast.get_docstring(module.tree)
        first = words.splitlines()[0] if words else ""
        if not (first.endswith(".") and ". " not in first and module.tree.body[0].lineno == 1):
            wrong.append(f"{module.at(1)}: `{first}`")
    assert wrong == []


def test_every_module_says_what_it_offers() -> None:
    wrong = [
        module.at(1)
        for module in modules().values()
        if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in module.tree.body)
        and not any(
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            for node in module.tree.body
        )
    ]
    assert wrong == []


def test_no_file_is_longer_than_400_lines() -> None:
    assert [f"{each.at(1)}: {each.lines} lines" for each in modules().values() if each.lines > 400] == []


def test_no_function_is_longer_than_45_lines() -> None:
    lengths = {
        f"{module.at(node.lineno)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(lengths) > 1000
    assert {name: length for name, length in lengths.items() if length > 45} == {}


def test_nothing_is_evaluated_unpickled_or_handed_to_a_shell() -> None:
    wrong = [
        module.at(node.lineno)
        for module in modules().values()
        for name, node in calls(module)
        if name in UNSAFE_CALLS
    ]
    wrong += [
        module.at(node.lineno)
        for module in modules().values()
        for _, node in calls(module)
        if any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords)
    ]
    wrong += [
        module.at(each.line) for module, each in all_imports() if each.target.split(".")[0] in UNSAFE_MODULES
    ]
    assert wrong == []


def test_programs_are_started_in_two_modules_only() -> None:
    found = {module.name for module, each in all_imports() if each.target.split(".")[0] == "subprocess"}
    assert found == STARTERS


def test_the_clock_is_read_where_commands_run_and_starts_are_guarded_only() -> None:
    wrong = [
        f"{module.at(node.lineno)}: {name}"
        for module in modules().values()
        if module.room != "cli" and module.name != CLOCK
        for name, node in calls(module)
        if name.removeprefix("datetime.") in CLOCKS or name in CLOCKS
    ]
    wrong += [
        module.at(each.line)
        for module, each in all_imports()
        if each.target == "time" and module.room != "cli" and module.name != CLOCK
    ]
    assert wrong == []


def test_every_test_file_mirrors_a_module_or_lies_in_a_folder_of_its_subject() -> None:
    wrong = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        parts = path.relative_to(ROOT / "tests").with_suffix("").parts
        if parts[0] in SUBJECTS or (len(parts) == 1 and parts[0] in WHOLE):
            continue
        mirrored = ".".join([FACE, *parts[:-1], parts[-1].removeprefix("test_")])
        if not any(mirrored == name or mirrored.startswith(f"{name}_") for name in modules() if name != FACE):
            wrong.append(path.relative_to(ROOT).as_posix())
    assert wrong == []


def test_the_rules_above_see_what_they_forbid() -> None:
    lines = ("import time", "if TYPE_CHECKING:", "    from . import b", "def f():")
    source = "\n".join([*lines, "    from ..policy import loader", "    eval('1')", ""])
    module = Module("interlock.language.x", PACKAGE / "language" / "x.py", ast.parse(source), 6)
    assert list(imports(module)) == [
        Import("time", 1, local=False, types_only=False),
        Import("interlock.language", 3, local=False, types_only=True),
        Import("interlock.policy.loader", 5, local=True, types_only=False),
    ]
    assert [name for name, _ in calls(module)] == ["eval"]
    assert re.fullmatch(r"engine/interlock/language/x\.py:6", module.at(6))
