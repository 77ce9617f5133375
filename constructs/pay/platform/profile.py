"""What an EC2 instance of the legacy cluster may do: run the ECS agent, nothing more."""

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
    """The ARN of the segment's instance profile; and what an instance must not start before nor
    outlive, because its agent would be refused.
    """
    name = names.instance_role(environment.name, segment)
    role = IamRole(
        scope,
        addresses.capacity(segment).instance_role.id,
        name=name,
        # EC2 itself assumes the role; it sends no source ARN that a condition could hold.
        assume_role_policy=policy_document(
            Statement(
                "AssumedByInstances",
                ["sts:AssumeRole"],
                principal={"Service": "ec2.amazonaws.com"},
            )
        ),
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
    """AWS: ECS developer guide, "Amazon ECS container instance IAM role", cut to this cluster. An
    action is cut by what the service authorization reference lists for it: those that take the
    cluster as their resource do not know the condition key `ecs:cluster`: it would deny them.
    """
    cluster = names.cluster(environment.name, Side.EC2)
    cluster_arn = environment.arn("ecs", f"cluster/{cluster}")
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
            [
                "ecs:Poll",
                "ecs:StartTelemetrySession",
                "ecs:UpdateContainerInstancesState",
            ],
            ["*"],
            conditions={"ArnEquals": {"ecs:cluster": cluster_arn}},
        ),
        # AWS: service authorization reference, Amazon ECS: DiscoverPollEndpoint takes no resource.
        Statement("FindAgentEndpoint", ["ecs:DiscoverPollEndpoint"], ["*"]),
    ]
