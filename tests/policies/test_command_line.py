"""`python -m policies` exits with 0 (passed), 1 (refused) or 2 (wrong use), and says what to do."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.policies.conftest import run_gate
from tests.policies.warm_gate import GATE_PYTHON

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--root", "no-such-folder"], "no-such-folder: does not exist; run `cdktf synth`"),
        (["--root", "{stacks}/main.tf"], "main.tf: is not a folder; run `cdktf synth`"),
        (["--root", "{empty}"], "holds no Terraform"),
        (["--root", "{stacks}", "--format", "xml"], "'xml' is not a format; allowed: table, html"),
        (["--root", "{stacks}", "--plan", "{stacks}/main.tf"], "text that is not JSON, at line"),
        (
            ["--root", "{stacks}", "--plan", "{stacks}/main.tf"],
            "write it with: terraform show -json",
        ),
        (
            ["--root", "{stacks}", "--plan", "{empty}/none.json"],
            "No such file or directory",
        ),
        (
            ["--root", "{stacks}", "--plan", "{not_plan}"],
            "found JSON that is not a plan; allowed",
        ),
        (["--root", "{stacks}", "--plan", "{malformed}"], "a wrong resource_changes"),
        (
            ["--root", "{stacks}", "--plan", "{not_plan}", "--plan", "{malformed}"],
            "found JSON that is not a plan; allowed",
        ),
        (["--root", "{stacks}", "--waivers", "{stacks}/main.tf"], "main.tf"),
        (
            ["--root", "{stacks}", "--root", "{empty}", "--plan", "x.json"],
            "give exactly one --root",
        ),
    ],
)
def test_refuses_wrong_use(arguments: list[str], message: str, tmp_path: Path) -> None:
    places = {"empty": tmp_path / "empty", "stacks": tmp_path / "stacks"}
    for folder in places.values():
        folder.mkdir()
    (places["stacks"] / "main.tf").write_text('resource "aws_vpc" "v" {\n}\n')
    places["not_plan"] = tmp_path / "state.json"
    places["not_plan"].write_text('{"version": 4}')
    places["malformed"] = tmp_path / "plan.json"
    malformed = {"format_version": "1.2", "planned_values": {}, "resource_changes": 1}
    places["malformed"].write_text(json.dumps(malformed))
    run = run_gate(*(argument.format(**places) for argument in arguments))
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert ("usage:" in run.stderr) is ("--format" in arguments)


def test_prints_nothing_but_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sns_topic" "t" {\n}\n')
    run = run_gate("--root", tmp_path, "--partial")
    assert run.returncode == 1
    assert run.stderr == ""
    assert run.stdout.splitlines()[-1].startswith("refused: ")


RULES_OF_FOLDER = """
import sys
from pathlib import Path
from policies import __main__, catalogue

catalogue.GRAPH_CHECKS = Path(sys.argv[1])
sys.exit(__main__.main(["--rules"]))
"""


def test_every_check_without_its_texts_is_named(tmp_path: Path) -> None:
    texts = {
        "lacks.yaml": "metadata:\n  id: lacks\n",
        "no-text.yaml": "metadata: {id: a, name: b, guideline: 1}",
        "empty.yaml": "",
        "broken.yaml": "a: [\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    run = subprocess.run(
        [str(GATE_PYTHON), "-c", RULES_OF_FOLDER, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2, run.stderr
    assert "lacks.yaml: found no text for name, guideline; required" in run.stderr
    assert "no-text.yaml: found no text for guideline; required" in run.stderr
    assert "empty.yaml: found no text for id, name, guideline; required" in run.stderr
    assert "broken.yaml: found while parsing" in run.stderr
    assert "Traceback" not in run.stderr
