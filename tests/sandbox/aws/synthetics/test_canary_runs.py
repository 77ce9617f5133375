"""The stub shop of the sandbox ends with its server."""

import os
import subprocess
import sys

from tests.conftest import ROOT

SERVES = "from sandbox.aws.synthetics import canary_runs; canary_runs._served()"


def test_a_server_that_served_the_shop_ends() -> None:
    """One that does not end keeps the lock of the browser, and every later canary waits for it."""
    packages = os.pathsep.join(map(str, (ROOT, ROOT / "constructs")))
    subprocess.run(
        [sys.executable, "-c", SERVES],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": packages},
        timeout=60,
    )
