"""The rights of the instances that ECS runs on."""

from pay.iam.document import Statement
from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.vocabulary import Side

SERVICES_OF_INSTANCES = frozenset({"ecs"})
"""The AWS services of which this file says all that tasks, or instances, need."""


def agent_rights(environment: Environment) -> list[Statement]:
    """Return the ECS agent's rights, limited to the cluster of instances. AWS: ECS developer guide,
    "Amazon ECS container instance IAM role".

    The service authorization reference decides how each action is limited. Actions with the cluster
    as resource do not support the condition key `ecs:cluster`, which would deny them.
    """
    cluster_arn = environment.arn("ecs", f"cluster/{names.cluster(environment.name, Side.EC2)}")
    return [
        Statement(
            "RegisterWithCluster",
            [
                "ecs:DeregisterContainerInstance",
                "ecs:RegisterContainerInstance",
                "ecs:SubmitAttachmentStateChanges",
                "ecs:SubmitContainerStateChange",
                "ecs:SubmitTaskStateChange",
            ],
            [cluster_arn],
        ),
        Statement(
            "RunAgent",
            ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
            ["*"],
            conditions={"ArnEquals": {"ecs:cluster": cluster_arn}},
        ),
        # AWS: service authorization reference, Amazon ECS: DiscoverPollEndpoint takes no resource.
        Statement("FindAgentEndpoint", ["ecs:DiscoverPollEndpoint"], ["*"]),
    ]


def instances_trust() -> Statement:
    """Let EC2 assume the role of its instances. It sends no source ARN for a condition."""
    principal = {"Service": "ec2.amazonaws.com"}
    return Statement("AssumedByInstances", ["sts:AssumeRole"], principal=principal)
