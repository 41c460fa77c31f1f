"""Text of any origin shows as its own characters in Markdown, and never becomes markup, a link or a new line."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from interlock.reports.escaping import Safe, annotation, code, json_text, line, link, markdown

READER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
INERT = {"inline", "text", "code_inline", "softbreak"}
FRAMES = {
    "{}": ["paragraph"],
    "- {}": ["bullet_list", "list_item", "paragraph"],
    "| a | b |\n|---|---|\n| {} | x |": ["table", "thead", "tr", "th", "tbody", "td"],
    "**bold** {}": ["paragraph"],
}
NASTY = [
    "x|y",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- a",
    "[a](javascript:alert(1))",
    "![a](http://x/y.png)",
    "<javascript:alert(1)>",
    "\x1b[2J\x1b[32mGO",
    "\u202egnp.exe",
    "a\x00b",
    "a\n\n# heading",
    "a\r\n- item",
    "a\u2028b\x85c",
    "- item",
    "+ item",
    "1. item",
    "12) item",
    "# heading",
    "> quotation",
    "---",
    "===",
    "***",
    "~~~",
    "```",
    "`code` and `more`",
    "`",
    "``",
    "``a`b``",
    "a`b|c`d",
    "__init__ *star* _under_ ~~gone~~",
    "snake_case_name",
    "&lt;b&gt; &#60; &copy; & &x",
    "a\\",
    "\\`a`",
    "<",
    "a <b",
    "< 5% and >= 3",
    "[^1]: note",
    "[x]: http://a.b",
    "    indented",
    "| a | b |",
    "<b",
    "- [ ] task",
    "a  ",
    "http://example.com www.example.com me@example.com",
]


def shown(frame: str, text: str) -> tuple[set[str], str]:
    """Parse the frame around the escaped text; return the kinds of tokens that it added, and the text shown."""
    tokens = READER.parse(frame.format(markdown(text)))
    kinds = {each for token in tokens for each in _kinds(token)}
    words = [child.content for token in tokens if token.type == "inline" for child in token.children or []]
    return kinds, "".join(words)


def _kinds(token: Token) -> set[str]:
    own = {re.sub(r"_(open|close)$", "", token.type)}
    return own | {kind for child in token.children or [] for kind in _kinds(child)}


def allowed(frame: str) -> set[str]:
    return INERT | set(FRAMES[frame]) | ({"strong"} if frame.startswith("**") else set())


@pytest.mark.parametrize("frame", FRAMES)
@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from("`|*_[]()<>!#&;\\~-+=:.1a \n\t\x1b\u202e\x00"), st.characters())
    )
)
def test_any_text_stays_text(frame: str, text: str) -> None:
    kinds, words = shown(frame, text)
    assert kinds - allowed(frame) == set()
    plain = line(text).replace("`", "").strip()
    assert plain.strip() in words.replace("`", "")


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_stays_text(frame: str, text: str) -> None:
    kinds, words = shown(frame, text)
    assert kinds - allowed(frame) == set()
    assert line(text).replace("`", "").strip() in words.replace("`", "")


@given(text=st.text())
@example("\x1b[2J\u202e\x00\u2066\ud800")
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    for made in (markdown(text), code(text), link(text), line(text), annotation(text)):
        assert all(each.isprintable() for each in made)
        made.encode("utf-8")


@given(text=st.text(alphabet=st.one_of(st.sampled_from("`|<>[]()\\*_"), st.characters())))
def test_any_text_in_a_code_span_or_a_link_stays_text(text: str) -> None:
    for made in (code(text), link(text)):
        kinds = {kind for token in READER.parse(f"- a {made} b") for kind in _kinds(token)}
        links = {"link"} if made.startswith("[") else set()
        assert kinds - allowed("- {}") - links == set()
        assert "|" not in made


def test_ordinary_words_are_left_alone() -> None:
    for text in (
        "the turnover governor blocked 4.11% of the attempts, less than 5%",
        "-3.01%",
        "< 5%",
        "a_b.c_d",
        ">",
    ):
        assert markdown(text) == {">": "&#62;"}.get(text, text)
    assert markdown("needs a value for `max_drift`: give it") == "needs a value for `max_drift`: give it"
    assert markdown(None) == ""
    assert markdown(Safe("**a**")) == "**a**"
    assert code("data/*.json") == "`data/*.json`"


@pytest.mark.parametrize(
    ("address", "shown_as"),
    {
        "https://desk.example/runbook?a=b#c": "[https://desk.example/runbook?a=b#c](https://desk.example/runbook?a=b#c)",
        "http://desk.example/a_b": "[http://desk.example/a_b](http://desk.example/a_b)",
        "runbooks/cutover.md#stop": "[runbooks/cutover.md#stop](runbooks/cutover.md#stop)",
        "phase-2b-operations#daily-checklist": "`phase-2b-operations#daily-checklist`",
        "javascript:alert(1)": "`javascript:alert(1)`",
        "JAVASCRIPT:alert(1)": "`JAVASCRIPT:alert(1)`",
        "data:text/html,x": "`data:text/html,x`",
        "vbscript:x.md": "`vbscript:x.md`",
        "//evil.example/a.md": "`//evil.example/a.md`",
        "/etc/passwd.md": "`/etc/passwd.md`",
        "https://": "`https://`",
        "http://[": "`http://[`",
        "a b.md": "`a b.md`",
        "x.md\njavascript:1": "`x.md javascript:1`",
        'x.md" onclick="a': '`x.md" onclick="a`',
    }.items(),
)
def test_only_http_https_and_files_become_links(address: str, shown_as: str) -> None:
    assert link(address) == shown_as


def test_an_annotation_cannot_end_early() -> None:
    assert annotation("50%\r\n::error::x") == "50%25%0D%0A::error::x"
    assert annotation("a,b:c", ":,") == "a%2Cb%3Ac"


@given(value=st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@example(value={"a": "##[error]x", "b\x9b": ["\u202e", "\U000e0041", "##vso[task.complete]"]})
def test_json_keeps_its_meaning_and_commands_nothing(value: object) -> None:
    for indent in (None, 2):
        made = json_text(json.dumps(value, indent=indent, ensure_ascii=False))
        assert json.loads(made) == value
        assert all(each.isprintable() for each in made.replace("\n", ""))
        assert "##[" not in made and "##vso[" not in made
