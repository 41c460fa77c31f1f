"""Why a metric is unknown: one of the language's causes, and the place where it was found."""

from __future__ import annotations

from dataclasses import dataclass

from ..language.values import CauseName

__all__ = ["UnknownEntry", "Unreadable"]


@dataclass(frozen=True, slots=True)
class UnknownEntry:
    """The entry of an unknown value in a snapshot; `detail` names the place and never shows what is there."""

    cause: CauseName
    detail: str

    def entry(self) -> dict[str, object]:
        """Return it as a snapshot holds it."""
        return {"unknown": self.cause, "detail": self.detail}


class Unreadable(Exception):
    """An artefact or a value cannot be read, so everything that depends on it is unknown."""

    def __init__(self, cause: CauseName, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.unknown = UnknownEntry(cause, detail)
