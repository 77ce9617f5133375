"""Error answers in the protocol of the call, for botocore and the AWS SDK for Go."""

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def service_of(environ: "WSGIEnvironment") -> str:
    """Return the AWS service in the request's signature, or `unsigned`."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return scope[1] if scope else "unsigned"


def answer_error(
    environ: "WSGIEnvironment", start: "StartResponse", status: HTTPStatus, code: str, message: str
) -> list[bytes]:
    """Answer the call with an error of this code."""
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    content_type = "text/xml"
    match service_of(environ):
        case _ if "HTTP_X_AMZ_TARGET" in environ:
            content_type = "application/x-amz-json-1.1"
            text = json.dumps({"__type": code, "message": message})
        case "ec2":
            text = f"<Response><Errors>{error}</Errors><RequestID>sandbox</RequestID></Response>"
        case "s3":
            text = error
        case _:
            text = f"<ErrorResponse>{error}<RequestId>sandbox</RequestId></ErrorResponse>"
    body = text.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    start(f"{status.value} {status.phrase}", headers)
    return [body]
