"""Security Hub CSPM: the hub's settings, and the standards that it checks.

moto 5.2 answers 500 to `UpdateSecurityHubConfiguration` and knows no standard. Sources: Security
Hub API reference, `EnableSecurityHub`, `BatchEnableStandards`, `GetEnabledStandards`.
"""

import json
from typing import Any

from moto.securityhub import urls
from moto.securityhub.exceptions import SecurityHubClientError
from moto.securityhub.models import SecurityHubBackend
from moto.securityhub.responses import SecurityHubResponse

from sandbox.aws.patching import Original, adds, extends

DEFAULT_STANDARDS = (
    "standards/aws-foundational-security-best-practices/v/1.0.0",
    "standards/cis-aws-foundations-benchmark/v/1.2.0",
)
"""EnableSecurityHub switches them on unless the call excludes them."""

_enabled: dict[tuple[str, str], list[str]] = {}
"""Account and region -> the ARNs of the standards that are on."""

_CHANGEABLE = ("AutoEnableControls", "ControlFindingGenerator")

_settings: dict[tuple[str, str], dict[str, Any]] = {}
"""Account and region -> what UpdateSecurityHubConfiguration changed."""


def _place(backend: SecurityHubBackend) -> tuple[str, str]:
    return backend.account_id, backend.region_name


@extends(SecurityHubBackend)
def enable_security_hub(
    self: SecurityHubBackend,
    enable: Original,
    enable_default_standards: bool = True,
    tags: dict[str, str] | None = None,
) -> dict[str, Any]:
    if not self.enabled and enable_default_standards:
        _enabled[_place(self)] = [_arn(self, each) for each in DEFAULT_STANDARDS]
    answer: dict[str, Any] = enable(self, enable_default_standards, tags)
    return answer


@extends(SecurityHubBackend)
def disable_security_hub(self: SecurityHubBackend, disable: Original) -> dict[str, Any]:
    answer: dict[str, Any] = disable(self)
    _enabled.pop(_place(self), None)
    _settings.pop(_place(self), None)
    return answer


@extends(SecurityHubBackend)
def describe_hub(
    self: SecurityHubBackend, describe: Original, hub_arn: str | None = None
) -> dict[str, Any]:
    return {**describe(self, hub_arn), **_settings.get(_place(self), {})}


@adds(SecurityHubResponse)
def update_security_hub_configuration(self: SecurityHubResponse) -> str:
    asked = json.loads(self.body)
    backend = hub_of(self)
    settings = _settings.setdefault(_place(backend), {})
    settings |= {key: asked[key] for key in _CHANGEABLE if key in asked}
    return "{}"


@adds(SecurityHubResponse)
def batch_enable_standards(self: SecurityHubResponse) -> str:
    backend = hub_of(self)
    arns = [each["StandardsArn"] for each in json.loads(self.body)["StandardsSubscriptionRequests"]]
    own = _enabled.setdefault(_place(backend), [])
    own += [arn for arn in arns if arn not in own]
    return json.dumps({"StandardsSubscriptions": [_subscription(backend, arn) for arn in arns]})


@adds(SecurityHubResponse)
def batch_disable_standards(self: SecurityHubResponse) -> str:
    backend = hub_of(self)
    to_disable = json.loads(self.body)["StandardsSubscriptionArns"]
    own = _enabled.setdefault(_place(backend), [])
    left = [arn for arn in own if _subscription_arn(backend, arn) in to_disable]
    own[:] = [arn for arn in own if arn not in left]
    return json.dumps({"StandardsSubscriptions": [_subscription(backend, arn) for arn in left]})


@adds(SecurityHubResponse)
def get_enabled_standards(self: SecurityHubResponse) -> str:
    backend = hub_of(self)
    asked = json.loads(self.body or "{}").get("StandardsSubscriptionArns")
    rows = [_subscription(backend, arn) for arn in _enabled.get(_place(backend), ())]
    return json.dumps(
        {"StandardsSubscriptions": [row for row in rows if not asked or _id(row) in asked]}
    )


def hub_of(response: SecurityHubResponse) -> SecurityHubBackend:
    """Return the hub of the call's account. Raises AWS's error for an account without a hub."""
    backend = response.securityhub_backend
    if not backend.enabled:
        raise SecurityHubClientError(
            "InvalidAccessException",
            f"Account {backend.account_id} is not subscribed to AWS Security Hub",
        )
    return backend


def _arn(backend: SecurityHubBackend, standard: str) -> str:
    return f"arn:aws:securityhub:{backend.region_name}::{standard}"


def _subscription_arn(backend: SecurityHubBackend, arn: str) -> str:
    name = arn.partition("standards/")[2]
    return f"arn:aws:securityhub:{backend.region_name}:{backend.account_id}:subscription/{name}"


def _subscription(backend: SecurityHubBackend, arn: str) -> dict[str, Any]:
    return {
        "StandardsSubscriptionArn": _subscription_arn(backend, arn),
        "StandardsArn": arn,
        "StandardsInput": {},
        "StandardsStatus": "READY",
    }


def _id(row: dict[str, Any]) -> str:
    return str(row["StandardsSubscriptionArn"])


for _path in ("get", "register", "deregister"):
    urls.url_paths[f"{{0}}/standards/{_path}$"] = SecurityHubResponse.dispatch
