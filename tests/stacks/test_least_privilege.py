"""The guard judges the stacks' own roles as it judges a plan's."""

import re
from collections.abc import Mapping

from pay.iam.policy_arguments import PolicyKind
from pay.model import Environment
from pay.model.stacks import known_stacks
from rollout.guard.new_policies import too_much
from rollout.plans.policies import statements_of
from tests.support.synthesised import Synthesised


def test_the_guard_lets_a_new_role_have_whatever_the_stacks_give(
    estate: Mapping[str, Synthesised], environments: Mapping[str, Environment]
) -> None:
    judged = {
        ("aws_iam_role_policy", "policy"): PolicyKind.IDENTITY,
        ("aws_iam_role", "assume_role_policy"): PolicyKind.TRUST,
    }
    seen = 0
    for stack in estate.values():
        known = known_stacks(environments)[stack.id]
        environment = environments[known.environment]
        own = f"arn:aws:sqs:eu-west-1:{environment.account_id}:looked-up"
        for (type, attribute), kind in judged.items():
            for values in stack.document.get("resource", {}).get(type, {}).values():
                # A lookup's ARN is known only to Terraform.
                statements = statements_of(re.sub(r"\$\{[^}]*\}", own, values[attribute]))
                assert list(too_much(statements, kind, environment, known.service)) == [], stack.id
                seen += len(statements)
    assert seen > 500
