"""Runs lines of the AWS CLI through boto3, which knows every operation and its parameters."""

import json
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jmespath
from botocore import xform_name

GLOBAL = ("route53",)
"""Services without regions."""

RENAMED = {("sns", "subscribe", "notification-endpoint"): "endpoint"}
"""Options that the CLI has under another name than the API (AWS CLI reference)."""

ECHO = """\
aws() { printf '%s\\0' aws "$@" $'\\n'; }
"""
"""In bash, `aws` prints its words."""

Client = Callable[[str], Any]


def run(command: str, client: Client) -> None:
    """Call what the line calls. It names the region. ValueError: there is no such option."""
    words = shlex.split(command)
    at = words.index("--region")
    api = client(words[1])
    assert words[1] in GLOBAL or words[at + 1] == api.meta.region_name
    call([*words[:at], *words[at + 2 :]], client)


def run_block(block: str, client: Client, replaced: Mapping[str, str] | None = None) -> list[Any]:
    """Call each `aws` of a block of shell commands, and return what each would print.

    `replaced`: names of a page -> those of a test.
    """
    for name, here in (replaced or {}).items():
        assert name in block
        block = block.replace(name, here)
    bash = ["bash", "-euc", ECHO + block]
    printed = subprocess.run(bash, check=True, capture_output=True, text=True).stdout
    calls = printed.split("\0\n\0")
    assert calls.pop() == "", "only `aws` may print"
    return [call(words.split("\0"), client) for words in calls]


def call(words: Sequence[str], client: Client) -> Any:
    """Call what the words of a line call. ValueError: there is no such option."""
    program, service, operation, *rest = words
    assert program == "aws"
    options: dict[str, list[str]] = {}
    for word in rest:
        if word.startswith("--"):
            values = options.setdefault(word.removeprefix("--"), [])
        else:
            values.append(word)
    api, method = client(service.removesuffix("api")), operation.replace("-", "_")
    model = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[method])
    query, form = options.pop("query", None), options.pop("output", ["json"])
    members = {xform_name(name, "-"): name for name in model.input_shape.members}
    arguments = {}
    for option, values in options.items():
        name = members.get(RENAMED.get((service, operation, option), option))
        if name is None:
            raise ValueError(f"aws {service} {operation} has no option --{option}")
        arguments[name] = _value(model.input_shape.members[name], values)
    answer = getattr(api, method)(**arguments)
    answer = jmespath.search(*query, answer) if query else answer
    assert form == ["json"] or isinstance(answer, str), "text of what is not a text"
    return answer


def _value(shape: Any, words: Sequence[str]) -> object:
    """Return a parameter from JSON, or from the CLI's shorthand (AWS CLI user guide)."""
    if shape.type_name == "list" and not words[0].startswith("["):
        return [_value(shape.member, [word]) for word in words]
    [word] = words
    if word.startswith(("[", "{")):
        return json.loads(word)
    if shape.type_name == "structure":
        pairs = (pair.split("=", 1) for pair in word.split(","))
        return {key: _value(shape.members[key], [text]) for key, text in pairs}
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[word]
    return int(word) if shape.type_name == "integer" else word
