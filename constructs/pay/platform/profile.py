"""The rights of an EC2 instance of the legacy cluster: only those of the ECS agent."""

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.iam_instance_profile import IamInstanceProfile
from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from pay.iam.document import Statement, policy_document
from pay.model import Environment, Segment, Side, addresses, names


def instance_profile(
    scope: Construct, segment: Segment, *, environment: Environment
) -> tuple[str, ITerraformDependable]:
    """Return the ARN of the segment's instance profile, and its policy.

    An instance must start after the policy and end before it, or AWS refuses its agent.
    """
    name = names.instance_role(environment.name, segment)
    # EC2 itself assumes the role, and sends no source ARN for a condition.
    principal = {"Service": "ec2.amazonaws.com"}
    trust = Statement("AssumedByInstances", ["sts:AssumeRole"], principal=principal)
    role = IamRole(
        scope,
        addresses.capacity(segment).instance_role.id,
        name=name,
        assume_role_policy=policy_document(trust),
    )
    policy = IamRolePolicy(
        scope,
        f"{segment}_instance_policy",
        name="ecs-agent",
        role=role.name,
        policy=policy_document(*_agent_statements(environment)),
    )
    profile = IamInstanceProfile(
        scope, addresses.capacity(segment).instance_profile.id, name=name, role=role.name
    )
    return profile.arn, policy


def _agent_statements(environment: Environment) -> list[Statement]:
    """Return the agent's rights (AWS: ECS developer guide, "Amazon ECS container instance IAM
    role"), limited to this cluster.

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
