"""Deliberate faults and the log of every API call, as middleware before the local AWS.

    POST /_sandbox/faults    {"throttle": 0.1, "error": 0.05, "lost": 0.05, "seed": 7}
    GET  /_sandbox/requests  the calls so far; DELETE clears them
    GET  /_sandbox/status    the process id, the number of calls, and the number of held calls

`throttle` and `error` are the probabilities that a call is refused before it takes effect. `lost`
is the probability that a call takes effect but its answer is lost, which a retry must survive.
`late` is the delay in seconds of the answer to the first attempt of a call, after it took effect.
An SDK with a shorter timeout sends the call again.
`hold` allows killing a program at one exact call. That call takes effect, but neither it nor a
later one is answered until the faults are set again. Held calls are then refused.
"""

import json
import os
import random
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sandbox.server.errors import answer_error, service_of
from sandbox.server.repeated_calls import INVOCATION

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/_sandbox/"


@dataclass(frozen=True)
class Faults:
    """Probabilities between 0 and 1, and the seed of the dice.

    The same seed gives the same failures for the same calls in the same order.
    """

    throttle: float = 0.0
    error: float = 0.0
    lost: float = 0.0
    seed: int = 0
    only: str = ""
    """A regular expression over `service.Operation`; empty for every call."""
    late: float = 0.0
    """The delay of the first answer to a call, in seconds."""
    hold: int = 0
    """The call that starts the hold, counted from 1 among those that match `only`; 0 for none."""


class Hold:
    """Calls that wait together, from the start of the hold to its end; the caller locks."""

    def __init__(self, call: int) -> None:
        """`call` is the call that starts the hold, counted from 1; 0 for none."""
        self._calls_left = call
        self._end = threading.Event()
        self.held = 0
        """The number of waiting calls."""

    def is_due(self) -> bool:
        """Return whether this call starts the hold; call once for each API call."""
        self._calls_left -= 1
        return self._calls_left == 0

    def wait(self) -> None:
        """Return when the hold has ended."""
        self._end.wait()

    def end(self) -> None:
        self._end.set()


@dataclass(frozen=True)
class Request:
    """One API call and its outcome."""

    time: float
    """The time of arrival, in seconds since the epoch."""
    seconds: float
    service: str
    operation: str
    status: int
    fault: str | None


class FaultInjection:
    """WSGI middleware; `app` receives the calls without a fault."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._hold = Hold(0)
        self._set(Faults())

    def _set(self, faults: Faults) -> None:
        self._hold.end()
        self._faults = faults
        self._dice = random.Random(faults.seed)
        self._hold = Hold(faults.hold)

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            return self._administer(environ, start)
        arrived, began = time.time(), time.perf_counter()
        service, operation = identify(environ)
        status = 500

        def remember_status(line: str, headers: Any, exc_info: Any = None) -> Any:
            nonlocal status
            status = int(line.split()[0])
            return start(line, headers, exc_info)

        fault, hold = self._choose(f"{service}.{operation}")
        if fault:
            # An unread body would count as the next request of the connection.
            _body(environ)
        if fault in ("lost", "hold"):
            # The call takes effect, but its answer is replaced by an error. A second attempt is a
            # new call, as in AWS.
            environ.pop(INVOCATION, None)
            list(self._app(environ, lambda *_: lambda data: None))
        if fault in ("hold", "held"):
            with self._lock:
                hold.held += 1
            hold.wait()
        if fault is None:
            body = self._app(environ, remember_status)
            time.sleep(self._lateness(environ, f"{service}.{operation}"))
        else:
            body = _refuse(fault, service, environ, remember_status)
        entry = Request(arrived, time.perf_counter() - began, service, operation, status, fault)
        with self._lock:
            self._requests.append(entry)
        return body

    def _choose(self, call: str) -> tuple[str | None, Hold]:
        """Return the fault of the call, and the hold for which it may wait."""
        with self._lock:
            faults, hold = self._faults, self._hold
            if hold.held:
                return "held", hold
            if faults.only and not re.search(faults.only, call):
                return None, hold
            if hold.is_due():
                return "hold", hold
            throw = self._dice.random()
        for kind in ("throttle", "error", "lost"):
            probability: float = getattr(faults, kind)
            if throw < probability:
                return kind, hold
            throw -= probability
        return None, hold

    def _lateness(self, environ: "WSGIEnvironment", call: str) -> float:
        """Return the seconds that this attempt of the call waits for its answer."""
        faults = self._faults
        is_first = "attempt=1" in environ.get("HTTP_AMZ_SDK_REQUEST", "attempt=1")
        return faults.late if is_first and re.search(faults.only, call) else 0.0

    def _administer(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        what, method = environ["PATH_INFO"].removeprefix(PREFIX), environ["REQUEST_METHOD"]
        answer: Any = None
        with self._lock:
            if what == "status" and method == "GET":
                answer = {
                    "pid": os.getpid(),
                    "requests": len(self._requests),
                    "held": self._hold.held,
                }
            elif what == "requests" and method == "GET":
                answer = [asdict(request) for request in self._requests]
            elif what == "requests" and method == "DELETE":
                self._requests.clear()
            elif what == "faults" and method == "GET":
                answer = asdict(self._faults)
            elif what == "faults" and method == "POST":
                self._set(Faults(**json.loads(_body(environ))))
                answer = asdict(self._faults)
            else:
                start("404 Not Found", [("Content-Length", "0")])
                return []
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start("200 OK", headers)
        return [body]


def identify(environ: "WSGIEnvironment") -> tuple[str, str]:
    """Return the AWS service in the request's signature, and the operation.

    Requests without an operation (Route 53, S3) return method and path instead.
    """
    service = service_of(environ)
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return service, target.split(".")[-1]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        action = parse_qs(_body(environ).decode()).get("Action")
        if action:
            return service, action[0]
    return service, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


def _body(environ: "WSGIEnvironment") -> bytes:
    """Return the request's body and keep it for the next reader."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _refuse(
    fault: str, service: str, environ: "WSGIEnvironment", start: "StartResponse"
) -> list[bytes]:
    """Answer with AWS's error for the fault; each protocol has its own codes."""
    if fault == "throttle":
        code = {"ec2": "RequestLimitExceeded", "s3": "SlowDown"}.get(service, "Throttling")
        status = HTTPStatus.SERVICE_UNAVAILABLE if service == "s3" else HTTPStatus.BAD_REQUEST
        if "HTTP_X_AMZ_TARGET" in environ:
            code = "ThrottlingException"
        return answer_error(environ, start, status, code, "Rate exceeded")
    return answer_error(
        environ,
        start,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "InternalFailure",
        "An internal error has occurred",
    )
