"""Starts the sandboxes of a run of the tests as copies of a process that has what they begin with.

A sandbox starts with six seconds of processor time: two load modules that are the same in each, and
the others create an estate that many tests begin with. Here one process of the run loads the
modules. It forks another for each estate, which creates it and waits: it forks a copy of itself for
each sandbox with that estate. A copy then serves as `python -m sandbox.server` does.

All end with the tests.
"""

import gc
import os
import pickle
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread, active_count
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sandbox.instance import Seed
from sandbox.server.process import SandboxError, Server
from sandbox.settings import SandboxSettings
from tests.support.helper_process import connections

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOADED = (
    "acm applicationautoscaling autoscaling awslambda cloudwatch ec2 ecr ecs elasticache elb elbv2 "
    "events firehose guardduty iam inspector2 kms logs rds route53 s3 scheduler secretsmanager "
    "securityhub servicequotas sns sqs ssm sts synthetics wafv2"
).split()
"""The packages of moto that the estate and its stacks use; a copy loads any other itself."""

ALSO_LOADED = ("pay.model", "pay.smoke.runner.run", "sandbox.shop.server")
"""What the modules of `sandbox.aws` import; they themselves read a server's settings."""

ADDRESS = "PAY_TESTS_WARM_SANDBOXES"
"""The variable with the process's address."""

LONGEST_MESSAGE = 65_536
QUIET_WITHIN_SECONDS = 60.0
"""The longest time from the last call of a seed until the server has ended its connections."""


@contextmanager
def used() -> Iterator[None]:
    """Start every `Sandbox` of this process so."""
    with patch("sandbox.instance.launch_seeded", partial(copied, os.environ[ADDRESS])):
        yield


@contextmanager
def empty_sandbox(settings: SandboxSettings) -> Iterator[Server]:
    """Run a server of an account in which nothing is yet."""
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        log = Path(folder) / "server.log"
        server = copied(os.environ[ADDRESS], settings, _nothing, log=log)
        try:
            yield server
        finally:
            server.stop()


def _nothing(make_client: Callable[[str], Any]) -> None:
    pass


def copied(address: str, settings: SandboxSettings, seed: Seed, *, log: Path) -> Server:
    """Return a server with the estate that `seed` creates.

    Raises SandboxError, with what the server wrote, if it does not start.
    """
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(address)
        with asked.makefile("wb") as message:
            pickle.dump((settings, seed, str(log)), message)
        asked.shutdown(socket.SHUT_WR)
        with asked.makefile("rb") as answer:
            numbers = answer.read().split()
    if not numbers:
        raise SandboxError(f"the server did not start:\n{log.read_text()}")
    pid, port = map(int, numbers)
    return Server(pid, port, settings)


def serve(listener: socket.socket) -> None:
    """Answer those who ask for a sandbox."""
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    estates: dict[str, socket.socket] = {}
    for asked in connections(listener):
        with asked:
            _pass_on(asked, estates, listener)


def _load() -> None:
    from sandbox.server.__main__ import configure_moto, read_once

    # What depends on a server's settings, moto reads at a call.
    configure_moto(SandboxSettings())
    read_once()
    for module in ("moto.moto_server.werkzeug_app", *ALSO_LOADED):
        import_module(module)
    for name in LOADED:
        import_module(f"moto.{name}.models")
        import_module(f"moto.{name}.urls")
        _read_model(name)
    gc.collect()
    gc.freeze()


def _read_model(name: str) -> None:
    """Let moto and boto3, which it asks for regions, keep their model of a service."""
    from moto.backends import get_backend
    from moto.core.base_backend import AccountSpecificBackend
    from moto.core.utils import get_service_model

    service = get_backend(name).service_name  # type: ignore[call-overload]
    AccountSpecificBackend.get_session().get_available_regions(service)
    get_service_model(service)


def _pass_on(
    asked: socket.socket, estates: dict[str, socket.socket], listener: socket.socket
) -> None:
    """Let the process with the estate that is asked for answer; make it if there is none."""
    with asked.makefile("rb") as message:
        settings, seed, log = pickle.load(message)
    estate = repr((settings, seed))
    order = ([log.encode()], [asked.fileno()])
    if estate in estates:
        try:
            socket.send_fds(estates[estate], *order)
            return
        except OSError:
            estates.pop(estate).close()  # it could not create its estate
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        for unneeded in (listener, ours, asked, *estates.values()):
            unneeded.close()
        _ending(_keep_estate, settings, seed, theirs)
    theirs.close()
    estates[estate] = ours
    socket.send_fds(ours, *order)


def _ending(run: Callable[..., None], *arguments: object) -> None:
    """Run a function to the end of this process, which is a copy."""
    try:
        run(*arguments)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _keep_estate(settings: SandboxSettings, seed: Seed, orders: socket.socket) -> None:
    """Create the estate, and copy this process for each order."""
    application = None
    while True:
        message, numbers, _, _ = socket.recv_fds(orders, LONGEST_MESSAGE, 1)
        if not numbers:
            return
        with Path(message.decode()).open("ab") as log:
            os.dup2(log.fileno(), sys.stderr.fileno())
        application = application or _seeded(settings, seed)
        with socket.socket(fileno=numbers[0]) as asked:
            if os.fork() == 0:
                orders.close()
                _ending(_become_server, application, settings, asked)


def _seeded(settings: SandboxSettings, seed: Seed) -> "WSGIApplication":
    """Return the application of a server with the estate, which no longer serves."""
    from sandbox.server.__main__ import build_application, configure_moto, http_server

    os.environ.update(settings.to_environment())
    configure_moto(settings)
    application = build_application(settings)
    server = http_server(application)
    serving = Thread(target=server.serve_forever)
    serving.start()
    seed(Server(os.getpid(), server.port, settings).client)
    server.shutdown()
    server.server_close()
    serving.join()
    _wait_for_threads()
    return application


def _wait_for_threads() -> None:
    """Wait until only this thread runs: no other is in a copy, nor what it holds."""
    deadline = time.monotonic() + QUIET_WITHIN_SECONDS
    while active_count() > 1:
        gc.collect()  # clients, whose connections the server's threads read
        if time.monotonic() > deadline:
            raise SandboxError("a connection stayed open after the estate was created")
        time.sleep(0.01)


def _become_server(
    application: "WSGIApplication", settings: SandboxSettings, asked: socket.socket
) -> None:
    """Serve as `python -m sandbox.server --tied` does."""
    from moto.moto_api._internal import mock_random

    from sandbox.server.__main__ import end_with_parent, serve

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    mock_random.seed()  # other ids than its copies
    end_with_parent()

    def tell(port: int) -> None:
        asked.sendall(f"{os.getpid()} {port}".encode())
        asked.close()

    serve(application, settings, tell=tell)
