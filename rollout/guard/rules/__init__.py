"""The rules of the guard: one per file, the file's name is the rule's id.

A rule is a pure function `check(plan, context)` that yields what it refuses. Its file's docstring
says what it protects and why. To add a rule, write the file.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from rollout.guard.rule import Context, Findings
from rollout.plans.read import StackPlan

GuardRule = Callable[[StackPlan, Context], Findings]

_FILES = sorted(Path(__file__).parent.glob("*/[a-z]*.py"))
_MODULES = {
    file.stem.replace("_", "-"): import_module(f"{__name__}.{file.parent.name}.{file.stem}")
    for file in _FILES
}

RULES: Mapping[str, GuardRule] = {rule: module.check for rule, module in _MODULES.items()}
"""Every rule by its id, in the order in which findings are listed."""

REASONS: Mapping[str, str] = {rule: module.__doc__ or "" for rule, module in _MODULES.items()}
"""Rule -> what it protects, and why."""
