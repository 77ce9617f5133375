"""jsii's program runs without the relay between it and Python, with the same output."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pay

NODE = Path(pay.__file__).with_name("hcl") / "one_node_process.sh"
PROGRAM = """
const fs = require("fs");
const buffer = Buffer.alloc(100);
const count = fs.readSync(3, buffer, 0, buffer.length, null);
console.log("printed");
console.error("warned");
fs.writeSync(3, `answered ${buffer.toString("utf-8", 0, count)}`);
"""
COUNT_PROCESSES = """
import os
import pay, cdktf
from tests.bench.process import descendants
print(len(descendants(os.getpid())) - 1)
"""


def start(folder: Path, messages: str) -> subprocess.CompletedProcess[str]:
    relay = folder / "bin" / "jsii-runtime.js"
    relay.parent.mkdir()
    relay.write_text("console.log('relayed')")
    return subprocess.run(
        [NODE, "--max-old-space-size=100", relay],
        input=messages,
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_program_reads_and_writes_pythons_pipes(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "program.js").write_text(PROGRAM)
    done = start(tmp_path, "asked")
    assert done.stdout == "answered asked"
    output = [json.loads(line) for line in done.stderr.splitlines()]
    assert [{name: base64.b64decode(text) for name, text in line.items()} for line in output] == [
        {"stdout": b"printed\n"},
        {"stderr": b"warned\n"},
    ]


def test_a_jsii_of_another_make_is_started_as_it_is(tmp_path: Path) -> None:
    assert start(tmp_path, "").stdout == "relayed\n"


def test_cdktf_runs_in_one_process() -> None:
    env = {name: value for name, value in os.environ.items() if name != "JSII_NODE"}
    done = subprocess.run(
        [sys.executable, "-c", COUNT_PROCESSES], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"
