"""What the guard refuses about names of another environment, account, region or service."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, Stage
from tests.support.plans import FARGATE, Json, at, container, judged, plan, task_definition

RULE = "names-nothing-of-another-environment"


def found(
    folder: Path, environments: Mapping[str, Environment], *more: Json, **changes: Any
) -> list[str]:
    """What the rule sees in a release of `publicauth` in the sandbox, among all environments."""
    release = task_definition([container()], [container(**changes), *more])
    known = {**environments, "sandbox": at(environments["sandbox"], Stage.DARK)}
    verdict = judged(folder, [plan(FARGATE, release)], known["sandbox"], among=known)
    return [r.finding.saw for r in verdict.refused if r.rule == RULE]


def variable(value: str, name: str = "SOMETHING") -> Json:
    return {"environment": [*container()["environment"], {"name": name, "value": value}]}


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("staging-2-publicauth-rds-0.abc.eu-west-1.rds.amazonaws.com", "staging-2"),
        ("jdbc:postgresql://production-2-publicauth-rds-0.abc.com/x", "production-2"),
        ("https://ledger.staging-2.pymnt.internal", "staging-2"),
        ("-Dhttps.proxyHost=egress.test-12.pymnt.internal", "test-12"),
        ("https://www.payments.service.gov.uk/start", "www.payments.service.gov.uk"),
        ("https://www.staging.payments.service.gov.uk", "www.staging.payments.service.gov.uk"),
        ("pay-production-2-reports", "production-2"),
        ("arn:aws:sns:eu-west-1:111111111111:topic", "111111111111"),
        ("arn:aws:sns:eu-west-1:999999999999:topic", "999999999999"),
        ("https://sqs.eu-west-1.amazonaws.com/222222222222/queue", "222222222222"),
        ("111111111111", "111111111111"),
        ("https://eu-west-1.queue.amazonaws.com/222222222222/queue", "222222222222"),
        ("https://sqs.eu-west-1.api.aws:443/222222222222/queue?a=b", "222222222222"),
        ("https://vpce-0a-x.sqs.eu-west-1.vpce.amazonaws.com/222222222222/queue", "222222222222"),
        ("https://api.example.com/111111111111/payments", "111111111111"),
        ("https://sqs.us-east-1.amazonaws.com/555555555555/sandbox-queue", "us-east-1"),
        ("https://ab12.execute-api.us-west-2.amazonaws.com/v1", "us-west-2"),
        ("https://synthetics.us-west-2.amazonaws.com", "us-west-2"),
        ("arn:aws:kms:us-east-1:555555555555:key/a", "us-east-1"),
        ("arn:aws:acm:eu-central-1:555555555555:certificate/a", "eu-central-1"),
        ("us-east-1", "us-east-1"),
        ("postgresql://app@payments.service.gov.uk/pay", "payments.service.gov.uk"),
        ("a@payments.service.gov.uk https://payments.service.gov.uk", "payments.service.gov.uk"),
        ("https://docs.production-2.pymnt.internal/", "docs.production-2.pymnt.internal"),
        ("sandbox-ledger-rds-0.abc.eu-west-1.rds.amazonaws.com", "ledger"),
        ("sandbox_app_connector", "connector"),
        ("/sandbox/ledger/COLOUR", "ledger"),
        ("sandbox/ledger", "ledger"),
        ("secret=sandbox/connector", "connector"),
        ("https://sqs.eu-west-1.amazonaws.com/555555555555/sandbox-capture", "sandbox-capture"),
        ("arn:aws:sqs:eu-west-1:555555555555:sandbox-capture", "sandbox-capture"),
        ("pay-sandbox-policy-documents", "pay-sandbox-policy-documents"),
        ("jdbc:postgresql://db.example.net:5432/ledger?ssl=true", "ledger, another service's"),
        ("dbname=connector", "connector, another service's"),
        ("jdbc:x?currentSchema=products", "products, another service's"),
    ],
)
def test_refuses_a_value_that_belongs_elsewhere(
    environments: Mapping[str, Environment], tmp_path: Path, value: str, what: str
) -> None:
    texts = found(tmp_path, environments, **variable(value))
    assert texts
    assert all("SOMETHING of container publicauth names" in text for text in texts)
    assert any(what in text for text in texts)


@pytest.mark.parametrize(
    "value",
    [
        "sandbox-publicauth-rds-1.abc.eu-west-1.rds.amazonaws.com",
        "https://ledger.sandbox.pymnt.internal",
        "https://www.sandbox.pymnt.uk",
        "https://checkout.adyen.com",
        "https://sandbox.api.example.com",
        "sandbox",
        "test",
        "production",
        "arn:aws:iam::555555555555:role/sandbox-prometheus-write",
        "000123456789",
        "latest-12",
        "-Xmx1G -Duser.timezone=Europe/London",
        "https://api.example.com/999999999999/payments",
        "https://checkout.example.com/v1/merchants/999999999999",
        "https://eu-central-1.ingest.example.com/4505",
        "https://api.us-east-1.example.com/",
        "https://vendor.example/path/us-west-2/hook?region=ap-south-1",
        "arn:aws:acm:us-east-1:555555555555:certificate/a",
        "arn:aws:wafv2:us-east-1:555555555555:global/webacl/a/b",
        "https://monitoring.us-east-1.amazonaws.com",
        "https://synthetics.us-east-1.amazonaws.com",
        "https://docs.payments.service.gov.uk/api_reference/",
        "noreply@payments.service.gov.uk",
        "GOV.UK Pay <noreply@payments.service.gov.uk>, support@staging.payments.service.gov.uk",
        "https://github.com/alphagov/pay-infra/blob/main/environments/production-2.toml",
    ],
)
def test_lets_its_own_values_and_ordinary_words_pass(
    environments: Mapping[str, Environment], tmp_path: Path, value: str
) -> None:
    assert found(tmp_path, environments, **variable(value)) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CLOUDFRONT_REGION", False),
        ("SYNTHETICS_REGION", False),
        ("AWS_WAF_REGION", False),
        ("AWS_REGION", True),
        ("AWS_DEFAULT_REGION", True),
        ("S3_REGION", True),
    ],
)
def test_minds_the_home_of_global_services_where_others_are_asked(
    environments: Mapping[str, Environment], tmp_path: Path, name: str, expected: bool
) -> None:
    assert bool(found(tmp_path, environments, **variable("us-east-1", name))) is expected
    assert found(tmp_path, environments, **variable("us-west-2", name))


@pytest.mark.parametrize(
    "changes",
    [
        variable("production-2", "ENVIRONMENT"),
        variable("ledger", "DB_NAME"),
        variable("ledger", "DB_USER"),
        {"command": ["serve", "--database", "staging-2-publicauth-rds-0"]},
        {"extraHosts": [{"hostname": "db.test-12.pymnt.internal", "ipAddress": "10.0.0.1"}]},
        {"image": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/govukpay/publicauth:8-release"},
        {"image": "555555555555.dkr.ecr.us-east-1.amazonaws.com/govukpay/publicauth:8-release"},
        {"logConfiguration": {"options": {"awslogs-group": "test-12_app_publicauth"}}},
        {
            "secrets": [
                {
                    "name": "DB_PASSWORD",
                    "valueFrom": "arn:aws:secretsmanager:eu-west-1:555555555555:secret:"
                    "sandbox/ledger-AbCdEf:DB_PASSWORD::",
                }
            ]
        },
    ],
)
def test_looks_at_every_text_of_a_container(
    environments: Mapping[str, Environment], tmp_path: Path, changes: Json
) -> None:
    assert found(tmp_path, environments, **changes)
    assert found(tmp_path, environments, container("adot", **changes))


def test_minds_no_tag_and_nothing_that_was_there_before(
    environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    tagged = container()["image"].replace("7-release", "7-production-2")
    assert found(tmp_path, environments, image=tagged) == []
    here = container(**variable("staging-2-queue"))
    release = plan(FARGATE, task_definition([here], [here]))
    assert judged(tmp_path, [release], environments["sandbox"], among=environments).is_clean


def test_a_fact_that_the_change_itself_brings_is_not_the_environments_own(
    environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    """One line of the file was wrong: the metrics go to another account."""
    own = at(environments["sandbox"], Stage.CANARY)
    role = "arn:aws:iam::111111111111:role/sandbox-prometheus-write"
    metrics = own.metrics.model_copy(update={"prometheus_write_role_arn": role})
    wrong = own.model_copy(update={"metrics": metrics})
    release = plan(FARGATE, task_definition([container()], [container(**variable(role))]))

    def refused(base: Environment | None) -> set[str]:
        more = {"base": {"sandbox": base}} if base else {}
        return {r.rule for r in judged(tmp_path, [release], wrong, **more).refused}

    assert refused(None) == set()
    assert refused(own) == {RULE}
