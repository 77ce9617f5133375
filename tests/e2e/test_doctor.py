"""`pay doctor` finds each mistake of an estate by Terraform's own lookups, and none without."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment
from pay.model.stacks import known_stacks
from rollout.doctor.line import DoctorLine, DoctorVerdict
from rollout.doctor.lookups import answers
from sandbox.estate.mistakes import Mistake
from sandbox.instance import Sandbox
from tests.e2e.test_wrong_lookups_fail_the_plan import SENTENCES

pytestmark = pytest.mark.e2e

SERVICES = ("webhooks", "products-ui", "egress")
HIDING = {
    *(Mistake.SUBNET_IN_OTHER_VPC, Mistake.SINGLE_ZONE, Mistake.SECRET_WITH_KEY_ALIAS),
    *(Mistake.UNENCRYPTED_DATABASE, Mistake.PUBLIC_DATABASE, Mistake.NOT_MULTI_AZ),
    Mistake.WRONG_PORT,
}
"""They hide others, and have plans of their own in the test of wrong lookups."""


@pytest.fixture(scope="module")
def stacks(written: Path, environments: Mapping[str, Environment]) -> Mapping[str, Any]:
    """Return three services' stacks, of both sides, and their platform. The stack with tasks looks
    up what every service has.
    """
    known = known_stacks({"production-2": environments["production-2"]}).values()
    return {
        stack.id: json.loads((written / stack.id / "metadata.json").read_bytes())
        for stack in known
        if stack.service in (None, *SERVICES) and not stack.kind.has_one_off_tasks
    }


@pytest.fixture(scope="module")
def production(environments: Mapping[str, Environment]) -> Environment:
    environment = environments["production-2"]
    services = {name: environment.services[name] for name in SERVICES}
    return environment.model_copy(update={"services": services})


def asked(sandbox: Sandbox, stacks: Mapping[str, Any]) -> list[DoctorLine]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment_variables.items():
            patch.setenv(name, value)
        return list(answers(stacks))


def test_all_is_well(production: Environment, stacks: Mapping[str, Any]) -> None:
    with Sandbox(production, neighbours=True) as sandbox:
        lines = asked(sandbox, stacks)
    assert [line.check for line in lines] == ["provider", "lookups"]
    assert {line.verdict for line in lines} == {DoctorVerdict.OK}


def test_each_mistake_has_a_line(production: Environment, stacks: Mapping[str, Any]) -> None:
    mistakes = set(Mistake) - HIDING
    with Sandbox(production, mistakes=mistakes, neighbours=True) as sandbox:
        faults = [line for line in asked(sandbox, stacks) if line.verdict is DoctorVerdict.FAILS]
    told = " ".join(f"{line.shown}. {line.fix}" for line in faults)
    found = {mistake for mistake, sentence in SENTENCES.items() if _first(sentence) in told}
    assert found >= mistakes
    assert all(line.fix for line in faults)


def _first(sentence: str) -> str:
    """Return the first sentence: the stacks that it concerns stand between it and the next."""
    return sentence.partition(". ")[0]
