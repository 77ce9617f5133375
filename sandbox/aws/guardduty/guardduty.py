"""GuardDuty: the detector, its features, and how much of what runs the agent covers.

moto 5.2 takes any number of detectors, answers only the features that it was given, and lacks
`ListCoverage`. Sources: GuardDuty API reference (`CreateDetector`, `DetectorFeatureConfiguration`,
`ListCoverage`); user guide, "Assessing runtime coverage", for the words of an issue.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.ecs.models import ecs_backends
from moto.guardduty import urls
from moto.guardduty.models import Detector, GuardDutyBackend
from moto.guardduty.responses import GuardDutyResponse

from pay.model.watching.agent import CONTAINER_PREFIX
from sandbox.aws.ecs.guardduty_agent import manages_agent
from sandbox.aws.ecs.tasks import ServiceTask
from sandbox.aws.guardduty.features import changed, listed
from sandbox.aws.guardduty.refusals import BadRequest
from sandbox.aws.patching import Original, adds, extends


@extends(GuardDutyBackend)
def create_detector(self: GuardDutyBackend, create: Original, *words: Any, **more: Any) -> str:
    """Create the only detector of this account and region."""
    if self.detectors:
        raise BadRequest("a detector already exists for the current account")
    id_: str = create(self, *words, **more)
    detector = self.detectors[id_]
    try:
        detector.features = changed((), detector.features)
    except BadRequest:
        del self.detectors[id_]
        raise
    return id_


@extends(Detector)
def update(
    self: Detector, change: Original, enable: Any, frequency: Any, data_sources: Any, features: Any
) -> None:
    """Change what is named; features that are not named stay."""
    merged = changed(self.features, features or ())
    change(self, enable, frequency, data_sources, merged)


@extends(Detector)
def to_json(self: Detector, own: Original) -> dict[str, Any]:
    return {**own(self), "features": listed(self.features, is_enabled=self.enabled)}


@adds(GuardDutyResponse)
def list_coverage(self: GuardDutyResponse) -> str:
    backend = self.guardduty_backend
    id_ = self.path.split("/")[-2]
    backend.get_detector(id_)
    rows = [_row(backend, id_, each) for each in _resources(backend)]
    wanted = (self._get_param("filterCriteria") or {}).get("filterCriterion") or []
    fitting = [row for row in rows if all(_fits(row, each) for each in wanted)]
    return json.dumps({"resources": fitting})


def _fits(row: Mapping[str, Any], criterion: Mapping[str, Any]) -> bool:
    details = row["resourceDetails"]
    of_instance = details.get("ec2InstanceDetails", {})
    values = {
        "RESOURCE_TYPE": details["resourceType"],
        "COVERAGE_STATUS": row["coverageStatus"],
        "ECS_CLUSTER_NAME": details.get("ecsClusterDetails", {}).get("clusterName"),
        "INSTANCE_ID": of_instance.get("instanceId"),
        "CLUSTER_ARN": of_instance.get("clusterArn"),
    }
    value, condition = values.get(criterion["criterionKey"]), criterion["filterCondition"]
    equals, other = condition.get("equals"), condition.get("notEquals") or ()
    return (equals is None or value in equals) and value not in other


def _row(
    backend: GuardDutyBackend, detector: str, resource: tuple[str, dict[str, Any], str]
) -> dict[str, Any]:
    id_, details, issue = resource
    return {
        "resourceId": id_,
        "detectorId": detector,
        "accountId": backend.account_id,
        "resourceDetails": details,
        "coverageStatus": "UNHEALTHY" if issue else "HEALTHY",
        **({"issue": issue} if issue else {}),
    }


def _resources(backend: GuardDutyBackend) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield id, details and issue of each cluster with tasks, and of each container instance."""
    on_hosts = manages_agent(backend.detectors.values(), "EC2_AGENT_MANAGEMENT")
    if on_hosts is None:
        return
    ecs = ecs_backends[backend.account_id][backend.region_name]
    for cluster in ecs.clusters.values():
        instances = ecs.container_instances.get(cluster.name, {}).values()
        for instance in instances:
            yield (
                instance.ec2_instance_id,
                {
                    "resourceType": "EC2",
                    "ec2InstanceDetails": {
                        "instanceId": instance.ec2_instance_id,
                        "clusterArn": cluster.arn,
                        "managementType": "AUTO_MANAGED" if on_hosts else "DISABLED",
                    },
                },
                "" if on_hosts else "No Agent Reporting",
            )
        issues = sorted(set(_issues(ecs.tasks.get(cluster.name, {}).values())))
        covered = len(instances) if on_hosts else 0
        details = {
            "resourceType": "ECS",
            "ecsClusterDetails": {
                "clusterName": cluster.name,
                "fargateDetails": {"issues": issues, "managementType": "AUTO_MANAGED"},
                "containerInstanceDetails": {
                    "coveredContainerInstances": covered,
                    "compatibleContainerInstances": len(instances),
                },
            },
        }
        lacks = [*issues, *(["No Agent Reporting"] if covered < len(instances) else [])]
        yield cluster.arn, details, "; ".join(lacks)


def _issues(tasks: Any) -> Iterator[str]:
    """Yield what keeps Fargate tasks from being covered."""
    for task in tasks:
        if not isinstance(task, ServiceTask) or task.launch_type != "FARGATE":
            continue
        if task.last_status != "RUNNING":
            continue
        containers: Any = task.containers
        agents = [each for each in containers if each["name"].startswith(CONTAINER_PREFIX)]
        if not any(each["lastStatus"] == "RUNNING" for each in agents):
            yield next((each["reason"] for each in agents), "AGENT_NOT_PROVISIONED")


urls.url_paths["{0}/detector/(?P<detector_id>[^/]+)/coverage$"] = GuardDutyResponse.dispatch
