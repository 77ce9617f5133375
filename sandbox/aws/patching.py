"""Decorators that replace, extend or add methods of moto."""

from collections.abc import Callable
from functools import partialmethod
from types import ModuleType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

Original = Callable[..., Any]
"""The method of moto that a function extends."""


def replaces(owner: type | ModuleType, name: str | None = None) -> Callable[[Function], Function]:
    """Replace the method or function of `owner` with the same name (or `name`) by the decorated
    function.

    Raises AttributeError if moto no longer has that method, because a patch without effect must
    fail when the server starts.
    """

    def put(function: Function) -> Function:
        method = name or function.__name__
        getattr(owner, method)
        setattr(owner, method, function)
        return function

    return put


def extends(owner: type, name: str | None = None) -> Callable[[Function], Function]:
    """Do the same as `replaces`; the function receives moto's method as its second argument."""

    def put(function: Function) -> Function:
        method = name or function.__name__
        setattr(owner, method, partialmethod(function, getattr(owner, method)))
        return function

    return put


def adds(owner: type) -> Callable[[Function], Function]:
    """Add a method that `owner` in moto lacks.

    Raises AttributeError if moto now has it, because the patch is then no longer needed.
    """

    def put(function: Function) -> Function:
        name = function.__name__
        if hasattr(owner, name):
            raise AttributeError(f"moto's {owner.__name__} now has {name}; remove this patch")
        setattr(owner, name, function)
        return function

    return put
