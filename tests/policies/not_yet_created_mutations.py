"""One break per rule on resources that the estate does not create yet.

The unbroken resources are in `fixtures/`, which all rules accept.
"""

from tests.policies.mutations import Mutation

LATER = "production-2-later"


def later(rule: str, address: str, find: str, put: str) -> Mutation:
    return Mutation(rule, LATER, address, find, put)


def open_rule(rule: str, direction: str, port: int, protocol: str = "tcp") -> Mutation:
    """Return a rule of a security group for the whole internet."""
    return later(
        rule,
        "aws_security_group_rule.open",
        "",
        'resource "aws_security_group_rule" "open" {\n'
        '  cidr_blocks       = ["0.0.0.0/0"]\n'
        '  description       = "open"\n'
        f"  from_port         = {port}\n"
        f'  protocol          = "{protocol}"\n'
        "  security_group_id = aws_security_group.canaries.id\n"
        f"  to_port           = {port}\n"
        f'  type              = "{direction}"\n}}\n',
    )


BLOCK = "aws_s3_bucket_public_access_block.logs"
BUILD = "aws_codebuild_project.tests"
TRAIL = "aws_cloudtrail.trail"
CANARY = "aws_synthetics_canary.payment"
REPOSITORY = "aws_ecr_repository.app"

