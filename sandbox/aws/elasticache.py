"""ElastiCache: the security groups of a cluster, which moto takes and does not show."""

from moto.elasticache.models import CacheCluster

from sandbox.aws.patching import adds


@adds(CacheCluster)
def security_groups(self: CacheCluster) -> list[dict[str, str]]:
    """Return the groups as AWS lists them (ElastiCache API reference, `CacheCluster`)."""
    return [{"SecurityGroupId": id_, "Status": "active"} for id_ in self.security_group_ids]


CacheCluster.security_groups = property(security_groups)  # type: ignore[attr-defined]
