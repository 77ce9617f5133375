"""Every start of synthesis must find bytecode, or it takes 1.5 s longer."""

import os
import subprocess

import pytest

from toolchain.paths import ROOT, VENV_BIN

LIST_WHAT_HAS_NONE = """
import os, sys
import cdktf, pydantic
from imports.aws import ecs_service, lb
for name, module in sorted(sys.modules.items()):
    bytecode = getattr(module, "__cached__", None)
    if name.partition(".")[0] in {packages} and bytecode and not os.path.exists(bytecode):
        print(name)
"""
PACKAGES = {"attr", "cattrs", "cdktf", "constructs", "imports", "jsii", "pydantic", "typeguard"}


@pytest.mark.slow
@pytest.mark.parametrize("flags", [[], ["-O"]], ids=["as pytest runs", "as synthesis runs"])
def test_what_synthesis_imports_has_its_bytecode(flags: list[str]) -> None:
    listed = subprocess.run(
        [VENV_BIN / "python", *flags, "-c", LIST_WHAT_HAS_NONE.format(packages=PACKAGES)],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout == ""
