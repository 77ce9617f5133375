"""A door for findings of GuardDuty and Inspector; the sandbox scans nothing itself.

    POST /_sandbox/arrivals   {"account": "555555555555", "region": "eu-west-1",
                               "tool": "guardduty",
                               "findings": [{"id": "1", "type": "Execution:Runtime/...",
                                             "severity": 8, "resource": {...}}]}

A finding has the form of the tool's API: GetFindings of GuardDuty, ListFindings of Inspector. `id`
is the last part of its ARN. The sandbox sets what is left out, by its clock.

The finding meets the filters of the tool, and arrives in Security Hub if that is on. A finding that
GuardDuty archives does not arrive there; one that Inspector suppresses does. Source: Inspector user
guide, "Suppressing Amazon Inspector findings".
"""

from typing import Any


def put_arrivals(body: Any) -> dict[str, str]:
    """Put findings into the tools. Raises KeyError for a tool that is neither of the two,
    ValueError for an account without a detector.
    """
    from sandbox import aws

    aws.load("securityhub")
    aws.load("guardduty")
    aws.load("inspector2")
    from moto.guardduty.models import guardduty_backends
    from moto.inspector2.models import inspector2_backends
    from moto.securityhub.models import securityhub_backends

    from sandbox.aws.guardduty import findings as guardduty_findings
    from sandbox.aws.inspector import inspector
    from sandbox.aws.securityhub import imports as hub_imports
    from sandbox.aws.securityhub import securityhub

    account, region = body["account"], body["region"]
    hub = securityhub_backends[account][region]

    def from_guardduty(finding: Any) -> dict[str, Any] | None:
        backend = guardduty_backends[account][region]
        (detector,) = backend.detectors.values()
        arrived = guardduty_findings.arrive(backend, detector, finding)
        return None if arrived["service"]["archived"] else hub_imports.from_guardduty(arrived)

    def from_inspector(finding: Any) -> dict[str, Any]:
        arrived = inspector.arrive(inspector2_backends[account][region], finding)
        return hub_imports.from_inspector(arrived, region)

    arrive = {"guardduty": from_guardduty, "inspector": from_inspector}[body["tool"]]
    for each in body["findings"]:
        sent = arrive(each)
        if sent and hub.enabled:
            securityhub.arrive(hub, sent)
    return {}
