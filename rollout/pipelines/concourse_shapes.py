"""Finds what has the wrong shape in a Concourse pipeline, such as a text where a list belongs."""

from collections.abc import Iterator
from typing import Any

from pay.model.problem import Problem
from rollout.pipelines import concourse_words as words

Yaml = dict[str, Any]


def wrong_shapes(document: Yaml) -> Iterator[Problem]:
    """Yield lists that are not lists of tables, and items without the keys that they need."""
    for place, required in words.REQUIRED.items():
        items = document.get(place) or []
        if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
            yield problem(place, type(items).__name__, "a list of tables")
            continue
        for number, item in enumerate(items):
            key = f"{place}.{item.get('name', number)}"
            for name in required:
                if not item.get(name):
                    yield problem(key, f"no {name}", f"a {name}")
            yield from wrong_types(key, item)


def wrong_types(key: str, value: Any, *, is_task: bool = False) -> Iterator[Problem]:
    """Yield values of another type than every step, task, job or resource has at their keys.
    `is_task`: they are the keys of a task, whose inputs are tables.
    """
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from wrong_types(f"{key}[{number}]", each)
    for name, inner in value.items() if isinstance(value, dict) else ():
        is_input = is_task and name == "inputs"
        expected = (list,) if is_input else words.TYPES.get(name, (object,))
        wrong = [] if isinstance(inner, expected) else [inner]
        if not wrong and isinstance(inner, list | dict):
            items = [*inner.values()] if isinstance(inner, dict) else inner
            if is_input or name in words.TABLES:
                expected = (dict,)
                wrong = [each for each in items if not isinstance(each, dict)]
            elif name in words.TEXTS or name == "inputs":
                expected = (str,)
                wrong = [each for each in items if not isinstance(each, str)]
        for each in wrong:
            allowed = " or ".join(words.TYPE_NAMES[one] for one in expected)
            yield problem(f"{key}.{name}", f"{type(each).__name__} {each}", allowed)
        if name not in words.FREE and not wrong:
            yield from wrong_types(f"{key}.{name}", inner, is_task=name == "config")


def problem(key: str, shown: str, allowed: str, fix: str = "") -> Problem:
    return Problem(key=key, found=shown, allowed=allowed, fix=fix)
