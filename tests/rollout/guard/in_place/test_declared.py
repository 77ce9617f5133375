"""The directions that the files of the environment and the catalogue decide."""

from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Kept, Side, Stage, hosted_zone, names
from tests.rollout.guard.conftest import Judge
from tests.support.plans import EC2, FARGATE, PLATFORM, SERVICE, Json, at, change, judged, plan

LISTENER, BALANCER = "aws_lb_listener.https", "aws_lb.alb"
ARN = "arn:aws:acm:eu-west-1:555555555555:certificate/"
STAGE = Stage.HALF


def update(address: str, before: Json, after: Json, **more: Any) -> Json:
    return change(address, before, after, actions=["update"], **more)


def looked_up(domain: str, arn: str) -> Json:
    """The state that holds a certificate which the plan has found."""
    certificate = {
        "address": "data.aws_acm_certificate.certificate",
        "mode": "data",
        "type": "aws_acm_certificate",
        "values": {"domain": domain, "arn": arn},
    }
    return {"values": {"root_module": {"resources": [certificate]}}}


def renewed(arn: str = f"{ARN}new", **more: Any) -> Json:
    return update(LISTENER, {"certificate_arn": f"{ARN}old"}, {"certificate_arn": arn}, **more)


def zone(environment: Environment) -> str:
    return hosted_zone(CATALOGUE[SERVICE], environment)


@pytest.mark.parametrize("stack", [EC2, FARGATE])
def test_lets_a_listener_present_a_renewed_certificate(
    sandbox: Environment, refused: Judge, stack: str
) -> None:
    found = looked_up(names.certificate_domain(zone(sandbox)), f"{ARN}new")
    assert refused(plan(stack, renewed(), prior_state=found), stage=STAGE) == ()


@pytest.mark.parametrize("other", ["pymnt.example", "*.test.pymnt.internal", None])
def test_refuses_a_certificate_of_another_domain(refused: Judge, other: str | None) -> None:
    found = looked_up(other, f"{ARN}new") if other else {}
    assert len(refused(plan(EC2, renewed(), prior_state=found), stage=STAGE)) == 1


def test_refuses_a_certificate_that_the_plan_did_not_look_up(
    sandbox: Environment, refused: Judge
) -> None:
    found = looked_up(names.certificate_domain(zone(sandbox)), f"{ARN}another")
    unknown = update(LISTENER, {"certificate_arn": ARN}, {}, unknown={"certificate_arn": True})
    for entry in (renewed(), renewed(importing={"id": "x"}), unknown):
        assert len(refused(plan(EC2, entry, prior_state=found), stage=STAGE)) == 1
    right = looked_up(names.certificate_domain(zone(sandbox)), f"{ARN}new")
    taken_over = renewed(importing={"id": "x"})
    assert len(refused(plan(EC2, taken_over, prior_state=right), stage=STAGE)) == 1
    assert len(refused(plan(PLATFORM, renewed(), prior_state=right), stage=STAGE)) == 1


def test_refuses_a_certificate_of_a_zone_that_the_same_change_writes(
    sandbox: Environment, tmp_path: Path
) -> None:
    dns = sandbox.dns.model_copy(
        update={"internal_zone": "before.example", "public_zone": "before.example"}
    )
    before = sandbox.model_copy(update={"dns": dns})
    found = looked_up(names.certificate_domain(zone(sandbox)), f"{ARN}new")
    plans = [plan(EC2, renewed(), prior_state=found)]
    for base, expected in ((sandbox, 0), (before, 1)):
        files = {sandbox.name: at(base, STAGE)}
        verdict = judged(tmp_path, plans, at(sandbox, STAGE), base=files)
        assert len(verdict.refused) == expected


PROTECTED, OPEN = ({"enable_deletion_protection": value} for value in (True, False))


def protecting(environment: Environment, wanted: bool) -> Environment:
    balancers = environment.load_balancers.model_copy(update={"deletion_protection": wanted})
    return environment.model_copy(update={"load_balancers": balancers})


