"""Writes docs/reference/ from the JSON Schemas: one page a kind of document, one row a key.

Run it with `make docs`; a test compares the pages with what this makes.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from interlock.policy.loader import SCHEMAS
from interlock.resources import schema_names, schema_path

FOLDER = Path(__file__).parent / "reference"
INTRODUCTION = """\
# Reference

One page a kind of document, one row a key, made from the JSON Schemas in `schemas/1/` by `make docs`. Kinds with a
first key are YAML documents of a policy root, known by that key; the others are JSON that Interlock writes or reads.

| page | first key | what it is |
|---|---|---|
"""
ENDING = """
## How to read a page

- A type in `code` is the word itself. A *duration* is a number and s, m, h, d or w (`90s`, `2h`, `14d`); a *term* is a
  duration or complete trading days (`5 trading days`); a *pointer* is a JSON pointer (`/summary/health`).
- A time is a text: RFC 3339 with `Z` or an offset, or a date.
- A key in capitals, as in `let.NAME`, stands for names of your own; `rules[]` is each item of the list `rules`.
- A key that is neither required nor has a default may be left out; its meaning says what follows.

## In an editor

Editors with yaml-language-server (VS Code with the YAML extension, Neovim, Emacs, Helix and others) complete keys,
explain them and mark mistakes by the same schemas:

    interlock schema --write .interlock/schemas

writes the schemas into a folder and prints the line with which a document begins, here `policies/desk/go-live.yaml`:

    # yaml-language-server: $schema=../../.interlock/schemas/policy.json

Expressions, names, units and types are beyond a schema: `interlock validate` checks them all.
"""
WORDS = {
    "^(/([^~/]|~[01])*)*$": "pointer",
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$": "version",
    r"^([0-9]+(\.[0-9]+)?[smhdw]|[1-9][0-9]* trading days?)$": "term",
    "^(event|[0-9]+[smhdw])$": "duration or `event`",
    r"^(never|[0-9]+(\.[0-9]+)?[smhdw])$": "duration or `never`",
    r"^(required|[0-9]+(\.[0-9]+)?[smhdw]|[1-9][0-9]* trading days?)$": "term or `required`",
    r"^-?[0-9]+(\.[0-9]+)?[smhdw]$": "duration with sign",
    r"^[0-9]+(\.[0-9]+)?[smhdw]$": "duration",
    r"^[^~\s\\]([^\x00-\x1f\\]*[^\s/\\])?$": "path",
    "^[A-Za-z0-9][A-Za-z0-9._{}-]*$": "name of a file",
    "^[A-Z][0-9]+$": "id",
    "^[A-Z][A-Z0-9_]*$": "verdict",
    "^[A-Z]{3}$": "currency code",
    "^[a-z][a-z0-9-]*$": "name",
    "^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "name",
    "^[a-z][a-z0-9_]*$": "name",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$": "metric",
    r"\S": "text, not blank",
}
"""What a text of a pattern is called; the end that forbids a line break is left out."""
TYPES = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "boolean",
    "null": "null",
}
LONGEST = 60
GUIDE = "[How to read this page](README.md#how-to-read-a-page)."
IMPLICIT = ("bool", "int", "float", "null")

Schema = Mapping[str, Any]


class _Flow(yaml.SafeDumper):
    """Writes YAML in which a date is text, as policies read it."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, form) for tag, form in found if tag.rpartition(":")[2] in IMPLICIT]
        for first, found in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }


def in_yaml(value: object) -> str:
    """Return a value on one line, as a document of a policy root writes it."""
    text = yaml.dump(
        value, Dumper=_Flow, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
    )
    return text.removesuffix("...\n").strip()


@dataclass(frozen=True)
class Section:
    """A table of keys: the mapping that has them, where it stands, and which of several forms it is or belongs to."""

    schema: Schema
    path: str
    form: str


