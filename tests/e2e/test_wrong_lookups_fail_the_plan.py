"""Each thing that can be wrong with what exists fails the plan, with a sentence."""

from collections.abc import Callable, Mapping

import pytest

from pay.model import Environment
from pay.model.stacks import TRAFFIC
from sandbox.estate.mistakes import Mistake
from sandbox.instance import Sandbox
from tests.e2e.conftest import Planned

pytestmark = pytest.mark.e2e

FARGATE = "production-2-webhooks-fargate"
"""Looks up a database, secrets, subnets and security groups."""

SENTENCES = {
    Mistake.SUBNET_IN_OTHER_VPC: "Found 2 of 3 subnets named",
    Mistake.SINGLE_ZONE: "which its name does not say. Check the Name tag",
    Mistake.PUBLIC_SUBNET: ") is not private: its route table rtb-",
    Mistake.PRIVATE_PUBLIC_SUBNET: ") is not public: no route of its route table rtb-",
    Mistake.SMALL_SUBNET: ") has 11 addresses; Fargate needs 22. Ask its owner for",
    Mistake.MISSING_SECURITY_GROUP: "Found 1 of 2 security groups named",
    Mistake.SMALL_DATABASE: (
        "production-2-webhooks-rds-0 takes 95 connections; 18 tasks need 579. Ask its owner for"
    ),
    Mistake.UNENCRYPTED_DATABASE: "is not encrypted. Check its storage encryption",
    Mistake.PUBLIC_DATABASE: "is publicly accessible. Check its settings",
    Mistake.NOT_MULTI_AZ: "is not Multi-AZ. Check its settings",
    Mistake.WRONG_PORT: "is postgres on port 5433, not postgres on 5432. Check",
    Mistake.SECRET_WITHOUT_OWN_KEY: "needs the ARN of a customer key: found none. Check its",
    Mistake.SECRET_WITH_KEY_ALIAS: (
        "needs the ARN of a customer key: found "
        "arn:aws:kms:eu-west-1:111111111111:alias/production-2-existing-secrets. Check its KMS key"
    ),
    Mistake.MISSING_PARAMETER: "Parameter Store lacks /production-2/products-ui/",
    Mistake.SQUID_CUTS_TUNNELS: "lacks the line `shutdown_lifetime 60 seconds`. Check it",
    # These three the provider refuses itself.
    Mistake.MISSING_WEB_ACL: "WAFv2 WebACL not found for name",
    Mistake.MISSING_CERTIFICATE: "reading ACM Certificates: empty result",
    Mistake.MISSING_ZONE: "no matching Route 53 Hosted Zone found",
}


PUBLIC_MISTAKES = {
    Mistake.PUBLIC_SUBNET,
    Mistake.PRIVATE_PUBLIC_SUBNET,
    Mistake.MISSING_PARAMETER,
    Mistake.MISSING_WEB_ACL,
}

TOGETHER = [
    (
        FARGATE,
        {
            Mistake.SUBNET_IN_OTHER_VPC,
            Mistake.MISSING_SECURITY_GROUP,
            Mistake.SMALL_DATABASE,
            Mistake.SECRET_WITHOUT_OWN_KEY,
        },
    ),
    (
        FARGATE,
        {
            Mistake.SINGLE_ZONE,
            Mistake.SECRET_WITH_KEY_ALIAS,
            Mistake.SMALL_SUBNET,
            Mistake.UNENCRYPTED_DATABASE,
            Mistake.PUBLIC_DATABASE,
            Mistake.NOT_MULTI_AZ,
            Mistake.WRONG_PORT,
            Mistake.MISSING_CERTIFICATE,
        },
    ),
    ("production-2-products-ui-fargate", PUBLIC_MISTAKES),
    ("production-2-egress-ec2", {Mistake.SQUID_CUTS_TUNNELS}),
    (TRAFFIC.stack_id("production-2", "webhooks"), {Mistake.MISSING_ZONE}),
]
"""Mistakes that do not hide each other share a plan: it names them all at once."""


def test_every_mistake_has_its_sentence_and_is_made() -> None:
    assert set(SENTENCES) == set(Mistake)
    assert {mistake for _, mistakes in TOGETHER for mistake in mistakes} == set(Mistake)


@pytest.mark.parametrize(("stack", "mistakes"), TOGETHER)
def test_wrong_lookups_fail_the_plan_each_with_its_sentence_and_no_other(
    environments: Mapping[str, Environment],
    plan_in: Callable[[Sandbox, str], Planned],
    stack: str,
    mistakes: set[Mistake],
) -> None:
    production = environments["production-2"]
    services = {name: production.services[name] for name in ("webhooks", "products-ui", "egress")}
    environment = production.model_copy(update={"services": services})
    with Sandbox(environment, mistakes=mistakes, neighbours=True) as sandbox:
        planned = plan_in(sandbox, stack)

    assert not planned.succeeded
    told = {mistake for mistake, sentence in SENTENCES.items() if sentence in planned.sentence}
    assert told == mistakes
