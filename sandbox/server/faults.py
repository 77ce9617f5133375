"""Deliberate faults and the log of every API call, as middleware before the local AWS.

    POST /_sandbox/faults    {"throttle": 0.1, "error": 0.05, "lost": 0.05, "seed": 7}

    GET  /_sandbox/requests  the calls so far; DELETE clears them

    GET  /_sandbox/status    the process id, and the numbers of calls and of held calls

`throttle` and `error` are the probabilities that a call is refused before it takes effect. `lost`
is the probability that a call takes effect but its answer is lost, which a retry must survive.
`conflict` is the probability that a conditional write of S3 meets another one of the same object.
`late` is the delay in seconds of the answer to the first attempt of a call, after it took effect.
An SDK with a shorter timeout sends the call again. `hold` allows killing a program at one exact
call. That call takes effect, but neither it nor a later one is answered until the faults are set
again. Held calls are then refused.
"""

import json
import os
import random
import re
import threading
import time
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from werkzeug import Response

from sandbox.server.errors import Answer, Environ, refusal, service_of
from sandbox.server.repeated_calls import INVOCATION

PREFIX = "/_sandbox/"


@dataclass(frozen=True)
class Faults:
    """Probabilities between 0 and 1, and the seed of the dice.

    The same seed gives the same failures for the same calls in the same order.
    """

    throttle: float = 0.0
    error: float = 0.0
    lost: float = 0.0
    conflict: float = 0.0
    seed: int = 0
    only: str = ""
    """A regular expression over `service.Operation`; empty for every call."""
    late: float = 0.0
    """The delay of the first answer to a call, in seconds."""
    hold: int = 0
    """The call that starts the hold, counted from 1 among those that match `only`; 0 for none."""


@dataclass
class Hold:
    """Calls that wait together, from the start of the hold to its end; the caller locks."""

    calls_left: int
    """The number of calls up to the one that starts the hold; 0 or less for none."""
    held: int = 0
    """The number of waiting calls."""
    end: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class RecordedCall:
    """One API call and its outcome."""

    time: float
    """The time of arrival, in seconds since the epoch."""
    seconds: float
    service: str
    operation: str
    status: int
    fault: str | None


class FaultInjection:
    """A layer of the server; `answer` receives the calls without a fault."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self._requests: list[RecordedCall] = []
        self._hold = Hold(0)
        self._set(Faults())

    def _set(self, faults: Faults) -> None:
        self._hold.end.set()
        self._faults = faults
        self._dice = random.Random(faults.seed)
        self._hold = Hold(faults.hold)

    def __call__(self, environ: Environ) -> Response:
        if environ["PATH_INFO"].startswith(PREFIX):
            return self._administer(environ)
        arrived, began = time.time(), time.perf_counter()
        service, operation = identify(environ)
        fault, hold = self._choose(f"{service}.{operation}", _is_conditional_write(environ))
        if fault:
            # An unread body would count as the next request of the connection.
            _body(environ)
        if fault in ("lost", "hold"):
            # The call takes effect, but its answer is replaced by an error. A second attempt is a
            # new call, as in AWS.
            environ.pop(INVOCATION, None)
            self._answer(environ)
        if fault in ("hold", "held"):
            with self._lock:
                hold.held += 1
            hold.end.wait()
        if fault is None:
            answer = self._answer(environ)
            if late := self._lateness(environ, f"{service}.{operation}"):
                time.sleep(late)
        else:
            answer = _refusal(fault, service, environ)
        seconds = time.perf_counter() - began
        entry = RecordedCall(arrived, seconds, service, operation, answer.status_code, fault)
        with self._lock:
            self._requests.append(entry)
        return answer

    def _choose(self, call: str, is_conditional: bool) -> tuple[str | None, Hold]:
        """Return the fault of the call, and the hold for which it may wait."""
        with self._lock:
            faults, hold = self._faults, self._hold
            if hold.held:
                return "held", hold
            if faults.only and not re.search(faults.only, call):
                return None, hold
            hold.calls_left -= 1
            if hold.calls_left == 0:
                return "hold", hold
            throw = self._dice.random()
        for kind in ("throttle", "error", "lost", *["conflict"] * is_conditional):
            probability: float = getattr(faults, kind)
            if throw < probability:
                return kind, hold
            throw -= probability
        return None, hold

    def _lateness(self, environ: Environ, call: str) -> float:
        """Return the seconds that this attempt of the call waits for its answer."""
        faults = self._faults
        is_first = "attempt=1" in environ.get("HTTP_AMZ_SDK_REQUEST", "attempt=1")
        return faults.late if is_first and re.search(faults.only, call) else 0.0

    def _administer(self, environ: Environ) -> Response:
        content: Any = None
        with self._lock:
            match environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX):
                case "GET", "status":
                    calls, held = len(self._requests), self._hold.held
                    content = {"pid": os.getpid(), "requests": calls, "held": held}
                case "GET", "requests":
                    content = [asdict(request) for request in self._requests]
                case "DELETE", "requests":
                    self._requests.clear()
                case "POST", "faults":
                    self._set(Faults(**json.loads(_body(environ))))
                    content = asdict(self._faults)
                case _:
                    return Response(status=HTTPStatus.NOT_FOUND)
        return Response(json.dumps(content), mimetype="application/json")


def identify(environ: Environ) -> tuple[str, str]:
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


def _is_conditional_write(environ: Environ) -> bool:
    """Return whether a call writes or deletes an object of S3 under a condition."""
    conditions = environ.keys() & {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"}
    return bool(conditions) and environ["REQUEST_METHOD"] in ("PUT", "DELETE")


def _body(environ: Environ) -> bytes:
    """Return the request's body and keep it for the next reader."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _refusal(fault: str, service: str, environ: Environ) -> Response:
    """Return AWS's error for the fault; each protocol has its own codes."""
    if fault == "conflict":
        message = "The conditional request cannot succeed due to a conflicting operation"
        return refusal(environ, HTTPStatus.CONFLICT, "ConditionalRequestConflict", message)
    if fault != "throttle":
        status, message = HTTPStatus.INTERNAL_SERVER_ERROR, "An internal error has occurred"
        return refusal(environ, status, "InternalFailure", message)
    code = {"ec2": "RequestLimitExceeded", "s3": "SlowDown"}.get(service, "Throttling")
    status = HTTPStatus.SERVICE_UNAVAILABLE if service == "s3" else HTTPStatus.BAD_REQUEST
    if "HTTP_X_AMZ_TARGET" in environ:
        code = "ThrottlingException"
    return refusal(environ, status, code, "Rate exceeded")
