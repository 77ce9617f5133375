"""Answers the calls that a canary makes to AWS, on the loopback address."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Called with `GetSecretValue`, `HeadObject` or `DescribeLoadBalancers` and the input; returns what
the script reads of the answer, and raises AwsError."""


class AwsError(Exception):
    """AWS refused a call."""

    def __init__(self, status: int, message: str) -> None:
        """`status` is that of HTTP."""
        self.status = status
        super().__init__(message)


@contextmanager
def aws_door(answer: Answer) -> Iterator[str]:
    """Yield the address at which `answer` is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)))
            try:
                content, status = answer(asked["operation"], asked["input"]), HTTPStatus.OK
            except AwsError as error:
                content = {"status": error.status, "message": str(error)}
                status = HTTPStatus.BAD_REQUEST
            text = json.dumps(content, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Print nothing: the answers are secrets."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
