"""The rights of an EC2 instance of the legacy cluster, which are only those of the ECS agent."""

from cdktf import ITerraformDependable
from constructs import Construct

from imports.aws.iam_instance_profile import IamInstanceProfile
from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from pay.iam.document import policy_document
from pay.model import Environment, Segment, addresses, names
from pay.model.rights.instances import agent_rights, instances_trust


def instance_profile(
    scope: Construct, segment: Segment, *, environment: Environment
) -> tuple[str, ITerraformDependable]:
    """Return the ARN of the segment's instance profile, and its policy.

    An instance must start after the policy and end before it, or AWS refuses its agent.
    """
    name = names.instance_role(environment.name, segment)
    role = IamRole(
        scope,
        addresses.capacity(segment).instance_role.id,
        name=name,
        assume_role_policy=policy_document(instances_trust()),
    )
    policy = IamRolePolicy(
        scope,
        f"{segment}_instance_policy",
        name="ecs-agent",
        role=role.name,
        policy=policy_document(*agent_rights(environment)),
    )
    profile = IamInstanceProfile(
        scope, addresses.capacity(segment).instance_profile.id, name=name, role=role.name
    )
    return profile.arn, policy
