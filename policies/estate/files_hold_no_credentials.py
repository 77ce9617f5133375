"""Synthesised files must not hold a credential.

Git, Terraform's state and every plan would show it. AWS keys, private keys, tokens and passwords in
URLs belong in a secret store.
"""

from pay.secrets.values import credentials
from policies.engine.rule import Findings, estate_rule
from policies.engine.stack import Stack


@estate_rule
def judge(stacks: list[Stack]) -> Findings:
    for stack in stacks:
        problems = set()
        for file in stack.folder.glob("*.tf"):
            text = file.read_text(encoding="utf-8")
            problems |= {
                f"{file.name} line {text.count(chr(10), 0, secret.start) + 1}: {secret.why}"
                for secret in credentials(text)
            }
        yield stack.provider, sorted(problems)
