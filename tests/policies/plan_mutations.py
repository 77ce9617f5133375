"""One break per rule, applied to the plan of a deployed stack.

Such a plan holds every argument of every resource, set or not.
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.policies.policy_forms import BREAKS, ENCRYPTION_KEY, MANAGED, RIGHTS, ROLE, TOPIC

Plan = dict[str, Any]
TASK = "aws_ecs_task_definition"
OPEN_EFS = {"file_system_id": "fs-1", "transit_encryption": "DISABLED"}
IN_PLANS = {MANAGED.type: RIGHTS.type}
"""The stacks write rights into policies of roles."""


@dataclass(frozen=True)
class PlanMutation:
    rule: str
    type: str
    change: Callable[[dict[str, Any]], object]
    """Changes the planned values of one resource."""
    way: str = ""

    @property
    def title(self) -> str:
        return f"{self.rule} {self.way}".strip()

    def apply(self, plans: Mapping[str, Plan]) -> Plan:
        """Return the first of the plans with a resource of this type, broken."""
        for plan in plans.values():
            broken = copy.deepcopy(plan)
            for resource in broken["planned_values"]["root_module"].get("resources", []):
                if resource["mode"] == "managed" and resource["type"] == self.type:
                    self.change(resource["values"])
                    return broken
        raise LookupError(f"no plan has a {self.type}")


def put(rule: str, type_: str, **values: Any) -> PlanMutation:
    return PlanMutation(rule, type_, lambda planned: planned.update(values), way=", ".join(values))


def put_in(rule: str, type_: str, block: str, **values: Any) -> PlanMutation:
    """Change arguments of a nested block, or of a block in it: `a.b`."""

    def change(planned: dict[str, Any]) -> None:
        inner = planned
        for name in block.split("."):
            inner = inner[name][0]
        inner.update(values)

    return PlanMutation(rule, type_, change, way=block)


def in_container(rule: str, **values: Any) -> PlanMutation:
    def change(planned: dict[str, Any]) -> None:
        containers = json.loads(planned["container_definitions"])
        containers[0].update(values)
        planned["container_definitions"] = json.dumps(containers)

    return PlanMutation(rule, TASK, change)


def with_statement(
    rule: str, type_: str, attribute: str, statement: Mapping[str, Any]
) -> PlanMutation:
    def change(planned: dict[str, Any]) -> None:
        document = json.loads(planned[attribute])
        document["Statement"] = [statement, *document["Statement"]]
        planned[attribute] = json.dumps(document)

    return PlanMutation(rule, type_, change, way=type_)


PLAN_MUTATIONS = (
    put("tasks_share_no_namespace_with_their_host", TASK, pid_mode="host"),
    put("tasks_share_no_namespace_with_their_host", TASK, ipc_mode="host"),
    put("tasks_do_not_use_the_network_of_their_host", TASK, network_mode="host"),
    put("tasks_mount_nothing_of_their_host", TASK, volume=[{"name": "a", "host_path": "/"}]),
    in_container("containers_are_not_privileged", privileged=True),
    in_container("containers_cannot_write_to_their_root_file_system", readonlyRootFilesystem=False),
    in_container("CKV_AWS_336", readonlyRootFilesystem=False),
    in_container("containers_run_as_a_user_other_than_root", user="0"),
    in_container(
        "containers_add_no_capabilities",
        linuxParameters={"capabilities": {"add": ["SYS_ADMIN"]}},
    ),
    in_container(
        "containers_use_no_devices_of_their_host",
        linuxParameters={"devices": [{"hostPath": "/dev/sda"}]},
    ),
    in_container("containers_stay_confined", dockerSecurityOptions=["apparmor:unconfined"]),
    in_container("containers_log_to_cloudwatch", logConfiguration={"logDriver": "json-file"}),
    in_container(
        "containers_hold_no_secret_in_their_environment",
        environment=[{"name": "DB_PASSWORD", "value": "hunter2"}],
    ),
    in_container(
        "container_secrets_come_from_a_secret_store",
        secrets=[{"name": "DB_PASSWORD", "valueFrom": "hunter2"}],
    ),
    in_container("container_images_are_pinned", image="govukpay/ledger:latest"),
    put_in(
        "tasks_have_no_public_address",
        "aws_ecs_service",
        "network_configuration",
        assign_public_ip=True,
    ),
    put_in("CKV_AWS_333", "aws_ecs_service", "network_configuration", assign_public_ip=True),
    put_in(
        "deployments_roll_back_by_themselves",
        "aws_ecs_service",
        "deployment_circuit_breaker",
        rollback=False,
    ),
    put("load_balancers_are_internal_unless_declared_public", "aws_lb", internal=False),
    put("CKV_AWS_131", "aws_lb", drop_invalid_header_fields=False),
    put_in("CKV_AWS_91", "aws_lb", "access_logs", enabled=False),
    put(
        "listeners_speak_tls_1_2_or_newer",
        "aws_lb_listener",
        ssl_policy="ELBSecurityPolicy-2016-08",
        protocol="HTTPS",
    ),
    put("plain_listeners_only_redirect_to_https", "aws_lb_listener", protocol="HTTP"),
    put(
        "tls_listeners_present_a_certificate_of_acm",
        "aws_lb_listener",
        certificate_arn="arn:aws:iam::111111111111:server-certificate/a",
    ),
    put_in("CKV_AWS_65", "aws_ecs_cluster", "setting", value="disabled"),
    put("CKV_AWS_97", TASK, volume=[{"name": "a", "efs_volume_configuration": [OPEN_EFS]}]),
    put("CKV_AWS_319", "aws_cloudwatch_metric_alarm", actions_enabled=False),
    put("CKV_AWS_338", "aws_cloudwatch_log_group", retention_in_days=1),
    put("CKV_AWS_158", "aws_cloudwatch_log_group", kms_key_id=""),
    put("CKV_AWS_7", "aws_kms_key", enable_key_rotation=False),
    put("CKV_AWS_227", "aws_kms_key", is_enabled=False),
    put("topics_use_a_customer_key", "aws_sns_topic", kms_master_key_id=""),
    put_in(
        "instances_do_not_lend_their_credentials",
        "aws_launch_template",
        "metadata_options",
        http_tokens="optional",
    ),
    put_in("CKV_AWS_79", "aws_launch_template", "metadata_options", http_tokens="optional"),
    put_in("CKV_AWS_341", "aws_launch_template", "metadata_options", http_put_response_hop_limit=2),
    put_in(
        "volumes_of_instances_are_encrypted",
        "aws_launch_template",
        "block_device_mappings.ebs",
        encrypted="false",
    ),
    put_in(
        "clusters_record_what_is_typed_into_a_shell",
        "aws_ecs_cluster",
        "configuration.execute_command_configuration",
        logging="NONE",
    ),
    *(
        with_statement(rule, IN_PLANS.get(place.type, place.type), place.attribute, statement)
        for rule, place, statement in BREAKS
        if place in (RIGHTS, MANAGED, ROLE, TOPIC, ENCRYPTION_KEY)
    ),
)
