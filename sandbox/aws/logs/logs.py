"""CloudWatch Logs: changes to the key of a log group, and the age of its lines.

moto 5.2 accepts a key only at the creation of a log group. Like AWS, it accepts lines of the last
two weeks and of the next two hours. But it uses the machine's clock. Source: API reference,
`PutLogEvents`.
"""

from datetime import datetime

from moto.logs import models
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse

from sandbox.aws.clock import CLOCK
from sandbox.aws.patching import adds, replaces


@replaces(models)
def utcnow() -> datetime:
    """Return the time of the sandbox's AWS, without a zone as moto's own."""
    return CLOCK.moment().replace(tzinfo=None)


def _set_key(response: LogsResponse, key_arn: str | None) -> str:
    # AWS accepts the name or the ARN of a log group; this estate uses only the name.
    group = response.logs_backend.groups.get(response._get_param("logGroupName"))
    if group is None:
        raise ResourceNotFoundException()
    group.kms_key_id = key_arn
    return ""


@adds(LogsResponse)
def associate_kms_key(self: LogsResponse) -> str:
    return _set_key(self, self._get_param("kmsKeyId"))


@adds(LogsResponse)
def disassociate_kms_key(self: LogsResponse) -> str:
    return _set_key(self, None)