@pytest.mark.parametrize("stage", [Stage.READY, Stage.SOAK, Stage.RETIRED])
def test_refuses_to_lift_the_protection_that_the_stage_wants(
    sandbox: Environment, tmp_path: Path, stage: Stage
) -> None:
    plans = [plan(FARGATE, update(BALANCER, PROTECTED, OPEN))]
    wants, lets = (at(protecting(sandbox, wanted), stage) for wanted in (True, False))
    for now, before, expected in (
        (wants, wants, 1),
        (wants, lets, 1),
        (lets, wants, 1),
        (lets, lets, 0),
    ):
        verdict = judged(tmp_path, plans, now, base={sandbox.name: before})
        assert len(verdict.refused) == expected


def test_lets_the_protection_of_ec2_go_once_it_is_detached(
    sandbox: Environment, tmp_path: Path
) -> None:
    plans = [plan(EC2, update(BALANCER, PROTECTED, OPEN))]
    wants = protecting(sandbox, True)
    for stage, expected in ((Stage.DETACHED, 0), (Stage.SOAK, 1)):
        base = {sandbox.name: at(wants, Stage.SOAK)}
        assert len(judged(tmp_path, plans, at(wants, stage), base=base).refused) == expected


def keeping(environment: Environment, *words: Kept) -> Environment:
    deployment = environment.services[SERVICE].model_copy(update={"keeps": words})
    services = {**environment.services, SERVICE: deployment}
    return environment.model_copy(update={"services": services})


@pytest.mark.parametrize(
    ("address", "word", "kept", "otherwise"),
    [
        (BALANCER, Kept.DROP_INVALID_HEADER_FIELDS, False, True),
        ("aws_lb_target_group.targets", Kept.PRESERVE_CLIENT_IP, "true", "false"),
    ],
)
def test_lets_an_argument_change_with_its_word_in_the_file(
    sandbox: Environment, tmp_path: Path, address: str, word: Kept, kept: object, otherwise: object
) -> None:
    keeps, gave_up = at(keeping(sandbox, word), STAGE), at(keeping(sandbox), STAGE)
    for before, now, was, becomes, expected in (
        (keeps, gave_up, kept, otherwise, 0),
        (gave_up, keeps, otherwise, kept, 0),
        (gave_up, gave_up, kept, otherwise, 1),
        (keeps, keeps, kept, otherwise, 1),
        (keeps, gave_up, otherwise, kept, 1),
    ):
        plans = [plan(EC2, update(address, {word: was}, {word: becomes}))]
        verdict = judged(tmp_path, plans, now, base={sandbox.name: before})
        assert len(verdict.refused) == expected, (was, becomes)
        assert len(judged(tmp_path, plans, now).refused) == 1


def test_lets_access_logs_move_to_where_the_file_says(sandbox: Environment, refused: Judge) -> None:
    balancers = sandbox.load_balancers
    right = {
        "bucket": balancers.access_logs_bucket,
        "prefix": balancers.access_logs_prefix,
        "enabled": True,
    }
    was = {"access_logs": [{**right, "prefix": "own", "bucket": "former"}]}
    for logs, expected in (
        (right, 0),
        ({**right, "prefix": "x"}, 1),
        ({**right, "bucket": "x"}, 1),
    ):
        entry = update(BALANCER, was, {"access_logs": [logs]})
        assert len(refused(plan(EC2, entry), stage=STAGE)) == expected


def test_the_threshold_follows_scaling_once_nothing_waits_for_the_alarm(
    sandbox: Environment, refused: Judge
) -> None:
    """Fewer tasks always run then, so fewer have to be healthy."""
    own: Json = {
        "alarm_name": names.alarm(sandbox.name, SERVICE, Side.FARGATE, "healthy-hosts"),
        "comparison_operator": "LessThanThreshold",
    }
    fewest = sandbox.services[SERVICE].tasks.min
    for values, expected in (
        ({**own, "threshold": fewest}, 0),
        ({**own, "threshold": fewest - 1}, 1),
        ({**own, "threshold": fewest, "alarm_name": "other"}, 1),
    ):
        entry = update("aws_cloudwatch_metric_alarm.a", {**values, "threshold": 9}, values)
        for stage in (Stage.DETACHED, Stage.RETIRED):
            assert len(refused(plan(FARGATE, entry), stage=stage)) == expected
        assert len(refused(plan(FARGATE, entry), stage=Stage.SOAK)) == 1
        assert len(refused(plan(EC2, entry), stage=Stage.DETACHED)) == 1
