"""Whatever stands in the documents of a policy root: complaints with places in their files, never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.diagnostics import Collector, render
from support.roots import read, write

from .roots import BASE, HEAD

POLICIES = Path(__file__).resolve().parent.parent.parent / "policies"
ROUNDS = settings.default.max_examples if settings.default else 100

# What documents are made of, so that random pieces reach deeper than the first syntax error.
PIECES = [
    *(
        "policy: p",
        "rules:",
        "- id: a",
        "when: x > 5%",
        "require: not b",
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "\n",
        "\n  ",
    ),
    *(
        "'",
        '"',
        "|",
        ">-",
        "&a",
        "*a",
        "!x",
        "#",
        "<<: ",
        "~",
        ".nan",
        "1e999",
        "010",
        "{{ x }}",
        "\t",
        "\r\n",
        "\0",
    ),
    *(
        "metrics:",
        "type: ratio",
        "range: [0, 1]",
        "é",
        "\u202e",
        "\ufeff",
        "\u2028",
        "---",
        "...",
        "? ",
        "%YAML 1.1",
    ),
    *(
        "params: {a: 55%}",
        "let: {c: a > 1}",
        "for_each: symbol",
        "true",
        "null",
        "2026-03-01",
        "with: {a: 1}",
    ),
]
SOUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def placed(collector: Collector) -> None:
    """Every place lies in its file, and every complaint renders."""
    for each in collector.sorted():
        lines = collector.sources.get(each.span.file, [""])
        assert 1 <= each.span.line <= len(lines) + 1, each
        assert each.span.column >= 1, each
        assert all(line.isprintable() or "\t" in line for line in render(each, collector.sources).split("\n"))


@given(text=SOUP)
def test_any_pieces_in_a_policy_root(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("root")
    _, collector = read(write(folder, BASE, {"x.yaml": text, "gate.yaml": HEAD + text}))
    placed(collector)


def documents() -> list[Path]:
    """Every document of the shipped policies, sources left out: those belong to another room."""
    return sorted(path for path in POLICIES.rglob("*.yaml") if path.parent.name != "sources")


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Change a document as a slip of the hand would: cut, double, swap or replace a line, a letter or a piece."""
    lines = data.decode().split("\n")
    for _ in range(draw.randint(1, 4)):
        index = draw.randrange(len(lines))
        line = lines[index]
        place = draw.randrange(len(line) + 1)
        match draw.randrange(7):
            case 0:
                del lines[index]
            case 1:
                lines.insert(index, line)
            case 2:
                lines[index] = " " * draw.randint(1, 3) + line
            case 3:
                lines[index] = line[:place] + line[place + 1 :]
            case 4:
                lines[index] = line[:place] + draw.choice(PIECES) + line[place:]
            case 5:
                other = draw.randrange(len(lines))
                lines[index], lines[other] = lines[other], lines[index]
            case _:
                lines[index] = line.partition(":")[0] + ": " + draw.choice(PIECES)
        lines = lines or [""]
    return "\n".join(lines).encode()


def test_a_slip_in_any_document_gives_complaints_or_a_sound_root(tmp_path: Path) -> None:
    draw = random.Random(20260330)
    files = {path.relative_to(POLICIES).as_posix(): path.read_bytes() for path in documents()}
    root = write(tmp_path, files)
    complained = 0
    for _ in range(ROUNDS // 4):
        name = draw.choice(sorted(files))
        (root / name).write_bytes(mutated(files[name], draw))
        _, collector = read(root)
        placed(collector)
        complained += bool(collector.diagnostics)
        (root / name).write_bytes(files[name])
    assert complained > ROUNDS // 10
