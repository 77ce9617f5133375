"""Releases of the service that `tests.e2e.deployed` has on both sides."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pay.catalogue import CATALOGUE, IMAGES
from pay.model import Side, names
from pay.model.side import ServiceSide
from rollout.releases.record import Release, read_releases
from sandbox.estate.images import push
from tests.conftest import ROOT
from tests.e2e.deployed import SERVICE, Deployed
from tests.support.patience import TIMEOUT_SECONDS

NO_SMOKE = ("--without-smoke", "no smoke tests here")


@dataclass(frozen=True)
class Releases:
    """What is pushed, deployed and recorded."""

    deployed: Deployed

    @property
    def variables(self) -> dict[str, str]:
        # Another folder than the one that cdktf works in: a release synthesises its stacks alone.
        out = self.deployed.outdir.with_name("release.out")
        return {**self.deployed.variables, "CDKTF_OUTDIR": str(out), "COLUMNS": "1000"}

    @property
    def folder(self) -> Path:
        return Path(self.deployed.variables["PAY_ENVIRONMENTS"])

    def push(self, tag: str, *, image: str = SERVICE) -> str:
        """Push an image and return its digest."""
        sandbox, repository = self.deployed.sandbox, IMAGES[image].repository
        owner = sandbox.environment
        pushed = push(
            sandbox.server.endpoint,
            {repository: [tag]},
            account_id=owner.account_id,
            region=owner.region,
        )
        return pushed[f"{repository}:{tag}"]

    def pay(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pay", *arguments],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def deploy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.pay("deploy", "sandbox", SERVICE, *arguments)

    def running(self, container: str = SERVICE) -> dict[Side, set[str]]:
        """Return the digests of a container on each side."""
        ecs = self.deployed.sandbox.client("ecs")
        found: dict[Side, set[str]] = {}
        for side in Side:
            cluster = names.cluster("sandbox", side)
            arns = ecs.list_tasks(cluster=cluster, serviceName=SERVICE)["taskArns"]
            tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
            containers = (each for task in tasks for each in task["containers"])
            found[side] = {c["imageDigest"] for c in containers if c["name"] == container}
        return found

    def on_both(self, digest: str) -> dict[Side, set[str]]:
        return {side: {digest} for side in Side}

    def record(self) -> tuple[Release, ...]:
        return read_releases(self.folder, "sandbox", SERVICE)

    def side(self, side: Side) -> ServiceSide:
        return ServiceSide(CATALOGUE[SERVICE], self.deployed.sandbox.environment, side)

    def administer(self, what: str, **body: Any) -> None:
        self.deployed.sandbox.server.administer(what, method="POST", body=body)

    def kill_at_the_second_side(self, number: str) -> None:
        """Deploy, and end every process with SIGKILL when the second side's service changes."""
        self.administer("faults", hold=2, only="ecs.UpdateService")
        process = subprocess.Popen(
            ["pay", "deploy", "sandbox", SERVICE, number, *NO_SMOKE],
            cwd=ROOT,
            env=self.variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + TIMEOUT_SECONDS
        try:
            while not self.deployed.sandbox.server.administer("status")["held"]:
                assert process.poll() is None, "it ended before it was killed"
                assert time.monotonic() < deadline
                time.sleep(0.05)
            for pid in [*_descendants(process.pid), process.pid]:
                os.kill(pid, signal.SIGKILL)
            process.wait()
        finally:
            self.administer("faults")  # else whatever comes later is held, too


def _descendants(pid: int) -> Iterator[int]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except FileNotFoundError:
            continue
        if parent == pid:
            child = int(status.parent.name)
            yield from _descendants(child)
            yield child
