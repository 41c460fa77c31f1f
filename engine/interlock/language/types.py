"""The types of the language: what a value measures, and along which axes it runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..wording import with_article

__all__ = [
    "BOOL",
    "DURATION",
    "EVENT",
    "INTEGER",
    "NUMBER",
    "RATIO",
    "SCALAR",
    "STRING",
    "TIMESTAMP",
    "EnumType",
    "Kind",
    "Shape",
    "Type",
]


class Kind(StrEnum):
    """What can be compared with what. Ratios, numbers and integers are one dimension: `number`."""

    BOOL = "boolean"
    NUMBER = "number"
    MONEY = "money"
    DURATION = "duration"
    TIMESTAMP = "timestamp"
    ENUM = "enum"
    SET = "set"
    STRING = "string"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class EnumType:
    """A declared vocabulary, best to worst when ordered; `name` is that of the declaring metric."""

    name: str
    values: tuple[str, ...]
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with what refines it: `flavour` of a number (ratio, integer or number: how it prints), the
    currency of money, the vocabulary of an enum, the scope or word that the members of a set come from."""

    kind: Kind
    flavour: str = ""
    currency: str = ""
    enum: EnumType | None = None
    of: str = ""

    def __str__(self) -> str:
        if self.kind is Kind.NUMBER:
            return self.flavour or "number"
        if self.kind is Kind.MONEY:
            return f"money in {self.currency}"
        if self.kind is Kind.ENUM and self.enum:
            return f"enum {self.enum.name}"
        if self.kind is Kind.SET and self.of:
            return f"set of {self.of}"
        return str(self.kind)

    @property
    def with_article(self) -> str:
        """The type as a sentence needs it: `a ratio`, `an enum capital.level`, `money in USD`."""
        return str(self) if self.kind is Kind.MONEY else with_article(str(self))

    @property
    def numeric(self) -> bool:
        """Whether values are decimals that can be added and compared in order."""
        return self.kind in (Kind.NUMBER, Kind.MONEY, Kind.DURATION, Kind.TIMESTAMP)


BOOL = Type(Kind.BOOL)
NUMBER = Type(Kind.NUMBER, "number")
INTEGER = Type(Kind.NUMBER, "integer")
RATIO = Type(Kind.NUMBER, "ratio")
DURATION = Type(Kind.DURATION)
TIMESTAMP = Type(Kind.TIMESTAMP)
STRING = Type(Kind.STRING)
EVENT = Type(Kind.EVENT)


@dataclass(frozen=True, slots=True)
class Shape:
    """The axes of a value: `time` names the grid or record that it runs along, `members` the scope."""

    time: str | None = None
    members: str | None = None
    regular: bool = False

    def __str__(self) -> str:
        along = [each for each in (self.time and "time", self.members and f"{self.members} members") if each]
        return " and ".join(along) if along else "one value"


SCALAR = Shape()
