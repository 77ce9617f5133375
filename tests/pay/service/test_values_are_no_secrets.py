"""Nothing that the catalogue renders looks like a secret, in any environment, at any door."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.containers.secrets import plain_secrets
from pay.model import Environment, Side, Stage
from pay.secrets.values import credentials, masked, redacted
from tests.support.synthesised import SideOf, Synthesised

COMMIT = "3f2a9c1b7d8e6f5049a1b2c3d4e5f60718293a4b"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
REGISTRY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/govukpay"
PATH_OF_MANY_NAMES = "production-2-card-payment-dispute-events-of-accounts-that-moved"

IMAGES = (f"{REGISTRY}/connector:{COMMIT}", f"{REGISTRY}/nginx-proxy@sha256:{DIGEST}")
"""The longest releases: a commit as the tag, and a digest."""

VALUES = {
    r"data\.aws_sns_topic\.(\w+)\.arn": r"arn:aws:sns:eu-west-1:111111111111:{name}",
    r"data\.aws_sqs_queue\.(\w+)\.url": r"https://sqs.eu-west-1.amazonaws.com/111111111111/{name}",
    r"data\.aws_db_instance\.(\w+)\.address": (r"{name}.c9akciq32rgt.eu-west-1.rds.amazonaws.com"),
    r"data\.aws_secretsmanager_secret\.(\w+)\.arn": (
        r"arn:aws:secretsmanager:eu-west-1:111111111111:secret:{name}-aB3dE5"
    ),
    r"data\.aws_ssm_parameter\.(\w+)\.arn": (
        r"arn:aws:ssm:eu-west-1:111111111111:parameter/{name}"
    ),
    r"local\.task_run_subnets()": "subnet-0f1e2d3c4b5a69788,subnet-0a9b8c7d6e5f41302",
    r"local\.task_run_security_groups()": "sg-0f1e2d3c4b5a69788",
    r"jsonencode\(local\.(\w+)\)": r"{name}",
}
"""Expression -> what AWS answers for it; `{name}` is the name that is looked up."""


@pytest.mark.slow
@pytest.mark.parametrize("name", CATALOGUE)
def test_nothing_that_runs_looks_like_a_secret(
    side_of: SideOf, environments: Mapping[str, Environment], name: str
) -> None:
    for environment, side, image in product(environments, Side, IMAGES):
        for container in _as_planned(side_of(name, side, Stage.HALF, environment), image):
            assert list(plain_secrets(container)) == []
            assert masked("container_definitions", container) == container
            text = json.dumps(container)
            assert redacted(text) == text
            assert list(credentials(text)) == []


def _as_planned(stack: Synthesised, image: str) -> Iterator[Mapping[str, Any]]:
    """The containers of a stack with AWS's answers for the values that are looked up."""
    text = json.dumps(list(stack.containers.values()))
    for expression, value in VALUES.items():
        text = re.sub(rf"\$\{{{expression}\}}", partial(_answer, stack, value), text)
    text = re.sub(r"\$\{local\.\w+_image\}", image, text)
    assert "${data." not in text
    assert "${local." not in text
    yield from json.loads(text)


def _answer(stack: Synthesised, value: str, match: re.Match[str]) -> str:
    key = match[1]
    if key and key.lower() in stack.document.get("locals", {}):
        return json.dumps(json.dumps(stack.document["locals"][key.lower()]))[1:-1]
    lookups = stack.document.get("data", {}).values()
    found: Mapping[str, Any] = next((each[key] for each in lookups if key in each), {})
    name = found.get("name") or found.get("db_instance_identifier") or PATH_OF_MANY_NAMES
    return value.format(name=name)
