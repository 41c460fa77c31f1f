"""The wheel holds the schemas and the report templates, no policies, and works in an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "engine" / "interlock"


def run(words: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "INTERLOCK"))
    }
    return subprocess.run(
        words,
        cwd=folder,
        env={**environment, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = run(build, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder into which only the wheel is unpacked; its dependencies come from the environment."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def files_below(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def test_the_wheel_holds_the_package_the_schemas_the_templates_and_nothing_else(wheel: Path) -> None:
    wanted = {f"interlock/{name}" for name in files_below(ENGINE)}
    wanted |= {f"interlock/_data/schemas/{name}" for name in files_below(ROOT / "schemas")}
    wanted |= {
        f"interlock/_data/reports_templates/{name}" for name in files_below(ROOT / "reports_templates")
    }
    assert names_in(wheel) == wanted
    assert {"interlock/py.typed", "interlock/_data/schemas/1/policy.json"} <= wanted
    assert any(name.startswith("interlock/_data/reports_templates/") for name in wanted)


def test_the_wheel_says_what_it_needs_and_under_which_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(path).decode()
    assert "License-Expression: Apache-2.0\nLicense-File: LICENSE\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata
    assert "Requires-Dist: simpleeval==1.0.8\n" in metadata


def test_the_wheel_validates_and_reports_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "first" / "policies", tmp_path / "policies")
    shutil.copy(ROOT / "examples" / "first" / "snapshot.json", tmp_path)
    where = run(
        [sys.executable, "-c", "import interlock; print(interlock.__file__)"],
        tmp_path,
        PYTHONPATH=str(installed),
    )
    assert where.stdout.strip().startswith(str(installed))

    def interlock(*words: str) -> subprocess.CompletedProcess[str]:
        return run(
            [sys.executable, "-m", "interlock", *words], tmp_path, PYTHONPATH=str(installed), PYTHONUTF8="1"
        )

    checked = interlock("validate")
    assert (checked.returncode, checked.stdout) == (0, "3 documents, 1 policy, 4 metrics: no complaints\n"), (
        checked.stderr
    )
    done = interlock("report", "--full", "snapshot.json", "--historic", "-o", "report.md")
    assert done.returncode == 0, done.stdout + done.stderr
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "May the strategy trade real money?" in report and "NO_GO" in report
    broken = (tmp_path / "policies" / "go-live.yaml").read_text(encoding="utf-8").replace("owner: risk\n", "")
    (tmp_path / "policies" / "go-live.yaml").write_text(broken, encoding="utf-8")
    refused = interlock("validate")
    assert refused.returncode == 2 and "`owner` is missing" in refused.stdout
