"""Relays the calls of Terraform commands to processes of the AWS provider.

Terraform asks a provider for the schemas of its 1,500 types in every command, starts it for that,
and uses forty of them. Here a command talks to a relay, which has the schemas from the first time,
and needs a process only for the other calls.

A process of the provider sees the same variables in its life, and serves one command at a time. It
serves no other after a command that stopped it or ended amid a call. Each command configures it
again, as an apply does itself. Of what was there before, `Configure` keeps the HTTP client alone
(docs/decisions/0238).
"""

import json
import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import grpc

from tests.support.provider_schema import only_types

ADDRESS = "registry.terraform.io/hashicorp/aws"
SERVICE = "/tfplugin5.Provider/"
SCHEMA, STOP = (f"{SERVICE}{name}" for name in ("GetSchema", "Stop"))
"""Calls of Terraform's plugin protocol, version 5."""

TOLD = re.compile(r"TF_REATTACH_PROVIDERS='(.+)'")

READ = re.compile(r"(AWS|TF_AWS|GO|SSL)\w*|(https?|no)_proxy|HOME|TMPDIR", re.IGNORECASE)
"""The variables that the provider, AWS's library and Go read; a process gets no others."""

CERTIFICATES = "AWS_CA_BUNDLE"
"""A provider that reads certificates cannot be configured twice, as an apply does; the local AWS
speaks plain HTTP.
"""

SILENT = {"TF_LOG_PROVIDER": "off", "TF_LOG_SDK": "off"}
"""In debug mode a provider writes all of its log: a third of its work."""

MOST_IDLE = 2
"""Processes that wait for a command; each has as much memory as `LIMITED` lets it have."""

LIMITED = {"GOGC": "off", "GOMEMLIMIT": "512MiB"}
"""A process lives long, and collects garbage from this size on; less than half of it is in use."""

MOST_CALLS = 64
"""More than Terraform makes at once."""

ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@dataclass(frozen=True)
class Place:
    """What a process of the provider can see of the commands that it serves."""

    program: str
    folder: str | None
    """Where it finds the files that a stack names; None for a stack that names none."""
    variables: frozenset[tuple[str, str]]


class Provider:
    """A process of the provider in its debug mode, in which it outlives a command."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.calls = 0
        """The calls that it has not answered yet."""
        self.is_usable = True
        self._lock = Lock()
        self._process = subprocess.Popen(
            [place.program, "-debug"],
            cwd=place.folder or tempfile.gettempdir(),
            env={**dict(place.variables), **SILENT, **LIMITED, "TMPDIR": tempfile.gettempdir()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        lines = map(TOLD.search, self._process.stdout or ())
        if (listening := next(filter(None, lines), None)) is None:
            raise RuntimeError(f"{place.program} did not start")
        address = json.loads(listening[1])[ADDRESS]["Addr"]["String"]
        self._channel = grpc.insecure_channel(f"unix:{address}", options=ANY_SIZE)

    def call(self, method: str, request: bytes) -> bytes:
        """Return the answer to a call. Raises grpc.RpcError."""
        with self._lock:
            self.calls += 1
        answer: bytes = self._channel.unary_unary(method)(request)
        with self._lock:
            self.calls -= 1
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._channel.close()


class Keeper:
    """The processes that wait for a command, and the schemas."""

    def __init__(self, types: Iterable[str]) -> None:
        """`types`: those with a schema in every command."""
        self._idle: list[Provider] = []
        self._lock = Lock()
        self._schemas: dict[str, bytes] = {}
        """Of all types."""
        self._answers: dict[str, bytes] = {}
        """Of the types so far."""
        self._types = set(types)
        self._asking = Lock()

    def take(self, place: Place) -> Provider:
        """Return a process for one command, started if none waits."""
        with self._lock:
            for provider in self._idle:
                if provider.place == place:
                    self._idle.remove(provider)
                    return provider
        return Provider(place)

    def put_back(self, provider: Provider) -> None:
        """Let a process wait for the next command, unless it must not serve another."""
        ended = [] if provider.is_usable and not provider.calls else [provider]
        with self._lock:
            self._idle += [provider] if not ended else []
            ended += self._idle[: max(0, len(self._idle) - MOST_IDLE)]
            self._idle = self._idle[-MOST_IDLE:]
        for each in ended:
            each.end()

    def schemas(self, program: str, types: Set[str], ask: Callable[[], bytes]) -> bytes:
        """Return the schemas of the types of this command, and of those of every earlier one, which
        a state may still hold. `ask` returns the schemas of all types.
        """
        with self._asking:
            if program not in self._schemas:
                self._schemas[program] = ask()
            if not types <= self._types:
                self._types |= types
                self._answers.clear()
            if program not in self._answers:
                self._answers[program] = only_types(self._schemas[program], self._types)
            return self._answers[program]


class Command(grpc.GenericRpcHandler):
    """One command of Terraform: answers what it asks of its provider."""

    def __init__(self, keeper: Keeper, place: Place, types: frozenset[str]) -> None:
        self._keeper, self._place, self._types = keeper, place, types
        self._lock = Lock()
        self._provider: Provider | None = None
        self._has_ended = False

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        """Handle a call of the provider; there is no other plugin to talk with, and no output."""
        if not details.method.startswith(SERVICE):
            return None
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._answered(details.method, request, context)
        )

    def _answered(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            return self.answer(method, request)
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
            raise

    def answer(self, method: str, request: bytes) -> bytes:
        """Return the answer to a call. Raises grpc.RpcError."""
        if method == SCHEMA:
            return self._keeper.schemas(
                self._place.program, self._types, lambda: self._in_use().call(method, request)
            )
        if method == STOP:
            if self._provider:
                self._provider.is_usable = False
                self._provider.call(method, request)
            return b""
        return self._in_use().call(method, request)

    def _in_use(self) -> Provider:
        """Return the process of this command."""
        with self._lock:
            if self._has_ended:
                raise RuntimeError("the command has ended")
            if self._provider is None:
                self._provider = self._keeper.take(self._place)
            return self._provider

    def end(self) -> None:
        """Give the process back."""
        with self._lock:
            self._has_ended = True
        if self._provider:
            self._keeper.put_back(self._provider)


def serve(keeper: Keeper, launcher: socket.socket, address: Path) -> None:
    """Serve the command that a launcher is about to become, until it ends."""
    with launcher, launcher.makefile("rw") as stream:
        asked = json.loads(stream.readline())
        variables = {
            name: value
            for name, value in asked["variables"].items()
            if READ.fullmatch(name) and name != CERTIFICATES
        }
        place = Place(asked["program"], asked["folder"], frozenset(variables.items()))
        command = Command(keeper, place, frozenset(asked["types"]))
        calls = ThreadPoolExecutor(MOST_CALLS)
        server = grpc.server(calls, [command], options=ANY_SIZE)
        server.add_insecure_port(f"unix:{address}")
        server.start()
        listening = {
            "Protocol": "grpc",
            "ProtocolVersion": 5,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": str(address)},
        }
        stream.write(json.dumps({ADDRESS: listening}) + "\n")
        stream.flush()
        # Terraform inherits the connection, and says nothing on it.
        stream.read()
        command.end()
        server.stop(None)
        calls.shutdown(wait=False)
