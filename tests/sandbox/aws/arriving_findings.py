"""Findings that arrive, and what Security Hub then holds."""

from collections.abc import Callable
from typing import Any

from sandbox.server.process import Server

ACCOUNT, REGION = "222222222222", "eu-west-1"
TYPE = "Discovery:Runtime/SuspiciousCommand"


def runtime(id_: str, service: str = "connector", **more: Any) -> dict[str, Any]:
    """Return a finding of GuardDuty in a task on Fargate."""
    task = {
        "arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/test-12-fargate/{id_}",
        "group": f"service:{service}",
        "launchType": "FARGATE",
        "tags": [{"key": "Stack", "value": f"test-12-{service}-fargate"}],
    }
    cluster = {"name": "test-12-fargate", "taskDetails": task}
    finding = {"id": id_, "type": TYPE, "severity": 8, "resource": {"ecsClusterDetails": cluster}}
    return {**finding, **more}


def arrive(server: Server, tool: str, *findings: Any) -> None:
    body = {"account": ACCOUNT, "region": REGION, "tool": tool, "findings": list(findings)}
    server.administer("arrivals", method="POST", body=body)


def in_hub(client: Callable[[str], Any], *ids: str) -> dict[str, str]:
    """Return the workflow status of findings by the last part of their id."""
    pages = client("securityhub").get_paginator("get_findings").paginate()
    findings = [each for page in pages for each in page["Findings"]]
    by_id = {each["Id"].rpartition("/")[2]: each["Workflow"]["Status"] for each in findings}
    return {each: by_id[each] for each in ids if each in by_id}
