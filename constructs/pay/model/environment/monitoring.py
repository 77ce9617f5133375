"""The monitoring of an environment: which alarms notify, and where its logs are sent."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from pay.model.base import Model
from pay.model.text_types import HttpsUrl, RoleArn


class Notifying(StrEnum):
    """The alarms that notify while a record leads to each side of a service."""

    ALL = "all"
    """The alarms of both sides, and the composite alarms over them."""
    COMPOSITES = "composites"
    """The composite alarms alone: one message instead of one for each side and metric."""


class Monitoring(Model):
    """Dashboards and composite alarms; an environment without the table has neither."""

    notifying: Notifying = Notifying.ALL
    """Set `composites` in a change of its own, after `all` was applied."""
    runbook: HttpsUrl
    """The page that a person opens after an alarm."""


ResourceName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="letters, digits, _, . and -; at most 64"),
]
"""Fits a delivery stream (AWS: Firehose API reference, `CreateDeliveryStream`) and a subscription
filter, whose name may be longer."""


class LogPipeline(Model):
    """The pipeline that takes the lines of every log group; it exists already."""

    stream: ResourceName
    """Its Firehose delivery stream."""
    role_arn: RoleArn
    """The IAM role with which CloudWatch Logs, and no service, writes to the stream."""
    filter: ResourceName
    """The subscription filter of each log group. AWS replaces one of the same name in place, so the
    name of an existing filter takes it over. A second filter would send every line twice."""
