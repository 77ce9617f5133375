"""The lock of a state that a killed apply leaves in S3, by the real Terraform."""

import re
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.server.process import Server
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.terraform_runs import Terraform

STACK = Path("cdktf.out", "stacks", "test-12-connector-traffic")
CONFIGURATION = """\
terraform {{
  backend "s3" {{
    bucket         = "{bucket}"
    key            = "traffic.tfstate"
    use_lockfile   = true
    use_path_style = true
  }}
}}

output "any" {{
  value = 1
}}
"""


def test_a_lock_that_a_killed_apply_left_is_released_by_its_id(
    server: Server,
    client: Callable[[str], Any],
    tools: Mapping[str, str],
    tmp_path: Path,
    unique: str,
    block: str,
) -> None:
    s3 = client("s3")
    s3.create_bucket(
        Bucket=unique, CreateBucketConfiguration={"LocationConstraint": server.settings.region}
    )
    folder = tmp_path / STACK
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(CONFIGURATION.format(bucket=unique))
    terraform = Terraform("terraform", {**tools, **server.variables()})
    terraform.run(folder, "init", "-input=false")

    # It holds the lock while it waits for an answer.
    words = ["terraform", "apply"]
    with subprocess.Popen(
        words, cwd=folder, env=terraform.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as apply:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not s3.list_objects_v2(Bucket=unique, Prefix="traffic.tfstate.tflock")["KeyCount"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        apply.kill()

    refused = terraform.run(folder, "plan", "-no-color", fails=True)
    assert "Error acquiring the state lock" in refused
    [lock] = re.findall(r"(?m)^\W*ID: +(\S+)", refused)
    script = ["bash", "-euc", block.replace("LOCK_ID", lock)]
    subprocess.run(script, cwd=tmp_path, env=terraform.env, input="yes\n", text=True, check=True)
    terraform.run(folder, "plan")
