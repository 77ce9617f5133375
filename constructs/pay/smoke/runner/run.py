"""Runs one canary once."""

import io
import json
import os
import signal
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pay.smoke.runner.aws_door import Answer, aws_door
from pay.smoke.runner.browser import find_browser

RUNTIME = Path(__file__).with_name("runtime.js")


@dataclass(frozen=True)
class RunnerNetwork:
    """The addresses of names, if they differ from DNS."""

    resolve: Mapping[str, str] = field(default_factory=dict)
    """Host -> `address:port`, for each port of the host."""
    authority: Path | None = None
    """The certificate of an authority that Node trusts in addition to the public ones."""
    trusted_key: str = ""
    """The public key that Chromium trusts: SHA-256 of its SubjectPublicKeyInfo, in base64."""


DNS = RunnerNetwork()
"""Every name leads where DNS says, and public authorities alone are trusted."""


@dataclass(frozen=True)
class Step:
    """One step of a script."""

    name: str
    ms: int
    error: str | None


@dataclass(frozen=True)
class Run:
    """One run of a canary."""

    passed: bool
    reason: str
    """The reason of the failure; empty when it passed."""
    steps: tuple[Step, ...]
    seconds: float


def run_canary(
    archive: bytes,
    handler: str,
    variables: Mapping[str, str],
    *,
    aws: Answer,
    timeout_seconds: float,
    network: RunnerNetwork = DNS,
) -> Run:
    """Run the handler of a zip archive with these environment variables, as AWS would.

    Raises NoBrowser.
    """
    browser = find_browser()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="canary-") as name, aws_door(aws) as address:
        folder = Path(name)
        zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
        settings = {
            "handler": handler,
            "browser": {"path": browser.path, "args": browser.args},
            "resolve": dict(network.resolve),
            "trusted_key": network.trusted_key,
            "aws": address,
        }
        (folder / "run.json").write_text(json.dumps(settings))
        ending = _run_node(folder, variables, network, timeout_seconds)
        seconds = time.monotonic() - began
        result = folder / "result.json"
        if not result.exists():
            return Run(False, ending, (), seconds)
        content = json.loads(result.read_bytes())
    steps = tuple(Step(**step) for step in content["steps"])
    return Run(content["passed"], content["reason"], steps, seconds)


def _run_node(
    folder: Path, variables: Mapping[str, str], network: RunnerNetwork, timeout_seconds: float
) -> str:
    """Run the stand-in; return why it wrote no result, if it wrote none."""
    trusted = {"NODE_EXTRA_CA_CERTS": str(network.authority)} if network.authority else {}
    node = subprocess.Popen(
        ["node", RUNTIME, folder],
        env={**os.environ, **variables, **trusted},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, printed = node.communicate(timeout=timeout_seconds)
        return f"Node ended with {node.returncode}: {printed.strip()[-500:]}"
    except subprocess.TimeoutExpired:
        return f"no result after {timeout_seconds:g} seconds"
    finally:
        if node.poll() is None:
            # With its browser, which is in its process group.
            os.killpg(node.pid, signal.SIGKILL)
            node.communicate()
