"""S3: conditional writes, and times by AWS's clock in the sandbox.

Where moto 5.2 differs from S3:
- It accepts any value of `If-None-Match`. S3 accepts only `*`.
- Its `If-Match: *` of a delete matches no object. In S3 it matches any.
- It dates objects by the machine's clock.

S3 answers 409 when two conditional writes meet. Here calls run one at a time, so only a fault of
`sandbox.server.faults` gives that answer.

Source: S3 user guide, two pages:
- "How to prevent object overwrites with conditional writes".
- "How to perform conditional deletes".
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from moto.s3.models import FakeKey
from moto.s3.responses import S3Response
from werkzeug.datastructures import Headers

from sandbox.aws.clock import CLOCK
from sandbox.aws.patching import Original, extends

Answer = tuple[int, Any, Any]
"""Status, headers and body."""

ANY = "*"


def _refusal(status: HTTPStatus, code: str, message: str) -> Answer:
    text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status.value, {"content-type": "application/xml"}, text


def _broken_condition(self: S3Response, headers: Mapping[str, str]) -> Answer | None:
    """Return the refusal of a conditional write; None if its condition holds."""
    match, none_match = headers.get("If-Match"), headers.get("If-None-Match")
    key = self.backend.get_object(self.bucket_name, self.parse_key_name())
    if match and key is None:
        return _refusal(HTTPStatus.NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
    is_other = key is not None and match not in (None, ANY) and _bare(match) != _bare(key.etag)
    if is_other or (none_match and key is not None):
        message = "At least one of the pre-conditions you specified did not hold"
        return _refusal(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed", message)
    return None


def _bare(etag: str | None) -> str:
    return (etag or "").replace('"', "")


@extends(S3Response)
def put_object(self: S3Response, put: Original) -> Answer:
    if self.headers.get("If-None-Match", ANY) != ANY or self.headers.get("If-Match") == ANY:
        message = "A header you provided implies functionality that is not implemented"
        return _refusal(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", message)
    if refusal := _broken_condition(self, self.headers):
        return refusal
    answer: Answer = put(self)
    key = self.backend.get_object(self.bucket_name, self.parse_key_name())
    if isinstance(key, FakeKey):
        key.last_modified = CLOCK.moment().replace(tzinfo=None)  # naive, as moto's own
    return answer


@extends(S3Response)
def delete_object(self: S3Response, delete: Original) -> Answer:
    if refusal := _broken_condition(self, self.headers):
        return refusal
    # The condition holds; without the header moto does not check it again.
    self.headers = Headers([each for each in self.headers if each[0].lower() != "if-match"])
    answer: Answer = delete(self)
    return answer
