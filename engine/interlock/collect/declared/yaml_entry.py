"""One entry of a sources document: its keys with their places, read as text, path, pointer or zone, and complaints."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from ...diagnostics import Collector, unknown_name
from ...errors import MissingExtra
from ...policy.yaml.yaml_nodes import Mapping
from ...resources import artefact_schema_names
from ..json_documents import Pointer, parse_pointer
from ..patterns import Pattern, parse_pattern
from ..sql.re2 import re2_complaint

__all__ = ["YamlEntry", "path_complaint"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z]:")

Complaint = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class YamlEntry:
    """A mapping node. A method that finds a key wrong adds a complaint and returns a harmless value."""

    node: Mapping
    collector: Collector

    def complain(self, code: str, message: str, key: str, hint: str | None = None) -> None:
        self.collector.add(code, message, self.node.span_of(key), hint)

    def path(self, key: str) -> str:
        if not self.node.has(key):
            return ""
        text = self.node.text(key)
        found = _pattern_complaint(text) if key == "files" else path_complaint(text)
        if found:
            code, message, hint = found
            self.complain(code, message, key, hint)
        return text

    def variable(self, key: str) -> str:
        text = self.node.text(key)
        if not _VARIABLE.fullmatch(text):
            self.complain("E513", f"`{text}` is no name of an environment variable", key)
        return text

    def regular_expression(self, key: str) -> Pattern | None:
        try:
            found = parse_pattern(self.node.text(key))
        except ValueError as problem:
            self.complain("E505", f"`{key}` is no regular expression: {problem}", key)
            return None
        with suppress(MissingExtra):  # matching says so
            wrong = re2_complaint(found)
            if wrong is not None:
                hint = "write it without references and without looking ahead or back"
                self.complain("E540", f"`{key}` is no pattern of RE2: {wrong}", key, hint)
                return None
        return found

    def pointer(self, key: str) -> Pointer:
        text = self.node.text(key)
        found = parse_pointer(text)
        if found is None:
            self.complain("E504", f"`{text}` is no JSON pointer", key, f"write `/{text.lstrip('/$.')}`")
        return found or ()

    def zone(self) -> ZoneInfo | None:
        if not self.node.has("timezone"):
            return None
        name = self.node.text("timezone")
        try:
            return ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            unknown = unknown_name("time zone", name, available_timezones())
            self.complain("E510", unknown.message, "timezone", unknown.hint)
        return None

    def schema(self) -> str | None:
        if not self.node.has("schema"):
            return None
        name = self.node.text("schema")
        if name not in artefact_schema_names():
            unknown = unknown_name("artefact schema", name, artefact_schema_names())
            self.complain("E512", unknown.message, "schema", unknown.hint)
            return None
        return name


def path_complaint(text: str) -> Complaint | None:
    """Return what is wrong with a path below the root: the code, the message and a hint; or None."""
    pattern = any(each in text for each in "*?")
    hint = "write `files:` where there are many files"
    return _shape(text) or (("E518", f"the path `{text}` is a pattern", hint) if pattern else None)


def _pattern_complaint(text: str) -> Complaint | None:
    found = _shape(text)
    if found:
        return found
    if not any(each in text for each in "*?"):
        return "E518", f"the pattern `{text}` has no `*` or `?`", "write `file:` where there is one file"
    if any("**" in step and step != "**" for step in text.split("/")) or text.split("/")[-1] == "**":
        message = f"in the pattern `{text}` a `**` is not a whole folder"
        return "E519", message, "write it as in `data/**/*.json`"
    if "[" in text or "{" in text:
        return "E519", f"the pattern `{text}` uses more than `*`, `?` and `**`", None
    return None


def _shape(text: str) -> Complaint | None:
    below, steps = "write it relative to the root, with `/`", text.split("/")
    if "\\" in text:
        return "E503", f"the path `{text}` holds a backslash", f"write `{text.replace(chr(92), '/')}`"
    if text.startswith("/") or _DRIVE.match(text):
        return "E503", f"the path `{text}` is absolute", below
    if text.startswith("~"):
        return "E503", f"the path `{text}` begins with `~`", below
    if ".." in steps:
        return "E503", f"the path `{text}` leaves the root with `..`", below
    if any(step in ("", ".") for step in steps) or not text.isprintable():
        return "E503", f"the path `{text}` has an empty or invisible part", below
    return None
