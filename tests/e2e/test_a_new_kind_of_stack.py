"""A new kind of stack is one row and one file: all else follows, up to a deploy and its judgement.

It is tried in a copy of the checkout with two kinds more: one per environment, one per account.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from pay.model import Environment
from pay.model.stack_kind import Turn
from pay.model.stacks import KINDS
from rollout.cost.bill_lines import CostPart
from rollout.cost.usage import account_usage, shared_usage
from sandbox.instance import Sandbox
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.whole_checkout import copy_checkout

pytestmark = pytest.mark.slow

ORDER = """
import sys
from pathlib import Path
from pay.environments.load import load_environments
from rollout.plans.order import in_order
from rollout.plans.read import read_plans
plans = read_plans(map(Path, sys.argv[1:]), load_environments(Path("environments")))
print(*(plan.stack.id for plan in in_order(plans)))
"""

KEYS = """
from pathlib import Path
from pay.environments.load import load_environments
from rollout.cost.bill_lines import CostPart
from rollout.cost.usage import account_usage, shared_usage
environment = load_environments(Path("environments"))["test-12"]
for used in (account_usage([environment]), shared_usage(environment)):
    print(sum(each.quantity for each in used if each.part is CostPart.KEYS))
"""

SUPPRESSION = """
[[suppression]]
tool = "guardduty"
finding = "Execution:Runtime/NewBinaryExecuted"
environment = "sandbox"
service = "connector"
severity = "medium"
reason = "The JVM unpacks its native library at each start."
owner = "security lead of the platform team"
expires = {expires}
evidence = ["1ab92989"]
"""

ROWS = """
    StackKind(
        name="notices",
        scope=StackScope.ENVIRONMENT,
        holds="a topic for notices",
        types=frozenset({"aws_kms_alias", "aws_kms_key", "aws_sns_topic"}),
        may_lose=Loss.ANY_TIME,
        is_wanted=lambda environment: not environment.production,
    ),
    StackKind(
        name="audit",
        scope=StackScope.ACCOUNT,
        holds="a log group for audits",
        types=frozenset({"aws_cloudwatch_log_group", "aws_kms_alias", "aws_kms_key"}),
        turn=Turn.ACCOUNT,
        inputs=frozenset({Input.SUPPRESSED}),
        adoption=Adoption(
            lambda environment, *_: {
                "aws_cloudwatch_log_group.log": adoptable.Adoptable(
                    (f"{environment.account_name}-audit",), must=True
                )
            }
        ),
    ),
)
"""

FILES = {
    "notices": """
from imports.aws.sns_topic import SnsTopic
from pay.model.stacks import KINDS
from pay.model.rights.keys_and_topics import used_by_alarms
from pay.platform.keys import encryption_key
from stacks.base import PayStack

class NoticesStack(PayStack):
    def __init__(self, scope, environment):
        super().__init__(scope, next(k for k in KINDS if k.name == "notices"), environment)
        name = f"{environment.name}-notices"
        key = encryption_key(
            self, "notices", environment=environment, alias=f"alias/{name}", description=name,
            used_by=[used_by_alarms(environment)],
        )
        SnsTopic(self, "topic", name=name, kms_master_key_id=key.arn)
""",
    "audit": """
from imports.aws.cloudwatch_log_group import CloudwatchLogGroup
from pay.model.stacks import KINDS
from pay.model.rights.keys_and_topics import used_by_logs
from pay.platform.keys import encryption_key
from stacks.base import PayStack

class AuditStack(PayStack):
    def __init__(self, scope, account, suppressed=()):
        super().__init__(scope, next(k for k in KINDS if k.name == "audit"), account)
        name = f"{account.name}-audit"
        key = encryption_key(
            self, "audit", environment=account, alias=f"alias/{name}",
            description=f"{name}, {len(suppressed)} suppressed",
            used_by=[used_by_logs(account)],
        )
        CloudwatchLogGroup(self, "log", name=name, kms_key_id=key.arn, retention_in_days=365)
