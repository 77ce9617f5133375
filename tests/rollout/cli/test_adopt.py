"""`pay adopt`: what AWS has, what it lacks and what it would not tell, all at once."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pay.catalogue import IMAGES
from pay.environments.adopted import CREATE, adoptable, adopted_file, load_needed_adopted
from pay.environments.load import load_environments
from pay.model import stacks
from pay.model.adoptable import Adoptable
from pay.model.stack_kind import Adoption, StackKind, StackScope
from rollout.adoption.import_answers import ACTIONS
from tests.support.account import ACCOUNT_ID, CREDENTIALS, ENVIRONMENT, Account, Adopt, error
from tests.support.checkout import Checkout


def file_of(checkout: Checkout) -> Path:
    return adopted_file(checkout.folder, "sandbox")


def refusal(result: Result) -> dict[str, str]:
    """The one finding of a refusal told as JSON."""
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert ACCOUNT_ID in told["refused"]
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
    assert ACCOUNT_ID in found["fix"]
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
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.account = "111111111111"
    found = refusal(adopt("--json", **CREDENTIALS))
    assert found["gate"] == "account"
    assert "111111111111" in found["reason"]
    assert not aws.called
    assert not file_of(checkout).exists()


def test_credentials_that_aws_does_not_take_are_refused(
    adopt: Adopt, aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expired(*_: Any) -> Any:
        raise error("ExpiredToken", "The security token has expired", "GetCallerIdentity")

    monkeypatch.setattr(aws, "answer", expired)
    found = refusal(adopt("--json", **CREDENTIALS))
    assert found["gate"] == "credentials"
    assert "ExpiredToken" in found["reason"]


def test_all_denied_calls_are_told_at_once_with_every_action_that_is_needed(
    adopt: Adopt, aws: Account, checkout: Checkout
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
    adopt: Adopt, aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> Any:
        raise error("ClientException", "not like this", "DescribeServices")

    monkeypatch.setattr(aws, "DescribeServices", refuse)
    told = json.loads(adopt("--json", "--allow-missing", **CREDENTIALS).stdout)
    assert [each["action"] for each in told["failed"]] == ["ecs:DescribeServices"]
    assert told["file"] is None


def test_denied_calls_are_told_in_text(adopt: Adopt, aws: Account) -> None:
    aws.denied = {"DescribeServices"}
    result = adopt(**CREDENTIALS)
    assert result.exit_code == 1
    assert "ecs:DescribeServices: AccessDenied" in result.stdout
    assert "nothing was written" in result.stdout
    assert "iam:GetInstanceProfile" in result.stdout


def test_the_actions_that_are_asked_for_are_those_that_are_called(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    with_registry(checkout)
    assert adopt(**CREDENTIALS).exit_code == 0
    assert aws.called == set(ACTIONS)


def with_registry(checkout: Checkout) -> None:
    """Let a stack of the account hold the repositories, from which another account pulls."""
    path = checkout.file(ENVIRONMENT)
    role = "arn:aws:iam::222222222222:role/copies-images"
    table = f'[registry]\npulled_by = ["{role}"]\n\n[sidecars.nginx]'
    path.write_text(path.read_text().replace("[sidecars.nginx]", table))


def test_repositories_keep_the_encryption_that_was_found(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    """Another one would replace them, with every image."""
    with_registry(checkout)
    repository = IMAGES["connector"].repository
    result = adopt(**CREDENTIALS)
    assert result.exit_code == 0, result.output
    assert "encryption AES256 stays as it is" in " ".join(result.output.split())
    environment = load_environments(checkout.folder)[ENVIRONMENT]
    assert environment.registry
    assert environment.registry.encryption[repository] == "AES256"
    before = checkout.file(ENVIRONMENT).read_text()
    assert adopt(**CREDENTIALS).exit_code == 0
    assert checkout.file(ENVIRONMENT).read_text() == before


def test_a_repository_that_lacks_is_refused(adopt: Adopt, aws: Account, checkout: Checkout) -> None:
    with_registry(checkout)
    aws.gone = {IMAGES["connector"].repository, IMAGES["alpine"].repository}
    result = adopt(**CREDENTIALS)
    assert result.exit_code == 1
    text = " ".join(result.output.split())
    assert "connector_repository: repository govukpay/connector: expected, not found" in text
    # Nothing that runs needs the image of a task before its first start.
    assert "alpine_repository: repository govukpay/alpine: not found; will be created" in text


def test_what_is_written_is_what_the_stacks_read(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    assert adopt(**CREDENTIALS).exit_code == 0
    checkout.file("sandbox").write_text(
        checkout.file("sandbox").read_text().replace("adopt = false", "adopt = true")
    )
    environment = load_environments(checkout.folder)["sandbox"]
    imports, _ = load_needed_adopted(checkout.folder, environment, None)
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
    }
    group = imports["sandbox-platform"]["aws_cloudwatch_log_group.frontend_nginx_reverse_proxy_log"]
    assert group == "sandbox_nginx-reverse-proxy_frontend"
    records = {s: t["aws_route53_record.ec2"] for s, t in imports.items() if "traffic" in s}
    assert records["sandbox-frontend-traffic"] == "ZPUBLIC_www.sandbox.pymnt.uk_A"
    assert records["sandbox-connector-traffic"] == "ZPRIVATE_connector.sandbox.pymnt.internal_A"


def test_a_service_that_does_not_run_is_refused_and_nothing_is_written(
    adopt: Adopt, aws: Account, checkout: Checkout
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
    adopt: Adopt, aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inactive(clusters: list[str]) -> Any:
        cluster = {"clusterName": clusters[0], "status": "INACTIVE", "capacityProviders": ["one"]}
        return {"clusters": [cluster]}

    monkeypatch.setattr(aws, "DescribeClusters", inactive)
    report = json.loads(adopt("--json", **CREDENTIALS).stdout)
    assert [line for line in report["missing"] if "aws_ecs_cluster" in line]
    assert [line for line in report["created"] if "capacity_providers" in line]


def test_what_may_be_missing_is_written_as_to_be_created(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.gone = {"sandbox-ledger-alb", "sandbox_app_ledger"}
    assert adopt("--allow-missing", **CREDENTIALS).exit_code == 0
    environment = load_environments(checkout.folder)["sandbox"]
    written = file_of(checkout).read_text()
    assert f'"aws_lb.alb" = "{CREATE}"' in written
    adopting = environment.model_copy(update={"adopt": True})
    imports, _ = load_needed_adopted(checkout.folder, adopting, None)
    ledger = imports["sandbox-ledger-ec2"]
    assert not {"aws_lb.alb", "aws_lb_listener.https"} & set(ledger)
    logs = {address for address in imports["sandbox-platform"] if "ledger" in address}
    assert logs == {
        f"aws_cloudwatch_log_group.ledger_{kind}_log" for kind in ("adot", "nginx_reverse_proxy")
    }
    assert "aws_ecs_service.service" in ledger


def test_a_write_that_fails_leaves_no_file(
    adopt: Adopt, aws: Account, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    result = adopt(**CREDENTIALS)
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert list(file_of(checkout).parent.iterdir()) == []


def test_the_file_says_what_it_is_and_is_the_same_when_written_again(
    aws: Account, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, adopt: Adopt
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
    row = StackKind(
        name="notices",
        scope=StackScope.ENVIRONMENT,
        holds="a topic",
        types=frozenset({"aws_iam_role", "aws_sns_topic"}),
        adoption=Adoption(lambda *_: running),
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
