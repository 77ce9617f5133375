"""The record of this checkout's running sandbox, `.sandbox/server.json`."""

import json
from dataclasses import asdict

from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from toolchain.paths import ROOT

FOLDER = ROOT / ".sandbox"
RECORD = FOLDER / "server.json"
LOG = FOLDER / "server.log"


def remember(server: Server) -> None:
    """Record the server, so that other commands find it."""
    FOLDER.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(asdict(server), indent=2) + "\n")


def running() -> Server | None:
    """Return the recorded server, if its process still answers."""
    try:
        record = json.loads(RECORD.read_text())
        server = Server(record["pid"], record["port"], SandboxSettings(**record["settings"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return server if server.answers() else None


def forget() -> None:
    """Delete the record."""
    RECORD.unlink(missing_ok=True)
