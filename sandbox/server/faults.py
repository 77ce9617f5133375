"""Failures on purpose, and the log of every API call: a front before the local AWS, apart from it.

    POST /_sandbox/faults    {"throttle": 0.1, "error": 0.05, "lost": 0.05, "seed": 7}
    GET  /_sandbox/requests  the calls so far; DELETE forgets them
    GET  /_sandbox/status    the process id, the number of calls, and how many are held

`throttle` and `error` are the chances that a call is refused before anything happens; `lost` is
the chance that a call takes effect and its answer never arrives, which a retry has to survive.
`late` is a number of seconds by which the first attempt of a call is answered late, after it took
effect; an SDK that does not wait so long sends the call again.
`hold` is for killing a program at one exact call: that call takes effect, then neither it nor any
later one is answered until the faults are set anew. Held calls are refused then.
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
    """Chances between 0 and 1, and the seed of the dice: the same seed gives the same failures for
    the same calls in the same order."""

    throttle: float = 0.0
    error: float = 0.0
    lost: float = 0.0
    seed: int = 0
    only: str = ""
    """A regular expression over `service.Operation`; empty: every call."""
    late: float = 0.0
    """Seconds."""
    hold: int = 0
    """Which call holds everything, counted from 1 among those that `only` names; 0: none."""


class Hold:
    """Calls that wait together for their end, from the moment at which one of them began it.
    Whoever asks or counts takes care of locks.
    """

    def __init__(self, call: int) -> None:
        """`call`: which call begins it, counted from 1; 0: none."""
        self._calls_left = call
        self._end = threading.Event()
        self.held = 0
        """How many calls wait."""

    def is_due(self) -> bool:
        """Whether this call is the one, to be asked once for each."""
        self._calls_left -= 1
        return self._calls_left == 0

    def wait(self) -> None:
        """Returns when it has ended."""
        self._end.wait()

    def end(self) -> None:
        self._end.set()


@dataclass(frozen=True)
class Request:
    """One API call and its outcome."""

    time: float
    """Seconds since the epoch, as it arrived."""
    seconds: float
    service: str
    operation: str
    status: int
    fault: str | None


class FaultInjection:
    """WSGI middleware; `app` sees the calls that no fault takes."""

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
            # An unread body would be taken for the next request of the connection.
            _body(environ)
        if fault in ("lost", "hold"):
            # Goes through, but its answer is dropped and an error sent instead. Sent again, it is
            # a new call, as it would be for AWS.
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
        """What befalls the call, and the hold that it may have to wait for."""
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
            chance: float = getattr(faults, kind)
            if throw < chance:
                return kind, hold
            throw -= chance
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
    """The AWS service, as requests are signed for it, and the operation.

    Services without an operation in the request (Route 53, S3) give method and path instead.
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
    """The request's body, still there for whoever reads it next."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _refuse(
    fault: str, service: str, environ: "WSGIEnvironment", start: "StartResponse"
) -> list[bytes]:
    """The error that AWS would send: each protocol has its own codes for the same thing."""
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