LATER_MUTATIONS = (
    later(
        "CKV2_AWS_12",
        "aws_default_security_group.canaries",
        "vpc_id",
        'vpc_id = "vpc-0123456789abcdef0"',
    ),
    later("CKV2_AWS_15", "aws_autoscaling_group.bastion", '"ELB"', '"EC2"'),
    later(
        "CKV_AWS_18", "aws_s3_bucket_logging.logs", "bucket", 'bucket = "pay-production-2-other"'
    ),
    later("CKV_AWS_20", "aws_s3_bucket_acl.logs", '"log-delivery-write"', '"public-read"'),
    later("CKV_AWS_57", "aws_s3_bucket_acl.logs", '"log-delivery-write"', '"public-read-write"'),
    later(
        "CKV2_AWS_10", TRAIL, "cloud_watch_logs_group_arn", "include_global_service_events = true"
    ),
    later("CKV2_AWS_11", "aws_flow_log.vpc", "vpc_id", 'vpc_id = "vpc-0123456789abcdef0"'),
    later(
        "CKV2_AWS_31",
        "aws_wafv2_web_acl_logging_configuration.public",
        "resource_arn",
        'resource_arn = "arn:aws:wafv2:eu-west-1:111111111111:regional/webacl/other/1"',
    ),
    later("CKV2_AWS_3", "aws_guardduty_organization_configuration.members", '"ALL"', '"NONE"'),
    later("CKV2_AWS_34", "aws_ssm_parameter.passphrase", '"SecureString"', '"String"'),
    later(
        "CKV2_AWS_45",
        "aws_config_configuration_recorder_status.recorder",
        "is_enabled = true",
        "is_enabled = false",
    ),
    later(
        "CKV2_AWS_48",
        "aws_config_configuration_recorder.recorder",
        "include_global_resource_types = true",
        "include_global_resource_types = false",
    ),
    later(
        "CKV2_AWS_57",
        "aws_secretsmanager_secret_rotation.canaries",
        "secret_id",
        'secret_id = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:other"',
    ),
    later("CKV2_AWS_6", BLOCK, "bucket", 'bucket = "pay-production-2-other"'),
    later(
        "CKV_AWS_130",
        "aws_subnet.canaries",
        "map_public_ip_on_launch = false",
        "map_public_ip_on_launch = true",
    ),
    later("CKV_AWS_136", REPOSITORY, '"KMS"', '"AES256"'),
    later(
        "CKV_AWS_145",
        "aws_s3_bucket_server_side_encryption_configuration.logs",
        '"aws:kms"',
        '"AES256"',
    ),
    later("CKV_AWS_147", BUILD, "encryption_key", "build_timeout = 5"),
    later(
        "CKV_AWS_149",
        "aws_secretsmanager_secret.canaries",
        "kms_key_id",
        "force_overwrite_replica_secret = true",
    ),
    later("CKV_AWS_163", REPOSITORY, "scan_on_push = true", "scan_on_push = false"),
    later("CKV_AWS_21", "aws_s3_bucket_versioning.logs", '"Enabled"', '"Suspended"'),
    later("CKV_AWS_219", "aws_codepipeline.release", "encryption_key {", "no_encryption_key {"),
    later(
        "CKV_AWS_23", "aws_security_group.canaries", "description", "revoke_rules_on_delete = true"
    ),
    later("CKV_AWS_238", "aws_guardduty_detector.detector", "enable = true", "enable = false"),
    open_rule("CKV_AWS_24", "ingress", 22),
    open_rule("CKV_AWS_25", "ingress", 3389),
    open_rule("CKV_AWS_260", "ingress", 80),
    open_rule("CKV_AWS_277", "ingress", -1),
    later(
        "CKV_AWS_297", "aws_scheduler_schedule.sweep", "kms_key_arn", 'description = "no own key"'
    ),
    later(
        "ingress_names_its_sources",
        "aws_vpc_security_group_ingress_rule.from_agents",
        "referenced_security_group_id",
        'cidr_ipv4 = "0.0.0.0/0"',
    ),
    later(
        "egress_names_its_destinations",
        "aws_vpc_security_group_egress_rule.to_endpoints",
        "referenced_security_group_id",
        'cidr_ipv6 = "::/0"',
    ),
    open_rule("CKV_AWS_382", "egress", 0, "-1"),
    later("CKV_AWS_251", TRAIL, "enable_logging = true", "enable_logging = false"),
    later("CKV_AWS_35", TRAIL, "kms_key_id", "include_global_service_events = true"),
    later(
        "CKV_AWS_36",
        TRAIL,
        "enable_log_file_validation = true",
        "enable_log_file_validation = false",
    ),
    later("CKV_AWS_67", TRAIL, "is_multi_region_trail = true", "is_multi_region_trail = false"),
    later(
        "CKV_AWS_304",
        "aws_secretsmanager_secret_rotation.canaries",
        "automatically_after_days",
        "automatically_after_days = 365",
    ),
    later("CKV_AWS_311", BUILD, "encryption_disabled = false", "encryption_disabled = true"),
    later("CKV_AWS_314", BUILD, "logs_config {", "no_logs_config {"),
    later("CKV_AWS_316", BUILD, "privileged_mode = false", "privileged_mode = true"),
    later(
        "CKV_AWS_78",
        BUILD,
        'type = "S3"',
        'encryption_disabled = true\ntype = "S3"',
    ),
    later("CKV_AWS_337", "aws_ssm_parameter.passphrase", "key_id", 'tier = "Standard"'),
    later(
        "CKV_AWS_389",
        "aws_launch_configuration.old",
        "associate_public_ip_address = false",
        "associate_public_ip_address = true",
    ),
    later("CKV_AWS_51", REPOSITORY, '"IMMUTABLE"', '"MUTABLE"'),
    later("CKV_AWS_53", BLOCK, "block_public_acls = true", "block_public_acls = false"),
    later("CKV_AWS_54", BLOCK, "block_public_policy = true", "block_public_policy = false"),
    later("CKV_AWS_55", BLOCK, "ignore_public_acls = true", "ignore_public_acls = false"),
    later("CKV_AWS_56", BLOCK, "restrict_public_buckets = true", "restrict_public_buckets = false"),
    later("bucket_policies_refuse_plain_http", "aws_s3_bucket_policy.logs", '"Deny"', '"Allow"'),
    later(
        "buckets_have_a_policy",
        "aws_s3_bucket_policy.logs",
        "bucket",
        'bucket = "pay-production-2-other"',
    ),
    later("builds_hold_no_secret", BUILD, '"SECRETS_MANAGER"', '"PLAINTEXT"'),
    later("canaries_hold_no_secret", CANARY, "SECRET_NAME", 'API_TOKEN = "hunter2"'),
    later(
        "canaries_are_watched_by_an_alarm",
        "aws_cloudwatch_metric_alarm.payment",
        "dimensions = { CanaryName = aws_synthetics_canary.payment.name }",
        'dimensions = { CanaryName = "another" }',
    ),
    later("canary_artefacts_use_a_customer_key", CANARY, '"SSE_KMS"', '"SSE_S3"'),
    later(
        "logs_in_buckets_stay_at_hand",
        "aws_s3_bucket_lifecycle_configuration.logs",
        "days = 90",
        "days = 30",
    ),
    later(
        "queues_use_a_customer_key",
        "aws_sqs_queue.findings",
        "kms_master_key_id",
        "sqs_managed_sse_enabled = true",
    ),
    later(
        "lifecycle_policies_keep_releases",
        "aws_ecr_lifecycle_policy.app",
        "countNumber = 100",
        "countNumber = 10",
    ),
    Mutation(
        "resource_policies_name_the_own_account",
        LATER,
        "aws_ecr_repository_policy.app",
        "role/copies-images",
        "root",
        way="that pulls images",
    ),
    Mutation(
        "resource_policies_name_the_own_account",
        LATER,
        "aws_ecr_repository_policy.app",
        '"ecr:BatchGetImage"',
        '"ecr:PutImage"',
        way="that pushes images",
    ),
    later(
        "registries_scan_every_image",
        "aws_ecr_registry_scanning_configuration.registry",
        '"ENHANCED"',
        '"BASIC"',
    ),
    later(
        "event_targets_keep_what_failed",
        "aws_cloudwatch_event_target.findings",
        "dead_letter_config {",
        "retry_policy {",
    ),
    later(
        "schedules_keep_what_failed",
        "aws_scheduler_schedule.sweep",
        "dead_letter_config {",
        "retry_policy {",
    ),
    later(
        "repositories_expire_old_images",
        "aws_ecr_lifecycle_policy.app",
        "repository",
        'repository = "govukpay/other"',
    ),
)
