"""Changes of a stack's HCL that no synthesis would make."""

import re

from pay.model.stacks import TASKS
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, SERVICE, TRAFFIC
from tests.support.real_stacks import Edit, all_of, appended, put, put_in
from tests.support.weekly_changes import WORKER

FARGATE_RECORD = 'resource "aws_route53_record" "fargate" {'
EC2_RECORD = 'resource "aws_route53_record" "ec2" {'
KEY = 'resource "aws_kms_key" "cde_key" {'
LOG = 'resource "aws_cloudwatch_log_group" "ec2_exec_log" {'

LONGER = put('deregistration_delay = "40"', 'deregistration_delay = "50"')
NARROWED = put(f'"arn:aws:logs:eu-west-1:555555555555:log-group:sandbox_adot_{SERVICE}_FG:*",', "")
"""No task writes to the group any more that the side held once."""


def moved(type: str, name: str) -> Edit:
    """An edit that renames a resource and says so."""

    def edit(text: str) -> str:
        old, new = f"{type}.{name}", f"{type}.renamed"
        text = put(f'"{type}" "{name}"', f'"{type}" "renamed"')(text)
        text = re.sub(rf"(?<![\w.]){re.escape(old)}\b", new, text)
        return f"{text}\nmoved {{\n  from = {old}\n  to   = {new}\n}}\n"

    return edit


def forgotten(type: str, name: str) -> Edit:
    """An edit that takes a resource out of the state without deleting it."""

    def edit(text: str) -> str:
        text, count = re.subn(rf'resource "{type}" "{name}" {{\n.*?\n}}\n', "", text, flags=re.S)
        assert count == 1
        lifecycle = "lifecycle {\n    destroy = false\n  }"
        return f"{text}\nremoved {{\n  from = {type}.{name}\n  {lifecycle}\n}}\n"

    return edit


RENAMED = {
    PLATFORM: all_of(
        moved("aws_kms_key", "cde_key"),
        moved("aws_launch_template", "cde_template"),
        moved("aws_cloudwatch_log_group", "ec2_exec_log"),
    ),
    EC2: all_of(moved("aws_lb", "alb"), moved("aws_ecs_service", "service")),
    TRAFFIC: moved("aws_route53_record", "ec2"),
}
"""Stack -> new addresses for what carries traffic."""

HCL: dict[str, tuple[str, Edit]] = {
    "another call": (
        TASKS.stack_id(ENVIRONMENT),
        put('"cron(0/10 * * * ? *)"', '"cron(0 4 1 * ? *)"'),
    ),
    "locked": (
        PLATFORM,
        all_of(
            put(KEY, f"{KEY}\n  is_enabled = false"),
            put_in(LOG, "retention_in_days = 365", "retention_in_days = 90"),
            put("ECS_CLUSTER=sandbox-ec2", "ECS_CLUSTER=sandbox-fargate"),
        ),
    ),
    "renamed": (
        TRAFFIC,
        all_of(
            put_in(FARGATE_RECORD, "weight = 5", "weight = 6"),
            put(FARGATE_RECORD, FARGATE_RECORD.replace("fargate", "renamed")),
            appended(
                'resource "aws_route53_record" "other" {\n'
                '  name    = "ledger.sandbox.pymnt.internal"\n'
                '  type    = "A"\n'
                "  allow_overwrite = true\n"
                "  zone_id = data.aws_route53_zone.zone.zone_id\n"
                "  alias {\n"
                "    evaluate_target_health = true\n"
                "    name                   = data.aws_lb.ec2_alb.dns_name\n"
                "    zone_id                = data.aws_lb.ec2_alb.zone_id\n"
                "  }\n}"
            ),
        ),
    ),
    "led elsewhere": (
        TRAFFIC,
        all_of(
            put_in(EC2_RECORD, "evaluate_target_health = true", "evaluate_target_health = false"),
            lambda text: text.replace("data.aws_lb.fargate_alb.", "data.aws_lb.ec2_alb."),
        ),
    ),
    "unknown": (
        TRAFFIC,
        all_of(
            put_in(FARGATE_RECORD, "weight = 5", "weight = terraform_data.weight.output"),
            appended('resource "terraform_data" "weight" {\n  input = 25\n}'),
        ),
    ),
    "all zero": (
        TRAFFIC,
        lambda text: text.replace("weight = 95", "weight = 0").replace("weight = 5", "weight = 0"),
    ),
    "by latency": (
        TRAFFIC,
        all_of(
            put_in(FARGATE_RECORD, "weighted_routing_policy", "latency_routing_policy"),
            put_in(FARGATE_RECORD, "weight = 5", 'region = "eu-west-1"'),
        ),
    ),
    "spoiled": (
        FARGATE,
        all_of(
            put('path                = "/healthcheck"', 'path = "/"'),
            put('minimum_healthy_targets_count = "1"', 'minimum_healthy_targets_count = "2"'),
            put(
                '{ name = "PORT", value = "8080" },',
                '{ name = "DB_PASSWORD", value = "hunter2" },\n{ name = "PORT", value = "8080" },',
            ),
            put('name = "DB_NAME", value = "publicauth"', 'name = "DB_NAME", value = "ledger"'),
            put("secrets = [", 'secrets = [\n{ name = "COLOUR", valueFrom = "/sandbox/COLOUR" },'),
            put('["ecr:GetAuthorizationToken"]', '["ecr:*"]'),
            put('"logs:PutLogEvents"', '"logs:DescribeLogStreams"'),
            put("= aws_iam_role.task_role.arn", "= aws_iam_role.execution_role.arn"),
            put_in(
                'resource "aws_ecs_service" "service" {',
                "= aws_ecs_task_definition.task.arn",
                '= "sandbox_administrator:1"',
            ),
            appended(
                'resource "aws_lb_listener" "plain" {\n'
                "  load_balancer_arn = aws_lb.alb.arn\n"
                "  port              = 80\n"
                '  protocol          = "HTTP"\n'
                "  default_action {\n"
                '    type             = "forward"\n'
                "    target_group_arn = aws_lb_target_group.target_group.arn\n"
                "  }\n}"
            ),
            appended(
                'resource "aws_security_group" "open" {\n'
                '  name        = "open"\n'
                '  description = "password=hunter2"\n'
                "  vpc_id      = data.aws_vpc.vpc.id\n}"
            ),
        ),
    ),
    "idle": (
        WORKER,
        put(
            '"BACKGROUND_PROCESSING_ENABLED", value = "true"',
            '"BACKGROUND_PROCESSING_ENABLED", value = "false"',
        ),
    ),
    "taken down": (
        EC2,
        all_of(
            put(f"sandbox-{SERVICE}-lb-tg", "sandbox-renamed-tg"),
            put(f"sandbox-{SERVICE}-ec2-latency", f"sandbox-{SERVICE}-ec2-slow"),
            put('memory                   = "2048"', 'memory = "1024"'),
            put(f"= local.{SERVICE}_image", f'= "{SERVICE}:main"'),
            forgotten("aws_cloudwatch_metric_alarm", "errors_alarm"),
        ),
    ),
}
"""Label -> a stack and what is changed in its HCL: several mistakes in one plan, each of a rule."""
