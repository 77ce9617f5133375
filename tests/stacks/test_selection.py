"""PAY_STACKS selects stacks, and the environments that must be right; PAY_REUSE is on or off."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.model import Stage
from pay.model.stacks import REGISTRY, TRAFFIC
from rollout.moves.stage_file import with_stage
from stacks.estate import may_hold
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("pattern", "environments"),
    [
        ("test-12-*", ["test-12"]),
        ("test-*", ["test-12", "test-perf-1"]),
        (TRAFFIC.stack_id("*"), ["production-2", "test-12", "test-perf-1"]),
        ("production-2-ledger-traffic", ["production-2"]),
        (REGISTRY.stack_id("test"), ["production-2", "test-12", "test-perf-1"]),
        ("test-1", []),
        ("test-1*", ["test-12"]),
        ("test-12-ledger-*", ["test-12"]),
        ("[pt]*", ["production-2", "test-12", "test-perf-1"]),
    ],
)
def test_a_pattern_needs_the_environments_that_could_hold_its_stacks(
    pattern: str, environments: list[str]
) -> None:
    names = ["production-2", "test-12", "test-perf-1"]
    assert [name for name in names if may_hold(name, [pattern])] == environments


def run(
    tools: Mapping[str, str], folder: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-O", "main.py"],
        cwd=ROOT,
        env={
            **tools,
            "PAY_ENVIRONMENTS": str(folder / "environments"),
            "CDKTF_OUTDIR": str(folder / "out"),
            **settings,
        },
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_a_rollback_is_synthesised_beside_a_broken_environment(
    tools: Mapping[str, str], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    for name in ("staging-2", "test-perf-1"):
        (tmp_path / "environments" / f"{name}.toml").write_text("name = \n")
    production = tmp_path / "environments" / "production-2.toml"
    text = with_stage(production.read_text(), "ledger", Stage.CANARY, where=production.name)
    production.write_text(text.replace("adopt = false", "adopt = true"))  # and no file of ids
    (tmp_path / "environments" / "copied.toml").write_text(text)
    stack = "production-2-ledger-traffic"
    done = run(tools, tmp_path, PAY_STACKS=stack)
    assert done.returncode == 0, done.stderr
    for wrong in ("staging-2.toml", "test-perf-1.toml", "copied.toml", "adopted/production-2.toml"):
        assert re.search(rf"^Warning, in what PAY_STACKS leaves out: .*{wrong}", done.stderr, re.M)
    assert [path.parent.name for path in tmp_path.glob("out/stacks/*/cdk.tf")] == [stack]
    followed = run(tools, tmp_path, PAY_STACKS="production-2-ledger-traff*")
    assert followed.returncode == 1
    assert "staging-2.toml:1" in followed.stderr
    assert "Warning" not in followed.stderr
    nothing = run(tools, tmp_path, PAY_STACKS="test-12-legder-traffic")
    assert nothing.returncode == 1
    assert "test-12-legder-traffic, which matches no stack" in nothing.stderr
    assert "did you mean test-12-ledger-traffic?" in nothing.stderr
    assert [path.parent.name for path in tmp_path.glob("out/stacks/*/cdk.tf")] == [stack]


@pytest.mark.slow
def test_an_output_folder_that_cannot_be_written_is_one_line(
    tools: Mapping[str, str], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    (tmp_path / "out").write_text("a file")
    done = run(tools, tmp_path, PAY_STACKS="sandbox-ledger-traffic")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path / 'out'}")
    assert "CDKTF_OUTDIR" in line


@pytest.mark.slow
@pytest.mark.parametrize("word", ["Off", "0", "off "])
def test_refuses_a_setting_of_reuse_that_is_neither_on_nor_off(
    tools: Mapping[str, str], tmp_path: Path, word: str
) -> None:
    done = run(tools, tmp_path, PAY_REUSE=word)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"PAY_REUSE: found {word!r}; allowed: on, off; "
        "set PAY_REUSE=off to make every stack new, or unset it to reuse stacks\n"
    )
    assert not (tmp_path / "out").exists()
