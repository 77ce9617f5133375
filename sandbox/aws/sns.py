"""SNS: subscriptions that a person, or a server, has to confirm first.

moto 5.2 confirms every subscription at once. Source: AWS, SNS API reference, `Subscribe`,
`ConfirmSubscription` and `ListSubscriptionsByTopic`.
"""

from contextlib import suppress
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, Subscription
from moto.sns.responses import SNSResponse
from moto.sqs.exceptions import QueueDoesNotExist

from sandbox.aws.patching import Original, extends, replaces

_ASKED = frozenset({"http", "https", "email", "email-json"})
_PENDING = "PendingConfirmation"


@extends(SNSBackend)
def subscribe(
    self: SNSBackend, make: Original, topic_arn: str, endpoint: str, protocol: str
) -> Subscription:
    known = set(self.subscriptions)
    subscription: Subscription = make(self, topic_arn, endpoint, protocol)
    if protocol in _ASKED and subscription.arn not in known:
        subscription.attributes[_PENDING] = True
    return subscription


@extends(Subscription)
def publish(self: Subscription, send: Original, *message: Any, **more: Any) -> None:
    """Send nothing to a queue that no longer exists, and do not notify the publisher.

    Source: SNS developer guide, "Message delivery retries": errors of the client's side.
    """
    if not _is_pending(self):
        with suppress(QueueDoesNotExist):
            send(self, *message, **more)


@extends(SNSResponse, "subscribe")
def say_whether_it_is_pending(self: SNSResponse, answer: Original) -> ActionResult:
    result: ActionResult = answer(self)
    arn = cast("dict[str, str]", result.result)["SubscriptionArn"]
    wants_arn = str(self._get_param("ReturnSubscriptionArn", "false")).lower() == "true"
    if _is_pending(self.backend.subscriptions[arn]) and not wants_arn:
        return ActionResult({"SubscriptionArn": "pending confirmation"})
    return result


@replaces(SNSResponse)
def confirm_subscription(self: SNSResponse) -> ActionResult:
    """Confirm the subscription that the token was sent for.

    The sandbox sends nothing. The token is the last part of the ARN that `Subscribe` returns on
    request.
    """
    topic, token = self._get_param("TopicArn"), self._get_param("Token")
    subscription = self.backend.subscriptions.get(f"{topic}:{token}")
    if subscription is None:
        raise SNSInvalidParameter("Invalid token")
    subscription.attributes[_PENDING] = False
    return ActionResult({"SubscriptionArn": subscription.arn})


@replaces(SNSResponse)
def list_subscriptions_by_topic(self: SNSResponse) -> ActionResult:
    subscriptions, token = self.backend.list_subscriptions_by_topic(
        self._get_param("TopicArn"), next_token=self._get_param("NextToken")
    )
    return ActionResult(
        {"Subscriptions": [_listed(each) for each in subscriptions], "NextToken": token}
    )


def _listed(subscription: Subscription) -> dict[str, str]:
    return {
        "SubscriptionArn": _PENDING if _is_pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }


def _is_pending(subscription: Subscription) -> bool:
    return subscription.attributes.get(_PENDING) is True
