"""Runs the canaries' archives on this machine, with the AWS credentials of the shell."""

import os
from collections.abc import Collection, Mapping
from typing import Any

from botocore.exceptions import ClientError

from pay.model import Environment, Side
from pay.model.smoke import SmokeScenario
from pay.smoke.archives import archive
from pay.smoke.runner.aws_door import Answer, AwsError
from pay.smoke.runner.browser import NoBrowser, find_browser
from pay.smoke.runner.run import DNS, RunnerNetwork, run_canary
from pay.smoke.targets import CanaryTarget
from rollout.aws.clients import Client
from rollout.smoke.runs import ShownRun, failed
from rollout.smoke.smoke import Attempt, tried
from rollout.smoke.verdict import Outcome, SmokeVerdict
from rollout.terminal.refusal import Failed

AT_ONCE = max(2, min(8, 2 * (os.cpu_count() or 1)))
"""Browsers side by side. They wait more than they work."""


def smoke_locally(
    environment: Environment,
    side: Side,
    scenarios: Collection[SmokeScenario] | None = None,
    *,
    client: Client,
    network: RunnerNetwork = DNS,
) -> SmokeVerdict:
    """Run what the canaries of a side would run, and return the same verdict.

    Answers the scripts' calls to AWS by the credentials of the shell. Raises Failed without a
    browser.
    """
    try:
        find_browser()
    except NoBrowser as problem:
        raise Failed(str(problem)) from None
    aws = _answers(client)

    def attempt(scenario: SmokeScenario) -> Attempt:
        variables = CanaryTarget(scenario, environment, side).variables
        code = archive(scenario)

        def run() -> ShownRun:
            done = run_canary(
                code.content,
                code.handler,
                variables,
                aws=aws,
                timeout_seconds=scenario.timeout_seconds,
                network=network,
            )
            return ShownRun(Outcome.PASSED) if done.passed else failed(done.reason)

        return run

    return tried(environment, side, scenarios, attempt, at_once=AT_ONCE)


def _answers(client: Client) -> Answer:
    """Answer the calls of scripts by those of the shell's credentials."""
    calls = {
        "GetSecretValue": ("secretsmanager", "get_secret_value", "SecretString"),
        "HeadObject": ("s3", "head_object", "ContentLength"),
        "DescribeLoadBalancers": ("elbv2", "describe_load_balancers", "LoadBalancers"),
    }

    def answer(operation: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        service, method, wanted = calls[operation]
        try:
            return {wanted: getattr(client(service), method)(**asked)[wanted]}
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise AwsError(status, str(error)) from None

    return answer
