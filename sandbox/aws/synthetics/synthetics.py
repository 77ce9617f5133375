"""The complete API of CloudWatch Synthetics.

The SDK for Go cannot read the answers of moto 5.2, whose times are text. moto also runs no canary.

Sources: Synthetics API reference; CloudWatch user guide, "CloudWatch Synthetics runtime support
policy"; terraform-provider-aws issue 46792 for a runtime without code.
"""

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from moto.synthetics import urls

from sandbox.aws import before_each_call
from sandbox.aws.synthetics.canaries import CANARIES, Canary, CanaryError, not_found
from sandbox.aws.synthetics.canary_runtimes import RUNTIMES

Arguments = Mapping[str, Any]


def _create(asked: Arguments) -> Arguments:
    canary = Canary.create(asked)
    CANARIES[canary.name] = canary
    return {"Canary": canary.as_data()}


def _get(asked: Arguments) -> Arguments:
    return {"Canary": _canary(asked).as_data()}


def _update(asked: Arguments) -> Arguments:
    _canary(asked).update(asked)
    return {}


def _delete(asked: Arguments) -> Arguments:
    _canary(asked).delete(deletes_lambda=asked.get("deleteLambda") == "true")
    return {}


def _start(asked: Arguments) -> Arguments:
    _canary(asked).start()
    return {}


def _stop(asked: Arguments) -> Arguments:
    _canary(asked).stop()
    return {}


def _runs(asked: Arguments) -> Arguments:
    most = int(asked.get("MaxResults") or 100)
    return {"CanaryRuns": _canary(asked).listed_runs()[:most]}


def _describe(asked: Arguments) -> Arguments:
    names = asked.get("Names") or sorted(CANARIES)
    return {"Canaries": [CANARIES[name].as_data() for name in names if name in CANARIES]}


def _last_runs(asked: Arguments) -> Arguments:
    names = asked.get("Names") or sorted(CANARIES)
    last = [
        {"CanaryName": name, "LastRun": runs[0]}
        for name in names
        if name in CANARIES and (runs := CANARIES[name].listed_runs())
    ]
    return {"CanariesLastRun": last}


def _runtime_versions(asked: Arguments) -> Arguments:
    return {"RuntimeVersions": [runtime.as_data() for runtime in RUNTIMES.values()]}


def _tags(asked: Arguments) -> Arguments:
    return {"Tags": _by_arn(asked).tags}


def _tag(asked: Arguments) -> Arguments:
    _by_arn(asked).tags.update(asked["Tags"])
    return {}


def _untag(asked: Arguments) -> Arguments:
    canary, keys = _by_arn(asked), asked["tagKeys"]
    for key in [keys] if isinstance(keys, str) else keys:
        canary.tags.pop(key, None)
    return {}


OPERATIONS: tuple[tuple[str, str, Callable[[Arguments], Arguments]], ...] = (
    ("POST", "/canary", _create),
    ("GET", "/canary/(?P<Name>[^/]+)", _get),
    ("PATCH", "/canary/(?P<Name>[^/]+)", _update),
    ("DELETE", "/canary/(?P<Name>[^/]+)", _delete),
    ("POST", "/canary/(?P<Name>[^/]+)/start", _start),
    ("POST", "/canary/(?P<Name>[^/]+)/stop", _stop),
    ("POST", "/canary/(?P<Name>[^/]+)/runs", _runs),
    ("POST", "/canaries", _describe),
    ("POST", "/canaries/last-run", _last_runs),
    ("POST", "/runtime-versions", _runtime_versions),
    ("GET", "/tags/(?P<Arn>.+)", _tags),
    ("POST", "/tags/(?P<Arn>.+)", _tag),
    ("DELETE", "/tags/(?P<Arn>.+)", _untag),
)
"""Method, path and function; groups, which the stacks do not use, are left out."""


def _canary(asked: Arguments) -> Canary:
    if asked["Name"] not in CANARIES:
        raise not_found(f"Canary {asked['Name']} not found")
    return CANARIES[asked["Name"]]


def _by_arn(asked: Arguments) -> Canary:
    for canary in CANARIES.values():
        if canary.arn == asked["Arn"]:
            return canary
    raise not_found(f"Resource {asked['Arn']} not found")


def answer(request: Any, full_url: str, headers: Any) -> tuple[int, dict[str, str], str]:
    """Answer one call, as moto calls a service."""
    body = json.loads(request.data or b"{}")
    query = {name: values if len(values) > 1 else values[0] for name, values in _query(request)}
    path = unquote(request.path)
    try:
        for method, pattern, operation in OPERATIONS:
            if request.method == method and (matched := re.fullmatch(pattern, path)):
                return _answered(HTTPStatus.OK, operation({**query, **body, **matched.groupdict()}))
        raise CanaryError(
            HTTPStatus.BAD_REQUEST,
            "SandboxFailure",
            f"the sandbox cannot do this: {request.method} {path}",
        )
    except CanaryError as error:
        status, content = error.status, {"Message": str(error)}
        return _answered(status, content, {"x-amzn-ErrorType": error.code})


def _query(request: Any) -> list[tuple[str, list[str]]]:
    return list(request.args.lists())


def _answered(
    status: int, content: Arguments, headers: Mapping[str, str] = {}
) -> tuple[int, dict[str, str], str]:
    return int(status), {"Content-Type": "application/json", **headers}, json.dumps(content)


def _move_on() -> None:
    for canary in list(CANARIES.values()):
        canary.move_on()


urls.url_paths.clear()
urls.url_paths["{0}/(?P<path>.+)$"] = answer
before_each_call.append(_move_on)
