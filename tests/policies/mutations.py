"""One break per rule, applied to stacks that main.py wrote.

A mutation searches the text of the block at `address` for `find` and replaces its first occurrence
with `put`. All runs of blanks are equal, and a bare name matches the name and its value. An empty
`find` appends `put` to the file.
"""

import re
from dataclasses import dataclass

CONNECTOR = "production-2-connector-fargate"
EGRESS = "production-2-egress-fargate"
MONITORING = "production-2-connector-monitoring"
FRONTEND = "production-2-frontend-fargate"
PLATFORM = "production-2-platform"
LEDGER = "production-2-ledger-fargate"
TASK = "aws_ecs_task_definition.task"
SERVICE = "aws_ecs_service.service"
ALB = "aws_lb.alb"
HTTPS = "aws_lb_listener.https"
ROLE = "aws_iam_role.task_role"
LOG = "aws_cloudwatch_log_group.connector_app_log"
TEMPLATE = "aws_launch_template.cde_template"
CLUSTER = "aws_ecs_cluster.fargate_cluster"
KEY = "aws_kms_key.cde_key"
PROVIDER = "provider.aws"


@dataclass(frozen=True)
class Mutation:
    rule: str
    stack: str
    address: str
    find: str
    put: str
    beside: tuple[str, ...] = ()
    """Other stacks that the rule needs to see the break."""
    way: str = ""
    """The name of the break, where a rule has several."""

    @property
    def title(self) -> str:
        return f"{self.rule} {self.way}".strip()

    def apply(self, text: str) -> str:
        """Return the file's text with the break in it."""
        if not self.find:
            return f"{text}\n{self.put}"
        block = _block(text, self.address)
        pattern = (
            rf'(?<=\s){self.find}\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]+)'
            if self.find.isidentifier()
            else r"\s+".join(re.escape(word) for word in self.find.split())
        )
        broken, count = re.subn(pattern, lambda _: self.put, block, count=1)
        if not count or broken == block:
            raise LookupError(f"{self.rule}: {self.find!r} is not in {self.stack} {self.address}")
        return text.replace(block, broken)


def _block(text: str, address: str) -> str:
    """Return the text of a top-level block, from its header to the brace in the first column."""
    kind, *labels = address.split(".")
    if kind not in {"data", "locals", "provider", "variable"}:
        kind, labels = "resource", [kind, *labels]
    header = " ".join([kind, *(f'"{label}"' for label in labels)])
    match = re.search(rf"(?ms)^{re.escape(header)} \{{.*?^\}}$", text)
    if match is None:
        raise LookupError(f"there is no {address}")
    return match[0]


def container(
    rule: str, put: str, find: str = "readonlyRootFilesystem = true", way: str = ""
) -> Mutation:
    return Mutation(rule, CONNECTOR, TASK, find, put, way=way)


def holding(put: str, way: str) -> Mutation:
    """Put a secret into a container, outside its environment."""
    rule = "containers_hold_no_secret_in_their_environment"
    return container(rule, f"{put}\nreadonlyRootFilesystem = true", way=way)


def pinned(way: str, address: str, find: str, put: str) -> Mutation:
    return Mutation("container_images_are_pinned", CONNECTOR, address, find, put, way=way)


