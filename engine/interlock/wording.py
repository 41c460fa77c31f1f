"""English for people: counts with their noun, articles, and lists of names."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["listed", "number", "plural", "with_article"]


def plural(noun: str) -> str:
    """Return `rules`, `policies`, `days`."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def number(count: int, noun: str) -> str:
    """Return `1 rule`, `2 rules`, `2 policies`."""
    return f"{count} {noun if count == 1 else plural(noun)}"


def with_article(word: str) -> str:
    """Return `a ratio`, `an integer`; the first letter decides."""
    return f"{'an' if word[:1] in ('a', 'e', 'i', 'o', 'u') else 'a'} {word}"


def listed(words: Sequence[str], most: int | None = None) -> str:
    """Return `a`, `a and b`, `a, b and c`; of more than `most` words one less is shown: `a, b and 4 more`."""
    if most is not None and len(words) > most:
        shown = words[: most - 1]
        return f"{', '.join(shown)} and {len(words) - len(shown)} more"
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
