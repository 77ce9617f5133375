"""The load balancer of one service on one side, its listeners and its target group."""

from typing import Any

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.lb import Lb, LbAccessLogs
from imports.aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionRedirect,
)
from imports.aws.lb_target_group import (
    LbTargetGroup,
    LbTargetGroupHealthCheck,
    LbTargetGroupTargetGroupHealth,
    LbTargetGroupTargetGroupHealthDnsFailover,
    LbTargetGroupTargetGroupHealthUnhealthyStateRouting,
)
from imports.aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from pay.existing.dns import certificate_arn
from pay.existing.network import ExistingNetwork
from pay.existing.web_acls import web_acl_arn
from pay.model import Kept, LoadBalancerType, Side, addresses, names
from pay.model.addresses import Address
from pay.model.service.timing import CLIENT_KEEP_ALIVE_SECONDS
from pay.model.side import ServiceSide

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.3 and 1.2 with forward secrecy (AWS: "Security policies for your Application Load
Balancer"; PCI DSS v4.0.1, 4.2.1)."""


class ServiceLoadBalancer:
    """One load balancer a service and side. A shared one would take all its services out of DNS
    when one of them is sick. Route 53: an alias with target health is healthy only if every target
    group is.
    """

    def __init__(
        self, scope: Construct, side: ServiceSide, network: ExistingNetwork, subnets: list[str]
    ) -> None:
        self._scope = scope
        self._side = side
        self._is_application = side.service.load_balancer_type is LoadBalancerType.APPLICATION
        load_balancer = self._load_balancer(network, subnets)
        self.arn_suffix = load_balancer.arn_suffix
        if side.is_public:
            Wafv2WebAclAssociation(
                scope,
                addresses.WEB_ACL_ASSOCIATION.id,
                resource_arn=load_balancer.arn,
                web_acl_arn=web_acl_arn(scope, side.environment.load_balancers.web_acl),
            )
        target_group = self._target_group(network.vpc_id)
        self.target_group_arn = target_group.arn
        self.target_group_arn_suffix = target_group.arn_suffix
        self.request_label = f"{self.arn_suffix}/{self.target_group_arn_suffix}"
        """Under which Application Auto Scaling finds the requests of a target (AWS: Application
        Auto Scaling API reference, `PredefinedMetricSpecification`, `ResourceLabel`)."""
        self.listeners: list[ITerraformDependable] = self._listeners(load_balancer.arn)
        """A service registers with a target group only once a listener uses it."""

    def _load_balancer(self, network: ExistingNetwork, subnets: list[str]) -> Lb:
        side, environment = self._side, self._side.environment
        of_its_type: dict[str, Any] = {
            "access_logs": LbAccessLogs(
                bucket=environment.load_balancers.access_logs_bucket,
                # Its own name would be outside of a bucket policy that lists the running ones.
                prefix=environment.load_balancers.access_logs_prefix or None,
                enabled=True,
            ),
            "client_keep_alive": CLIENT_KEEP_ALIVE_SECONDS,
            "desync_mitigation_mode": "defensive",
            "drop_invalid_header_fields": not side.keeps(Kept.DROP_INVALID_HEADER_FIELDS),
            "idle_timeout": side.service.timing.idle_timeout_seconds,
            # The PCI gate lets a load balancer face the internet only where it says so.
            "tags": {"Exposure": "public"} if side.is_public else None,
        }
        if not self._is_application:
            # No access logs: AWS writes them for TLS listeners only, and this one speaks TCP.
            of_its_type = {"enable_cross_zone_load_balancing": True}
        type = side.service.load_balancer_type
        return Lb(
            self._scope,
            addresses.load_balancer(type).id,
            name=side.load_balancer,
            load_balancer_type=type.value,
            internal=not side.is_public,
            subnets=subnets,
            security_groups=self._security_groups(network),
            enable_deletion_protection=environment.protects(side.side, side.deployment.stage),
            **of_its_type,
        )

    def _security_groups(self, network: ExistingNetwork) -> list[str] | None:
        if self._side.keeps(Kept.SECURITY_GROUPS):
            return None
        environment, service = self._side.environment, self._side.service
        return network.security_groups(
            addresses.load_balancer_security_groups_lookup(service.load_balancer_type).id,
            [names.load_balancer_security_group(environment.name, service.name)],
        )

    def _target_group(self, vpc_id: str) -> LbTargetGroup:
        service = self._side.service
        check = service.health_check
        http: dict[str, Any] = {
            "path": service.health_check_path,
            "matcher": "200",
            "timeout": check.timeout_seconds,
        }
        preserves_client_ip = str(self._side.keeps(Kept.PRESERVE_CLIENT_IP)).lower()
        return LbTargetGroup(
            self._scope,
            addresses.TARGET_GROUP.id,
            name=self._side.target_group,
            # Fargate tasks have their own addresses. Bridge tasks share their instance's, each
            # under its own port that ECS registers.
            target_type="ip" if self._side.side is Side.FARGATE else "instance",
            port=service.target_port,
            protocol=service.target_protocol,
            vpc_id=vpc_id,
            deregistration_delay=str(service.timing.deregistration_delay_seconds),
            # A Network Load Balancer that keeps the client's address cannot send it back to the
            # instance that it came from. The proxies' callers run on the same instances. AWS:
            # "Target groups for your Network Load Balancers", client IP preservation, NAT loopback.
            preserve_client_ip=None if self._is_application else preserves_client_ip,
            health_check=LbTargetGroupHealthCheck(
                protocol=service.target_protocol,
                port="traffic-port",
                interval=check.interval_seconds,
                healthy_threshold=check.healthy_threshold,
                unhealthy_threshold=check.unhealthy_threshold,
                **(http if self._is_application else {}),
            ),
            target_group_health=LbTargetGroupTargetGroupHealth(
                # Too few healthy tasks leave DNS before requests overload one after the other.
                dns_failover=LbTargetGroupTargetGroupHealthDnsFailover(
                    minimum_healthy_targets_count=str(self._side.minimum_healthy)
                ),
                # Unhealthy tasks get requests only when none is healthy.
                unhealthy_state_routing=LbTargetGroupTargetGroupHealthUnhealthyStateRouting(
                    minimum_healthy_targets_count=1
                ),
            ),
        )

    def _listeners(self, load_balancer_arn: str) -> list[ITerraformDependable]:
        def listener(address: Address, action: LbListenerDefaultAction, **own: Any) -> LbListener:
            return LbListener(
                self._scope,
                address.id,
                load_balancer_arn=load_balancer_arn,
                default_action=[action],
                **own,
            )

        port = self._side.service.listener_port
        forward = LbListenerDefaultAction(type="forward", target_group_arn=self.target_group_arn)
        if not self._is_application:
            return [listener(addresses.TCP_LISTENER, forward, port=port, protocol="TCP")]
        certificate = certificate_arn(self._scope, self._side.zone)
        tls = {"ssl_policy": TLS_POLICY, "certificate_arn": certificate}
        https = listener(addresses.HTTPS_LISTENER, forward, port=port, protocol="HTTPS", **tls)
        if not self._side.is_public:
            return [https]
        redirect = LbListenerDefaultActionRedirect(
            port="443", protocol="HTTPS", status_code="HTTP_301"
        )
        to_https = LbListenerDefaultAction(type="redirect", redirect=redirect)
        return [https, listener(addresses.HTTP_LISTENER, to_https, port=80, protocol="HTTP")]
