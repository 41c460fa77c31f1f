"""Where the JSON Schemas and the report templates lie, in a checkout as in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from .limits import FORMAT

__all__ = [
    "artefact_schema_names",
    "artefact_schema_path",
    "report_templates_dir",
    "schema_names",
    "schema_path",
]

_PACKAGE = Path(__file__).resolve().parent


def _root() -> Path:
    bundled = _PACKAGE / "_data"
    return bundled if bundled.is_dir() else _PACKAGE.parent.parent


def schema_path(name: str, version: int = FORMAT) -> Path:
    """Return the file of the JSON Schema of one document kind, for example `policy`."""
    return _root() / "schemas" / str(version) / f"{name}.json"


def schema_names(version: int = FORMAT) -> tuple[str, ...]:
    """Return the document kinds that have a JSON Schema, sorted."""
    return tuple(sorted(each.stem for each in schema_path("x", version).parent.glob("*.json")))


def artefact_schema_path(name: str) -> Path:
    """Return the file of the JSON Schema of one of the desk's artefacts, for example `daily-health`."""
    return _root() / "schemas" / "artefacts" / f"{name}.json"


def artefact_schema_names() -> tuple[str, ...]:
    """Return the artefacts that have a JSON Schema, sorted."""
    return tuple(sorted(each.stem for each in artefact_schema_path("x").parent.glob("*.json")))


def report_templates_dir() -> Path:
    """Return the folder of the Jinja templates of the reports."""
    return _root() / "reports_templates"
