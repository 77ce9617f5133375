"""The door to AWS's price list, which moto does not have."""

import json
import re

from werkzeug import Request, Response

from sandbox.aws.price_list import TARGET as PREFIX
from sandbox.aws.price_list import answer
from sandbox.server.errors import Environ

__all__ = ["PREFIX", "price_list"]

_REGION = re.compile(r"Credential=[^/]+/\d+/([^/]+)/")


def price_list(environ: Environ) -> Response:
    """Answer a call in its protocol, JSON 1.1."""
    request = Request(environ)
    scope = _REGION.search(request.headers.get("Authorization", ""))
    operation = request.headers["X-Amz-Target"].removeprefix(PREFIX)
    asked = json.loads(request.get_data() or b"{}")
    status, content = answer(operation, asked, scope[1] if scope else "")
    return Response(json.dumps(content), status, content_type="application/x-amz-json-1.1")
