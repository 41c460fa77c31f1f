"""The registry of diagnostic codes: what each one means, what causes it and how to cure it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Code", "all_codes"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of complaint: a short title, its cause and its cure. Written in `place`, for example in a rule, `bad` is
    complained of and `good` is not; without a place there is no example."""

    title: str
    cause: str
    cure: str
    place: str = ""
    bad: str = ""
    good: str = ""


@functools.cache
def all_codes() -> Mapping[str, Code]:
    """Return the codes in the order of the registry; they are read when the first complaint is made."""
    tables = tomllib.loads(Path(__file__).with_name("codes.toml").read_text(encoding="utf-8"))
    return {code: Code(place=table.pop("in", ""), **table) for code, table in tables.items()}
