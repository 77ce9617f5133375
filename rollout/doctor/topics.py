"""The topics of alarms and findings: each has a subscriber that confirmed, or reaches nobody.

Subscriptions are made by hand, so that no key of a paging service gets into a state
(docs/decisions/0154-let-composite-alarms-notify.md).
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from pay.model import Environment, Severity, names
from pay.model.stacks import PLATFORM
from rollout.aws.clients import Client
from rollout.doctor.line import DoctorLine, fails, not_shown, ok

CHECK = "alarm topics"
PENDING = "PendingConfirmation"
"""In place of the ARN (AWS: SNS API reference, `ListSubscriptionsByTopic`)."""


def topic_lines(environment: Environment, client: Client) -> Iterator[DoctorLine]:
    """Yield a line for each topic."""
    of_alarms = [names.alarm_topic(environment.name, severity) for severity in Severity]
    of_findings = environment.watching.topics.names() if environment.watching else ()
    for name in dict.fromkeys((*of_alarms, *of_findings)):
        yield _line(name, environment, client)


def _line(name: str, environment: Environment, client: Client) -> DoctorLine:
    pages = client("sns").get_paginator("list_subscriptions_by_topic")
    try:
        arns = [
            each["SubscriptionArn"]
            for page in pages.paginate(TopicArn=environment.arn("sns", name))
            for each in page["Subscriptions"]
        ]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NotFound", "NotFoundException"):
            fix = f"subscribe people to it when {PLATFORM.stack_id(environment.name)} is applied"
            return not_shown(CHECK, f"{name} does not exist yet", fix)
        return not_shown(CHECK, f"{name}: {error}", "allow sns:ListSubscriptionsByTopic")
    confirmed = [arn for arn in arns if arn.startswith("arn:")]
    if confirmed:
        return ok(CHECK, f"{len(confirmed)} of {len(arns)} subscribers of {name} confirmed")
    if PENDING in arns:
        fix = "confirm it: open the link, or the address, that AWS sent"
        return fails(CHECK, f"0 of {len(arns)} subscribers of {name} confirmed", fix)
    fix = "subscribe the people on call, as docs/tasks/watch-a-service.md says"
    return fails(CHECK, f"{name} has no subscriber: what it is sent reaches nobody", fix)
