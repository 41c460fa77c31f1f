"""The decimal arithmetic of the engine: its own context, whatever the program that calls has set."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from decimal import ROUND_HALF_EVEN, Context, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from .limits import NUMBER_DIGITS

__all__ = ["exact_context", "own_context", "own_contexts"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Class = TypeVar("_Class", bound=type)

_TRAPS = (InvalidOperation, DivisionByZero, Overflow)
_SPECIAL = ("__init__", "__enter__", "__exit__")


def exact_context(
    digits: int, *, least: int = -999_999, most: int = 999_999, traps: tuple[Any, ...] = _TRAPS
) -> Context:
    """Return a context that takes nothing from `decimal.DefaultContext`, which a program may have changed."""
    return Context(
        prec=digits, rounding=ROUND_HALF_EVEN, Emin=least, Emax=most,
        capitals=1, clamp=0, flags=[], traps=list(traps),
    )  # fmt: skip


_OWN = exact_context(NUMBER_DIGITS)


def own_context(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let an entry of the engine compute in the engine's context, and leave the caller's as it was."""
    if inspect.isgeneratorfunction(function):
        raise TypeError(f"`{function.__qualname__}` yields: the context would leak to who takes its values")

    @wraps(function)
    def computed(*args: _P.args, **settings: _P.kwargs) -> _R:
        with localcontext(_OWN):
            return function(*args, **settings)

    return computed


def own_contexts(entries: _Class) -> _Class:
    """Let every public method and property of a class compute in the engine's context."""
    for name, each in list(vars(entries).items()):
        if name.startswith("_") and (name not in _SPECIAL or is_dataclass(entries)):
            continue
        if isinstance(each, property):
            getter, setter = (own_context(one) if one else None for one in (each.fget, each.fset))
            setattr(entries, name, property(getter, setter, None, each.__doc__))
        elif isinstance(each, classmethod | staticmethod):
            setattr(entries, name, type(each)(own_context(each.__func__)))
        elif inspect.isfunction(each):
            setattr(entries, name, own_context(each))
    return entries
