"""The needs of each committed environment."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from pay.environments.load import environment_files, load_environments
from rollout.pipelines.concourse import concourse_pipeline
from rollout.pipelines.github import github_workflow
from rollout.pipelines.needs import Needs
from tests.conftest import ROOT

KINDS = {"concourse": concourse_pipeline, "github": github_workflow}
ENVIRONMENTS = [*environment_files(ROOT / "environments")]


@pytest.fixture(scope="session")
def needs() -> Mapping[str, Needs]:
    environments = load_environments(ROOT / "environments")
    return {name: Needs(each, environments) for name, each in environments.items()}


@pytest.fixture(scope="session")
def texts(needs: Mapping[str, Needs]) -> Mapping[tuple[str, str], str]:
    """Kind and environment -> the pipeline."""
    return {(kind, name): write(needs[name]) for kind, write in KINDS.items() for name in needs}


@pytest.fixture(scope="session")
def documents(texts: Mapping[tuple[str, str], str]) -> Mapping[tuple[str, str], Any]:
    return {key: yaml.safe_load(text) for key, text in texts.items()}
