"""Elastic Load Balancing v2: load balancers, listeners, target groups and the health of targets.

Where moto 5.2 differs from AWS:
- It identifies a target only by its id. Two tasks on one instance (bridge network, a dynamic port
  each) become one.
- Network Load Balancers get the ARN of an Application one, and take security groups at any time.
- The DNS zone of load balancers is invented.
- Attributes have other defaults.
- Load balancers may share a name, and listeners a port.
- Deletion protection has no effect.
- A target group stays attached to deleted load balancers.
- A target without a listener is healthy.
- There may be any number of load balancers and target groups.
- Target groups have no thresholds of health.
- Access logs may go to any bucket.
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moto.elbv2.exceptions import (
    ELBClientError,
    InvalidConfigurationRequest,
    TargetGroupNotFoundError,
    ValidationError,
)
from moto.elbv2.models import (
    ELBv2Backend,
    FakeHealthStatus,
    FakeLoadBalancer,
    FakeTargetGroup,
    elbv2_backends,
)

from sandbox.aws.iam.policies import is_allowed
from sandbox.aws.patching import Original, extends, replaces
from sandbox.aws.route53.rules import LOAD_BALANCER_ZONES
from sandbox.aws.service_quotas import quotas

TargetDescription = dict[str, Any]

COMMON_ATTRIBUTES = {
    "access_logs.s3.bucket": "",
    "access_logs.s3.enabled": "false",
    "access_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "ipv6.deny_all_igw_traffic": "false",
    "zonal_shift.config.enabled": "false",
}

ATTRIBUTES = {
    "application": {
        **COMMON_ATTRIBUTES,
        "client_keep_alive.seconds": "3600",
        "connection_logs.s3.bucket": "",
        "connection_logs.s3.enabled": "false",
        "connection_logs.s3.prefix": "",
        "idle_timeout.timeout_seconds": "60",
        "load_balancing.cross_zone.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "false",
        "routing.http.preserve_host_header.enabled": "false",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
        "routing.http.xff_client_port.enabled": "false",
        "routing.http.xff_header_processing.mode": "append",
        "routing.http2.enabled": "true",
        "waf.fail_open.enabled": "false",
    },
    "network": {
        **COMMON_ATTRIBUTES,
        "dns_record.client_routing_policy": "any_availability_zone",
        "load_balancing.cross_zone.enabled": "false",
        "secondary_ips.auto_assigned.per_subnet": "0",
    },
}
"""The defaults of the API reference, `LoadBalancerAttribute`."""


MOST_TARGETS = 1000
"""Targets of a target group (Elastic Load Balancing quotas)."""

_HEALTH = "target_group_health"
_DNS_COUNT = f"{_HEALTH}.dns_failover.minimum_healthy_targets.count"
_ROUTING_COUNT = f"{_HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count"

HEALTH_ATTRIBUTES = {
    _DNS_COUNT: "1",
    f"{_HEALTH}.dns_failover.minimum_healthy_targets.percentage": "off",
    _ROUTING_COUNT: "1",
    f"{_HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
"""The defaults of the API reference, `TargetGroupAttribute`."""


@extends(ELBv2Backend)
def create_load_balancer(
    self: ELBv2Backend, create: Original, name: str, **more: Any
) -> FakeLoadBalancer:
    """Create a load balancer, or return the one with the same name and settings."""
    kind = more.get("loadbalancer_type") or "application"
    more["scheme"] = more.get("scheme") or "internet-facing"
    for existing in self.load_balancers.values():
        if existing.name == name:
            if (
                existing.type == kind
                and existing.scheme == more["scheme"]
                and sorted(existing.security_groups) == sorted(more["security_groups"])
                and sorted(subnet.id for subnet in existing.subnets) == sorted(more["subnet_ids"])
            ):
                return existing
            raise ELBClientError(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{name}' exists, but with different settings",
            )
    count = sum(existing.type == kind for existing in self.load_balancers.values())
    if count >= quotas.quota(quotas.LOAD_BALANCERS[kind]):
        raise ELBClientError(
            "TooManyLoadBalancers", "You've reached the limit on the number of load balancers"
        )
    created: FakeLoadBalancer = create(self, name, **more)
    tags = self.tagging_service.list_tags_for_resource(created.arn)["Tags"]
    del self.load_balancers[created.arn]
    if kind == "network":
        created.arn = created.arn.replace(":loadbalancer/app/", ":loadbalancer/net/")
    self.load_balancers[created.arn] = created
    self.tagging_service.tag_resource(created.arn, tags)
    created.attrs = dict(ATTRIBUTES[kind])
    if zones := LOAD_BALANCER_ZONES.get(self.region_name):
        created.canonical_hosted_zone_id = zones[kind == "network"]
    label = f"{name}-{secrets.randbelow(10**10):010}"
    if kind == "network":
        created.dns_name = f"{label}.elb.{self.region_name}.amazonaws.com"
    else:
        prefix = "internal-" if created.scheme == "internal" else ""
        created.dns_name = f"{prefix}{label}.{self.region_name}.elb.amazonaws.com"
    return created


@extends(ELBv2Backend)
def set_security_groups(
    self: ELBv2Backend, set_: Original, arn: str, sec_groups: list[str]
) -> None:
    """Set the security groups, which a Network Load Balancer has from its creation or never."""
    balancer = self.load_balancers.get(arn)
    if balancer and balancer.type == "network" and not balancer.security_groups:
        raise ELBClientError(
            "InvalidConfigurationRequest",
            "You cannot set security groups on a Network Load Balancer which was created without "
            "any security groups.",
        )
    set_(self, arn, sec_groups)


@extends(ELBv2Backend)
def modify_load_balancer_attributes(
    self: ELBv2Backend, modify: Original, arn: str, attrs: dict[str, Any]
) -> dict[str, Any]:
    """Refuse access logs that the bucket's policy does not let in.

    AWS first writes a test file. Source: Application Load Balancer user guide, "Enable access
    logs".
    """
    if balancer := self.load_balancers.get(arn):
        after = {**balancer.attrs, **attrs}
        bucket, prefix = (after[f"access_logs.s3.{key}"] for key in ("bucket", "prefix"))
        key = "/".join(filter(None, (prefix, "AWSLogs", self.account_id, "ELBAccessLogTestFile")))
        if after["access_logs.s3.enabled"] == "true" and not _may_write(self, bucket, key):
            raise InvalidConfigurationRequest(
                f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
            )
    changed: dict[str, Any] = modify(self, arn, attrs)
    return changed


LOG_WRITER = "logdelivery.elasticloadbalancing.amazonaws.com"
"""The principal that a bucket's policy has to name (user guide, as above). Older policies name an
account of AWS's own in its place; the sandbox's do not."""


def _may_write(backend: ELBv2Backend, bucket: str, key: str) -> bool:
    """Return whether the bucket's policy lets Elastic Load Balancing write the key."""
    from moto.s3.models import s3_backends

    log_bucket = s3_backends[backend.account_id][backend.partition].buckets.get(bucket)
    policy, writer = log_bucket.policy if log_bucket else None, ("Service", LOG_WRITER)
    return is_allowed([policy], "s3:PutObject", by=[writer], on=f"arn:aws:s3:::{bucket}/{key}")


