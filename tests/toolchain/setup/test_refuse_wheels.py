"""`pay` runs from a checkout: a wheel of it is refused, the editable install is not."""

import subprocess
import sys
import zipfile
from pathlib import Path

from toolchain.paths import ROOT
from toolchain.setup.refuse_wheels import REFUSAL


def build(hook: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs one of the functions that pip and uv call, without build isolation."""
    return subprocess.run(
        [sys.executable, "-c", f"import hatchling.build as b; print(b.{hook}({str(folder)!r}))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_a_wheel_is_refused_with_what_to_do(tmp_path: Path) -> None:
    refused = build("build_wheel", tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [REFUSAL]
    assert not list(tmp_path.iterdir())


def test_the_editable_install_points_to_the_checkout(tmp_path: Path) -> None:
    built = build("build_editable", tmp_path)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(tmp_path / built.stdout.strip()) as wheel:
        (pth,) = (name for name in wheel.namelist() if name.endswith(".pth"))
        assert set(wheel.read(pth).decode().split()) == {str(ROOT), str(ROOT / "constructs")}
        (entry,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        assert "pay = rollout.cli:app" in wheel.read(entry).decode()
