"""The provider's schema and Terraform itself, for tests of the HCL2's meaning."""

import os
import shutil
from pathlib import Path

import pytest

from pay.hcl.schema import ProviderSchema
from tests.conftest import ROOT
from tests.support.terraform_runs import Terraform, meaning_workspace
from toolchain.environment import tool_environment


@pytest.fixture(scope="session")
def aws() -> ProviderSchema:
    """Return the committed, trimmed schema."""
    return ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json")


@pytest.fixture(scope="session")
def terraform() -> Terraform:
    env = tool_environment(os.environ)
    program = shutil.which("terraform", path=env["PATH"])
    if program is None:
        pytest.fail("there is no terraform; run `make setup`")
    return Terraform(program, env)


@pytest.fixture(scope="session")
def workspace(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an initialised folder with the modules `json` and `hcl`; see `meanings`."""
    return meaning_workspace(terraform, tmp_path_factory.mktemp("meaning"))
