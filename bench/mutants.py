"""Runs mutmut, which knows the source root `src` and not `engine`: without this no mutant is known to any test."""

from __future__ import annotations

from mutmut.utils import format_utils

_strip_prefix = format_utils.strip_prefix


def _without_root(text: str, *, prefix: str, strict: bool = False) -> str:
    """Return the text without the prefix; the name of a module also without the root of the engine."""
    return _strip_prefix(_strip_prefix(text, prefix=prefix, strict=strict), prefix="engine.")


format_utils.strip_prefix = _without_root

from mutmut.__main__ import cli  # noqa: E402  it takes the function above

if __name__ == "__main__":
    cli()
