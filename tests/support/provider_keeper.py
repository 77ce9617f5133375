"""Serves the Terraform commands of one worker of the tests with the AWS provider."""

import json
import socket
import tempfile
from pathlib import Path
from threading import Thread

from tests.support.helper_process import ROOT, connections
from tests.support.provider_relay import Keeper
from tests.support.provider_relay import serve as relay

BINDINGS = ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json"
"""The schemas of the types that the project uses."""


def bound_types() -> list[str]:
    """Return the types that the project uses, as in addresses."""
    bindings = json.loads(BINDINGS.read_bytes())
    data = [f"data.{type_}" for type_ in bindings["data_source_schemas"]]
    return [*bindings["resource_schemas"], *data]


def serve(listener: socket.socket) -> None:
    """Serve launchers."""
    keeper = Keeper(bound_types())
    for number, launcher in enumerate(connections(listener)):
        address = Path(tempfile.gettempdir()) / f"provider-{number}"
        Thread(target=relay, args=(keeper, launcher, address), daemon=True).start()
