"""The watching stack of the sandbox's account, as main.py writes it from files and the real
Terraform applies it: findings come in, and what the topics tell comes out.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import tomlkit
from typer.testing import CliRunner, Result

from pay.environments.load import load_environment
from pay.model import Environment, Severity, stacks
from pay.model.watching.accounts import Road
from pay.model.watching.suppressions import FILE, Suppression
from rollout.cli import app
from sandbox.instance import Sandbox
from tests.conftest import ROOT, synthesise
from tests.e2e.conftest import Planned, plan, write_local_backend
from tests.support.finding_events import Event
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.terraform_runs import Terraform

PLATFORM = stacks.PLATFORM.stack_id("sandbox")
WATCHING = stacks.WATCHING.stack_id("sandbox")
PAGE, TICKET, WEEKLY = "sandbox-alarms-critical", "sandbox-alarms-warning", "sandbox-findings"
_TITLE = re.compile(r'^"HIGH in sandbox: (.+?) \(')


@dataclass(frozen=True)
class Watched:
    """The account with the topics of its platform and its watching stack."""

    sandbox: Sandbox
    files: Path
    """The folder of its environment files."""
    folder: Path
    """The folder of its stacks."""
    tools: Mapping[str, str]

    @property
    def environment(self) -> Environment:
        return load_environment(self.files / "sandbox.toml")

    @property
    def terraform(self) -> Terraform:
        return Terraform("terraform", self.sandbox.environment_variables)

    def write(self, road: Road, suppressions: Iterable[Suppression]) -> None:
        """Write the files of the environment and what main.py makes of them."""
        file = self.files / "sandbox.toml"
        file.write_text(re.sub(r'^road = ".*"$', f'road = "{road}"', file.read_text(), flags=re.M))
        entries = [each.model_dump(exclude_defaults=True) for each in suppressions]
        (self.files / FILE).write_text(tomlkit.dumps({Suppression.noun: entries}))
        synthesise(self.folder.parent, self.tools, ROOT, PAY_REUSE="off", **self._settings)

    @property
    def _settings(self) -> dict[str, str]:
        return {"PAY_ENVIRONMENTS": str(self.files), "PAY_STACKS": f"{PLATFORM} {WATCHING}"}

    def deploy(self, stack: str) -> None:
        """Run `cdktf deploy` on what is written."""
        write_local_backend(self.folder / stack)
        shell = self.sandbox.environment_variables
        finished = subprocess.run(
            [
                *("cdktf", "deploy", stack, "--ignore-missing-stack-dependencies"),
                *("--auto-approve", "--skip-synth", "--output", str(self.folder.parent)),
            ],
            cwd=ROOT,
            env={**shell, **self._settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr

    def apply(self, stack: str, *targets: str) -> None:
        folder = self.folder / stack
        write_local_backend(folder)
        self.terraform.run(folder, "init", "-input=false")
        self.terraform.run(folder, "apply", "-input=false", "-auto-approve", *targets)

    def planned(self) -> Planned:
        return plan(self.folder / WATCHING, self.sandbox.environment_variables)

    def tell(self, event: Event) -> None:
        """Bring an event of AWS to the account's bus."""
        self.sandbox.server.administer("events", method="POST", body=event.body())

    def arrive(self, tool: str, *findings: Mapping[str, Any]) -> None:
        """Let a tool find something; its filters and Security Hub see it first."""
        place = {"account": self.environment.account_id, "region": self.environment.region}
        body = {**place, "tool": tool, "findings": list(findings)}
        self.sandbox.server.administer("arrivals", method="POST", body=body)

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Take and return what a queue has."""
        sqs = self.sandbox.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = list[dict[str, Any]]()
        while taken := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for each in taken:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            found += taken
        return found

    def told(self) -> list[tuple[str, str]]:
        """Take and return each message with the topic that it reached."""
        return [
            (topic, json.loads(each["Body"])["Message"])
            for topic in (PAGE, TICKET, WEEKLY)
            for each in self.messages(f"{topic}-inbox")
        ]

    def paged(self) -> list[str]:
        """Take and return the titles of findings that reached the paging topic."""
        found = (_TITLE.match(text) for topic, text in self.told() if topic == PAGE)
        return sorted(title[1] for title in found if title)

    def run(self, *arguments: str) -> Result:
        """Run `pay` in a shell of this account."""
        variables = {"PAY_ENVIRONMENTS": str(self.files), **self.sandbox.server.variables()}
        return CliRunner().invoke(app, arguments, env=variables)

    def pay(self, *arguments: str) -> Any:
        """Run `pay ... --json` in a shell of this account, and return its answer."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def go_to(self, day: date) -> None:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        self.sandbox.server.administer("clock", method="POST", body={"now": noon.timestamp()})


@contextmanager
def watched_stack(
    folder: Path, tools: Mapping[str, str], suppressions: Iterable[Suppression]
) -> Iterator[Watched]:
    """Start the account, apply both stacks, and subscribe a queue to each topic."""
    files = folder / "environments"
    shutil.copytree(ROOT / "environments", files)
    environment = load_environment(files / "sandbox.toml")
    with Sandbox(environment) as sandbox:
        watched = Watched(sandbox, files, folder / "cdktf.out" / "stacks", tools)
        watched.write(Road.DIRECT, suppressions)
        topics = [f"-target=aws_sns_topic_policy.{each}_topic_policy" for each in Severity]
        watched.apply(PLATFORM, *topics)
        watched.deploy(WATCHING)
        for topic in (PAGE, TICKET, WEEKLY):
            queue = sandbox.client("sqs").create_queue(QueueName=f"{topic}-inbox")["QueueUrl"]
            sandbox.client("sns").subscribe(
                TopicArn=environment.arn("sns", topic),
                Protocol="sqs",
                Endpoint=environment.arn("sqs", queue.rpartition("/")[2]),
            )
        yield watched
