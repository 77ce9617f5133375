"""Registries of three accounts: made, taken over as they are, and a release through all."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import IMAGES
from pay.environments.load import load_environments
from pay.model.stacks import REGISTRY
from rollout.guard.rule import Context
from rollout.guard.verdict import Refusal, judge
from rollout.plans.read import read_plans
from sandbox.estate.seed import seed
from sandbox.settings import SandboxSettings
from sandbox.variables import whole_environment
from tests.conftest import ROOT, synthesise
from tests.e2e.conftest import write_local_backend
from tests.support.checkout import Checkout, fresh_checkout
from tests.support.image_accounts import PRODUCTION, STAGING, TEST, ImageAccounts, record
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.e2e

TEST_REGISTRY = REGISTRY.stack_id("test")
MADE = {TEST_REGISTRY: TEST, REGISTRY.stack_id("staging"): STAGING}
TAKEN_OVER = REGISTRY.stack_id("production")
BY_HAND = ("connector", "nginx", "ledger")
"""The images whose repositories somebody made in production, by hand."""


@dataclass(frozen=True)
class Registries:
    """The sandbox, the files, and the stacks."""

    accounts: ImageAccounts
    checkout: Checkout
    folder: Path
    tools: Mapping[str, str]

    def synthesise(self, *stacks: str) -> None:
        synthesise(
            self.folder / "out",
            self.tools,
            PAY_ENVIRONMENTS=str(self.checkout.folder),
            PAY_STACKS=" ".join(stacks),
        )
        for stack in stacks:
            where = self.where(stack)
            where.mkdir(exist_ok=True)
            (where / "cdk.tf").write_bytes(
                (self.folder / "out" / "stacks" / stack / "cdk.tf").read_bytes()
            )
            write_local_backend(where)

    def where(self, stack: str) -> Path:
        return self.folder / stack

    def run(self, account: str, *command: str, folder: Path = ROOT) -> Any:
        shell = {**self.tools, **whole_environment(self.accounts.server, self.tools)}
        shell |= self.accounts.variables(account)
        return subprocess.run(
            command,
            cwd=folder,
            env={**shell, "PAY_ENVIRONMENTS": str(self.checkout.folder)},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def terraform(self, stack: str, *arguments: str) -> Any:
        account = {**MADE, TAKEN_OVER: PRODUCTION}[stack]
        return self.run(account, "terraform", *arguments, folder=self.where(stack))

    def plan(self, stack: str) -> dict[str, Any]:
        """Return each address that changes or is imported, with its change."""
        done = self.terraform(stack, "plan", "-input=false", "-no-color", "-out=plan.bin")
        assert done.returncode == 0, done.stdout + done.stderr
        text = self.terraform(stack, "show", "-json", "plan.bin").stdout
        (self.where(stack) / f"{stack}.json").write_text(text)
        return {
            each["address"]: each["change"]
            for each in json.loads(text)["resource_changes"]
            if each["change"]["actions"] != ["no-op"] or "importing" in each["change"]
        }

    def apply(self, stack: str) -> None:
        done = self.terraform(stack, "apply", "-input=false", "-no-color", "plan.bin")
        assert done.returncode == 0, done.stdout + done.stderr

    def is_empty(self, stack: str) -> bool:
        done = self.terraform(stack, "plan", "-input=false", "-no-color", "-detailed-exitcode")
        assert done.returncode in (0, 2), done.stdout + done.stderr
        return bool(done.returncode == 0)

    def refused(self, stack: str) -> tuple[Refusal, ...]:
        environments = load_environments(self.checkout.folder)
        plans = read_plans([self.where(stack) / f"{stack}.json"], environments)
        return judge(Context(plans, environments)).refused

    def copied(self, image: str, number: int, source: str, to: str, account: str) -> Any:
        return self.run(
            account, "pay", "images", "copy", image, str(number), "--from", source, "--to", to
        )


@pytest.fixture(scope="module")
def made(
    tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Registries]:
    """The registries of test and staging are applied, with a release of connector in test."""
    folder = tmp_path_factory.mktemp("registries")
    with empty_sandbox(SandboxSettings(account_id=TEST)) as server:
        here = Registries(
            ImageAccounts(server), fresh_checkout(folder / "environments"), folder, tools
        )
        here.synthesise(*MADE)

        def make(stack: str) -> None:
            assert here.terraform(stack, "init", "-input=false").returncode == 0
            here.plan(stack)
            here.apply(stack)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(make, MADE))
        yield here


@pytest.mark.parametrize("stack", MADE)
def test_a_second_plan_is_empty_and_the_guard_let_the_first_pass(
    made: Registries, stack: str
) -> None:
    assert made.refused(stack) == ()
    assert made.is_empty(stack)


def test_a_repository_with_images_outlives_terraform(made: Registries) -> None:
    """Terraform plans no deletion; ECR would refuse it, too."""
    made.accounts.push("connector", "1-release")
    destroyed = made.terraform(TEST_REGISTRY, "destroy", "-auto-approve", "-no-color")
    assert destroyed.returncode == 1
    assert "Instance cannot be destroyed" in destroyed.stderr
    stack = made.where(TEST_REGISTRY) / "cdk.tf"
    text = stack.read_text()
    stack.write_text(re.sub(r"prevent_destroy\s*= true", "prevent_destroy = false", text))
    target = "-target=aws_ecr_repository.connector_repository"
    destroyed = made.terraform(TEST_REGISTRY, "destroy", "-auto-approve", "-no-color", target)
    stack.write_text(text)
    assert destroyed.returncode == 1
    assert "RepositoryNotEmptyException" in destroyed.stderr
    # What stood around it is gone: the next apply makes it again.
    again = made.plan(TEST_REGISTRY)
    assert {tuple(change["actions"]) for change in again.values()} == {("create",)}
    made.apply(TEST_REGISTRY)
    assert made.is_empty(TEST_REGISTRY)


@pytest.fixture(scope="module")
def taken_over(made: Registries) -> Registries:
    """Production's repositories were made by hand, and `pay adopt` has found them."""
    production = load_environments(made.checkout.folder)["production-2"]
    seed(production, cache(partial(made.accounts.client, PRODUCTION)))
    ecr = made.accounts.client(PRODUCTION)
    for image in BY_HAND:
        ecr.create_repository(repositoryName=IMAGES[image].repository)
        made.accounts.push(image, "1-release", account=PRODUCTION)
    ecr.put_lifecycle_policy(
        repositoryName=IMAGES["ledger"].repository,
        lifecyclePolicyText=json.dumps(
            {
                "rules": [
                    {
                        "rulePriority": 1,
                        "selection": {
                            "tagStatus": "any",
                            "countType": "imageCountMoreThan",
                            "countNumber": 500,
                        },
                        "action": {"type": "expire"},
                    }
                ]
            }
        ),
    )
    adopted = made.run(PRODUCTION, "pay", "adopt", "production-2", "--allow-missing", "--json")
    assert adopted.returncode == 0, adopted.stdout + adopted.stderr
    report = json.loads(adopted.stdout)
    by_hand = {IMAGES[image].repository: "AES256" for image in BY_HAND}
    assert report["encryption"] == by_hand
    path = made.checkout.file("production-2")
    path.write_text(re.sub("^adopt = .*$", "adopt = true", path.read_text(), flags=re.MULTILINE))
    made.synthesise(TAKEN_OVER)
    assert made.terraform(TAKEN_OVER, "init", "-input=false").returncode == 0
    return made


