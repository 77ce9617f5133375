"""Starts, administers and stops the server as a process, independently of its content."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from sandbox.settings import ACCESS_KEY_ID, SandboxSettings
from toolchain.paths import ROOT

STOP_TIMEOUT_SECONDS = 10
ANSWER_TIMEOUT_SECONDS = 60
LOG_TAIL_CHARACTERS = 2000


class SandboxError(Exception):
    """The sandbox failed; the message gives the reason and what to do."""


@dataclass(frozen=True)
class Server:
    """A server that runs until `stop` is called, even after its starting program has ended."""

    pid: int
    port: int
    settings: SandboxSettings

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def variables(self) -> dict[str, str]:
        """Return the environment variables with which a program uses this server as AWS."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY_ID,
            "AWS_REGION": self.settings.region,
            "AWS_DEFAULT_REGION": self.settings.region,
            # A call without an answer fails in seconds, not after minutes of retries.
            "AWS_MAX_ATTEMPTS": "3",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def client(self, service: str, make: Callable[..., Any] = boto3.client) -> Any:
        """Return the boto3 client of one AWS service; `make` is boto3's or that of a session.

        A client is made once, which takes a tenth of a second.
        """
        if (service, make) not in self._clients:
            self._clients[service, make] = make(
                service,
                endpoint_url=self.endpoint,
                region_name=self.settings.region,
                aws_access_key_id=ACCESS_KEY_ID,
                aws_secret_access_key=ACCESS_KEY_ID,
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
        return self._clients[service, make]

    @cached_property
    def _clients(self) -> dict[tuple[str, Callable[..., Any]], Any]:
        return {}

    def administer(self, what: str, *, method: str = "GET", body: Any = None) -> Any:
        """Call the server's own `status`, `faults`, `requests` (see `faults.py`) or `metrics`.

        Raises OSError if nothing answers.
        """
        request = urllib.request.Request(
            f"{self.endpoint}/_sandbox/{what}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        # A stopped server refuses at once; one on a busy machine may take long.
        with direct.open(request, timeout=ANSWER_TIMEOUT_SECONDS) as answer:
            return json.load(answer)

    def answers(self) -> bool:
        """Return whether this process still serves this port; either may now belong to another."""
        try:
            return bool(self.administer("status")["pid"] == self.pid)
        # A server that ends at this moment may leave an answer incomplete.
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return False

    def stop(self) -> None:
        """End the process and wait for it; raises SandboxError if it does not end."""
        if not self.answers():
            return
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while self.answers():
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"process {self.pid} has not ended after {STOP_TIMEOUT_SECONDS} s; "
                    f"end it with: kill -9 {self.pid}"
                )
            time.sleep(0.02)


def launch(settings: SandboxSettings, *, port: int = 0, log: Path, tied: bool = False) -> Server:
    """Start a server and wait until it answers; port 0 selects a free port.

    A tied server ends with this program, even if that is killed.

    Raises SandboxError if moto is absent, or with the end of the log if the server does not start.
    """
    if find_spec("moto") is None:
        raise SandboxError("moto, a development dependency, is not installed; run: make setup")
    log.parent.mkdir(parents=True, exist_ok=True)
    # Settings of a real account or endpoint are not valid here.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    packages = os.pathsep.join(map(str, (ROOT, ROOT / "constructs")))
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.server", f"--port={port}", *["--tied"] * tied],
            cwd=ROOT,
            env={**inherited, **settings.to_environment(), "PYTHONPATH": packages},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            start_new_session=True,
        )
    if process.stdout is None:
        raise SandboxError("the server's output could not be read; start it again")
    try:
        with process.stdout as output:
            line = output.readline().strip()
    except BaseException:  # Ctrl-C while it starts, when no record names the process yet
        process.kill()
        raise
    if not line.isdigit():
        process.wait()
        tail = log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:]
        raise SandboxError(f"the server did not start; the end of {log}:\n{tail}")
    return Server(process.pid, int(line), settings)
