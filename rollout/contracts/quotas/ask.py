"""AWS's quotas and present use, beside what the moves add; all calls read."""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from pay.model import Environment, Side, names
from pay.model.demand import CONNECTIONS_A_GIB, MOST_CONNECTIONS
from pay.model.environment.instance_types import CPU_UNITS_PER_VCPU
from pay.model.metrics import DATABASE_CONNECTIONS
from pay.model.side import ServiceSide
from rollout.aws.clients import Client, items
from rollout.contracts.quotas import needs
from rollout.contracts.quotas.quota_lines import (
    ADDRESSES,
    CONNECTIONS,
    FARGATE_VCPUS,
    LOAD_BALANCERS,
    RECORDS,
    ROLES,
    RULES,
    TARGET_GROUPS,
    Quota,
    QuotaLine,
)
from rollout.measure.cloudwatch import Query, read
from rollout.measure.span import on_the_clock
from rollout.terminal.refusal import Failed, Finding

ACTIONS = (
    "cloudwatch:GetMetricData",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ecs:DescribeTasks",
    "ecs:ListClusters",
    "ecs:ListTasks",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "iam:GetAccountSummary",
    "iam:ListRoles",
    "rds:DescribeDBInstances",
    "rds:DescribeDBParameters",
    "route53:GetHostedZoneLimit",
    "route53:ListHostedZonesByName",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
)
"""Every call by its IAM action."""

TASKS_A_CALL = 100
"""The most tasks of one `DescribeTasks`. Source: AWS, ECS API reference."""

MEASURED = timedelta(days=7)
"""The time for which the use of databases is read. A week has its own peak."""

PERIOD_SECONDS = 3600
"""The period by which these days are read."""

_SOURCES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
"""Each source in a permission is one rule (AWS: VPC user guide, "Security group rules")."""


