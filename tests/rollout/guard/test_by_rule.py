"""What is told of several addresses, or of several stacks alike, is told once."""

from rollout.guard.by_rule import RulePlace, by_rule, places
from rollout.guard.rule import GuardFinding
from rollout.guard.verdict import Refusal


def test_stacks_of_the_same_addresses_are_told_together() -> None:
    told = [
        ("ec2", "aws_lb.a", "slow"),
        ("ec2", "aws_lb.b", "slow"),
        ("fargate", "aws_lb.a", "slow"),
        ("fargate", "aws_lb.b", "slow"),
        ("fargate", "aws_lb.a", "open"),
        ("platform", "", "slow"),
    ]
    assert places(told) == (
        RulePlace(("ec2", "fargate"), ("aws_lb.a", "aws_lb.b"), "slow"),
        RulePlace(("fargate",), ("aws_lb.a",), "open"),
        RulePlace(("platform",), (), "slow"),
    )


def test_counts_every_stack_and_address() -> None:
    refusals = [
        Refusal("rule", stack, GuardFinding(address, "slow", "stop"))
        for stack in ("ec2", "fargate")
        for address in ("aws_lb.a", "aws_lb.b")
    ]
    (found,) = by_rule([*refusals, Refusal("rule", "platform", GuardFinding("", "slow", "stop"))])
    assert found.count == 5
