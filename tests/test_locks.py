"""The lock files hold what pyproject.toml asks for, pinned, hashed and free of any machine's addresses."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
ALL = (*LOCKS, "requirements-mutants.lock")
WINDOWS = {"colorama", "tzdata"}
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+) (?:; (.+) )?\\$")


@dataclass(frozen=True)
class Pin:
    version: str
    marker: str | None
    hashes: int


def read(name: str) -> dict[str, Pin]:
    pins: dict[str, Pin] = {}
    for block in re.split(r"\n(?=[^\s])", (ROOT / name).read_text(encoding="utf-8")):
        first, *rest = block.splitlines()
        found = PIN.match(first)
        assert found, f"{name}: `{first}` is not a pin"
        hashes = sum(bool(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line)) for line in rest)
        pins[found[1]] = Pin(found[2], found[3], hashes)
    return pins


def asked(name: str) -> list[Requirement]:
    if name == "requirements-mutants.lock":
        return [Requirement("mutmut")]
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    texts = [*project["dependencies"], *(text for extra in extras for text in extra)]
    if name == "requirements-dev.lock":
        lines = (ROOT / "requirements-dev.in").read_text(encoding="utf-8").splitlines()
        texts += [line for line in lines if line and not line.startswith(("#", "-"))]
        texts += PYPROJECT["build-system"]["requires"]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("name", ALL)
def test_every_dependency_is_pinned_at_a_version_that_it_allows(name: str) -> None:
    pins = read(name)
    missing = [str(each) for each in asked(name) if canonicalize_name(each.name) not in pins]
    refused = [
        str(each)
        for each in asked(name)
        if not each.specifier.contains(pins[canonicalize_name(each.name)].version)
    ]
    assert (missing, refused) == ([], [])


def test_every_dependency_has_an_upper_bound() -> None:
    bounds = {"<", "<=", "==", "~="}
    texts = [*asked("requirements.lock"), *map(Requirement, PYPROJECT["build-system"]["requires"])]
    open_ended = [
        str(each) for each in texts if not bounds & {specifier.operator for specifier in each.specifier}
    ]
    assert open_ended == []


@pytest.mark.parametrize("name", LOCKS)
def test_simpleeval_is_pinned_in_the_project_exactly_as_in_the_lock(name: str) -> None:
    assert f"simpleeval=={read(name)['simpleeval'].version}" in PYPROJECT["project"]["dependencies"]


@pytest.mark.parametrize("name", ALL)
def test_every_pin_has_hashes_of_more_than_this_platform(name: str) -> None:
    assert {each for each, pin in read(name).items() if pin.hashes < 2} == set()
    assert read(name)["pyyaml"].hashes > 20


@pytest.mark.parametrize("name", LOCKS)
def test_what_only_windows_needs_carries_a_marker_and_nothing_else_does(name: str) -> None:
    marked = {each: pin.marker for each, pin in read(name).items() if pin.marker}
    assert marked == dict.fromkeys(WINDOWS, 'sys_platform == "win32"')


def test_the_locks_agree() -> None:
    full, mutants = read("requirements-dev.lock"), read("requirements-mutants.lock")
    assert {each: full.get(each) for each in read("requirements.lock")} == read("requirements.lock")
    both = mutants.keys() & full.keys()
    assert {each: mutants[each] for each in both} == {each: full[each] for each in both}


@pytest.mark.parametrize("name", ALL)
def test_a_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [
        line for line in text.splitlines() if "://" in line or line.lstrip().startswith(("--f", "--i", "--e"))
    ] == []