@replaces(ELBv2Backend)
def delete_load_balancer(self: ELBv2Backend, arn: str) -> None:
    balancer = self.load_balancers.get(arn)
    if balancer and balancer.attrs["deletion_protection.enabled"] == "true":
        raise ELBClientError(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )
    self.load_balancers.pop(arn, None)


@extends(ELBv2Backend)
def create_listener(
    self: ELBv2Backend,
    create: Original,
    load_balancer_arn: str,
    protocol: str,
    port: str,
    **more: Any,
) -> Any:
    balancer = self.load_balancers.get(load_balancer_arn)
    if balancer and any(int(other.port) == int(port) for other in balancer.listeners.values()):
        raise ELBClientError(
            "DuplicateListener",
            f"A listener already exists on this port for this load balancer '{load_balancer_arn}'",
        )
    if protocol in ("HTTP", "TCP"):
        # moto gives every listener a TLS policy; AWS gives one only to HTTPS and TLS listeners.
        more["ssl_policy"] = None
    return create(self, load_balancer_arn, protocol, port, **more)


def balancers_of_groups(backend: ELBv2Backend) -> Mapping[str, list[str]]:
    """Map each target group to the load balancers whose listeners or rules lead to it now, as ARNs.

    Call it once for many groups, because a call for each group would read every rule again.
    """
    balancers = defaultdict[str, list[str]](list)
    for balancer in backend.load_balancers.values():
        for group in {
            arn
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
            for action in rule.actions
            for arn in backend._get_target_group_arns_from(action_data=action.data)
        }:
            balancers[group].append(balancer.arn)
    return balancers


def _load_balancers_of(group: FakeTargetGroup) -> list[str]:
    backend = elbv2_backends[group.account_id][group.region_name]
    return balancers_of_groups(backend).get(group.arn, [])


# moto's list of load balancers never shrinks, so this property computes it. moto's assignments
# to it have no effect.
FakeTargetGroup.load_balancer_arns = property(  # type: ignore[assignment]
    _load_balancers_of, lambda group, value: None
)


