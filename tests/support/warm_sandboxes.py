"""Starts the sandboxes of one worker of the tests as copies of a process that has loaded moto.

A sandbox starts in three seconds of processor time, of which two load modules that are the same in
each. Here they are loaded once. A copy (`os.fork`) then does all that `python -m sandbox.server`
does. The process starts with the first sandbox; it ends with the worker, and every copy with it.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Lock
from unittest.mock import patch

from sandbox.server.process import SandboxError, Server
from sandbox.settings import SandboxSettings

ROOT = Path(__file__).parents[2]

LOADED = (
    "acm applicationautoscaling autoscaling awslambda cloudwatch ec2 ecr ecs elasticache elb elbv2 "
    "events firehose guardduty iam inspector2 kms logs rds route53 s3 scheduler secretsmanager "
    "securityhub servicequotas sns sqs ssm sts synthetics wafv2"
).split()
"""The packages of moto that the estate and its stacks use; a copy loads any other itself."""

ALSO_LOADED = ("pay.model", "pay.smoke.runner.run", "sandbox.shop.server")
"""What the modules of `sandbox.aws` import; they themselves read a server's settings."""

LONGEST_MESSAGE = 65_536


class Starter:
    """Asks the process for copies."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = Lock()

    @cached_property
    def _process(self) -> "subprocess.Popen[bytes]":
        number = self._theirs.fileno()
        packages = os.pathsep.join(map(str, (ROOT, ROOT / "constructs")))
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm_sandboxes", str(number)],
            cwd=ROOT,
            env={**inherited, "PYTHONPATH": packages},
            stdin=subprocess.DEVNULL,
            pass_fds=[number],
            start_new_session=True,
        )
        self._theirs.close()
        return process

    def launch(self, settings: SandboxSettings, *, log: Path, tied: bool) -> Server:
        """Do the same as `sandbox.server.process.launch` for a tied server on a free port."""
        if not tied:
            raise ValueError("a copy ends with the tests")
        with self._lock:
            self._process  # noqa: B018
            asked = {"variables": settings.to_environment(), "log": str(log)}
            self._ours.send(json.dumps(asked).encode())
            answer = self._ours.recv(LONGEST_MESSAGE)
        if not answer:
            raise SandboxError(f"the server did not start:\n{log.read_text()}")
        pid, port = json.loads(answer)
        return Server(pid, port, settings)

    def end(self) -> None:
        self._ours.close()
        self._theirs.close()
        if "_process" in vars(self):
            self._process.wait()


@contextmanager
def warm_sandboxes() -> Iterator[None]:
    """Start every `Sandbox` of this process so."""
    starter = Starter()
    with patch("sandbox.instance.launch", starter.launch):
        try:
            yield
        finally:
            starter.end()


def main() -> None:
    """Copy this process for each message, and answer with the copy's id and port."""
    from sandbox.server.__main__ import configure_moto, read_once

    asked = socket.socket(fileno=int(sys.argv[1]))
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
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while message := asked.recv(LONGEST_MESSAGE):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            asked.close()
            os.close(reader)
            _become_server(**json.loads(message), output=writer)
        os.close(writer)
        with os.fdopen(reader) as output:
            port = output.readline().strip()
        asked.send(json.dumps([pid, int(port)]).encode() if port else b"")


def _read_model(name: str) -> None:
    """Let moto and boto3, which it asks for regions, keep their model of a service."""
    from moto.backends import get_backend
    from moto.core.base_backend import AccountSpecificBackend
    from moto.core.utils import get_service_model

    service = get_backend(name).service_name  # type: ignore[call-overload]
    AccountSpecificBackend.get_session().get_available_regions(service)
    get_service_model(service)


def _become_server(variables: dict[str, str], log: str, output: int) -> None:
    """Serve as `python -m sandbox.server --tied` does, and end the process."""
    from moto.moto_api._internal import mock_random

    from sandbox.server.__main__ import main as serve

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(output, sys.stdout.fileno())
    os.close(output)
    with Path(log).open("ab") as sink:
        os.dup2(sink.fileno(), sys.stderr.fileno())
    os.environ.update(variables)
    sys.argv = ["sandbox.server", "--tied"]
    mock_random.seed()  # other ids than its copies
    try:
        serve()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
