"""Inputs of EventBridge's targets: the event, a constant, a part of it, or a template.

moto 5.2 leaves the variables of absent paths in the text. On AWS an absent path is empty. A text
inside quotes gets no quotes of its own. Source: AWS, EventBridge user guide, "Input
transformation".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST_PATHS, LONGEST_TEMPLATE = 100, 8192
"""API reference, `InputTransformer`."""

_RESERVED = {
    "aws.events.event.ingestion-time": "time",
    "aws.events.event.json": "",
}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PATH = re.compile(r"\$(\.[\w-]+|\[\d+\])*")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<([\w.-]+)>')
_VARIABLE = re.compile(r"<([\w.-]+)>")


def rendered(target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str) -> str:
    """Return the text that a target receives of an event."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at(target["InputPath"], event))
    transformer = target.get("InputTransformer")
    if transformer is None:
        return json.dumps(event)
    paths = transformer.get("InputPathsMap") or {}
    values = {name: _at(path, event) for name, path in paths.items()}
    values |= {name: event.get(key) if key else event for name, key in _RESERVED.items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
    }

    def put(token: re.Match[str]) -> str:
        if token[1]:
            value = values.get(token[1])
            return "" if value is None else json.dumps(value)
        return _VARIABLE.sub(lambda variable: _inside_quotes(values.get(variable[1])), token[0])

    return _TOKEN.sub(put, str(transformer["InputTemplate"]))


def problems(target: Mapping[str, Any]) -> Iterator[str]:
    """Yield why AWS refuses what a target is to receive."""
    id = target.get("Id")
    if len(target.keys() & {"Input", "InputPath", "InputTransformer"}) > 1:
        yield f"Only one of Input, InputPath, or InputTransformer must be provided for target {id}."
    transformer = target.get("InputTransformer") or {}
    template, paths = transformer.get("InputTemplate"), transformer.get("InputPathsMap") or {}
    if transformer and not 1 <= len(template or "") <= LONGEST_TEMPLATE:
        yield f"InputTemplate of target {id} must have 1 to {LONGEST_TEMPLATE} characters."
    if len(paths) > MOST_PATHS:
        yield f"InputPathsMap of target {id} has more than {MOST_PATHS} entries."
    for name, path in paths.items():
        if not _NAME.fullmatch(name) or name.upper().startswith("AWS"):
            yield f"Invalid InputPathsMap for target {id}: the name {name} is not valid."
        if not _PATH.fullmatch(path):
            yield f"Invalid InputPathsMap for target {id}: {path} is not a valid JSONPath."


def _at(path: str, event: Any) -> Any:
    """Return the value at a path, or None."""
    value = event
    for name, index in _STEP.findall(path):
        if name:
            value = value.get(name) if isinstance(value, dict) else None
        else:
            is_there = isinstance(value, list) and int(index) < len(value)
            value = value[int(index)] if is_there else None
    return value


def _inside_quotes(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text, ensure_ascii=False)[1:-1]
