"""The resource types that the stacks make: what a plan may move at all."""

MADE = frozenset(
    {
        "aws_appautoscaling_policy",
        "aws_appautoscaling_target",
        "aws_autoscaling_group",
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_metric_alarm",
        "aws_ecs_capacity_provider",
        "aws_ecs_cluster",
        "aws_ecs_cluster_capacity_providers",
        "aws_ecs_service",
        "aws_ecs_task_definition",
        "aws_iam_instance_profile",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_kms_alias",
        "aws_kms_key",
        "aws_launch_template",
        "aws_lb",
        "aws_lb_listener",
        "aws_lb_target_group",
        "aws_route53_record",
        "aws_sns_topic",
        "aws_sns_topic_policy",
    }
)
"""The resources of `toolchain/bindings/types.txt`, which a package does not carry; a test holds
the two equal, so that a new type is a decision here too.
"""
