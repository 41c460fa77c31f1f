"""Values know their place in the file, whatever the style and the indentation, and mappings give them by type."""

from __future__ import annotations

import json
import textwrap
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.diagnostics import Collector, Span
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.yaml_nodes import Mapping, Scalar, Sequence, plain
from support.roots import write

from ..roots import Case, bad_roots, complaints

WORD = st.from_regex(r"[a-z][a-z0-9_]{0,7}\Z", fullmatch=True).filter(
    lambda each: each not in ("true", "false", "null")
)
QUIRKS = {
    "plain": ("b'c", 'd"e', "f#g", "h,i"),
    "single": ("it's", 'd"e', "f#g", "\\n"),
    "double": ("it's", 'd"e', "\\", "\t", "é"),
}


def scalar(source: str) -> Scalar:
    """Read `{outer: {key: scalar}}` and return the scalar."""
    collector = Collector()
    node = read_yaml(source.encode(), "f.yaml", collector)
    assert collector.diagnostics == [], f"{source}\n{collector.diagnostics}"
    while isinstance(node, Mapping):
        node = node.pairs[0][1]
    assert isinstance(node, Scalar)
    return node


def check_places(source: str, words: list[str]) -> None:
    """Look for each marked word of the value at the place that is told, and in the order of the file."""
    found = scalar(source)
    lines = source.split("\n")
    locate = found.locator()
    before = (0, 0)
    for index, _ in enumerate(words):
        mark = f"w{index}x"
        start = found.text.index(mark)
        span = locate(start, start + len(mark))
        assert lines[span.line - 1][span.column - 1 : span.column - 1 + len(mark)] == mark
        assert (span.line, span.column + len(mark)) == (span.end_line, span.end_column)
        assert before < (span.line, span.column)
        before = (span.line, span.column)


def marked(words: list[str]) -> list[str]:
    return [f"w{index}x{word}" for index, word in enumerate(words)]


@st.composite
def lines_of(draw: st.DrawFn, quirks: tuple[str, ...] = ()) -> tuple[list[str], list[list[str]]]:
    """Draw marked words, and the same spread over lines."""
    choice = WORD | st.sampled_from(quirks) if quirks else WORD
    words = draw(st.lists(choice, min_size=1, max_size=8))
    parts = marked(words)
    lines: list[list[str]] = [[]]
    for part in parts:
        if lines[-1] and draw(st.booleans()):
            lines.append([])
        lines[-1].append(part)
    return words, lines


@given(lines_of(QUIRKS["plain"]), st.integers(1, 8), st.integers(1, 3))
def test_plain(drawn: tuple[list[str], list[list[str]]], indent: int, gap: int) -> None:
    words, lines = drawn
    body = ("\n" + " " * (indent + 2)).join((" " * gap).join(line) for line in lines)
    check_places(f"outer:\n{' ' * indent}key: {body}\n", words)


@given(lines_of(QUIRKS["single"]), st.integers(0, 8))
def test_single_quoted(drawn: tuple[list[str], list[list[str]]], indent: int) -> None:
    words, lines = drawn
    body = ("\n" + " " * (indent + 3)).join(" ".join(line).replace("'", "''") for line in lines)
    check_places(f"outer:\n{' ' * (indent + 1)}key: '{body}'\n", words)


@given(lines_of(QUIRKS["double"]), st.integers(0, 8))
def test_double_quoted(drawn: tuple[list[str], list[list[str]]], indent: int) -> None:
    words, lines = drawn
    body = ("\n" + " " * (indent + 3)).join(json.dumps(" ".join(line))[1:-1] for line in lines)
    check_places(f'outer:\n{" " * (indent + 1)}key: "{body}"\n', words)