@extends(ELBv2Backend)
def create_target_group(
    self: ELBv2Backend, create: Original, name: str, **settings: Any
) -> FakeTargetGroup:
    """Create a target group, or return the one with the same name and settings."""
    for existing in self.target_groups.values():
        if existing.name == name and all(
            str(getattr(existing, key)) == str(settings.get(key))
            for key in ("vpc_id", "protocol", "port", "target_type")
        ):
            return existing
    if len(self.target_groups) >= quotas.quota(quotas.TARGET_GROUPS):
        raise ELBClientError(
            "TooManyTargetGroups", "You've reached the limit on the number of target groups"
        )
    created: FakeTargetGroup = create(self, name, **settings)
    created.attributes |= HEALTH_ATTRIBUTES
    if created.protocol in ("TCP", "UDP", "TCP_UDP", "TLS"):
        del created.attributes["load_balancing.algorithm.type"]
        del created.attributes["slow_start.duration_seconds"]
        created.attributes |= {
            "deregistration_delay.connection_termination.enabled": "false",
            "preserve_client_ip.enabled": str(created.target_type == "instance").lower(),
            "proxy_protocol_v2.enabled": "false",
        }
    else:
        created.attributes["stickiness.lb_cookie.duration_seconds"] = "86400"
        created.attributes["load_balancing.algorithm.anomaly_mitigation"] = "off"
    return created


@extends(ELBv2Backend)
def modify_target_group_attributes(
    self: ELBv2Backend, modify: Original, target_group_arn: str, attributes: dict[str, Any]
) -> None:
    """Refuse thresholds of health that AWS does not offer, and routing failover before DNS
    failover.

    Sources: API reference, `TargetGroupAttribute`; user guides, "Target group health".
    """
    for key in attributes.keys() & HEALTH_ATTRIBUTES.keys():
        value = str(attributes[key])
        highest = 100 if key.endswith("percentage") else MOST_TARGETS
        is_number = value.isdecimal() and 1 <= int(value) <= highest
        if not is_number and (value != "off" or key == _ROUTING_COUNT):
            offered = "" if key == _ROUTING_COUNT else "'off' or "
            raise ValidationError(f"'{key}' value '{value}' must be {offered}between 1-{highest}")
    if group := self.target_groups.get(target_group_arn):
        after = {**group.attributes, **attributes}
        if after[_DNS_COUNT] != "off" and int(after[_DNS_COUNT]) < int(after[_ROUTING_COUNT]):
            raise ValidationError(
                f"'{_DNS_COUNT}' value '{after[_DNS_COUNT]}' must be greater than or equal to "
                f"'{_ROUTING_COUNT}' value '{after[_ROUTING_COUNT]}'"
            )
    modify(self, target_group_arn, attributes)


def dns_minimum(group: FakeTargetGroup) -> int:
    """Return how many healthy targets keep a load balancer in DNS. Without a count it is one
    (Route 53 API reference, `AliasTarget`); the stacks here set no percentage.
    """
    count = str(group.attributes[_DNS_COUNT])
    return 1 if count == "off" else int(count)


def _key(target: TargetDescription, group: FakeTargetGroup) -> str:
    return f"{target['Id']}:{target.get('Port') or group.port}"


@replaces(FakeTargetGroup)
def register(self: FakeTargetGroup, targets: list[TargetDescription]) -> None:
    for target in targets:
        instance = self.ec2_backend.get_instance_by_id(target["Id"])
        if instance and instance.state != "running":
            raise ELBClientError(
                "InvalidTarget",
                f"The following targets are not in a running state and cannot be registered: "
                f"'{target['Id']}'",
            )
        port = int(target.get("Port") or self.port)
        self.targets[_key(target, self)] = {"Id": target["Id"], "Port": port}


@replaces(FakeTargetGroup)
def deregister(self: FakeTargetGroup, targets: list[TargetDescription]) -> None:
    """Remove targets: without a port, every target with that id; an unknown target is ignored."""
    for target in targets:
        for key, known in list(self.targets.items()):
            if known["Id"] == target["Id"] and target.get("Port") in (None, known["Port"]):
                del self.targets[key]


@replaces(FakeTargetGroup)
def deregister_terminated_instances(self: FakeTargetGroup, instance_ids: list[str]) -> None:
    self.deregister([{"Id": instance_id} for instance_id in instance_ids])


@replaces(ELBv2Backend)
def describe_target_health(
    self: ELBv2Backend, target_group_arn: str, targets: list[TargetDescription]
) -> list[FakeHealthStatus]:
    """Return the health of targets: healthy if registered and behind a listener.

    Only running tasks register.
    """
    group = self.target_groups.get(target_group_arn)
    if group is None:
        raise TargetGroupNotFoundError()
    selected = targets or list(group.targets.values())
    is_in_use = bool(selected and group.load_balancer_arns)
    return [_health(target, group, is_in_use=is_in_use) for target in selected]


def _health(
    target: TargetDescription, group: FakeTargetGroup, *, is_in_use: bool
) -> FakeHealthStatus:
    port = target.get("Port") or group.port
    state: tuple[str, str | None, str | None] = ("healthy", None, None)
    if _key(target, group) not in group.targets:
        message = "Target is not registered to the target group"
        state = ("unused", "Target.NotRegistered", message)
    elif not is_in_use:
        message = "Target group is not configured to receive traffic from the load balancer"
        state = ("unused", "Target.NotInUse", message)
    checked = group.health_check_port
    check_port = str(port) if checked == "traffic-port" else checked
    return FakeHealthStatus(target["Id"], port, check_port, *state)
