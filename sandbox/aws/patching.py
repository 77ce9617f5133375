"""How the sandbox puts its own behaviour in place of moto's."""

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def replaces(owner: type, name: str | None = None) -> Callable[[Function], Function]:
    """Puts the decorated function in place of the method of `owner` with the same name (or `name`).

    Raises AttributeError when moto has no such method any more: a patch that would do nothing must
    fail as the server starts.
    """

    def put(function: Function) -> Function:
        method = name or function.__name__
        getattr(owner, method)
        setattr(owner, method, function)
        return function

    return put


def adds(owner: type, name: str | None = None) -> Callable[[Function], Function]:
    """Gives `owner` a method that moto lacks.

    Raises AttributeError when moto has it by now: the patch may then go.
    """

    def put(function: Function) -> Function:
        method = name or function.__name__
        if hasattr(owner, method):
            raise AttributeError(f"moto's {owner.__name__} has {method} by now: drop this patch")
        setattr(owner, method, function)
        return function

    return put