@given(
    lines_of(("it's", 'd"e', "# f", "\\n")),
    st.sampled_from("|>"),
    st.sampled_from(["", "-", "+"]),
    st.integers(1, 9),
    st.data(),
)
def test_block(
    drawn: tuple[list[str], list[list[str]]], style: str, chomp: str, indent: int, data: st.DataObject
) -> None:
    words, lines = drawn
    blank = data.draw(st.integers(0, 2))
    deeper = data.draw(st.sampled_from([0, 0, 2])) if len(lines) > 1 else 0
    rows = [" ".join(line) for line in lines]
    rows = [rows[0], *[" " * deeper + row for row in rows[1:]]]
    body = textwrap.indent(("\n" * (blank + 1)).join(rows), " " * indent)
    check_places(f"key: {style}{chomp}\n{body}\n", words)


@given(lines_of(), st.integers(1, 4), st.integers(0, 3))
def test_block_with_a_told_indentation(
    drawn: tuple[list[str], list[list[str]]], indent: int, extra: int
) -> None:
    words, lines = drawn
    body = textwrap.indent("\n".join(" ".join(line) for line in lines), " " * (indent + extra))
    check_places(f"key: |{indent}\n{body}\n", words)


@pytest.mark.parametrize(
    ("source", "span"),
    [
        ("key: count > 5\n", Span("f.yaml", 1, 14, 1, 15)),
        ("key: 'count > 5'\n", Span("f.yaml", 1, 15, 1, 16)),
        ('key: "count\\t> 5"\n', Span("f.yaml", 1, 16, 1, 17)),
        ("key: >\n  count\n  > 5\n", Span("f.yaml", 3, 5, 3, 6)),
        ("key: |-\n    count\n      > 5\n", Span("f.yaml", 3, 9, 3, 10)),
        ("- - key: {inner: [count > 5]}\n", Span("f.yaml", 1, 27, 1, 28)),
        ("é: {ü: 'ö count > 5'}\n", Span("f.yaml", 1, 19, 1, 20)),
    ],
)
def test_the_last_character(source: str, span: Span) -> None:
    collector = Collector()
    node = read_yaml(source.encode(), "f.yaml", collector)
    while not isinstance(node, Scalar):
        assert node is not None
        node = node.pairs[0][1] if isinstance(node, Mapping) else node.items[0]
    start = node.text.index("5")
    assert node.locator()(start, start + 1) == span


@bad_roots("places")
def test_a_complaint_points_at_the_word(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect


DOCUMENT = """\
text: two words
number: 1.50
flag: true
length: 2h
empty:
list: [a, 3, {b: c}, [d]]
table: {e: {f: g}, h: [i], j: k}
"""


def document() -> Mapping:
    node = read_yaml(DOCUMENT.encode(), "f.yaml", Collector())
    assert isinstance(node, Mapping)
    return node


def test_a_mapping_gives_its_values_by_type() -> None:
    node = document()
    assert (node.text("text"), node.text("number"), node.text("flag")) == ("two words", "1.50", "true")
    assert (node.number("number"), node.flag("flag"), node.duration("length")) == (Decimal("1.5"), True, 7200)
    assert (node.has("empty"), node.scalar("length") == node.get("length")) == (True, True)
    assert node.texts("list") == ("a", "3")
    assert [plain(each) for each in node.sequence("list").mappings] == [{"b": "c"}]
    assert [(key.text, plain(each)) for key, each in node.mapping("table").tables] == [("e", {"f": "g"})]
    assert [(key.text, plain(each)) for key, each in node.mapping("table").lists] == [("h", ["i"])]


@pytest.mark.parametrize("key", ["missing", "list", "table"])
def test_a_key_that_is_absent_or_of_another_form_gives_nothing(key: str) -> None:
    node = document()
    assert (node.scalar(key), node.text(key), node.text(key, "x"), node.flag(key)) == (None, "", "x", False)
    assert (node.number(key), node.duration(key)) == (None, None)
    assert key == "table" or node.mapping(key) == Mapping((), node.span)
    assert key == "list" or node.sequence(key) == Sequence((), node.span)


def test_a_mapping_gives_the_places_of_keys_and_values() -> None:
    node = document()
    assert node.span_of("flag") == Span("f.yaml", 3, 7, 3, 11)
    assert node.key_span("flag") == Span("f.yaml", 3, 1, 3, 5)
    assert node.span_of("missing") == node.key_span("missing") == node.span
