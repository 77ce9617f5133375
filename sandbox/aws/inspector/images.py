"""The places where Amazon Inspector sees an image run, which are the ECS tasks that run it now.

moto 5.2 has no GetClustersForImage. A task names the index that it was started from. Inspector
scans the image of one architecture that the index leads to. Source: Inspector API reference,
`GetClustersForImage`, resourceId.
"""

import json
from typing import Any

from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends
from moto.inspector2 import urls
from moto.inspector2.responses import Inspector2Response

from sandbox.aws.clock import CLOCK
from sandbox.aws.patching import adds


@adds(Inspector2Response)
def get_clusters_for_image(self: Inspector2Response) -> str:
    backend = self.inspector2_backend
    account, region = backend.account_id, backend.region_name
    _, _, path = self._get_param("filter")["resourceId"].partition(":repository/")
    name, _, digest = path.rpartition("/")
    repositories: Any = ecr_backends[account][region].repositories
    started_from = {digest, *_indexes(repositories.get(name), digest)}
    clusters: dict[str, list[dict[str, Any]]] = {}
    tasks: Any = ecs_backends[account][region].tasks
    for task in (each for in_cluster in tasks.values() for each in in_cluster.values()):
        runs = {container.get("imageDigest") for container in task.containers}
        if task.last_status == "RUNNING" and runs & started_from:
            where = {"detailsGroup": task.group, "taskDefinitionArn": task.task_definition_arn}
            in_use = clusters.setdefault(task.cluster_arn, [])
            same = (
                each for each in in_use if each["clusterMetadata"]["awsEcsMetadataDetails"] == where
            )
            if known := next(same, None):
                known["runningUnitCount"] += 1
                continue
            in_use.append(
                {
                    "clusterMetadata": {"awsEcsMetadataDetails": where},
                    "lastInUse": CLOCK.seconds(),
                    "runningUnitCount": 1,
                    "stoppedUnitCount": 0,
                }
            )
    entries = [{"clusterArn": arn, "clusterDetails": details} for arn, details in clusters.items()]
    return json.dumps({"cluster": entries})


def _indexes(repository: Any, digest: str) -> set[str]:
    """Return the indexes of a repository that lead to an image."""
    return {
        each.get_image_digest()
        for each in (repository.images if repository else ())
        if any(
            child["digest"] == digest
            for child in json.loads(each.image_manifest).get("manifests", ())
        )
    }


urls.url_paths["{0}/cluster/get$"] = Inspector2Response.dispatch
