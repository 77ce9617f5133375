"""The ElastiCache clusters with Redis."""

from pay.model import names
from pay.model.connections import REDIS_PARAMETER, End, EndKind
from pay.model.service.dependencies import REDIS_PORT
from sandbox.estate.estate_builder import Owner
from sandbox.estate.security_groups import group_name


def make_caches(owner: Owner) -> None:
    """Create a cluster for each service with Redis, and the parameter with its address."""
    for service in owner.services:
        if REDIS_PARAMETER not in service.parameters:
            continue
        identifier = f"{owner.name}-{service.name}"
        group = group_name(owner, End(EndKind.REDIS, service.name))
        owner.create(
            *("elasticache", "create_cache_cluster"),
            CacheClusterId=identifier,
            Engine="redis",
            CacheNodeType="cache.t4g.small",
            NumCacheNodes=1,
            SecurityGroupIds=[owner.ids("security-group")[group]],
        )
        host = f"{identifier}.0a1b2c.0001.euw1.cache.amazonaws.com"
        owner.client("ssm").put_parameter(
            Name=names.parameter_path(owner.name, service.name) + REDIS_PARAMETER,
            Value=f"{host}:{REDIS_PORT}",
            Type="String",
            Overwrite=True,
        )
