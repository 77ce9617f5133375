"""The files of an app are HCL2 only, and complete or unchanged."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsii
import pytest
from cdktf import App, LocalBackend, TerraformOutput, TerraformStack
from constructs import IValidation

from pay.hcl.app import HclApp
from pay.hcl.errors import HclError
from tests.support.terraform_runs import NO_PROVIDER

Synth = Callable[..., None]


@jsii.implements(IValidation)
class NeverRight:
    def validate(self) -> list[str]:
        return ["never right"]


@pytest.fixture
def outdir(tmp_path: Path) -> Path:
    return tmp_path / "cdktf.out"


@pytest.fixture
def synth(outdir: Path) -> Synth:
    """Synthesise one stack for each keyword, with an output of this value."""

    def run(**values: str) -> None:
        app = HclApp(NO_PROVIDER, outdir=outdir)
        for id, value in values.items():
            stack = TerraformStack(app, id)
            LocalBackend(stack, path=f"{id}.tfstate")
            TerraformOutput(stack, "value", value=value)
        app.synth()

    return run


def files(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_writes_hcl_and_what_the_cdktf_cli_reads(synth: Synth, outdir: Path) -> None:
    synth(one="1")
    written = files(outdir)
    assert sorted(written) == [
        "manifest.json",
        "stacks/one/cdk.tf",
        "stacks/one/metadata.json",
    ]
    assert 'output "value" {\n  value = "1"\n}\n' in written["stacks/one/cdk.tf"]
    metadata = json.loads(written["stacks/one/metadata.json"])
    assert metadata["terraform"]["backend"] == {"local": {"path": "one.tfstate"}}
    stack = json.loads(written["manifest.json"])["stacks"]["one"]
    assert stack["synthesizedStackPath"] == "stacks/one/cdk.tf"
    assert stack["stackMetadataPath"] == "stacks/one/metadata.json"


def test_writes_where_the_cdktf_cli_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "elsewhere"))
    HclApp(NO_PROVIDER).synth()
    assert sorted(files(tmp_path / "elsewhere")) == ["manifest.json"]


def test_writes_the_same_bytes_again(synth: Synth, outdir: Path) -> None:
    synth(one="1", two="2")
    before = files(outdir)
    synth(one="1", two="2")
    assert files(outdir) == before


def test_removes_the_json_of_an_earlier_synthesis(synth: Synth, outdir: Path) -> None:
    """Terraform would read both files and see every block twice."""
    app = App(outdir=str(outdir))
    LocalBackend(TerraformStack(app, "one"), path="one.tfstate")
    app.synth()
    assert (outdir / "stacks" / "one" / "cdk.tf.json").exists()
    synth(one="1")
    assert not (outdir / "stacks" / "one" / "cdk.tf.json").exists()


def test_removes_the_files_of_stacks_that_are_gone(synth: Synth, outdir: Path) -> None:
    synth(one="1", two="2")
    (outdir / "stacks" / "two" / ".terraform.lock.hcl").write_text("")
    synth(one="1")
    assert sorted(files(outdir / "stacks")) == [
        "one/cdk.tf",
        "one/metadata.json",
        "two/.terraform.lock.hcl",
    ]


def test_names_the_problems_of_every_stack_and_writes_nothing(synth: Synth, outdir: Path) -> None:
    synth(one="1", two="2", three="3")
    before = files(outdir)
    with pytest.raises(HclError) as caught:
        synth(one="changed", two="${broken", three="${broken")
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "stack three",
        "stack two",
    ]
    assert files(outdir) == before


def test_leaves_the_last_synthesis_when_an_app_fails(synth: Synth, outdir: Path) -> None:
    synth(one="1")
    before = files(outdir)

    app = HclApp(NO_PROVIDER, outdir=outdir)
    TerraformStack(app, "one").node.add_validation(NeverRight())
    with pytest.raises(RuntimeError, match="never right"):
        app.synth()
    assert files(outdir) == before


def test_every_file_is_whole_when_writing_stops_half_way(
    synth: Synth, outdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synth(one="1", two="2")
    before = files(outdir)
    replace = Path.replace

    def full_disk(self: Path, target: Path) -> Path:
        if "two" in target.parts and target.name == "cdk.tf":
            raise OSError("no space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="no space left"):
        synth(one="changed", two="changed")
    after = files(outdir)
    assert '"changed"' in after["stacks/one/cdk.tf"]
    assert after["stacks/two/cdk.tf"] == before["stacks/two/cdk.tf"]
    assert sorted(after) == sorted(before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("imports", "ending"),
    [
        ("from pay.hcl.app import HclApp; import cdktf", ""),
        ("import cdktf; from pay.hcl.app import HclApp", "import `pay` before `cdktf`\n"),
    ],
)
def test_never_uses_the_hcl_of_cdktf(imports: str, ending: str, tmp_path: Path) -> None:
    """`cdktf synth --hcl` sets SYNTH_HCL_OUTPUT, which cdktf copies when it is first imported."""
    program = f"""
{imports}
from pathlib import Path
from pay.hcl.schema import ProviderSchema
app = HclApp(ProviderSchema({{}}, {{}}, {{}}, "none"), outdir=Path("out"))
cdktf.LocalBackend(cdktf.TerraformStack(app, "one"), path="one.tfstate")
app.synth()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "SYNTH_HCL_OUTPUT": "true"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == (1 if ending else 0), done.stderr
    assert done.stderr.endswith(ending)
    assert (tmp_path / "out" / "stacks" / "one" / "cdk.tf").exists() == (not ending)
