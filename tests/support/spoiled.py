"""Types of the fixtures with which tests spoil a copy of the environment files."""

from collections.abc import Callable

from pay.model import Problem

Edit = Callable[[str, str, str], None]
"""(environment, old text, new text): replaces the first occurrence in the environment's file."""

Refused = Callable[[], list[Problem]]
"""The problems that the folder is refused with."""
