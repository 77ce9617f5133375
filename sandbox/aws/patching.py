"""Decorators that replace or add methods of moto."""

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def replaces(owner: type, name: str | None = None) -> Callable[[Function], Function]:
    """Replace the method of `owner` with the same name (or `name`) by the decorated function.

    Raises AttributeError if moto no longer has that method: a patch without effect must fail when
    the server starts.
    """

    def put(function: Function) -> Function:
        method = name or function.__name__
        getattr(owner, method)
        setattr(owner, method, function)
        return function

    return put


def adds(owner: type, name: str | None = None) -> Callable[[Function], Function]:
    """Add a method that `owner` in moto lacks.

    Raises AttributeError if moto now has it: the patch is then no longer needed.
    """

    def put(function: Function) -> Function:
        method = name or function.__name__
        if hasattr(owner, method):
            raise AttributeError(f"moto's {owner.__name__} now has {method}; remove this patch")
        setattr(owner, method, function)
        return function

    return put
