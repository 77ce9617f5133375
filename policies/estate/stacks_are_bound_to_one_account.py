"""Every stack must be bound to one AWS account, and production must not share its account.

Production is separated from everything else. Credentials for a test account must not be able to
apply a production stack, or the reverse.
"""

from collections import defaultdict

from policies.engine.rule import Findings, estate_rule
from policies.reading.stack import SynthesisedStack


@estate_rule
def judge(stacks: list[SynthesisedStack]) -> Findings:
    environments: dict[str, set[str]] = defaultdict(set)
    production_tags: dict[str, set[bool]] = defaultdict(set)
    production = {stack.environment for stack in stacks if stack.is_production}
    for stack in stacks:
        for account in stack.allowed_account_ids:
            production_tags[account].add(stack.is_production)
            if not stack.is_of_account:
                environments[account].add(stack.environment)
    for stack in stacks:
        accounts = stack.allowed_account_ids
        problems = []
        if len(accounts) != 1:
            problems.append(f"allowed_account_ids is {list(accounts)!r}; exactly one is required")
        for account in accounts:
            others = sorted(environments[account] - {stack.environment})
            if stack.is_of_account:
                if len(production_tags[account]) > 1:
                    problems.append(f"account {account} has production and other stacks")
            elif others and production & {stack.environment, *others}:
                problems.append(f"account {account} is also used by {', '.join(others)}")
        yield stack.provider, problems
