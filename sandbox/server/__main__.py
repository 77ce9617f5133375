"""The server's process: moto behind the sandbox's middleware, on the loopback address.

`sandbox.server.process` starts it, as does `python -m sandbox.server`. It prints its port when it
is ready.
"""

import argparse
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from types import FrameType
from typing import TYPE_CHECKING, Any

from sandbox.server.errors import answer_error
from sandbox.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def _configure_moto(settings: Settings) -> None:
    """Set moto's environment variables, which it reads at import."""
    os.environ["MOTO_ACCOUNT_ID"] = settings.account_id
    # Nothing here uses the hundreds of public images, which take a second of every start.
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    # Without it, moto's IAM does not have AWS's managed policies.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"


class OneAtATime:
    """Runs one API call at a time; advances the estate before each and records it afterwards.

    moto keeps its state in plain objects without locks. A change to several of them (tasks,
    targets, counts) must not be visible before it is complete.
    """

    def __init__(self, app: "WSGIApplication", look: Callable[[], None]) -> None:
        from sandbox.aws import before_each_call

        self._app, self._look = app, look
        self._lock = threading.Lock()
        self._before = before_each_call

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        begun: list[Any] = []

        def begin(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
            # Not sent yet: a started answer can no longer become an error.
            begun[:] = status, headers
            return lambda data: None

        with self._lock:
            try:
                self._move_on()
                answer = list(self._app(environ, begin))
                self._look()
            except Exception as failure:
                # Terraform's AWS provider retries a 500 up to 25 times, for many minutes. A call
                # that the sandbox does not support must fail at once.
                traceback.print_exc()
                message = f"the sandbox cannot do this: {failure or type(failure).__name__}"
                bad_request = HTTPStatus.BAD_REQUEST
                return answer_error(environ, start, bad_request, "SandboxFailure", message)
        start(*begun)
        return answer

    def idle(self) -> None:
        """Advance and record the estate without a call."""
        with self._lock:
            self._move_on()
            self._look()

    def _move_on(self) -> None:
        for move_on in self._before:
            move_on()


def build_application(settings: Settings) -> "WSGIApplication":
    """Return moto with the sandbox's changes, fault injection, request log and history."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from sandbox import aws
    from sandbox.server.faults import FaultInjection
    from sandbox.server.repeated_calls import RepeatedCalls
    from sandbox.server.traffic_history import TrafficHistory

    def create_app(service: Any) -> Any:
        aws.load(service)
        return create_backend_app(service)

    history = TrafficHistory(settings)
    moto = OneAtATime(RepeatedCalls(DomainDispatcherApplication(create_app)), history.look)
    return history.serve_beside(FaultInjection(moto), moto.idle)


def _end_with_parent() -> None:
    """End this process when its parent has ended for any reason."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _stop(signal_number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for a free port")
    parser.add_argument("--tied", action="store_true", help="end with the parent process")
    arguments = parser.parse_args()
    if arguments.tied:
        _end_with_parent()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    settings = Settings.from_environment()
    _configure_moto(settings)

    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    class QuietHandler(MotoRequestHandler):
        # Uploads to S3 wait for "100 Continue", which HTTP/1.0 does not have.
        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Do nothing: `sandbox.server.faults` keeps the request log."""

    server = make_server(
        "127.0.0.1",
        arguments.port,
        build_application(settings),
        threaded=True,
        request_handler=QuietHandler,
    )
    print(server.port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
