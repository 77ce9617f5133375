"""The load balancer of one service on one side, its listeners and its target group."""

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.lb import Lb, LbAccessLogs
from imports.aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionRedirect,
)
from imports.aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from pay.existing.dns import certificate_arn
from pay.existing.network import ExistingNetwork
from pay.model import LoadBalancerType, Side, addresses, names
from pay.model.service.timing import CLIENT_KEEP_ALIVE_SECONDS
from pay.model.side import ServiceSide

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.3 and 1.2 with forward secrecy (AWS: "Security policies for your Application Load
Balancer"; PCI DSS v4.0.1, 4.2.1)."""

HEALTH_CHECK_INTERVAL_SECONDS = 10
HEALTHY_THRESHOLD = 2
UNHEALTHY_THRESHOLD = 3


class ServiceLoadBalancer:
    """One load balancer a service and side: a shared one would take all its services out of DNS
    when one of them is sick (Route 53: an alias with target health is healthy only if every target
    group is).
    """

    def __init__(
        self, scope: Construct, side: ServiceSide, network: ExistingNetwork, subnets: list[str]
    ) -> None:
        self._scope = scope
        self._side = side
        self._is_application = side.service.load_balancer_type is LoadBalancerType.APPLICATION
        security_groups = network.security_groups(
            "alb_security_groups",
            [names.load_balancer_security_group(side.environment.name, side.service.name)],
        )
        load_balancer = (
            self._application_load_balancer(subnets, security_groups)
            if self._is_application
            else self._network_load_balancer(subnets, security_groups)
        )
        self.arn_suffix = load_balancer.arn_suffix
        target_group = self._target_group(network.vpc_id)
        self.target_group_arn = target_group.arn
        self.target_group_arn_suffix = target_group.arn_suffix
        self.listeners: list[ITerraformDependable] = self._listeners(load_balancer.arn)
        """A service registers with a target group only once a listener uses it."""

    def _application_load_balancer(self, subnets: list[str], security_groups: list[str]) -> Lb:
        timing = self._side.service.timing
        return Lb(
            self._scope,
            addresses.LOAD_BALANCER.id,
            name=self._side.load_balancer,
            load_balancer_type="application",
            internal=not self._side.is_public,
            subnets=subnets,
            security_groups=security_groups,
            access_logs=self._access_logs(),
            client_keep_alive=CLIENT_KEEP_ALIVE_SECONDS,
            desync_mitigation_mode="defensive",
            drop_invalid_header_fields=True,
            enable_deletion_protection=self._deletion_protection(),
            idle_timeout=timing.idle_timeout_seconds,
            # The PCI gate lets a load balancer face the internet only where it says so.
            tags={"Exposure": "public"} if self._side.is_public else None,
        )

    def _network_load_balancer(self, subnets: list[str], security_groups: list[str]) -> Lb:
        return Lb(
            self._scope,
            addresses.LOAD_BALANCER.id,
            name=self._side.load_balancer,
            load_balancer_type="network",
            internal=not self._side.is_public,
            subnets=subnets,
            security_groups=security_groups,
            # No access logs: AWS writes them for TLS listeners only, and this one speaks TCP.
            enable_cross_zone_load_balancing=True,
            enable_deletion_protection=self._deletion_protection(),
        )

    def _access_logs(self) -> LbAccessLogs:
        return LbAccessLogs(
            bucket=self._side.environment.load_balancers.access_logs_bucket,
            prefix=self._side.load_balancer,
            enabled=True,
        )

    def _deletion_protection(self) -> bool:
        return self._side.environment.protects(self._side.side, self._side.deployment.stage)

    def _target_group(self, vpc_id: str) -> LbTargetGroup:
        service = self._side.service
        return LbTargetGroup(
            self._scope,
            addresses.TARGET_GROUP.id,
            name=self._side.target_group,
            # Fargate tasks have their own addresses; bridge tasks share their instance's, each
            # under a port of its own that ECS registers.
            target_type="ip" if self._side.side is Side.FARGATE else "instance",
            port=service.target_port,
            protocol=service.target_protocol,
            vpc_id=vpc_id,
            deregistration_delay=str(service.timing.deregistration_delay_seconds),
            # A Network Load Balancer that keeps the client's address cannot send it back to the
            # instance that it came from, and the proxies' callers run beside them (AWS: "Target
            # groups for your Network Load Balancers", client IP preservation, NAT loopback).
            preserve_client_ip=None if self._is_application else "false",
            health_check=self._health_check(),
        )

    def _health_check(self) -> LbTargetGroupHealthCheck:
        if not self._is_application:
            return LbTargetGroupHealthCheck(
                protocol="TCP",
                port="traffic-port",
                interval=HEALTH_CHECK_INTERVAL_SECONDS,
                healthy_threshold=HEALTHY_THRESHOLD,
                unhealthy_threshold=UNHEALTHY_THRESHOLD,
            )
        return LbTargetGroupHealthCheck(
            protocol=self._side.service.target_protocol,
            port="traffic-port",
            path=self._side.service.health_check_path,
            matcher="200",
            interval=HEALTH_CHECK_INTERVAL_SECONDS,
            timeout=5,
            healthy_threshold=HEALTHY_THRESHOLD,
            unhealthy_threshold=UNHEALTHY_THRESHOLD,
        )

    def _listeners(self, load_balancer_arn: str) -> list[ITerraformDependable]:
        forward = LbListenerDefaultAction(type="forward", target_group_arn=self.target_group_arn)
        if not self._is_application:
            return [
                LbListener(
                    self._scope,
                    addresses.TCP_LISTENER.id,
                    load_balancer_arn=load_balancer_arn,
                    port=self._side.service.listener_port,
                    protocol="TCP",
                    default_action=[forward],
                )
            ]
        listeners: list[ITerraformDependable] = [
            LbListener(
                self._scope,
                addresses.HTTPS_LISTENER.id,
                load_balancer_arn=load_balancer_arn,
                port=443,
                protocol="HTTPS",
                ssl_policy=TLS_POLICY,
                certificate_arn=certificate_arn(self._scope, self._side.zone),
                default_action=[forward],
            )
        ]
        if self._side.is_public:
            listeners.append(self._redirect_to_https(load_balancer_arn))
        return listeners

    def _redirect_to_https(self, load_balancer_arn: str) -> LbListener:
        return LbListener(
            self._scope,
            addresses.HTTP_LISTENER.id,
            load_balancer_arn=load_balancer_arn,
            port=80,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect=LbListenerDefaultActionRedirect(
                        port="443", protocol="HTTPS", status_code="HTTP_301"
                    ),
                )
            ],
        )
