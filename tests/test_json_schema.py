"""The quick walk over the schemas of the desk's artefacts answers as jsonschema does."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import interlock
from interlock.collect.json_documents import read_json
from interlock.collect.model import DocumentSource, RowsSource
from interlock.json_schema import conforms, validator
from interlock.policy.loader import find_root
from interlock.resources import artefact_schema_names, artefact_schema_path

ROOT = Path(__file__).resolve().parents[1]
DESK = ROOT / "examples" / "desk"
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 3.0, 1.5, -0.5, 1e300, 10**40]),
    st.sampled_from([Decimal("3.0"), Decimal("0.5"), Decimal("1E+400"), Decimal("Infinity")]),
    st.sampled_from(["", "a", "2026-03-30", "2026-03-30T06:30:00Z", "SAFE", "GO", "1.0", "2026-13-45"]),
    st.sampled_from([[], {}, [1], {"a": 1}]),
)


@functools.cache
def wanted(name: str) -> Any:
    return json.loads(artefact_schema_path(name).read_text("utf-8"))


@functools.cache
def thorough(name: str) -> Any:
    return validator(wanted(name))


@functools.cache
def artefacts() -> list[tuple[str, object]]:
    """A few values of the example desk for each schema, with its name."""
    found: list[tuple[str, object]] = []
    for source in interlock.load(find_root(ROOT / "policies")).sources.by_id.values():
        match source:
            case RowsSource(schema=str(name), pattern=pattern):
                lines = source.format == "jsonl"
            case DocumentSource(schema=str(name), file=pattern):
                lines = False
            case _:
                continue
        for path in sorted(DESK.glob(pattern))[:2]:
            text = path.read_text("utf-8")
            texts = text.splitlines()[:2] if lines else [text]
            found += [(name, read_json(each, path.name, exact)) for each in texts for exact in (False, True)]
    return found


def places(value: object, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within a value."""
    yield above
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*above, key))


@pytest.mark.parametrize("name", artefact_schema_names())
def test_the_walk_knows_every_keyword_of_the_schema(name: str) -> None:
    for value in (None, {}, [], "", 0, 0.5):
        assert conforms(wanted(name), value) is thorough(name).is_valid(value)


def test_both_pass_the_example_desk() -> None:
    assert len({name for name, _ in artefacts()}) > 20
    for name, value in artefacts():
        assert (conforms(wanted(name), value), thorough(name).is_valid(value)) == (True, True)


@given(st.data())
def test_both_answer_alike_for_a_changed_artefact(data: st.DataObject) -> None:
    name, value = data.draw(st.sampled_from(artefacts()))
    made = copy.deepcopy(value)
    for path in data.draw(st.lists(st.sampled_from([each for each in places(made) if each]), max_size=2)):
        *way, key = path
        table: Any = made
        try:
            for step in way:
                table = table[step]
            if data.draw(st.booleans()):
                table[key] = data.draw(ODD)
            else:
                del table[key]
        except (KeyError, IndexError, TypeError):
            continue
    assert conforms(wanted(name), made) is thorough(name).is_valid(made)
