"""ECS through boto3: services that run tasks, roll, fail and roll back."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.balanced import BalancedService

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]


@pytest.fixture
def fargate(client: Client, unique: str, subnets: list[str]) -> BalancedService:
    service = BalancedService(client, unique, subnets, "ip")
    service.listen()
    return service


@pytest.fixture
def on_ec2(client: Client, unique: str, subnets: list[str]) -> BalancedService:
    service = BalancedService(client, unique, subnets, "instance")
    service.listen()
    return service


def rollouts(service: BalancedService) -> list[tuple[str, str]]:
    return [(d["status"], d["rolloutState"]) for d in service.described["deployments"]]


def test_a_service_reaches_its_count_in_one_completed_deployment(fargate: BalancedService) -> None:
    fargate.create(count=3)
    assert fargate.described["runningCount"] == 3
    assert rollouts(fargate) == [("PRIMARY", "COMPLETED")]


def test_fargate_tasks_are_healthy_targets_by_their_own_addresses(
    fargate: BalancedService,
) -> None:
    fargate.create(count=2)
    addresses = {
        container["networkInterfaces"][0]["privateIpv4Address"]
        for task in fargate.tasks
        for container in task["containers"]
    }
    assert {address for address, _ in fargate.targets} == addresses
    assert fargate.health == ["healthy", "healthy"]


def test_fargate_tasks_are_spread_over_the_zones(fargate: BalancedService) -> None:
    fargate.create(count=4)
    zones = sorted(task["availabilityZone"] for task in fargate.tasks)
    assert zones == ["eu-west-1a", "eu-west-1a", "eu-west-1b", "eu-west-1b"]


def test_looking_at_a_task_does_not_stop_it(fargate: BalancedService) -> None:
    fargate.create(count=1)
    seen = [fargate.tasks[0]["lastStatus"] for _ in range(4)]
    assert seen == ["RUNNING"] * 4


def test_scaling_in_deregisters_the_targets(fargate: BalancedService) -> None:
    fargate.create(count=3)
    fargate.update(desiredCount=1)
    assert fargate.described["runningCount"] == 1
    assert fargate.health == ["healthy"]


def test_a_new_revision_replaces_every_task(fargate: BalancedService) -> None:
    fargate.create("1")
    fargate.update(taskDefinition=fargate.register("2"))
    assert fargate.described["runningCount"] == 2
    revisions = {task["taskDefinitionArn"].rpartition(":")[2] for task in fargate.tasks}
    assert revisions == {"2"}
    assert len(fargate.targets) == 2


def test_a_revision_that_does_not_start_fails_and_is_rolled_back(fargate: BalancedService) -> None:
    fargate.create("1")
    good = fargate.described["taskDefinition"]
    fargate.update(taskDefinition=fargate.register("0-broken"))
    seen = [rollouts(fargate) for _ in range(8)]
    assert [("PRIMARY", "IN_PROGRESS"), ("ACTIVE", "FAILED")] in seen
    assert fargate.described["taskDefinition"] == good
    assert seen[-1] == [("PRIMARY", "COMPLETED")]


def test_a_task_without_its_log_group_does_not_start(
    client: Client, fargate: BalancedService
) -> None:
    logging = {"logDriver": "awslogs", "options": {"awslogs-group": fargate.name}}
    fargate.create("1")
    fargate.update(taskDefinition=fargate.register("1", logConfiguration=logging))
    fargate.update(desiredCount=3)
    stopped = fargate.ecs.list_tasks(
        cluster=fargate.name, serviceName=fargate.name, desiredStatus="STOPPED"
    )["taskArns"]
    (reason,) = {
        task["stoppedReason"]
        for task in fargate.ecs.describe_tasks(cluster=fargate.name, tasks=stopped)["tasks"]
    }
    assert "The specified log group does not exist" in reason
    client("logs").create_log_group(logGroupName=fargate.name)
    fargate.update(taskDefinition=fargate.register("1", logConfiguration=logging))
    assert rollouts(fargate) == [("PRIMARY", "COMPLETED")]


def test_the_old_tasks_serve_while_a_revision_fails(fargate: BalancedService) -> None:
    fargate.create("1")
    before = fargate.targets
    fargate.update(taskDefinition=fargate.register("0-broken"))
    assert [fargate.targets for _ in range(8)] == [before] * 8
    assert fargate.health == ["healthy", "healthy"]


def test_a_first_deployment_that_does_not_start_ends_failed(fargate: BalancedService) -> None:
    fargate.create("0-broken")
    states = [rollouts(fargate) for _ in range(8)]
    assert states[-1] == [("PRIMARY", "FAILED")]
    assert fargate.described["runningCount"] == 0
    assert fargate.targets == []


def test_without_a_circuit_breaker_a_deployment_never_gives_up(fargate: BalancedService) -> None:
    fargate.create("0-broken", deploymentConfiguration={})
    states = [rollouts(fargate) for _ in range(8)]
    assert states[-1] == [("PRIMARY", "IN_PROGRESS")]


def test_a_deleted_service_leaves_no_task_target_or_network_interface(
    fargate: BalancedService,
) -> None:
    fargate.create()
    addresses = [address for address, _ in fargate.targets]
    fargate.delete()
    assert fargate.tasks == []
    assert fargate.targets == []
    assert fargate.described["status"] == "INACTIVE"
    assert fargate.ecs.list_services(cluster=fargate.name)["serviceArns"] == []
    filters = [{"Name": "addresses.private-ip-address", "Values": addresses}]
    assert fargate.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"] == []


def test_refuses_a_second_service_of_the_same_name(fargate: BalancedService) -> None:
    fargate.create()
    with pytest.raises(ClientError, match="Creation of service was not idempotent"):
        fargate.create()


def test_refuses_a_target_group_without_a_listener(
    client: Client, unique: str, subnets: list[str]
) -> None:
    service = BalancedService(client, unique, subnets, "ip")
    with pytest.raises(ClientError, match="does not have an associated load balancer"):
        service.create()


def test_refuses_instance_targets_for_tasks_with_addresses_of_their_own(
    client: Client, unique: str, subnets: list[str]
) -> None:
    service = BalancedService(client, unique, subnets, "instance")
    service.listen()
    service.is_fargate = True
    with pytest.raises(ClientError, match="incompatible with the awsvpc network mode"):
        service.create()


def test_keeps_the_settings_that_a_service_is_given(fargate: BalancedService) -> None:
    fargate.create(healthCheckGracePeriodSeconds=90, enableECSManagedTags=True)
    described = fargate.described
    assert described["healthCheckGracePeriodSeconds"] == 90
    assert described["enableECSManagedTags"] is True
    breaker = described["deploymentConfiguration"]["deploymentCircuitBreaker"]
    assert breaker == {"enable": True, "rollback": True}


# EC2


def test_instances_join_the_cluster_of_their_user_data_with_its_attributes(
    on_ec2: BalancedService,
) -> None:
    on_ec2.start_instances(2, segment="cde")
    arns = on_ec2.ecs.list_container_instances(cluster=on_ec2.name)["containerInstanceArns"]
    instances = on_ec2.ecs.describe_container_instances(
        cluster=on_ec2.name, containerInstances=arns
    )["containerInstances"]
    segments = [
        attribute["value"]
        for instance in instances
        for attribute in instance["attributes"]
        if attribute["name"] == "segment"
    ]
    assert segments == ["cde", "cde"]


def test_instances_are_spread_over_the_groups_subnets(on_ec2: BalancedService) -> None:
    on_ec2.start_instances(2)
    group = on_ec2.autoscaling.describe_auto_scaling_groups(
        AutoScalingGroupNames=[f"{on_ec2.name}-general"]
    )["AutoScalingGroups"][0]
    assert len({instance["AvailabilityZone"] for instance in group["Instances"]}) == 2


def test_two_tasks_on_one_instance_are_two_targets_with_a_port_each(
    on_ec2: BalancedService,
) -> None:
    on_ec2.start_instances(1)
    on_ec2.create(count=2)
    (first, first_port), (second, second_port) = on_ec2.targets
    assert first == second
    assert first_port != second_port
    assert min(first_port, second_port) >= 32768


def test_tasks_wait_for_an_instance_that_meets_the_constraint(on_ec2: BalancedService) -> None:
    on_ec2.start_instances(1, segment="general")
    constraint = {"type": "memberOf", "expression": "attribute:segment == cde"}
    on_ec2.create(count=1, placementConstraints=[constraint])
    assert on_ec2.described["runningCount"] == 0
    assert "was unable to place a task" in on_ec2.described["events"][0]["message"]
    on_ec2.start_instances(1, segment="cde")
    assert on_ec2.described["runningCount"] == 1


def test_tasks_wait_for_memory(on_ec2: BalancedService) -> None:
    on_ec2.start_instances(1)  # an m6g.large has 8 GiB
    on_ec2.create(count=1)
    on_ec2.update(taskDefinition=on_ec2.register("2", memory=4096), desiredCount=2)
    assert on_ec2.described["runningCount"] == 2, "one old and one new: the second does not fit"
    on_ec2.resize_instances(2)
    assert rollouts(on_ec2) == [("PRIMARY", "COMPLETED")]


def test_tasks_move_when_their_instance_is_gone(on_ec2: BalancedService) -> None:
    on_ec2.start_instances(2)
    on_ec2.create(count=2)
    before = {instance for instance, _ in on_ec2.targets}
    assert len(before) == 2
    on_ec2.resize_instances(1)
    after = [instance for instance, _ in on_ec2.targets]
    assert on_ec2.described["runningCount"] == 2
    assert len(after) == 2
    assert len(set(after)) == 1


def test_no_instance_is_no_task_and_no_target(on_ec2: BalancedService) -> None:
    on_ec2.start_instances(1)
    on_ec2.create(count=1)
    on_ec2.resize_instances(0)
    assert on_ec2.described["runningCount"] == 0
    assert on_ec2.targets == []


def test_a_service_with_a_short_arn_takes_no_tags_until_it_is_migrated(
    fargate: BalancedService,
) -> None:
    ecs, name = fargate.ecs, fargate.name
    ecs.put_account_setting(name="serviceLongArnFormat", value="disabled")
    try:
        fargate.create()
        short = fargate.described["serviceArn"]
        long = short.replace(f"/{name}", f"/{name}/{name}")
        tags = [{"key": "Environment", "value": "test"}]
        with pytest.raises(ClientError, match="Long arn format must be used"):
            ecs.tag_resource(resourceArn=short, tags=tags)
        with pytest.raises(ClientError, match="does not have serviceLongArnFormat"):
            ecs.tag_resource(resourceArn=long, tags=tags)
    finally:
        ecs.put_account_setting(name="serviceLongArnFormat", value="enabled")
    # The setting alone changes only services that are created later.
    assert fargate.described["serviceArn"] == short
    ecs.tag_resource(resourceArn=long, tags=tags)
    assert fargate.described["serviceArn"] == long
    assert ecs.list_tags_for_resource(resourceArn=long)["tags"] == tags


def test_refuses_to_delete_a_cluster_with_a_service(fargate: BalancedService) -> None:
    fargate.create()
    with pytest.raises(ClientError, match="ClusterContainsServicesException"):
        fargate.ecs.delete_cluster(cluster=fargate.name)


def test_refuses_to_delete_a_cluster_with_instances(on_ec2: BalancedService) -> None:
    on_ec2.start_instances(1)
    with pytest.raises(ClientError, match="ClusterContainsContainerInstancesException"):
        on_ec2.ecs.delete_cluster(cluster=on_ec2.name)


BY_ZONE = {"type": "spread", "field": "attribute:ecs.availability-zone"}
BY_MEMORY = {"type": "binpack", "field": "memory"}


def balance_over_zones(service: BalancedService, **settings: Any) -> str:
    service.create(count=0, **settings)
    return str(service.described["availabilityZoneRebalancing"])


def test_tasks_are_balanced_over_zones_by_default(fargate: BalancedService) -> None:
    assert balance_over_zones(fargate) == "ENABLED"


@pytest.mark.parametrize(
    ("strategy", "balance"), [([BY_ZONE, BY_MEMORY], "ENABLED"), ([BY_MEMORY], "DISABLED")]
)
def test_tasks_are_balanced_where_zones_are_the_first_strategy(
    on_ec2: BalancedService, strategy: list[dict[str, str]], balance: str
) -> None:
    assert balance_over_zones(on_ec2, placementStrategy=strategy) == balance


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"placementStrategy": [BY_MEMORY]}, "only supports availability zone spread"),
        ({"deploymentConfiguration": {"maximumPercent": 100}}, "maximumPercent above 100"),
        (
            {
                "placementConstraints": [
                    {
                        "type": "memberOf",
                        "expression": "attribute:ecs.availability-zone == eu-west-1a",
                    }
                ]
            },
            "on other attributes",
        ),
    ],
)
def test_refuses_to_balance_over_zones_what_cannot_be(
    on_ec2: BalancedService, settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ClientError, match=sentence):
        on_ec2.create(count=0, availabilityZoneRebalancing="ENABLED", **settings)
    on_ec2.create(count=0, **settings)
    with pytest.raises(ClientError, match=sentence):
        on_ec2.update(availabilityZoneRebalancing="ENABLED")
    assert on_ec2.described["availabilityZoneRebalancing"] == "DISABLED"


def test_a_service_keeps_its_balance_over_zones(fargate: BalancedService) -> None:
    fargate.create(count=0, availabilityZoneRebalancing="DISABLED")
    fargate.update(desiredCount=1)
    assert fargate.described["availabilityZoneRebalancing"] == "DISABLED"
