"""The server's process: moto behind the sandbox's middleware, on the loopback address.

`sandbox.server.process` starts it, as does `python -m sandbox.server`. It prints its port when it
is ready.
"""

import argparse
import gc
import json
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from inspect import isfunction
from typing import TYPE_CHECKING, Any

from werkzeug import Response
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox import aws
from sandbox.aws.clock import CLOCK
from sandbox.aws.patching import replaces
from sandbox.server.errors import Answer, Environ, refusal
from sandbox.server.faults import FaultInjection
from sandbox.server.image_registry import PREFIX as IMAGES_PREFIX
from sandbox.server.image_registry import ImageRegistry
from sandbox.server.metric_feed import feeding_metrics
from sandbox.server.prices import PREFIX as PRICES_PREFIX
from sandbox.server.prices import price_list
from sandbox.server.process import Server
from sandbox.server.repeated_calls import RepeatedCalls
from sandbox.server.traffic_history import TrafficHistory
from sandbox.settings import AS_AWS, SandboxSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def configure_moto(settings: SandboxSettings) -> None:
    """Set moto's environment variables, which it reads at import."""
    os.environ["MOTO_ACCOUNT_ID"] = settings.account_id
    # Nothing here uses the hundreds of public images, which take a second of every start.
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    # Without it, moto's IAM does not have AWS's managed policies.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"


def read_once() -> None:
    """Let moto read boto3's data once.

    moto makes a session or a loader for each of its lists, and each would read all files again.
    That takes an eighth of a start. Also let it list the methods of a service only once.
    """
    import boto3

    boto3.Session = cache(boto3.Session)  # before moto.core, which makes its own

    from moto.core import utils

    utils.create_loader = cache(utils.create_loader)  # type: ignore[attr-defined]

    from moto.core import responses

    replaces(responses, "method_names_from_class")(Methods)


class Methods:
    """The methods of a class of responses, by name. moto lists all of them, several hundred, for
    every call to find one. That is an eighth of its work.
    """

    def __init__(self, owner: type) -> None:
        self._owner = owner

    def __contains__(self, name: str) -> bool:
        return isfunction(getattr(self._owner, name, None))


class OneAtATime:
    """Runs one API call at a time; advances the estate before each and records it afterwards.

    moto keeps its state in plain objects without locks. A change to several of them (tasks,
    targets, counts) must not be visible before it is complete.
    """

    def __init__(self, answer: Answer, look: Callable[[], None]) -> None:
        self._answer, self._look = answer, look
        self._lock = threading.Lock()

    def __call__(self, environ: Environ) -> Response:
        with self._lock:
            try:
                _move_on()
                answer = self._answer(environ)
                self._look()
                return answer
            except Exception as failure:
                # Terraform's AWS provider retries a 500 up to 25 times, for many minutes. A call
                # that the sandbox does not support must fail at once.
                traceback.print_exc()
                message = f"the sandbox cannot do this: {failure or type(failure).__name__}"
                return refusal(environ, HTTPStatus.BAD_REQUEST, "SandboxFailure", message)

    def idle(self) -> None:
        """Advance and record the estate without a call."""
        with self._lock:
            _move_on()
            self._look()


def _move_on() -> None:
    for move_on in aws.before_each_call:
        move_on()


def build_application(settings: SandboxSettings) -> "WSGIApplication":
    """Return moto with the sandbox's changes, fault injection, request log and history."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    def create_app(service: Any) -> Any:
        aws.load(service)
        return create_backend_app(service)

    dispatcher = DomainDispatcherApplication(create_app)
    # moto lists its own folders for every call, to find what is the same for each host.
    once = cache(dispatcher.get_backend_for_host)
    dispatcher.get_backend_for_host = once  # type: ignore[method-assign]

    images = ImageRegistry(settings)

    def moto(environ: Environ) -> Response:
        if environ["PATH_INFO"].startswith(IMAGES_PREFIX):
            return images(environ)
        if environ.get("HTTP_X_AMZ_TARGET", "").startswith(PRICES_PREFIX):
            return price_list(environ)
        return Response.from_app(dispatcher, environ, buffered=True)

    history = TrafficHistory(settings)
    calls = OneAtATime(RepeatedCalls(moto), history.look)
    answer = history.serve_beside(feeding_metrics(FaultInjection(calls)), calls.idle)
    return lambda environ, start: answer(environ)(environ, start)


def http_server(application: "WSGIApplication", port: int = 0) -> BaseWSGIServer:
    """Return a server of the loopback address that does not serve yet.

    Port 0 selects a free port.
    """
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class QuietHandler(MotoRequestHandler):
        # Uploads to S3 wait for "100 Continue", which HTTP/1.0 does not have.
        protocol_version = "HTTP/1.1"

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Date answers of S3 by the clock of the sandbox's AWS, by which locks expire. The
            judge compares the others with this machine's clock, and in the lab AWS's is ahead.
            """
            of_s3 = "/s3/aws4_request" in self.headers.get("authorization", "")
            moment = CLOCK.seconds() if of_s3 and timestamp is None else timestamp
            return str(super().date_time_string(moment))

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Do nothing: `sandbox.server.faults` keeps the request log."""

    return make_server("127.0.0.1", port, application, threaded=True, request_handler=QuietHandler)


def serve(
    application: "WSGIApplication",
    settings: SandboxSettings,
    port: int = 0,
    *,
    tell: Callable[[int], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `tell` gets the port as soon as the server answers."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    server = http_server(application, port)
    own = Server(os.getpid(), server.port, settings)
    os.environ[AS_AWS] = json.dumps(own.variables())
    tell(server.port)
    # What is loaded stays to the end. To look at it again took a fourteenth of the server's time.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    server.serve_forever()


def end_with_parent() -> None:
    """End this process when its parent has ended for any reason."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Serve with the settings of this process's variables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for a free port")
    parser.add_argument("--tied", action="store_true", help="end with the parent process")
    arguments = parser.parse_args()
    if arguments.tied:
        end_with_parent()
    settings = SandboxSettings.from_environment()
    configure_moto(settings)
    read_once()
    application = build_application(settings)
    serve(application, settings, arguments.port, tell=lambda port: print(port, flush=True))


if __name__ == "__main__":
    main()
