"""The table of harmless changes in place. By resource type it lists the attributes that may change
on what carries traffic or keeps it alive. Each row says in which direction, and why that is
harmless.

All other changes in place are refused, also those of attributes that AWS has yet to invent. A row
holds for the attribute with all that is inside it; blocks are written without positions.
`judged_by` names the rules that judge every value of the attribute themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pay.model import Kept
from rollout.guard.in_place.alarms import (
    AS_ABLE,
    EVALUATED_OR_AS_ABLE,
    LEAVES_OUT_CLOSURES,
    MORE_CASES,
    MORE_TOPICS,
    OF_A_MOVE,
    SOONER_OR_AS_ABLE,
    STRICTER_COMPARISON,
    STRICTER_THRESHOLD,
    TOPICS,
)
from rollout.guard.in_place.declared import (
    BELOW_THE_TARGETS_KEEP_ALIVE,
    CERTIFICATE_OF_ITS_ZONE,
    LEFT_TO_COMPOSITES,
    PROTECTED_WHILE_WANTED,
    TARGET_OF_THE_FILE,
    as_kept,
    as_the_file_says,
)
from rollout.guard.in_place.deployments import IN_TIME, MORE_HEALTHY
from rollout.guard.in_place.directions import (
    ANYTHING,
    FEWER_MEMBERS,
    HIGHER,
    LARGER_OF_ITS_FAMILY,
    LOWER,
    MORE_MEMBERS,
    OFF,
    ON,
    TAGS_WITH_THAT_OF_ECS,
    SafeDirection,
    becomes,
    either,
    judged_by,
)
from rollout.guard.in_place.instances import NEWEST_VERSION
from rollout.guard.in_place.keys import FIRST_KEY, RECORDED
from rollout.guard.in_place.network import MORE_ZONES


@dataclass(frozen=True)
class Row:
    """The knowledge about one attribute."""

    direction: SafeDirection
    reason: str


Rows = Mapping[str, Row]


def _computed(*attributes: str) -> Rows:
    return dict.fromkeys(attributes, Row(ANYTHING, "AWS or the provider computes it"))


_RIGHTS = judged_by("keeps-the-rights-that-it-needs", "widens-no-iam-statement")

_IMAGES = judged_by("keeps-its-images")
_SCALED = "the environment's file says when how many tasks run at the least"
_CALLED = "the catalogue or the environment's file says what is called, and when"
_SCHEDULES = ("makes-its-scheduled-calls", "sleeps-and-wakes-as-its-file-says")
_CALL = Row(judged_by(*_SCHEDULES), _CALLED)

_NOTIFYING = Row(
    judged_by("tells-findings-as-its-file-says"), "the environment's file says who hears of what"
)

_ENDS = Row(ANYTHING, "environments/suppressions.toml says what is suppressed, and until when")

_INSTANCES = judged_by("starts-instances-that-take-tasks")

EVERY_TYPE: Rows = {
    **_computed("arn", "id", "tags_all"),
    "tags": Row(
        ANYTHING, "no request and no lookup of the stacks depends on a tag of what they make"
    ),
    "timeouts": Row(ANYTHING, "only Terraform reads how long it waits"),
}
"""The rows that hold for every type."""

TABLE: Mapping[str, Rows] = {
    "aws_appautoscaling_policy": {
        **_computed("alarm_arns"),
        "target_tracking_scaling_policy_configuration.target_value": Row(
            either(LOWER, TARGET_OF_THE_FILE), "tasks are added at less load, or as decided"
        ),
        "target_tracking_scaling_policy_configuration.scale_out_cooldown": Row(
            LOWER, "tasks are added sooner after the last ones"
        ),
        "target_tracking_scaling_policy_configuration.scale_in_cooldown": Row(
            HIGHER, "tasks are taken away later"
        ),
        "target_tracking_scaling_policy_configuration.disable_scale_in": Row(
            ON, "tasks are never taken away"
        ),
    },
    "aws_appautoscaling_scheduled_action": {
        "scalable_target_action": Row(judged_by("keeps-fargate-at-peak"), _SCALED),
        "schedule": Row(judged_by("keeps-fargate-at-peak"), _SCALED),
        "timezone": Row(judged_by("keeps-fargate-at-peak"), _SCALED),
    },
    "aws_appautoscaling_target": {
        "max_capacity": Row(
            judged_by("keeps-fargate-at-peak"), "the stage says how many tasks are needed"
        ),
        "min_capacity": Row(
            judged_by("keeps-fargate-at-peak"), "the stage says how many tasks are needed"
        ),
        "suspended_state": Row(
            judged_by("keeps-fargate-at-peak"), "a suspended scaling adds no tasks"
        ),
    },
    "aws_autoscaling_group": {
        **_computed("predicted_capacity", "warm_pool_size"),
        "desired_capacity": Row(
            judged_by("keeps-ec2-capacity"), "the services that need EC2 say how much"
        ),
        "enabled_metrics": Row(MORE_MEMBERS, "more is measured"),
        "instance_refresh": Row(judged_by("keeps-ec2-capacity"), "it ends running instances"),
        "max_instance_lifetime": Row(judged_by("keeps-ec2-capacity"), "it ends running instances"),
        "max_size": Row(judged_by("keeps-ec2-capacity"), "the services that need EC2 say how much"),
        "min_size": Row(judged_by("keeps-ec2-capacity"), "the services that need EC2 say how much"),
        "protect_from_scale_in": Row(ON, "instances with tasks stay"),
        "suspended_processes": Row(FEWER_MEMBERS, "no process that heals the group is stopped"),
        "tag": Row(TAGS_WITH_THAT_OF_ECS, "other tags carry no request"),
        "vpc_zone_identifier": Row(MORE_ZONES, "instances may start in one more zone"),
        "wait_for_capacity_timeout": Row(ANYTHING, "only Terraform reads how long it waits"),
    },
    "aws_cloudwatch_composite_alarm": {
        "actions_suppressor.extension_period": Row(LOWER, "it notifies sooner after an outage"),
        "actions_suppressor.wait_period": Row(LOWER, "it notifies sooner"),
        "alarm_actions": Row(MORE_TOPICS, "it notifies more"),
        "alarm_description": Row(ANYTHING, "only people read it"),
        "alarm_rule": Row(
            either(MORE_CASES, OF_A_MOVE), "it goes off in every case in which it did"
        ),
        "insufficient_data_actions": Row(MORE_TOPICS, "it notifies more"),
        "ok_actions": Row(MORE_TOPICS, "it notifies more"),
    },
    "aws_cloudwatch_dashboard": {
        **_computed("dashboard_arn"),
        "dashboard_body": Row(ANYTHING, "only people read it"),
    },
    "aws_cloudwatch_event_rule": {
        "description": Row(ANYTHING, "only people read it"),
        "event_pattern": _NOTIFYING,
        "state": _NOTIFYING,
    },
    "aws_cloudwatch_event_target": {
        "arn": _NOTIFYING,
        "dead_letter_config": _NOTIFYING,
        "input_transformer": _NOTIFYING,
        "retry_policy": _NOTIFYING,
    },
    "aws_cloudwatch_log_group": {
        "kms_key_id": Row(FIRST_KEY, "what is logged from then on is encrypted"),
        **dict.fromkeys(
            ("log_group_class", "retention_in_days", "skip_destroy"),
            Row(judged_by("keeps-logs-for-a-year"), "logs may stay longer, and be read by more"),
        ),
    },
    "aws_cloudwatch_log_metric_filter": {},
    "aws_cloudwatch_log_subscription_filter": {
        "distribution": Row(ANYTHING, "the stream gets every line, in another order"),
        "filter_pattern": Row(becomes(""), "every line is sent"),
    },
    "aws_cloudwatch_metric_alarm": {
        "actions_enabled": Row(ON, "it notifies people"),
        "alarm_actions": Row(either(TOPICS, LEFT_TO_COMPOSITES), "somebody is notified"),
        "alarm_description": Row(ANYTHING, "only people read it"),
        "comparison_operator": Row(STRICTER_COMPARISON, "it goes off one value sooner"),
        "datapoints_to_alarm": Row(SOONER_OR_AS_ABLE, "it goes off sooner"),
        "evaluate_low_sample_count_percentiles": Row(
            EVALUATED_OR_AS_ABLE, "it judges periods with few requests, too"
        ),
        "evaluation_periods": Row(SOONER_OR_AS_ABLE, "it goes off sooner"),
        "extended_statistic": Row(AS_ABLE, "with fewer requests only a lower percentile shows"),
        "insufficient_data_actions": Row(MORE_TOPICS, "it notifies more"),
        "metric_query": Row(
            either(either(AS_ABLE, OF_A_MOVE), LEAVES_OUT_CLOSURES),
            "its formula counts the same failures, or its weight's share, or no closed time",
        ),
        "ok_actions": Row(either(TOPICS, LEFT_TO_COMPOSITES), "somebody is notified"),
        "period": Row(AS_ABLE, "with fewer requests only a longer period shows failures"),
        "threshold": Row(either(STRICTER_THRESHOLD, OF_A_MOVE), "it goes off sooner"),
        "treat_missing_data": Row(becomes("breaching"), "silence makes it go off"),
    },
    "aws_ecr_lifecycle_policy": {
        **_computed("registry_id"),
        "policy": Row(_IMAGES, "it keeps the releases"),
    },
    "aws_ecr_registry_scanning_configuration": {
        **_computed("registry_id"),
        "rule": Row(_IMAGES, "it scans every image"),
        "scan_type": Row(_IMAGES, "it scans every image"),
    },
    "aws_ecr_repository": {
        **_computed("registry_id", "repository_url"),
        "force_delete": Row(OFF, "it keeps its images"),
        "image_scanning_configuration.scan_on_push": Row(ON, "every image is scanned"),
        "image_tag_mutability": Row(becomes("IMMUTABLE"), "a tag names one image for good"),
    },
    "aws_ecr_repository_policy": {
        **_computed("registry_id"),
        "policy": Row(judged_by("widens-no-iam-statement"), "it says who pulls"),
    },
    "aws_ecs_capacity_provider": {
        "auto_scaling_group_provider.managed_draining": Row(
            ON, "tasks leave an instance before it ends"
        ),
        "auto_scaling_group_provider.managed_scaling.target_capacity": Row(
            LOWER, "more instances stay free for new tasks"
        ),
        "auto_scaling_group_provider.managed_termination_protection": Row(
            ON, "instances with tasks stay"
        ),
    },
    "aws_ecs_cluster": {
        "configuration": Row(RECORDED, "sessions in tasks are recorded (PCI DSS v4.0.1, 10.2.1.2)"),
        "setting.value": Row(becomes("enabled", "enhanced"), "Container Insights measures more"),
    },
    "aws_ecs_cluster_capacity_providers": {
        "capacity_providers": Row(MORE_MEMBERS, "the cluster keeps what it uses"),
    },
    "aws_ecs_service": {
        "availability_zone_rebalancing": Row(ON, "tasks spread over the zones again"),
        "deployment_circuit_breaker.enable": Row(ON, "a deployment that fails ends"),
        "deployment_circuit_breaker.rollback": Row(ON, "a deployment that fails is taken back"),
        "deployment_minimum_healthy_percent": Row(
            MORE_HEALTHY, "more running tasks stay healthy during a deployment"
        ),
        "desired_count": Row(judged_by("keeps-desired-count"), "fewer tasks carry less"),
        "enable_ecs_managed_tags": Row(ANYTHING, "tags of tasks carry no request"),
        "enable_execute_command": Row(OFF, "nobody opens a shell in a task"),
        "force_new_deployment": Row(ANYTHING, "a deployment keeps the running tasks until it ends"),
        "health_check_grace_period_seconds": Row(IN_TIME, "a task may take longer to start"),
        "network_configuration.assign_public_ip": Row(OFF, "no task is reached from the internet"),
        "network_configuration.subnets": Row(MORE_ZONES, "tasks may start in one more zone"),
        "platform_version": Row(
            becomes("LATEST"), "new tasks get the patches (PCI DSS v4.0.1, 6.3.3)"
        ),
        "propagate_tags": Row(ANYTHING, "tags of tasks carry no request"),
        "task_definition": Row(
            judged_by("runs-its-own-task-definition"), "a release is a new revision of its own"
        ),
        "triggers": Row(ANYTHING, "a deployment keeps the running tasks until it ends"),
        "wait_for_steady_state": Row(ON, "an apply fails with the deployment"),
    },
    "aws_ecs_task_definition": {
        "": Row(
            judged_by(
                "keeps-its-containers",
                "keeps-its-variables",
                "keeps-the-size-of-its-tasks",
                "pins-every-image",
                "runs-under-its-own-role",
                "writes-no-secret-in-plain-text",
            ),
            "a new revision is a release, which has rules of its own",
        ),
    },
    "aws_guardduty_filter": dict.fromkeys(("description", "finding_criteria"), _ENDS),
    "aws_iam_instance_profile": {
        **_computed("create_date", "unique_id"),
        "role": Row(judged_by("runs-under-its-own-role"), "the role is its own"),
    },
    "aws_iam_role": {
        **_computed("create_date", "unique_id"),
        "assume_role_policy": Row(_RIGHTS, "it says who gets rights"),
        "description": Row(ANYTHING, "only people read it"),
        "force_detach_policies": Row(ANYTHING, "only a deletion reads it"),
        "inline_policy": Row(_RIGHTS, "it gives rights"),
        "managed_policy_arns": Row(_RIGHTS, "it gives rights"),
        "max_session_duration": Row(HIGHER, "a session that runs lasts longer"),
        "permissions_boundary": Row(_RIGHTS, "it limits rights"),
    },
    "aws_iam_role_policy": {
        "role": Row(_RIGHTS, "what one role loses, another gets"),
        "policy": Row(_RIGHTS, "it gives rights"),
    },
    "aws_inspector2_filter": dict.fromkeys(("filter_criteria", "reason"), _ENDS),
    "aws_kms_alias": {
        **_computed("target_key_arn"),
    },
    "aws_kms_key": {
        **_computed("key_id"),
        "deletion_window_in_days": Row(HIGHER, "a deletion can be stopped for longer"),
        "description": Row(ANYTHING, "only people read it"),
        "enable_key_rotation": Row(ON, "KMS keeps the old material (PCI DSS v4.0.1, 3.7.4)"),
        "is_enabled": Row(judged_by("keeps-its-keys-enabled"), "a disabled key decrypts nothing"),
        "policy": Row(_RIGHTS, "it gives rights"),
        "rotation_period_in_days": Row(LOWER, "KMS keeps the old material"),
    },
    "aws_launch_template": {
        **_computed("latest_version"),
        "block_device_mappings.ebs.encrypted": Row(ON, "volumes of new instances are encrypted"),
        "block_device_mappings.ebs.volume_size": Row(HIGHER, "an instance may write more"),
        "default_version": Row(NEWEST_VERSION, "a group of instances may start the default one"),
        "description": Row(ANYTHING, "only people read it"),
        "ebs_optimized": Row(ON, "volumes have a network of their own"),
        "iam_instance_profile": Row(judged_by("runs-under-its-own-role"), "the role is its own"),
        "image_id": Row(_INSTANCES, "a newer image has more patches"),
        "instance_type": Row(
            LARGER_OF_ITS_FAMILY, "an instance that starts has room for more of the same tasks"
        ),
        "monitoring.enabled": Row(ON, "more is measured"),
        "tag_specifications": Row(ANYTHING, "tags of volumes carry no request"),
        "update_default_version": Row(ON, "groups of instances name the version that they use"),
        "user_data": Row(_INSTANCES, "a script may protect its instance better"),
    },
    "aws_lb": {
        **_computed("arn_suffix", "dns_name", "vpc_id", "zone_id"),
        "access_logs.bucket": Row(
            as_the_file_says(
                "load_balancers.access_logs_bucket",
                lambda environment: environment.load_balancers.access_logs_bucket,
            ),
            "the file of the environment is reviewed",
        ),
        "access_logs.enabled": Row(ON, "requests are logged (PCI DSS v4.0.1, 10.2.1)"),
        "access_logs.prefix": Row(
            as_the_file_says(
                "load_balancers.access_logs_prefix",
                lambda environment: environment.load_balancers.access_logs_prefix,
            ),
            "the file of the environment is reviewed",
        ),
        "drop_invalid_header_fields": Row(
            as_kept(Kept.DROP_INVALID_HEADER_FIELDS, kept=False, otherwise=True),
            "docs/tasks/finish-an-adoption.md says what to look at first",
        ),
        "enable_cross_zone_load_balancing": Row(ON, "every zone's tasks get equal shares"),
        "enable_deletion_protection": Row(
            PROTECTED_WHILE_WANTED, "nobody deletes what a record leads to"
        ),
        "idle_timeout": Row(
            BELOW_THE_TARGETS_KEEP_ALIVE,
            "a longer request still ends, and no closed connection is used again (HTTP 502)",
        ),
        "subnets": Row(MORE_ZONES, "it answers in one more zone"),
    },
    "aws_lb_listener": {
        "certificate_arn": Row(
            CERTIFICATE_OF_ITS_ZONE, "clients accept a renewed certificate of the same names"
        ),
        "tcp_idle_timeout_seconds": Row(HIGHER, "a silent connection lives longer"),
    },
    "aws_lb_target_group": {
        **_computed("arn_suffix", "load_balancer_arns"),
        "deregistration_delay": Row(IN_TIME, "a running request has longer to end"),
        "preserve_client_ip": Row(
            as_kept(Kept.PRESERVE_CLIENT_IP, kept="true", otherwise="false"),
            "docs/tasks/finish-an-adoption.md says what to admit first",
        ),
        "target_group_health": Row(
            judged_by("leaves-dns-at-half-of-its-tasks"), "the stage says how many tasks run"
        ),
    },
    "aws_route53_record": {
        "": Row(judged_by("changes-only-weights"), "a move changes weights and nothing else"),
    },
    "aws_s3_bucket": {
        **_computed(
            *("bucket_domain_name", "bucket_regional_domain_name", "hosted_zone_id", "region"),
            *("website_domain", "website_endpoint"),
        ),
    },
    "aws_s3_bucket_lifecycle_configuration": {},
    "aws_s3_bucket_logging": {},
    "aws_s3_bucket_policy": {},
    "aws_s3_bucket_public_access_block": {
        name: Row(ON, "less is public")
        for name in (
            *("block_public_acls", "block_public_policy"),
            *("ignore_public_acls", "restrict_public_buckets"),
        )
    },
    "aws_s3_bucket_server_side_encryption_configuration": {},
    "aws_s3_bucket_versioning": {},
    "aws_scheduler_schedule": {
        "description": Row(ANYTHING, "only people read it"),
        "schedule_expression": _CALL,
        "schedule_expression_timezone": _CALL,
        "state": _CALL,
        "target": Row(judged_by(*_SCHEDULES, "runs-under-its-own-role"), _CALLED),
    },
    "aws_scheduler_schedule_group": _computed("creation_date", "last_modification_date", "state"),
    "aws_securityhub_automation_rule": dict.fromkeys(("actions", "criteria", "description"), _ENDS),
    "aws_sqs_queue": {
        **_computed("url"),
        "message_retention_seconds": Row(HIGHER, "what was not made is shown for longer"),
    },
    "aws_sns_topic": {
        **_computed("beginning_archive_time", "owner"),
        "display_name": Row(ANYTHING, "only people read it"),
        "policy": Row(_RIGHTS, "it gives rights"),
    },
    "aws_sns_topic_policy": {
        **_computed("owner"),
        "policy": Row(_RIGHTS, "it gives rights"),
    },
    "aws_synthetics_canary": {
        **_computed("engine_arn", "source_location_arn", "status", "timeline"),
    },
    "aws_wafv2_web_acl_association": {},
}
"""Resource type -> attribute -> what is known about it; `""` means all attributes."""


def rows_of(type: str) -> Rows:
    """Return the rows for a type; those of every type for one that the table does not know."""
    return {**EVERY_TYPE, **TABLE.get(type, {})}


def row_of(type: str, attribute: str) -> Row | None:
    """Return the row that holds for an attribute: its own, or that of what it is inside of. None:
    no change of it is known to be harmless.
    """
    rows, name = rows_of(type), attribute
    while name and name not in rows:
        name = name.rpartition(".")[0]
    return rows.get(name)