@dataclass
class Page:
    """The page of one schema: its sections in order, each mapping once."""

    name: str
    root: Schema
    sections: dict[int, Section] = field(default_factory=dict)

    def text(self) -> str:
        """Return the page in Markdown."""
        self.visit(self.root, "", "")
        about = self.root["description"]
        if self.first_key:
            about += f" The first key of the document is `{self.first_key}`."
        lines = [f"# {self.root['title']}", "", _wrapped(f"{about} {GUIDE}"), ""]
        for section in self.sections.values():
            lines += [*self.section(section), ""]
        return "\n".join(lines).rstrip() + "\n"

    @property
    def first_key(self) -> str:
        """The key by which a policy root knows documents of this kind; empty for what is JSON."""
        return next((key for key, name in SCHEMAS.items() if name == self.name), "")

    # which mappings there are

    def own(self, schema: Schema) -> Schema:
        """Return a schema with what it refers to; its own words come first."""
        if "$ref" not in schema:
            return schema
        return {**self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")], **schema}

    def forms(self, schema: Schema) -> list[Schema]:
        """Return the mappings with keys that a value may be."""
        if "$ref" in schema:
            return self.forms(self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        found = []
        for key in ("else", "then"):
            branch = schema.get(key, {})
            found += self.forms(branch) if "$ref" in branch or "if" in branch else []
        for each in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
            found += self.forms(each)
        own = schema.get("properties", {}).keys()
        whole = found and all(own <= each["properties"].keys() for each in found)
        return found if whole or not own else [schema, *found]

    def visit(self, schema: Schema, path: str, form: str) -> None:
        """Give every mapping at or below a schema its section."""
        forms = self.forms(schema)
        for each in forms:
            if id(each) not in self.sections:
                name = each["title"].lower() if len(forms) > 1 else form
                self.sections[id(each)] = Section(each, path, name)
                self.below(each, path, name)
        if not forms:
            self.below(schema, path, form)

    def below(self, schema: Schema, path: str, form: str) -> None:
        for key, each in schema.get("properties", {}).items():
            self.visit(each, f"{path}.{key}" if path else key, form)
        extra, items = schema.get("additionalProperties"), schema.get("items")
        if isinstance(extra, dict):
            self.visit(extra, f"{path}.{extra.get('x-key', 'NAME')}", form)
        if isinstance(items, dict):
            self.visit(items, f"{path}[]", form)

    def heading(self, section: Section) -> str:
        """Return the heading of a section; where others stand at the same place, with the name of its form."""
        path = f"`{section.path}`" if section.path else "The document"
        alone = sum(each.path == section.path for each in self.sections.values()) == 1
        return path if alone else f"{path} ({section.form})"

    def link(self, schema: Schema) -> str:
        """Return a link to the section of a mapping, by the name that a code host gives to its heading."""
        heading = self.heading(self.sections[id(schema)])
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        return f"[{schema.get('title', 'mapping').lower()}](#{anchor})"

    # its tables

    def section(self, section: Section) -> Iterator[str]:
        yield f"## {self.heading(section)}\n"
        if section.path or section.form:
            yield _wrapped(section.schema["description"]) + "\n"
        yield "| key | type | default | meaning | example |\n|---|---|---|---|---|"
        required = section.schema.get("required", ())
        for key, each in section.schema["properties"].items():
            yield from self.rows(key, each, required=key in required)

    def rows(self, key: str, schema: Schema, *, required: bool = False) -> Iterator[str]:
        """Yield the row of a key, and one for each kind of name in the mapping that it may hold."""
        full = self.own(schema)
        default = self.value(full["default"]) if "default" in full else ""
        cells = [
            f"`{key}`",
            self.type(full),
            "**required**" if required else default,
            full["description"],
            self.examples(full),
        ]
        yield "| " + " | ".join(each.replace("|", r"\|") for each in cells) + " |"
        extra = full.get("additionalProperties")
        if isinstance(extra, dict):
            yield from self.rows(f"{key}.{extra.get('x-key', 'NAME')}", extra)

    def examples(self, full: Schema) -> str:
        """Return the examples of a key; a long one is left out where the table of its own keys shows them."""
        shown = [self.value(each) for each in full["examples"]]
        inner = self.forms({**full, **full.get("items", {})})
        return ", ".join(each for each in shown if len(each) <= LONGEST or not inner)

    def value(self, value: object) -> str:
        """Return a value as code."""
        text = in_yaml(value) if self.first_key else json.dumps(value, ensure_ascii=False)
        mark = "``" if "`" in text else "`"
        return f"{mark} {text} {mark}" if "`" in text else f"{mark}{text}{mark}"

    def type(self, schema: Schema, *, many: bool = False) -> str:
        """Return what a value may be; `many`: in the plural, where it is a word."""
        full = self.own(schema)
        words = list(dict.fromkeys(self.words(full)))
        if not words:
            text = re.sub(r"\ban? ", "", full.get("x-wanted", "any value"))
            return text.replace("mapping", "".join(map(self.link, self.forms(full))) or "mapping")
        if many:
            words = [_plural(each) for each in words]
        return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

    def words(self, full: Schema) -> Iterator[str]:
        if full.get("x-expression"):
            yield "expression"
            return
        pattern = full.get("pattern", "").removesuffix("(?!\\n)")
        if "const" in full or "enum" in full:
            yield from (self.value(each) for each in full.get("enum", [full.get("const")]))
        elif pattern:
            yield WORDS[pattern]
        else:
            kinds = full.get("type", ["object"] if "allOf" in full else [])
            for kind in [kinds] if isinstance(kinds, str) else kinds:
                yield from self.word(kind, full)
            for each in full.get("oneOf", ()) if not kinds else ():
                yield from self.words(each)

    def word(self, kind: str, full: Schema) -> Iterator[str]:
        """Yield the words for one JSON type of a schema."""
        if kind == "object":
            yield from map(self.link, self.forms(full)) if self.forms(full) else ["mapping"]
        elif kind == "array":
            yield f"list of {self.type(full['items'], many=True)}" if "items" in full else "list"
        elif kind == "string" and "enum" in full.get("else", {}):
            yield from (self.value(each) for each in full["else"]["enum"])
        else:
            yield TYPES[kind]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


def _plural(word: str) -> str:
    return word.replace("](", "s](") if "](" in word else word if "`" in word else f"{word}s"


def pages() -> dict[str, str]:
    """Return every page by the name of its file."""
    found, index = {}, INTRODUCTION
    for name in dict.fromkeys([*SCHEMAS.values(), *schema_names()]):
        page = Page(name, json.loads(schema_path(name).read_text(encoding="utf-8")))
        found[f"{name}.md"] = page.text()
        first = f"`{page.first_key}`" if page.first_key else ""
        index += f"| [{page.root['title']}]({name}.md) | {first} | {page.root['description']} |\n"
    return {"README.md": index + ENDING, **found}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
