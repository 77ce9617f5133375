"""Runs the container of a one-off task as a process of this machine, where its image is known.

Its variables are those of the task: of its definition, of `RunTask`'s overrides, and its secrets.
Its AWS is this sandbox, and the names of services lead to the stub shop.
"""

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from pay.catalogue.images import LOAD_RUNNER
from pay.containers.definitions import pairs
from pay.containers.images import repository_of
from sandbox.settings import AS_AWS
from toolchain.paths import ROOT, virtual_environment

PROGRAMS: Mapping[str, Sequence[str]] = {
    LOAD_RUNNER.repository: (
        str(virtual_environment("locust") / "bin" / "python"),
        str(ROOT / "sandbox" / "shop" / "visit.py"),
        "pay.load",
    ),
}
"""The repository of an image -> the command that runs in its place, in the project's environment.
"""

STOP_SECONDS = 30.0
"""The time between SIGTERM and SIGKILL (AWS: ECS API reference, `StopTask`)."""


def program_of(image: str) -> Sequence[str] | None:
    """Return the command that runs in place of an image; None if no process runs."""
    _, _, repository = (repository_of(image) or "").partition("/")
    return PROGRAMS.get(repository)


class Program:
    """A container that runs."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            command,
            cwd="/",
            env={**_machine(variables), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def exit_code(self) -> int | None:
        """Return its exit code, as a container's; None: it runs, or has unread lines."""
        code = self._process.poll()
        if code is None or self._reader.is_alive():
            return None
        return code if code >= 0 else 128 - code

    def lines(self) -> Iterator[str]:
        """Take what it has written since the last call."""
        while not self._lines.empty():
            yield self._lines.get()

    def end(self) -> None:
        """Send SIGTERM, and kill it if it does not end."""
        self._process.send_signal(signal.SIGTERM)
        killing = threading.Timer(STOP_SECONDS, self._process.kill)
        killing.daemon = True
        killing.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))


def variables_of(
    part: Mapping[str, Any], overrides: Mapping[str, Any], account: str, region: str
) -> dict[str, str]:
    """Return the variables of a container, its secrets among them."""
    of_run: Mapping[str, Any] = next(
        (o for o in overrides.get("containerOverrides") or () if o["name"] == part["name"]), {}
    )
    own, replaced = pairs(part, "environment"), pairs(of_run, "environment")
    return {**own, **replaced, **_secrets(part, account, region)}


def _secrets(part: Mapping[str, Any], account: str, region: str) -> dict[str, str]:
    from moto.secretsmanager.models import secretsmanager_backends

    variables = {}
    for name, value_from in pairs(part, "secrets").items():
        secret, key = value_from.split(":")[:7], value_from.split(":")[7]
        backend = secretsmanager_backends[account][region]
        text = backend.get_secret_value(":".join(secret), "", "")["SecretString"]
        variables[name] = json.loads(text)[key]
    return variables


def _machine(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what a program of this machine needs to stand where its task would."""
    # The shop brings cryptography, which few sandboxes need.
    from sandbox.aws.synthetics.canary_runs import network

    host = urlsplit(variables.get("BASE_URL", "")).hostname or ""
    there = network({"HOSTS": f"api={host}"})
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "constructs"),
        "SHOP_RESOLVES": json.dumps(dict(there.resolve)),
        "SHOP_AUTHORITY": str(there.authority),
        **json.loads(os.environ[AS_AWS]),
    }
