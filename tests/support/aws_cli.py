"""Runs lines of the AWS CLI through boto3, which knows every operation and its parameters."""

import json
import shlex
from collections.abc import Callable, Sequence
from typing import Any

from botocore import xform_name

GLOBAL = ("route53",)
"""Services without regions."""


def run(command: str, client: Callable[[str], Any]) -> None:
    """Call what the line calls. KeyError: the operation has no such parameter."""
    program, service, operation, *words = shlex.split(command)
    assert program == "aws"
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            values = options.setdefault(word.removeprefix("--"), [])
        else:
            values.append(word)
    api, method = client(service), operation.replace("-", "_")
    region = options.pop("region")
    assert service in GLOBAL or region == [api.meta.region_name]
    model = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[method])
    members = {xform_name(name, "-"): name for name in model.input_shape.members}
    getattr(api, method)(
        **{
            members[option]: _value(model.input_shape.members[members[option]].type_name, values)
            for option, values in options.items()
        }
    )


def _value(type_name: str, words: Sequence[str]) -> object:
    if type_name == "list":
        return [dict(pair.split("=", 1) for pair in word.split(",")) for word in words]
    if type_name == "structure":
        return json.loads(*words)
    [word] = words
    return int(word) if type_name == "integer" else word