class _QuotaAccount:
    """One account and region: its AWS, and all environments of this project in it."""

    def __init__(
        self, environment: Environment, environments: Collection[Environment], client: Client
    ) -> None:
        self.environment = environment
        self.environments = environments
        self.client = client

    def line(
        self, quota: Quota, used: int | None, added: int, *, of: str = "", allowed: int
    ) -> QuotaLine:
        region = quota.region or self.environment.region
        return QuotaLine(quota, of, allowed, used, added, region, self.environment.account_id)

    def allowed(self, quota: Quota) -> int:
        """Return the applied value, or AWS's default for a quota that has none (AWS: Service Quotas
        API reference, `GetServiceQuota`).
        """
        quotas = self.client("service-quotas")
        codes = {"ServiceCode": quota.service_code, "QuotaCode": quota.code}
        try:
            answer = quotas.get_service_quota(**codes)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchResourceException":
                raise
            answer = quotas.get_aws_default_service_quota(**codes)
        return int(answer["Quota"]["Value"])

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Yield every item of a paginated list."""
        return items(self.client(service), operation, key, **arguments)


def ask(
    environment: Environment, environments: Iterable[Environment], client: Client
) -> tuple[list[QuotaLine], list[Finding]]:
    """Return a line for each quota, and what AWS did not answer.

    `environments` are all of this project. Those of the same account and region count together.
    Raises botocore's BotoCoreError when AWS cannot be asked.
    """
    place = environment.account_id, environment.region
    together = [each for each in environments if (each.account_id, each.region) == place]
    account = _QuotaAccount(environment, together, client)
    lines: list[QuotaLine] = []
    unanswered: list[Finding] = []
    for count in _COUNTS:
        try:
            lines += count(account)
        except ClientError as error:
            unanswered.append(_unanswered(error.operation_name, error))
        except Failed as failure:
            unanswered.append(_unanswered("GetMetricData", failure))
    return lines, unanswered


def _unanswered(operation: str, error: ClientError | Failed) -> Finding:
    action = next(a for a in ACTIONS if a.endswith(f":{operation}"))
    fix = f"allow your role these actions, all of them read: {', '.join(ACTIONS)}"
    return Finding(action, str(error), fix)


def _vcpus(account: _QuotaAccount) -> Iterator[QuotaLine]:
    most, running = needs.fargate_vcpus(account.environments), _running_vcpus(account)
    used = sum(running.values())
    added = sum(max(0.0, vcpus - running.get(place, 0)) for place, vcpus in most.items())
    yield account.line(
        FARGATE_VCPUS,
        math.ceil(used),
        math.ceil(used + added) - math.ceil(used),
        allowed=account.allowed(FARGATE_VCPUS),
    )


def _running_vcpus(account: _QuotaAccount) -> dict[tuple[str, str], float]:
    """Return the vCPUs of all on-demand Fargate tasks in ECS, by cluster and service or family."""
    running: dict[tuple[str, str], float] = {}
    for cluster in account.pages("ecs", "list_clusters", "clusterArns"):
        arns = list(
            account.pages("ecs", "list_tasks", "taskArns", cluster=cluster, launchType="FARGATE")
        )
        for first in range(0, len(arns), TASKS_A_CALL):
            tasks = account.client("ecs").describe_tasks(
                cluster=cluster, tasks=arns[first : first + TASKS_A_CALL]
            )["tasks"]
            for task in tasks:
                # Spot has a quota of its own.
                if task.get("capacityProviderName") != "FARGATE_SPOT":
                    place = cluster.rsplit("/", 1)[-1], task["group"].removeprefix("service:")
                    vcpus = int(task["cpu"]) / CPU_UNITS_PER_VCPU
                    running[place] = running.get(place, 0) + vcpus
    return running


def _load_balancers(account: _QuotaAccount) -> Iterator[QuotaLine]:
    there = list(account.pages("elbv2", "describe_load_balancers", "LoadBalancers"))
    for kind, quota in LOAD_BALANCERS.items():
        used = {each["LoadBalancerName"] for each in there if each["Type"] == kind}
        added = needs.load_balancers(account.environments, kind) - used
        yield account.line(quota, len(used), len(added), allowed=account.allowed(quota))


def _target_groups(account: _QuotaAccount) -> Iterator[QuotaLine]:
    groups = account.pages("elbv2", "describe_target_groups", "TargetGroups")
    used = {group["TargetGroupName"] for group in groups}
    added = needs.target_groups(account.environments) - used
    allowed = account.allowed(TARGET_GROUPS)
    yield account.line(TARGET_GROUPS, len(used), len(added), allowed=allowed)


def _roles(account: _QuotaAccount) -> Iterator[QuotaLine]:
    used = {role["RoleName"] for role in account.pages("iam", "list_roles", "Roles")}
    added = needs.roles(account.environments) - used
    # IAM answers this itself, in every region.
    summary = account.client("iam").get_account_summary()["SummaryMap"]
    yield account.line(ROLES, len(used), len(added), allowed=summary["RolesQuota"])


def _rules(account: _QuotaAccount) -> Iterator[QuotaLine]:
    """Yield the security group of a load balancer that needs the most rules."""
    callers = needs.callers_groups(account.environment)
    wanted = sorted({*callers, *(caller for group in callers.values() for caller in group)})
    filters = [{"Name": "group-name", "Values": wanted}]
    groups = {
        group["GroupName"]: group
        for group in account.pages(
            "ec2", "describe_security_groups", "SecurityGroups", Filters=filters
        )
    }
    allowed = account.allowed(RULES)
    ids = {name: group["GroupId"] for name, group in groups.items()}
    lines = []
    for name in callers.keys() & groups.keys():
        permissions = groups[name]["IpPermissions"]
        admitted = {pair["GroupId"] for each in permissions for pair in each["UserIdGroupPairs"]}
        # A group that does not exist yet has no id, and no rule either.
        added = [caller for caller in callers[name] if ids.get(caller) not in admitted]
        used = sum(len(each[source]) for each in permissions for source in _SOURCES)
        lines.append(account.line(RULES, used, len(added), of=name, allowed=allowed))
    if lines:
        yield max(lines, key=lambda line: (line.needed, line.of))


def _records(account: _QuotaAccount) -> Iterator[QuotaLine]:
    route53 = account.client("route53")
    for (zone, is_public), added in needs.new_records(account.environments).items():
        for each in route53.list_hosted_zones_by_name(DNSName=zone)["HostedZones"]:
            if each["Name"] != f"{zone}." or each["Config"]["PrivateZone"] is is_public:
                continue
            zone_id = each["Id"].rsplit("/", 1)[-1]
            limit = route53.get_hosted_zone_limit(HostedZoneId=zone_id, Type="MAX_RRSETS_BY_ZONE")
            allowed = limit["Limit"]["Value"]
            yield account.line(RECORDS, limit["Count"], added, of=zone, allowed=allowed)


def _addresses(account: _QuotaAccount) -> Iterator[QuotaLine]:
    """Yield the subnet of Fargate tasks that has the fewest addresses to spare."""
    wanted = needs.subnet_addresses(account.environment)
    by_name = [{"Name": "tag:Name", "Values": sorted(wanted)}]
    subnets = list(account.pages("ec2", "describe_subnets", "Subnets", Filters=by_name))
    if not subnets:
        return
    by_subnet = [{"Name": "subnet-id", "Values": [each["SubnetId"] for each in subnets]}]
    interfaces: dict[str, list[Any]] = {}
    for each in account.pages(
        "ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=by_subnet
    ):
        interfaces.setdefault(each["SubnetId"], []).append(each)
    lines = []
    for subnet in subnets:
        name = next(tag["Value"] for tag in subnet["Tags"] if tag["Key"] == "Name")
        side, count = wanted[name]
        there = interfaces.get(subnet["SubnetId"], [])
        own = sum(_is_own(each, side) for each in there)
        allowed = subnet["AvailableIpAddressCount"] + len(there)
        lines.append(
            account.line(ADDRESSES, len(there), max(0, count - own), of=name, allowed=allowed)
        )
    yield min(lines, key=lambda line: (line.allowed - line.needed, line.of))


def _connections(account: _QuotaAccount) -> Iterator[QuotaLine]:
    """Yield the database that has the fewest connections to spare for a full pool of every task.

    Its class is named as the type of EC2 with the same memory. Source: RDS user guide, "DB instance
    classes".
    """
    needed = needs.database_connections(account.environment)
    databases = {
        each["DBInstanceIdentifier"]: each
        for each in account.pages("rds", "describe_db_instances", "DBInstances")
        if each["DBInstanceIdentifier"] in needed
    }
    if not databases:
        return
    classes = {
        name: each["DBInstanceClass"].removeprefix("db.") for name, each in databases.items()
    }
    memory_mib = {
        each["InstanceType"]: each["MemoryInfo"]["SizeInMiB"]
        for each in account.pages(
            "ec2",
            "describe_instance_types",
            "InstanceTypes",
            InstanceTypes=sorted(set(classes.values())),
        )
    }
    most_used = _most_used_connections(account, sorted(classes))
    lines = []
    for name, kind in sorted(classes.items()):
        of_class = min(memory_mib[kind] * CONNECTIONS_A_GIB // 1024, MOST_CONNECTIONS)
        allowed = _own_max_connections(account, databases[name]) or of_class
        used = most_used[name]
        added = max(0, needed[name] - (used or 0))
        lines.append(account.line(CONNECTIONS, used, added, of=name, allowed=allowed))
    yield min(lines, key=lambda line: (line.allowed - line.needed, line.of))


def _own_max_connections(account: _QuotaAccount, database: Any) -> int | None:
    """Return the number that a parameter group of the database sets. None for RDS's own formula, as
    in AWS's default groups, which nobody can change. Source: RDS user guide, "Parameter groups".
    """
    for group in database["DBParameterGroups"]:
        name = group["DBParameterGroupName"]
        if name.startswith("default."):
            continue
        for each in account.pages(
            "rds", "describe_db_parameters", "Parameters", DBParameterGroupName=name
        ):
            value = each.get("ParameterValue", "")
            if each["ParameterName"] == "max_connections" and value.isdigit():
                return int(value)
    return None


def _most_used_connections(
    account: _QuotaAccount, databases: Sequence[str]
) -> dict[str, int | None]:
    """Return the most connections that each database had at once in the last days. These days hold
    a daily peak. None if CloudWatch has no point of it, because it did not run or is new.

    Raises Failed when CloudWatch does not answer in full.
    """
    queries = {
        name: Query.of(DATABASE_CONNECTIONS, {"DBInstanceIdentifier": name}, PERIOD_SECONDS)
        for name in databases
    }
    end = datetime.now(UTC)
    start = on_the_clock(end - MEASURED, PERIOD_SECONDS)
    points = read(account.client("cloudwatch"), queries.values(), start, end)
    return {
        name: max(map(math.ceil, points[query].values()), default=None)
        for name, query in queries.items()
    }


def _is_own(interface: Any, side: ServiceSide) -> bool:
    """Return whether a network interface is of the service's tasks or load balancers."""
    groups = {group["GroupName"] for group in interface["Groups"]}
    task = names.task_security_group(side.environment.name, side.service.name)
    # ELB describes its interfaces as `ELB app/<name>/<id>` and `ELB net/<name>/<id>`.
    balancers = (replace(side, side=each).load_balancer for each in Side)
    return task in groups or any(f"/{name}/" in interface["Description"] for name in balancers)


_COUNTS = (
    _vcpus,
    _load_balancers,
    _target_groups,
    _roles,
    _rules,
    _records,
    _connections,
    _addresses,
)
