"""The features of a GuardDuty detector, as AWS answers them.

Sources: GuardDuty API reference, `DetectorFeatureConfiguration` and `GetDetector`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.aws.guardduty.refusals import BadRequest

ALWAYS_ON = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
"""No account switches these off while its detector is enabled."""

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "S3_DATA_EVENTS": (),
    "EKS_AUDIT_LOGS": (),
    "EBS_MALWARE_PROTECTION": (),
    "RDS_LOGIN_EVENTS": (),
    "LAMBDA_NETWORK_LOGS": (),
    "EKS_RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
    "RUNTIME_MONITORING": (
        "EKS_ADDON_MANAGEMENT",
        "ECS_FARGATE_AGENT_MANAGEMENT",
        "EC2_AGENT_MANAGEMENT",
    ),
}
"""Feature -> its additional configuration.

A new detector of AWS has RUNTIME_MONITORING off. Here it has all of them off, so a feature is on
only after a request."""

ON, OFF = "ENABLED", "DISABLED"
_BOTH = {"EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING"}

Features = Sequence[Mapping[str, Any]]
"""Features as the API has them: name, status, additionalConfiguration."""


def changed(features: Features, asked: Features) -> list[dict[str, Any]]:
    """Return the features with the requested changes; the others stay.

    Raises BadRequest.
    """
    named = [each["name"] for each in asked]
    if set(named) >= _BOTH:
        raise BadRequest("both RUNTIME_MONITORING and EKS_RUNTIME_MONITORING were provided")
    for name in named:
        if name not in OPTIONAL:
            raise BadRequest(f"an invalid or out-of-range value is specified: features.{name}")
    now = {each["name"]: dict(each) for each in features}
    for each in asked:
        more = _additional(now.get(each["name"], {})) | _additional(each)
        now[each["name"]] = _feature(each["name"], each["status"], more)
    return list(now.values())


def listed(features: Features, *, is_enabled: bool) -> list[dict[str, Any]]:
    """Return every feature, as GetDetector does."""
    known = {each["name"]: dict(each) for each in features}
    always = [{"name": name, "status": ON if is_enabled else OFF} for name in ALWAYS_ON]
    return [*always, *(known.get(name) or _feature(name, OFF, {}) for name in OPTIONAL)]


def _additional(feature: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: each["status"] for each in feature.get("additionalConfiguration") or ()}


def _feature(name: str, status: str, more: Mapping[str, str]) -> dict[str, Any]:
    additional = [{"name": each, "status": more.get(each, OFF)} for each in OPTIONAL[name]]
    feature: dict[str, Any] = {"name": name, "status": status}
    return {**feature, "additionalConfiguration": additional} if additional else feature
