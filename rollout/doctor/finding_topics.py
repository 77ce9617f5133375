"""The topics to which findings go: EventBridge may publish to each, and encrypt with its key.

Where it may not, the finding is a dead letter and nobody hears of it. Both are asked without a
condition on the source, which EventBridge sends neither to SNS nor to KMS. Sources:
EventBridge user guide, "Using resource-based policies", "Amazon SNS permissions". SNS developer
guide, "Enable compatibility between event sources from AWS services and encrypted topics".
"""

import json
from collections.abc import Iterator, Sequence

from botocore.exceptions import ClientError

from pay.iam.document import Statement, read_policy
from pay.iam.patterns import includes, matches
from pay.model import Environment, Severity, names
from pay.model.rights.keys_and_topics import EVENTS, encrypts_events, publishes_findings
from pay.model.stacks import PLATFORM
from pay.unread import Unread
from rollout.aws.clients import Client
from rollout.doctor.line import DoctorLine, fails, not_shown, ok

CHECK = "topics of findings"

_MISSING = ("NotFound", "NotFoundException")
_OWN_TO_AWS = "alias/aws/"


def finding_topic_lines(environment: Environment, client: Client) -> Iterator[DoctorLine]:
    """Yield a line for each topic of an account that is watched."""
    for name in environment.watching.topics.names() if environment.watching else ():
        try:
            yield _line(name, environment, client)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                yield _missing(name, environment)
            else:
                fix = "allow sns:GetTopicAttributes and kms:GetKeyPolicy"
                yield not_shown(CHECK, f"{name}: {error}", fix)
        except Unread as error:
            yield fails(CHECK, f"a policy of {name} cannot be read: {error}", "correct it")


def _line(name: str, environment: Environment, client: Client) -> DoctorLine:
    arn = environment.arn("sns", name)
    attributes = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    [needed] = publishes_findings(environment, name, arn)
    if not _allows(attributes.get("Policy"), needed, arn):
        return _refuses(name, "its policy does not admit", needed, environment)
    key = attributes.get("KmsMasterKeyId", "")
    if key.startswith(_OWN_TO_AWS):
        fix = f"encrypt it with a key of the account, whose policy has {_text(encrypts_events())}"
        return fails(CHECK, f"{name} has AWS's key {key}, which {EVENTS} may not use", fix)
    if key:
        policy = client("kms").get_key_policy(KeyId=_id(key, client), PolicyName="default")
        if not _allows(policy["Policy"], encrypts_events(), "*"):
            return _refuses(name, "its key does not let in", encrypts_events(), environment)
    return ok(CHECK, f"{name} takes what {EVENTS} sends")


def _missing(name: str, environment: Environment) -> DoctorLine:
    if _is_created_here(name, environment):
        fix = f"apply {PLATFORM.stack_id(environment.name)} first"
        return not_shown(CHECK, f"{name} does not exist yet", fix)
    fix = "create it, or name another in the table `watching.topics`"
    return fails(CHECK, f"{name} does not exist", fix)


def _refuses(name: str, what: str, needed: Statement, environment: Environment) -> DoctorLine:
    fix = (
        f"apply {PLATFORM.stack_id(environment.name)}, whose plan adds the statement"
        if _is_created_here(name, environment)
        else f"add to its policy {_text(needed)}"
    )
    return fails(CHECK, f"{name}: {what} {EVENTS}, so that findings become dead letters", fix)


def _allows(policy: str | None, needed: Statement, resource: str) -> bool:
    """Return whether statements of the policy allow every action to EventBridge."""
    statements = read_policy(json.loads(policy)) if policy else ()
    fitting = [s for s in statements if _concerns(s, resource)]
    return all(
        any(s.allows and includes(s.actions, action.rstrip("*")) for s in fitting)
        and all(s.allows or not includes(s.actions, action.rstrip("*")) for s in fitting)
        for action in needed.actions
    )


def _concerns(statement: Statement, resource: str) -> bool:
    """Return whether the statement is about what EventBridge does, which says no source."""
    everybody = ("Service", EVENTS), ("AWS", "*"), ("Service", "*")
    return (
        any(each in statement.principals for each in everybody)
        and (resource == "*" or any(matches(each, resource) for each in statement.resources))
        and all(
            any(matches(value, "") for value in values) for _, _, values in statement.comparisons
        )
    )


def _is_created_here(name: str, environment: Environment) -> bool:
    """Return whether the environment's platform makes the topic."""
    alarm_topics: Sequence[str] = [names.alarm_topic(environment.name, each) for each in Severity]
    return name in alarm_topics


def _id(key: str, client: Client) -> str:
    """Return the id of a key, which GetKeyPolicy wants instead of an alias."""
    if not key.startswith("alias/"):
        return key
    return str(client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyId"])


def _text(statement: Statement) -> str:
    return json.dumps(statement.as_document())
