"""`pay adopt`: what AWS has, what it lacks and what it would not tell, all at once."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.client
import botocore.loaders
import botocore.session
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from pay.environments.adopted import CREATE, adoptable, adopted_file, load_adopted
from pay.environments.load import load_environments
from pay.model import stacks
from pay.model.adoptable import Adoptable
from rollout.adoption.answers import ACTIONS
from rollout.cli import app
from tests.support.checkout import Checkout

ACCOUNT = "555555555555"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
NOWHERE = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""No credentials from anywhere else, and no profile."""

Adopt = Callable[..., Result]


@pytest.fixture(autouse=True, scope="module")
def models() -> Iterator[None]:
    """Each run has a session, which reads what botocore knows of AWS; here all share one reader."""
    with pytest.MonkeyPatch.context() as patch:
        loader = botocore.loaders.create_loader()
        patch.setattr(botocore.session, "create_loader", lambda *_: loader)
        yield


@pytest.fixture
def adopt(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Adopt:
    """Runs `pay adopt sandbox`; keywords are variables of the shell."""

    def run(*arguments: str, **variables: str) -> Result:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", *CREDENTIALS):
            monkeypatch.delenv(name, raising=False)
        shell = {"PAY_ENVIRONMENTS": str(checkout.folder), "COLUMNS": "200", **NOWHERE}
        return CliRunner().invoke(app, ["adopt", "sandbox", *arguments], env={**shell, **variables})

    return run


class Aws:
    """An account in which everything that is asked for exists, except what a test takes out."""

    def __init__(self) -> None:
        self.account = ACCOUNT
        self.denied: set[str] = set()
        self.gone: set[str] = set()
        """Names of what does not exist."""
        self.called: set[str] = set()

    def answer(self, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        """What a boto3 client of this account gets."""
        if operation == "GetCallerIdentity":
            return {"Account": self.account}
        service = client.meta.service_model.signing_name
        self.called.add(f"{service}:{operation}")
        if operation in self.denied:
            raise _error("AccessDenied", f"not allowed to {operation}", operation)
        return getattr(self, operation)(**arguments)

    def DescribeClusters(self, clusters: list[str]) -> Any:
        return {
            "clusters": [
                {"clusterName": name, "status": "ACTIVE", "capacityProviders": ["one"]}
                for name in self._there(clusters)
            ]
        }

    def DescribeCapacityProviders(self, capacityProviders: list[str]) -> Any:
        return {"capacityProviders": [{"name": name} for name in self._there(capacityProviders)]}

    def DescribeServices(self, cluster: str, services: list[str]) -> Any:
        there = self._there(services)
        return {"services": [{"serviceName": name, "status": "ACTIVE"} for name in there]}

    def DescribeAutoScalingGroups(self, AutoScalingGroupNames: list[str]) -> Any:
        there = self._there(AutoScalingGroupNames)
        return {"AutoScalingGroups": [{"AutoScalingGroupName": name} for name in there]}

    def DescribeLaunchTemplates(self, LaunchTemplateNames: list[str]) -> Any:
        there = self._there(LaunchTemplateNames)
        return {"LaunchTemplates": [{"LaunchTemplateId": f"lt-{name}"} for name in there]}

    def DescribeLoadBalancers(self, Names: list[str]) -> Any:
        if not self._there(Names):
            raise _error("LoadBalancerNotFound", "none", "DescribeLoadBalancers")
        return {"LoadBalancers": [{"LoadBalancerArn": f"arn:lb/{name}"} for name in Names]}

    def DescribeTargetGroups(self, Names: list[str]) -> Any:
        return {"TargetGroups": [{"TargetGroupArn": f"arn:tg/{n}"} for n in self._there(Names)]}

    def DescribeListeners(self, LoadBalancerArn: str) -> Any:
        ports = (80, 443, 8080)
        return {
            "Listeners": [
                {"Port": port, "ListenerArn": f"{LoadBalancerArn}/{port}"} for port in ports
            ]
        }

    def GetWebACLForResource(self, ResourceArn: str) -> Any:
        return {"WebACL": {"ARN": "arn:acl"}} if self._there(["web ACL"]) else {}

    def GetRole(self, RoleName: str) -> Any:
        return {"Role": {"RoleName": RoleName}}

    def GetInstanceProfile(self, InstanceProfileName: str) -> Any:
        return {"InstanceProfile": {"InstanceProfileName": InstanceProfileName}}

    def DescribeLogGroups(self, logGroupNamePrefix: str) -> Any:
        names = [*self._there([logGroupNamePrefix]), f"{logGroupNamePrefix}_FG"]
        return {"logGroups": [{"logGroupName": name} for name in names]}

    def ListHostedZonesByName(self, DNSName: str) -> Any:
        return {
            "HostedZones": [
                {
                    "Id": f"/hostedzone/{kind}",
                    "Name": f"{DNSName}.",
                    "Config": {"PrivateZone": private},
                }
                for kind, private in (("ZPUBLIC", False), ("ZPRIVATE", True))
            ]
        }

    def ListResourceRecordSets(
        self, HostedZoneId: str, StartRecordName: str, StartRecordType: str, MaxItems: str
    ) -> Any:
        record = {"Name": f"{StartRecordName}.", "Type": StartRecordType}
        if StartRecordName in self.gone:
            record["SetIdentifier"] = "somebody-else's"
        return {"ResourceRecordSets": [record]}

    def _there(self, names: list[str]) -> list[str]:
        return [name for name in names if name not in self.gone]


def _error(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    """What every boto3 client talks to."""
    account = Aws()
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", account_call(account))
    return account


def account_call(account: Aws) -> Callable[[Any, str, dict[str, Any]], Any]:
    def call(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        return account.answer(self, operation, arguments)

    return call


def file_of(checkout: Checkout) -> Path:
    return adopted_file(checkout.folder, "sandbox")


def refusal(result: Result) -> dict[str, str]:
    """The one finding of a refusal told as JSON."""
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert ACCOUNT in told["refused"]
    assert "eu-west-1" in told["refused"]
    assert "sandbox" in told["refused"]
    [finding] = told["findings"]
    return dict(finding)


def test_no_credentials_are_refused_with_the_account_that_is_wanted(
    adopt: Adopt, checkout: Checkout
) -> None:
    found = refusal(adopt("--json"))
    assert found["gate"] == "credentials"
    assert "Unable to locate credentials" in found["reason"]
    assert ACCOUNT in found["fix"]
    assert not file_of(checkout).exists()


def test_an_unknown_profile_is_refused(adopt: Adopt) -> None:
    found = refusal(adopt("--json", AWS_PROFILE="nobody"))
    assert found["gate"] == "credentials"
    assert "nobody" in found["reason"]


def test_an_endpoint_that_nobody_answers_is_refused_with_its_address(adopt: Adopt) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{free.getsockname()[1]}"
    found = refusal(adopt("--json", AWS_ENDPOINT_URL=dead, **CREDENTIALS))
    assert found["gate"] == "connection"
    assert dead in found["reason"]
    assert "AWS_ENDPOINT_URL" in found["fix"]


def test_a_refusal_is_told_in_text_with_no_traceback(adopt: Adopt) -> None:
    result = adopt()
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    text = " ".join(result.stderr.split())
    assert "Refused: looking up what runs in sandbox (account 555555555555, eu-west-1)" in text
    assert "Nothing was written" in text
    assert "credentials" in text


def test_credentials_of_another_account_are_refused(
    adopt: Adopt, aws: Aws, checkout: Checkout
) -> None:
    aws.account = "111111111111"
    found = refusal(adopt("--json", **CREDENTIALS))
    assert found["gate"] == "account"
    assert "111111111111" in found["reason"]
    assert not aws.called
    assert not file_of(checkout).exists()


def test_credentials_that_aws_does_not_take_are_refused(
    adopt: Adopt, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expired(*_: Any) -> Any:
        raise _error("ExpiredToken", "The security token has expired", "GetCallerIdentity")

    monkeypatch.setattr(aws, "answer", expired)
    found = refusal(adopt("--json", **CREDENTIALS))
    assert found["gate"] == "credentials"
    assert "ExpiredToken" in found["reason"]


def test_all_denied_calls_are_told_at_once_with_every_action_that_is_needed(
    adopt: Adopt, aws: Aws, checkout: Checkout
) -> None:
    aws.denied = {"DescribeServices", "DescribeLogGroups", "GetRole"}
    result = adopt("--json", "--allow-missing", **CREDENTIALS)
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["file"] is None
    assert [each["action"] for each in told["failed"]] == [
        "ecs:DescribeServices",
        "iam:GetRole",
        "logs:DescribeLogGroups",
    ]
    assert "sandbox-connector-ec2 aws_ecs_service.service" in told["failed"][0]["for"]
    assert "AccessDenied: not allowed to DescribeServices" in told["failed"][0]["error"]
    assert told["needs"] == list(ACTIONS)
    assert not told["missing"]
    assert not file_of(checkout).exists()


def test_what_ecs_refuses_for_another_reason_is_not_taken_for_missing(
    adopt: Adopt, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> Any:
        raise _error("ClientException", "not like this", "DescribeServices")

    monkeypatch.setattr(aws, "DescribeServices", refuse)
    told = json.loads(adopt("--json", "--allow-missing", **CREDENTIALS).stdout)
    assert [each["action"] for each in told["failed"]] == ["ecs:DescribeServices"]
    assert told["file"] is None


def test_denied_calls_are_told_in_text(adopt: Adopt, aws: Aws) -> None:
    aws.denied = {"DescribeServices"}
    result = adopt(**CREDENTIALS)
    assert result.exit_code == 1
    assert "ecs:DescribeServices: AccessDenied" in result.stdout
    assert "nothing was written" in result.stdout
    assert "iam:GetInstanceProfile" in result.stdout


def test_the_actions_that_are_asked_for_are_those_that_are_called(adopt: Adopt, aws: Aws) -> None:
    assert adopt(**CREDENTIALS).exit_code == 0
    assert aws.called == set(ACTIONS)


def test_what_is_written_is_what_the_stacks_read(
    adopt: Adopt, aws: Aws, checkout: Checkout
) -> None:
    assert adopt(**CREDENTIALS).exit_code == 0
    checkout.file("sandbox").write_text(
        checkout.file("sandbox").read_text().replace("adopt = false", "adopt = true")
    )
    environment = load_environments(checkout.folder)["sandbox"]
    imports = load_adopted(checkout.folder, environment)
    assert {stack: set(table) for stack, table in imports.items()} == {
        stack: set(addresses) for stack, addresses in adoptable(environment).items()
    }
    assert imports["sandbox-frontend-ec2"] == {
        "aws_lb.alb": "arn:lb/sandbox-frontend-alb",
        "aws_lb_target_group.target_group": "arn:tg/sandbox-frontend-lb-tg",
        "aws_lb_listener.https": "arn:lb/sandbox-frontend-alb/443",
        "aws_lb_listener.http": "arn:lb/sandbox-frontend-alb/80",
        "aws_wafv2_web_acl_association.web_acl_association": "arn:acl,arn:lb/sandbox-frontend-alb",
        "aws_ecs_service.service": "sandbox-ec2/frontend",
        "aws_iam_role.execution_role": "sandbox-frontend-ec2-execution",
        "aws_iam_role.task_role": "sandbox-frontend-ec2-task",
        "aws_cloudwatch_log_group.app_log": "sandbox_app_frontend",
        "aws_cloudwatch_log_group.nginx_reverse_proxy_log": "sandbox_nginx-reverse-proxy_frontend",
        "aws_cloudwatch_log_group.adot_log": "sandbox_adot_frontend",
    }
    records = {s: t["aws_route53_record.ec2"] for s, t in imports.items() if "traffic" in s}
    assert records["sandbox-frontend-traffic"] == "ZPUBLIC_www.sandbox.pymnt.uk_A"
    assert records["sandbox-connector-traffic"] == "ZPRIVATE_connector.sandbox.pymnt.internal_A"


def test_a_service_that_does_not_run_is_refused_and_nothing_is_written(
    adopt: Adopt, aws: Aws, checkout: Checkout
) -> None:
    aws.gone = {"sandbox-ledger-alb", "cardid.sandbox.pymnt.internal"}
    result = adopt("--json", **CREDENTIALS)
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["file"] is None
    assert [line.partition(":")[0] for line in told["missing"]] == [
        "sandbox-cardid-traffic aws_route53_record.ec2",
        "sandbox-ledger-ec2 aws_lb.alb",
        "sandbox-ledger-ec2 aws_lb_listener.https",
    ]
    assert not file_of(checkout).parent.exists()


def test_a_deleted_cluster_that_ecs_still_lists_is_missing(
    adopt: Adopt, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inactive(clusters: list[str]) -> Any:
        cluster = {"clusterName": clusters[0], "status": "INACTIVE", "capacityProviders": ["one"]}
        return {"clusters": [cluster]}

    monkeypatch.setattr(aws, "DescribeClusters", inactive)
    report = json.loads(adopt("--json", **CREDENTIALS).stdout)
    assert [line for line in report["missing"] if "aws_ecs_cluster" in line]
    assert [line for line in report["created"] if "capacity_providers" in line]


def test_what_may_be_missing_is_written_as_to_be_created(
    adopt: Adopt, aws: Aws, checkout: Checkout
) -> None:
    aws.gone = {"sandbox-ledger-alb", "sandbox_app_ledger"}
    assert adopt("--allow-missing", **CREDENTIALS).exit_code == 0
    environment = load_environments(checkout.folder)["sandbox"]
    written = file_of(checkout).read_text()
    assert f'"aws_lb.alb" = "{CREATE}"' in written
    imports = load_adopted(checkout.folder, environment.model_copy(update={"adopt": True}))
    ledger = imports["sandbox-ledger-ec2"]
    assert not {"aws_lb.alb", "aws_lb_listener.https", "aws_cloudwatch_log_group.app_log"} & set(
        ledger
    )
    assert "aws_ecs_service.service" in ledger


def test_a_write_that_fails_leaves_no_file(
    adopt: Adopt, aws: Aws, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    result = adopt(**CREDENTIALS)
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert list(file_of(checkout).parent.iterdir()) == []


def test_the_file_says_what_it_is_and_is_the_same_when_written_again(
    aws: Aws, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, adopt: Adopt
) -> None:
    assert adopt(**CREDENTIALS).exit_code == 0
    first = file_of(checkout).read_text()
    assert first.startswith("# What runs in sandbox and is taken over by Terraform.\n")
    assert file_of(checkout).stat().st_mode & 0o777 == 0o644
    assert adopt(**CREDENTIALS).exit_code == 0
    assert file_of(checkout).read_text() == first


@pytest.fixture
def new_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that takes over a role, and a topic, whose type has no finder."""
    running = {
        "aws_iam_role.writer": Adoptable(("sandbox-writer",)),
        "aws_sns_topic.topic": Adoptable(("sandbox-notices",), must=True),
    }
    row = stacks.StackKind(
        name="notices",
        scope=stacks.StackScope.ENVIRONMENT,
        holds="a topic",
        types=frozenset({"aws_iam_role", "aws_sns_topic"}),
        adoption=stacks.Adoption(lambda _: running),
    )
    monkeypatch.setattr(stacks, "KINDS", (*stacks.KINDS, row))


@pytest.mark.usefixtures("aws", "new_kind")
def test_a_new_kind_is_looked_up_by_its_row_and_a_type_without_a_finder_is_told(
    adopt: Adopt, checkout: Checkout
) -> None:
    result = adopt(**CREDENTIALS)
    assert result.exit_code == 0
    assert (
        "sandbox-notices aws_sns_topic.topic: pay adopt cannot look up aws_sns_topic; "
        'write its import id, or "create", into the file by hand'
    ) in " ".join(result.stdout.split())
    written = file_of(checkout).read_text()
    assert '"aws_iam_role.writer" = "sandbox-writer"' in written
    assert "aws_sns_topic" not in written


@pytest.mark.usefixtures("aws", "new_kind")
def test_a_line_of_a_type_without_a_finder_stays(adopt: Adopt, checkout: Checkout) -> None:
    file_of(checkout).parent.mkdir()
    line = '"aws_sns_topic.topic" = "arn:by-hand"'
    file_of(checkout).write_text(f'[sandbox-notices]\n{line}\n"aws_iam_role.writer" = "old"\n')
    report = json.loads(adopt("--json", **CREDENTIALS).stdout)
    assert report["by_hand"] == {"sandbox-notices aws_sns_topic.topic": "arn:by-hand"}
    assert line in file_of(checkout).read_text()
    assert '"aws_iam_role.writer" = "sandbox-writer"' in file_of(checkout).read_text()


@pytest.mark.usefixtures("aws", "new_kind")
def test_an_unreadable_file_is_not_overwritten_where_a_line_could_be_lost(
    adopt: Adopt, checkout: Checkout
) -> None:
    file_of(checkout).parent.mkdir()
    file_of(checkout).write_text("[sandbox-notices")
    assert adopt(**CREDENTIALS).exit_code == 1
    assert file_of(checkout).read_text() == "[sandbox-notices"
