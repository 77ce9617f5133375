"""Error answers in the protocol of the call, for botocore and the AWS SDK for Go."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from werkzeug import Response

Environ = dict[str, Any]
"""A call, as WSGI describes it (PEP 3333)."""

Answer = Callable[[Environ], Response]
"""Answers one call; the server's layers wrap each other in this form."""


def service_of(environ: Environ) -> str:
    """Return the AWS service in the request's signature, or `unsigned`."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return scope[1] if scope else "unsigned"


def refusal(environ: Environ, status: HTTPStatus, code: str, message: str) -> Response:
    """Return an error of this code as the answer to the call."""
    if "HTTP_X_AMZ_TARGET" in environ:
        text = json.dumps({"__type": code, "message": message})
        return Response(text, status, content_type="application/x-amz-json-1.1")
    text = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    match service_of(environ):
        case "ec2":
            text = f"<Response><Errors>{text}</Errors><RequestID>sandbox</RequestID></Response>"
        case service if service != "s3":
            text = f"<ErrorResponse>{text}<RequestId>sandbox</RequestId></ErrorResponse>"
    return Response(text, status, content_type="text/xml")
