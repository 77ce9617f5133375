"""Counts the tasks that a load balancer finds healthy."""

from rollout.aws.clients import Client


def healthy_targets(client: Client, target_group: str) -> int:
    """Return how many targets of a group are healthy; 0 when there is no such group.

    Raises botocore's ClientError when AWS refuses.
    """
    elb = client("elbv2")
    try:
        [group] = elb.describe_target_groups(Names=[target_group])["TargetGroups"]
    except elb.exceptions.TargetGroupNotFoundException:
        return 0
    health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    states = [each["TargetHealth"]["State"] for each in health["TargetHealthDescriptions"]]
    return states.count("healthy")
