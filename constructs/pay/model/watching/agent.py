"""GuardDuty's agent beside a task, whose image ECS pulls. Also the conditions under which it runs
and can send its observations.

AWS injects it into new Fargate tasks of a watched account; no task definition names it. A task
whose execution role may not pull it runs without it, and ECS reports nothing. AWS: GuardDuty user
guide, "How Runtime Monitoring works with Fargate (Amazon ECS only)".
"""

from collections.abc import Mapping
from types import MappingProxyType

CONTAINER_PREFIX = "aws-guardduty-agent-"
"""The name of the container that AWS adds to a task, up to what differs (aws/aws-cdk#32877)."""

REPOSITORY = "aws-guardduty-agent-fargate"

REGISTRIES: Mapping[str, str] = MappingProxyType(
    {
        "ap-northeast-2": "914738172881",
        "ap-south-1": "251508486986",
        "ap-south-2": "950823858135",
        "ap-southeast-1": "174946120834",
        "ap-southeast-2": "005257825471",
        "ca-central-1": "354763396469",
        "eu-central-1": "323658145986",
        "eu-central-2": "529164026651",
        "eu-north-1": "591436053604",
        "eu-west-1": "694911143906",
        "eu-west-2": "892757235363",
        "eu-west-3": "665651866788",
        "me-central-1": "000014521398",
        "sa-east-1": "758426053663",
        "us-east-1": "593207742271",
        "us-east-2": "307168627858",
        "us-west-1": "684579721401",
        "us-west-2": "733349766148",
    }
)
"""Region -> the account of AWS that holds the agent's repository there. AWS: GuardDuty user guide,
"ECR repository for GuardDuty agent on AWS Fargate (Amazon ECS only)"."""

ENDPOINT = "guardduty-data"
"""The end of the service name of the VPC endpoint that the agent sends to. GuardDuty makes it in
each VPC, with a security group of its own; it belongs to no state."""

OLDEST_PLATFORM = (1, 4, 0)
"""The first Fargate platform version that runs the agent. AWS: GuardDuty user guide, "Prerequisites
for AWS Fargate (Amazon ECS only) support"."""

EXCLUSION_TAG = "GuardDutyManaged"
"""Tag of a cluster: `false` keeps the agent away from its new tasks. `true` lets it in where
GuardDuty does not manage all clusters."""


def repository_arn(region: str) -> str:
    """Return the ARN of the agent's repository. Raises KeyError in a region that is not listed."""
    return f"arn:aws:ecr:{region}:{REGISTRIES[region]}:repository/{REPOSITORY}"