def test_adoption_replaces_no_repository(taken_over: Registries) -> None:
    """Each keeps its encryption and its images, and gets tags that do not move, and scans."""
    changes = taken_over.plan(TAKEN_OVER)
    for image in BY_HAND:
        change = changes[f"aws_ecr_repository.{image}_repository"]
        assert change["actions"] == ["update"]
        assert change["importing"] == {"id": IMAGES[image].repository}
        assert change["after"]["image_tag_mutability"] == "IMMUTABLE"
        assert change["after"]["encryption_configuration"][0]["encryption_type"] == "AES256"
    repositories = {a for a in changes if a.startswith("aws_ecr_repository.")}
    created = {a for a in repositories if changes[a]["actions"] == ["create"]}
    assert len(created) == len(IMAGES) - len(BY_HAND)
    new = changes["aws_ecr_repository.frontend_repository"]["after"]
    assert new["encryption_configuration"][0]["encryption_type"] == "KMS"
    scanning = changes["aws_ecr_registry_scanning_configuration.scanning"]
    assert (scanning["actions"], scanning["before"]["scan_type"]) == (["update"], "BASIC")
    assert taken_over.refused(TAKEN_OVER) == ()
    taken_over.apply(TAKEN_OVER)
    assert taken_over.is_empty(TAKEN_OVER)
    details = taken_over.accounts.digest("ledger", "1-release", PRODUCTION)
    assert details is not None


def test_the_encryption_of_before_left_out_stops_the_plan(taken_over: Registries) -> None:
    stack = taken_over.where(TAKEN_OVER) / "cdk.tf"
    text = stack.read_text()
    stack.write_text(text.replace('encryption_type = "AES256"', 'encryption_type = "KMS"'))
    done = taken_over.terraform(TAKEN_OVER, "plan", "-input=false", "-no-color")
    stack.write_text(text)
    assert done.returncode == 1
    assert "Instance cannot be destroyed" in done.stderr


def test_a_release_keeps_its_digest_from_test_to_production(taken_over: Registries) -> None:
    """With the rights that the stacks give, and no others."""
    here, folder = taken_over, taken_over.checkout.folder
    digest = here.accounts.push("connector", "12-release")
    record(folder, "test-12", "connector", 12, {"connector": digest})
    done = here.copied("connector", 12, "test", "staging", STAGING)
    assert done.returncode == 0, done.stdout + done.stderr
    again = here.copied("connector", 12, "test", "staging", STAGING)
    assert "already there" in again.stdout
    refused = here.copied("connector", 12, "staging", "production", PRODUCTION)
    assert "no line of staging-2" in " ".join((refused.stdout + refused.stderr).split())
    record(folder, "staging-2", "connector", 12, {"connector": digest})
    assert here.copied("connector", 12, "staging", "production", PRODUCTION).returncode == 0
    places = (TEST, STAGING, PRODUCTION)
    assert {here.accounts.digest("connector", "12-release", each) for each in places} == {digest}