MUTATIONS = (
    pinned("by default", "variable.nginx_image_tag", "default", 'default = "latest"'),
    container("containers_are_not_privileged", "privileged = true\nreadonlyRootFilesystem = true"),
    container(
        "containers_cannot_write_to_their_root_file_system", "readonlyRootFilesystem = false"
    ),
    container("CKV_AWS_336", "readonlyRootFilesystem = false"),
    container(
        "containers_run_as_a_user_other_than_root", 'user = "0:0"\nenvironmentFiles = []', "user"
    ),
    container("containers_add_no_capabilities", 'add = ["SYS_ADMIN"]', "add = []"),
    container(
        "containers_use_no_devices_of_their_host",
        'devices = [{ hostPath = "/dev/nvme0n1" }]\ncapabilities = {',
        "capabilities = {",
    ),
    container(
        "containers_stay_confined",
        'dockerSecurityOptions = ["apparmor:unconfined"]\nreadonlyRootFilesystem = true',
    ),
    container(
        "containers_log_to_cloudwatch",
        'logDriver = "json-file"',
        'logDriver = "awslogs"',
    ),
    container(
        "containers_hold_no_secret_in_their_environment",
        'environment = [\n{ name = "DB_PASSWORD", value = "hunter2" },\n',
        "environment = [\n",
    ),
    holding('command = ["run", "--password", "hunter2"]', "in its command"),
    holding('entryPoint = ["run", "--password=hunter2"]', "in its entry point"),
    holding('dockerLabels = { db-password = "hunter2" }', "in a label"),
    holding(
        'healthCheck = { command = ["CMD-SHELL", "curl -u admin:hunter2 http://localhost"] }',
        "in its health check",
    ),
    container("container_secrets_come_from_a_secret_store", 'valueFrom = "hunter2"', "valueFrom"),
    container("container_images_are_pinned", 'image = "govukpay/connector:latest"', "image"),
    container("container_images_are_pinned", 'image = "govukpay/connector:main"', "image", "main"),
    Mutation(
        "tasks_do_not_use_the_network_of_their_host",
        "production-2-connector-ec2",
        TASK,
        'network_mode = "bridge"',
        'network_mode = "host"',
    ),
    container(
        "tasks_share_no_namespace_with_their_host",
        'network_mode = "awsvpc"\npid_mode = "host"',
        'network_mode = "awsvpc"',
    ),
    container(
        "tasks_mount_nothing_of_their_host",
        'volume {\nhost_path = "/var/run/docker.sock"\n',
        "volume {\n",
    ),
    container(
        "CKV_AWS_97",
        'volume {\nefs_volume_configuration {\nfile_system_id = "fs-1"\n'
        'transit_encryption = "DISABLED"\n}\n',
        "volume {\n",
    ),
    container("CKV_AWS_249", "task_role_arn = aws_iam_role.execution_role.arn", "task_role_arn"),
    Mutation(
        "services_do_not_open_shells_where_card_data_is",
        CONNECTOR,
        SERVICE,
        "enable_ecs_managed_tags = true",
        "enable_ecs_managed_tags = true\nenable_execute_command = true",
    ),
    Mutation(
        "tasks_have_no_public_address",
        CONNECTOR,
        SERVICE,
        "assign_public_ip = false",
        "assign_public_ip = true",
    ),
    Mutation(
        "CKV_AWS_333", CONNECTOR, SERVICE, "assign_public_ip = false", "assign_public_ip = true"
    ),
    Mutation("CKV_AWS_332", CONNECTOR, SERVICE, "platform_version", 'platform_version = "1.3.0"'),
    Mutation(
        "deployments_roll_back_by_themselves",
        CONNECTOR,
        SERVICE,
        "rollback = true",
        "rollback = false",
    ),
    Mutation(
        "clusters_record_what_is_typed_into_a_shell",
        PLATFORM,
        CLUSTER,
        'logging = "OVERRIDE"',
        'logging = "DEFAULT"',
    ),
    Mutation("CKV_AWS_223", PLATFORM, CLUSTER, 'logging = "OVERRIDE"', 'logging = "NONE"'),
    Mutation("CKV_AWS_224", PLATFORM, CLUSTER, "kms_key_id", 'name_of_no_key = ""'),
    Mutation("CKV_AWS_65", PLATFORM, CLUSTER, 'value = "enabled"', 'value = "disabled"'),
    Mutation("CKV_AWS_158", PLATFORM, LOG, "kms_key_id", 'log_group_class = "STANDARD"'),
    Mutation("CKV_AWS_338", PLATFORM, LOG, "retention_in_days", "retention_in_days = 90"),
    Mutation("CKV_AWS_66", PLATFORM, LOG, "retention_in_days", 'log_group_class = "STANDARD"'),
    Mutation("CKV_AWS_91", CONNECTOR, ALB, "enabled = true", "enabled = false"),
    Mutation(
        "CKV_AWS_131",
        CONNECTOR,
        ALB,
        "drop_invalid_header_fields",
        "drop_invalid_header_fields = false",
    ),
    Mutation(
        "CKV_AWS_328",
        CONNECTOR,
        ALB,
        "desync_mitigation_mode",
        'desync_mitigation_mode = "monitor"',
    ),
    Mutation(
        "load_balancers_are_internal_unless_declared_public",
        CONNECTOR,
        ALB,
        "internal = true",
        "internal = false",
    ),
    Mutation(
        "load_balancers_are_watched_by_an_alarm",
        CONNECTOR,
        ALB,
        'resource "aws_lb" "alb"',
        'resource "aws_lb" "unwatched"',
    ),
    Mutation(
        "load_balancers_with_traffic_cannot_be_deleted",
        CONNECTOR,
        ALB,
        "enable_deletion_protection = true",
        "enable_deletion_protection = false",
        beside=("production-2-connector-traffic",),
    ),
    Mutation("CKV_AWS_2", CONNECTOR, HTTPS, 'protocol = "HTTPS"', 'protocol = "HTTP"'),
    Mutation(
        "CKV_AWS_378",
        CONNECTOR,
        "aws_lb_target_group.plain",
        "",
        'resource "aws_lb_target_group" "plain" {\n  port     = 80\n  protocol = "HTTP"\n}\n',
    ),
    Mutation(
        "plain_listeners_only_redirect_to_https",
        CONNECTOR,
        HTTPS,
        'protocol = "HTTPS"',
        'protocol = "HTTP"',
    ),
    Mutation(
        "CKV2_AWS_20",
        FRONTEND,
        "aws_lb_listener.http",
        'type = "redirect"',
        'target_group_arn = aws_lb_target_group.target_group.arn\ntype = "forward"',
    ),
    Mutation(
        "CKV_AWS_103", CONNECTOR, HTTPS, "ssl_policy", 'ssl_policy = "ELBSecurityPolicy-2016-08"'
    ),
    Mutation(
        "CKV2_AWS_74", CONNECTOR, HTTPS, "ssl_policy", 'ssl_policy = "ELBSecurityPolicy-2016-08"'
    ),
    Mutation(
        "listeners_speak_tls_1_2_or_newer",
        CONNECTOR,
        HTTPS,
        "ssl_policy",
        'ssl_policy = "ELBSecurityPolicy-TLS13-1-0-2021-06"',
    ),
    Mutation(
        "tls_listeners_present_a_certificate_of_acm",
        CONNECTOR,
        HTTPS,
        "certificate_arn",
        'certificate_arn = "arn:aws:iam::111111111111:server-certificate/old"',
    ),
    Mutation(
        "targets_inside_speak_tls",
        CONNECTOR,
        "aws_lb_target_group.target_group",
        'protocol = "HTTPS"',
        'protocol = "HTTP"',
    ),
    Mutation(
        "alarms_notify_somebody",
        CONNECTOR,
        "aws_cloudwatch_metric_alarm.errors_alarm",
        "alarm_actions",
        "alarm_actions = []",
    ),
    Mutation(
        "alarms_notify_somebody",
        MONITORING,
        "aws_cloudwatch_composite_alarm.rollback_alarm",
        "alarm_actions",
        "alarm_actions = []",
        way="a composite alarm",
    ),
    Mutation(
        "alarms_notify_somebody",
        MONITORING,
        "aws_cloudwatch_composite_alarm.warning_alarm",
        "production-2-connector-share",
        "production-2-connector-another",
        way="named by none",
    ),
    Mutation(
        "CKV_AWS_319",
        CONNECTOR,
        "aws_cloudwatch_metric_alarm.errors_alarm",
        "alarm_actions",
        "actions_enabled = false",
    ),
    Mutation(
        "instances_do_not_lend_their_credentials",
        PLATFORM,
        TEMPLATE,
        "metadata_options {",
        "no_options {",
    ),
    Mutation(
        "CKV_AWS_79", PLATFORM, TEMPLATE, 'http_tokens = "required"', 'http_tokens = "optional"'
    ),
    Mutation(
        "CKV_AWS_341",
        PLATFORM,
        TEMPLATE,
        "http_put_response_hop_limit = 1",
        "http_put_response_hop_limit = 2",
    ),
    Mutation(
        "CKV_AWS_88",
        PLATFORM,
        TEMPLATE,
        "monitoring {",
        "network_interfaces {\nassociate_public_ip_address = true\n}\nmonitoring {",
    ),
    Mutation(
        "volumes_of_instances_are_encrypted",
        PLATFORM,
        TEMPLATE,
        'encrypted = "true"',
        'encrypted = "false"',
    ),
    Mutation(
        "CKV_AWS_46",
        PLATFORM,
        "locals",
        "#!/bin/sh",
        "#!/bin/sh\\nexport AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
    ),
    Mutation(
        "CKV_AWS_7", PLATFORM, KEY, "enable_key_rotation = true", "enable_key_rotation = false"
    ),
    Mutation(
        "CKV_AWS_227",
        PLATFORM,
        KEY,
        "enable_key_rotation",
        "is_enabled = false\nenable_key_rotation = true",
    ),
    Mutation("CKV_AWS_33", PLATFORM, KEY, 'AWS = "arn:aws:iam::111111111111:root"', 'AWS = "*"'),
    Mutation("CKV2_AWS_64", PLATFORM, KEY, "policy = jsonencode(", "not_the_policy = jsonencode("),
    Mutation(
        "topics_use_a_customer_key",
        PLATFORM,
        "aws_sns_topic.critical_topic",
        "kms_master_key_id",
        'kms_master_key_id = "alias/aws/sns"',
    ),
    Mutation(
        "files_hold_no_credentials",
        CONNECTOR,
        PROVIDER,
        'ManagedBy = "terraform"',
        'ManagedBy = "AKIAIOSFODNN7EXAMPLE"',
    ),
    *(
        Mutation("files_hold_no_credentials", CONNECTOR, PROVIDER, "", text, way=way)
        for way, text in (
            (
                "default of a variable",
                'variable "db_password" {\n  default = "hunter2hunter2"\n}\n',
            ),
            ("an output", 'output "db_password" {\n  value = "hunter2hunter2"\n}\n'),
        )
    ),
    Mutation(
        "CKV_AWS_41",
        CONNECTOR,
        PROVIDER,
        "region",
        'access_key = "AKIAIOSFODNN7EXAMPLE"\n'
        'secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"\nregion = "eu-west-1"',
    ),
)
