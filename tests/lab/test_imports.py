"""Terraform's errors about existing resources, and the ids for `terraform import`."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from sandbox.instance import Sandbox
from tests.lab.imports import Unrecorded, import_id, unrecorded

RECORD_EXISTS = """
╷
│ Error: creating Route53 Record: operation error Route 53: ChangeResourceRecordSets, https response
│ error StatusCode: 400, InvalidChangeBatch: [Tried to create resource record set
│ [name='cardid.sandbox.pymnt.internal.', type='A', set identifier='cardid-fargate'] but it already
│ exists]
│
│   with aws_route53_record.fargate,
│   on cdk.tf line 90, in resource "aws_route53_record" "fargate":
╵
"""

BALANCER_EXISTS = """
╷
│ Error: ELBv2 Load Balancer (sandbox-cardid-fargate) already exists
│
│   with aws_lb.alb,
│   on cdk.tf line 12, in resource "aws_lb" "alb":
╵
"""

THROTTLED = """
╷
│ Error: creating IAM Role (sandbox-cardid): ThrottlingException: Rate exceeded
│
│   with aws_iam_role.task,
╵
"""


class Aws:
    """Provides only the calls that look up an import id."""

    environment = SimpleNamespace(name="sandbox")

    def client(self, service: str) -> Any:
        zones = [{"Id": "/hostedzone/Z1", "Name": "sandbox.pymnt.internal."}]
        return SimpleNamespace(list_hosted_zones=lambda: {"HostedZones": zones})


def id_of(stack: str, type_: str, error: str) -> str:
    resource = Unrecorded(type_, f"{type_}.x", error)
    return import_id(cast(Sandbox, Aws()), stack, resource)


def test_finds_each_resource_that_exists_and_no_other_error() -> None:
    resources = unrecorded(RECORD_EXISTS + THROTTLED + BALANCER_EXISTS)
    assert [each.address for each in resources] == ["aws_route53_record.fargate", "aws_lb.alb"]


def test_a_record_is_imported_by_zone_name_type_and_identifier() -> None:
    [record] = unrecorded(RECORD_EXISTS)
    id_ = import_id(cast(Sandbox, Aws()), "sandbox-cardid-traffic", record)
    assert id_ == "Z1_cardid.sandbox.pymnt.internal_A_cardid-fargate"


def test_a_service_is_imported_from_the_cluster_of_its_side() -> None:
    error = "creating ECS Service (cardid): Creation of service was not idempotent."
    ec2 = id_of("sandbox-cardid-ec2", "aws_ecs_service", error)
    fargate = id_of("sandbox-cardid-fargate", "aws_ecs_service", error)
    assert ec2.endswith("/cardid")
    assert fargate.endswith("/cardid")
    assert ec2 != fargate


def test_a_role_is_imported_by_its_name() -> None:
    error = "creating IAM Role (sandbox-cardid-task): EntityAlreadyExists: Role exists"
    assert id_of("sandbox-cardid-fargate", "aws_iam_role", error) == "sandbox-cardid-task"


def test_an_error_that_names_nothing_is_refused() -> None:
    with pytest.raises(LookupError, match="no name in: creating something"):
        id_of("sandbox-cardid-fargate", "aws_iam_role", "creating something")
