"""Synthesised files must not hold a credential.

Git, Terraform's state and every plan would show it. AWS keys, private keys, tokens and passwords in
URLs belong in a secret store.
"""

from collections.abc import Iterator

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from policies.engine.rule import estate_rule
from policies.engine.stack import Block, Stack
from policies.estate.stacks_say_their_scope import provider

_DETECTORS = (
    AWSKeyDetector(),
    BasicAuthDetector(),
    GitHubTokenDetector(),
    JwtTokenDetector(),
    PrivateKeyDetector(),
    SendGridDetector(),
    SlackDetector(),
    StripeDetector(),
    TwilioKeyDetector(),
)


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    for stack in stacks:
        problems = []
        for file in sorted(stack.folder.glob("*.tf")):
            text = file.read_text(encoding="utf-8")
            problems += [
                f"{file.name} line {text.count(chr(10), 0, text.find(secret)) + 1}: "
                f"{detector.secret_type}"
                for detector in _DETECTORS
                for secret in detector.analyze_string(text)
            ]
        yield provider(stack), sorted(set(problems))
