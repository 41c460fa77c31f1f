"""Whatever bytes stand where a document should: a node or complaints, never a traceback, a crash or a hang."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.diagnostics import Collector, render
from interlock.limits import DOCUMENT_BYTES, DOCUMENT_DEPTH
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain

GOOD = """\
policy: live-rollout-readiness
version: 1.0.0
# best to worst
verdicts: [GO, CONDITIONAL, NO_GO]
params: {min_streak: 14, block_rate: {floor: 5%, ceiling: 70%}}
rules:
  - id: kill-switch
    require: not kill_switch.active
    reason: "kill switch is active, set through {{ kill_switch.source }}"
  - id: two-bad-days
    when: >
      bad_days >= 2
      and 'it''s' != mode
    action: |-
      call
        the desk
"""
PIECES = st.sampled_from(
    [
        "\n",
        "  ",
        "\t",
        "- ",
        ": ",
        ":",
        "? ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "|",
        ">",
        "#",
        " #",
        "&a",
        "*a",
        "<<: ",
        "!",
        "!!str ",
        "---",
        "...",
        "%YAML 1.1",
        "\\",
        "\u2028",
        "\u0085",
        "\ufeff",
        "\x00",
        "\x1b",
        "\ud7ff",
        "\U0001f600",
        "é",
        ".nan",
        "1e999",
        "0o7",
        "~",
        "{{",
        "}}",
    ]
)


def read(data: bytes) -> Node | None:
    """Read, and check that a result and complaints exclude each other and that complaints render."""
    collector = Collector()
    node = read_yaml(data, "f.yaml", collector)
    assert (node is None) == bool(collector.diagnostics)
    for each in collector.sorted():
        assert each.span.line >= 1 and each.span.column >= 1
        assert render(each, collector.sources)
    if node is not None:
        plain(node)
        places(node, collector.sources["f.yaml"])
    return node


def places(node: Node, lines: list[str]) -> None:
    """Ask every scalar for the places of its characters; each lies in the file."""
    if isinstance(node, Scalar):
        locate = node.locator()
        for index in range(0, len(node.text), 7):
            assert locate(index, index + 1).line <= len(lines)
    elif isinstance(node, Sequence):
        for item in node.items:
            places(item, lines)
    else:
        for key, value in node.pairs:
            places(key, lines)
            places(value, lines)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    read(data)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    read(text.encode("utf-8", "surrogatepass"))


@given(st.lists(PIECES | st.sampled_from(["key", "value", "1"]), max_size=25))
def test_pieces_of_yaml_in_any_order(pieces: list[str]) -> None:
    read("".join(pieces).encode("utf-8", "surrogatepass"))


@given(st.data())
def test_a_good_document_with_slips(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 6, len(text))))
        text = text[:start] + data.draw(PIECES) + text[end:]
    read(text.encode("utf-8", "surrogatepass"))


@given(st.integers(0, len(GOOD)))
def test_a_torn_document(end: int) -> None:
    read(GOOD.encode()[:end])


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 40_000,
        b"{a: " * 40_000,
        b"- " * 40_000,
        b"? " * 40_000,
        b"'" * 40_000,
        b"a: &b c\n" * 1000,
        b"#" * 500_000,
        b"a" * (DOCUMENT_BYTES + 1),
        b"[a, " * 30 + b"b" + b"]" * 30,
        b"- a\n" * 60_000,
        b"k" * 5000 + b": 1",
        b"\n" * 500_000,
        b'"' + b"\\" * 100_001,
        b"a: |\n" + b" b\n" * 100_000,
        b"a: " + b"9" * 500_000,
        b"a: 1e" + b"9" * 500_000,
    ],
    ids=lambda data: f"{data[:5].decode().strip()} of {len(data)}",
)
@pytest.mark.usefixtures("little_memory")
def test_what_is_large_is_read_or_refused_in_little_memory(data: bytes) -> None:
    read(data)


def test_depth_up_to_the_cap_is_read() -> None:
    levels = DOCUMENT_DEPTH - 1
    assert read(b"[" * levels + b"a" + b"]" * levels) is not None
    assert read(b"[" * (levels + 1) + b"a" + b"]" * (levels + 1)) is None


def test_a_good_document_is_read() -> None:
    node = read(GOOD.encode())
    assert isinstance(node, Mapping)
    assert [key for key, _ in node.items()] == ["policy", "version", "verdicts", "params", "rules"]
