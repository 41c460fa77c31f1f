"""The quick walk over a schema and jsonschema give one answer, and neither reaches beyond the schema's own file."""

from __future__ import annotations

import copy
import socket
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.diagnostics import Collector
from interlock.json_schema import conforms, validator
from interlock.policy.yaml.reader import read_file, read_yaml
from interlock.policy.yaml.schema import holds, schema
from interlock.policy.yaml.yaml_nodes import plain
from support.roots import write

from ..roots import Case, bad_roots, complaints

ROOT = Path(__file__).resolve().parents[3]
KINDS = {"interlock": "interlock", "policy": "policy", "metrics": "catalogue", "sources": "sources",
         "environment": "environment", "tests": "tests", "rollout": "rollout"}  # fmt: skip
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([Decimal(0), Decimal(1), Decimal("1.5"), Decimal("1.0"), Decimal(-3)]),
    st.sampled_from(
        ["", "a", "GO", "24h", "dd\n", "BTC-USD", "/a/b", "1.0.0", "2026-01-05", "${x}", "..", "UTC"]
    ),
    st.just([]),
    st.just({}),
    st.just(["a", "a"]),
    st.just({"a": Decimal(1)}),
)


def documents() -> list[tuple[str, Any]]:
    """Every shipped document with the name of its schema."""
    found = []
    for path in sorted((ROOT / "policies").rglob("*.y*ml")):
        node = read_file(path, path.name, Collector())
        value = plain(node) if node else None
        if isinstance(value, dict) and KINDS.get(next(iter(value))) is not None:
            found.append((KINDS[next(iter(value))], value))
    return found


DOCUMENTS = documents()


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value within a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(path for key, each in inner for path in places(each, (*above, key)))]


def changed(document: Any, path: tuple[Any, ...], value: Any, extra: str | None) -> Any:
    """A copy of the document with another value at the path, or with one more key there."""
    made = copy.deepcopy(document)
    if not path:
        return value
    table = made
    for key in path[:-1]:
        table = table[key]
    if extra is not None and isinstance(table[path[-1]], dict):
        table[path[-1]][extra] = value
    else:
        table[path[-1]] = value
    return made


def both(kind: str, document: Any) -> tuple[bool, bool]:
    wanted = schema(kind)
    return conforms(wanted, document), validator(wanted).is_valid(document)


@pytest.mark.parametrize(
    ("kind", "document"), DOCUMENTS, ids=[f"{kind}-{index}" for index, (kind, _) in enumerate(DOCUMENTS)]
)
def test_both_pass_what_is_shipped(kind: str, document: Any) -> None:
    assert both(kind, document) == (True, True)


@given(st.sampled_from(DOCUMENTS), st.data())
def test_both_answer_alike_for_a_changed_document(shipped: tuple[str, Any], data: st.DataObject) -> None:
    kind, document = shipped
    path = data.draw(st.sampled_from(places(document)))
    extra = data.draw(st.sampled_from([None, "extra", "doc", "value", "$ref"]))
    quick, thorough = both(kind, changed(document, path, data.draw(ODD), extra))
    assert quick is thorough


def test_a_reference_in_a_document_is_never_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    collector = Collector()
    text = b"interlock: 1\n$ref: 'http://203.0.113.7/schema'\ncalendar: {$ref: 'file:///etc/passwd'}\n"
    node = read_yaml(text, "interlock.yaml", collector)
    assert node is not None and not holds("interlock", node, collector)
    assert [each.message for each in collector.sorted()] == [
        "unknown key `$ref`",
        "`calendar`: `utc` (exchange calendars are not built yet) wanted, got a mapping",
    ]


@bad_roots("schema")
def test_a_document_of_another_form_is_complained_of_in_full(case: Case, tmp_path: Path) -> None:
    assert complaints(write(tmp_path, case.files)) + "\n" == case.expect