""",
}


@dataclass(frozen=True)
class Copy:
    """The checkout with the two kinds."""

    folder: Path
    tools: Mapping[str, str]

    def run(
        self,
        *command: str,
        status: int = 0,
        where: str = ".",
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Standard output of a program, which must end with `status`."""
        done = subprocess.run(
            command,
            cwd=self.folder / where,
            env={
                **self.tools,
                **variables,
                "PYTHONPATH": f"{self.folder}:{self.folder / 'constructs'}",
            },
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def python(self, *arguments: str, **options: Any) -> str:
        return self.run(str(self.folder / ".venv/bin/python"), "-O", *arguments, **options)

    def pay(self, *arguments: str, **options: Any) -> str:
        return self.python("-c", "from rollout.cli import app; app()", *arguments, **options)

    def synthesise(self, patterns: str) -> Path:
        self.python("main.py", variables={"PAY_STACKS": patterns})
        return self.folder / "cdktf.out" / "stacks"


@pytest.fixture(scope="module")
def extended(tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = copy_checkout(tmp_path_factory.mktemp("kinds"))
    table = folder / "constructs/pay/model/stacks.py"
    text = table.read_text()
    end = text.index("\n)\n", text.index("\nKINDS: ")) + 1
    table.write_text(text[:end] + ROWS.removeprefix("\n") + text[end + 2 :])
    for name, code in FILES.items():
        (folder / "stacks" / f"{name}.py").write_text(code)
    return Copy(folder, tools)


@pytest.fixture(scope="module")
def written(extended: Copy) -> Mapping[str, str]:
    """The HCL of both kinds, by the stack's id."""
    stacks = extended.synthesise("*-notices *-audit test-12-platform sandbox-ledger-*")
    return {file.parent.name: file.read_text() for file in stacks.glob("*/cdk.tf")}


def test_pay_stacks_lists_them_once_in_their_turn(extended: Copy) -> None:
    found = json.loads(extended.pay("stacks", "--json"))
    new = {row["stack"]: row for row in found if row["kind"] in FILES}
    assert new.keys() == {
        *(f"{account}-audit" for account in ("production", "staging", "test", "sandbox")),
        *(f"{name}-notices" for name in ("staging-2", "test-12", "test-perf-1", "sandbox")),
    }
    assert new["test-audit"]["environments"] == ["test-12", "test-perf-1"]
    kinds = [row["kind"] for row in found]
    of_accounts = kinds[: kinds.index("platform")]
    assert Counter(of_accounts) == {"audit": 4, "registry": 3}
    last = {kind.name for kind in KINDS if kind.turn is Turn.LAST} & set(kinds)
    of_the_last_turn = kinds[kinds.index("notices") :]
    assert of_the_last_turn.count("notices") == 4
    assert set(of_the_last_turn) <= last | {"notices"}


def test_they_have_tags_and_a_state_of_their_own(written: Mapping[str, str]) -> None:
    audit = " ".join(written["test-audit"].split())
    assert (
        'Account = "test" CardholderData = "inside" Kind = "audit" ManagedBy = "terraform" '
        'Production = "false" Stack = "test-audit"' in audit
    )
    assert 'key = "test/test-audit.tfstate"' in audit
    notices = " ".join(written["test-12-notices"].split())
    assert 'Environment = "test-12" Kind = "notices"' in notices
    assert 'key = "test-12/test-12-notices.tfstate"' in notices
    assert "Kind" not in written["test-12-platform"]


def test_they_wait_for_what_comes_before_them(extended: Copy, written: Mapping[str, str]) -> None:
    manifest = json.loads((extended.folder / "cdktf.out/manifest.json").read_text())["stacks"]
    assert "sandbox-audit" in written
    assert manifest["test-12-platform"]["dependencies"] == ["test-audit"]
    assert manifest["sandbox-notices"]["dependencies"] == ["sandbox-ledger-monitoring"]
    assert manifest["test-12-notices"]["dependencies"] == []


def test_they_are_made_from_the_inputs_that_their_rows_name(extended: Copy) -> None:
    def audit() -> str:
        # Elsewhere: other tests read what is in the output folder.
        where = {"PAY_STACKS": "sandbox-audit", "CDKTF_OUTDIR": "inputs.out"}
        extended.python("main.py", variables=where)
        return (extended.folder / "inputs.out/stacks/sandbox-audit/cdk.tf").read_text()

    assert "sandbox-audit, 0 suppressed" in audit()
    file = extended.folder / "environments/suppressions.toml"
    before = file.read_text()
    expires = datetime.now(UTC).date() + timedelta(days=60)
    file.write_text(before + SUPPRESSION.format(expires=expires))
    assert "sandbox-audit, 1 suppressed" in audit()
    file.write_text(before)


def test_their_keys_are_on_the_bill(
    extended: Copy, environments: Mapping[str, Environment]
) -> None:
    of_account, of_environment = map(int, extended.python("-c", KEYS).split())
    test = environments["test-12"]
    keys = (usage for usage in shared_usage(test) if usage.part is CostPart.KEYS)
    assert [*account_usage([test])] == []
    assert (of_account, of_environment) == (1, 1 + sum(usage.quantity for usage in keys))


@pytest.mark.usefixtures("written")
def test_the_gate_passes_them_and_holds_them_to_their_rows(extended: Copy) -> None:
    extended.pay("policy", "--partial")
    file = extended.folder / "cdktf.out/stacks/test-audit/cdk.tf"
    right = file.read_text()
    for old, new, reason in (
        ('Kind           = "audit"', "", "default_tags has no Kind"),
        ('Production     = "false"', 'Production = "true"', "has production and other stacks"),
    ):
        assert old in right
        file.write_text(right.replace(old, new))
        assert reason in extended.pay("policy", "--partial", "--json", status=1)
    file.write_text(right)


@pytest.fixture(scope="module")
def shell(environments: Mapping[str, Environment]) -> Iterator[Mapping[str, str]]:
    """The variables of a sandbox."""
    with Sandbox(environments["sandbox"]) as sandbox:
        yield sandbox.environment_variables


@pytest.fixture(scope="module")
def deployed(extended: Copy, shell: Mapping[str, str]) -> Callable[..., Path]:
    """Both stacks applied in a sandbox; makes one plan more as JSON."""

    def terraform(stack: str, *arguments: str) -> str:
        where = f"cdktf.out/stacks/{stack}"
        return extended.run("terraform", *arguments, where=where, variables=shell)

    def plan(stack: str, label: str, *options: str, apply: bool = False) -> Path:
        terraform(stack, "plan", f"-out={label}", *options)
        shown = terraform(stack, "show", "-json", label)
        path = extended.folder / label / f"{stack}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown)
        if apply:
            terraform(stack, "apply", label)
        return path

    extended.synthesise("sandbox-notices sandbox-audit")
    for stack in ("sandbox-audit", "sandbox-notices"):
        terraform(stack, "init", "-input=false")
        plan(stack, "first", apply=True)
    return plan


@pytest.mark.e2e
def test_a_deploy_is_guarded_and_reviewed(extended: Copy, deployed: Callable[..., Path]) -> None:
    first = [f"first/{stack}.json" for stack in ("sandbox-audit", "sandbox-notices")]
    extended.pay("guard", *first)
    review = extended.pay("review", *first)
    assert "sandbox: notices and audit are created (3 resources)" in review
    order = extended.python("-c", ORDER, *reversed(first))
    assert order.split() == ["sandbox-audit", "sandbox-notices"]
    again = deployed("sandbox-audit", "again")
    assert "no-op" in again.read_text()
    extended.pay("guard", str(again))


@pytest.mark.e2e
def test_the_row_says_what_may_go(extended: Copy, deployed: Callable[..., Path]) -> None:
    extended.pay("guard", str(deployed("sandbox-notices", "away", "-destroy")))
    away = deployed("sandbox-audit", "away", "-destroy")
    assert "keeps-what-carries-traffic" in extended.pay("guard", "--json", str(away), status=1)


@pytest.mark.e2e
@pytest.mark.usefixtures("deployed")
def test_what_runs_already_is_found_and_adopted(extended: Copy, shell: Mapping[str, str]) -> None:
    extended.pay("adopt", "sandbox", "--allow-missing", variables=shell)
    toml = extended.folder / "environments/sandbox.toml"
    before = toml.read_text()
    toml.write_text(before.replace("adopt = false", "adopt = true"))
    stacks = extended.synthesise("sandbox-audit")
    toml.write_text(before)
    hcl = (stacks / "sandbox-audit/cdk.tf").read_text()
    assert 'to = aws_cloudwatch_log_group.log\n  id = "sandbox-audit"' in hcl
