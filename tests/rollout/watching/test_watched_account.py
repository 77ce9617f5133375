"""A watched account in the sandbox: each thing that is off changes its own line, and no other."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.stage.transitions import find_edge
from rollout.contracts.agent.read import ACTIONS as AGENT_ACTIONS
from rollout.contracts.agent.read import read_coverage
from rollout.contracts.seen import SeenState
from rollout.doctor.agent import agent_lines
from rollout.moves.covered import cover_side
from rollout.moves.gates import Promotion, tasks_are_watched
from rollout.moves.standings import Standings
from rollout.releases.record import Release, ReleaseVerdict, append_release
from rollout.terminal.refusal import Finding
from rollout.watching.line import WatchingLine
from rollout.watching.settings import ACTIONS, SETTINGS, setting_lines
from rollout.watching.side_lines import side_lines
from tests.support.checkout import Checkout, Pay, PayJson
from tests.support.guardduty_account import SERVICE, WatchedAccount, watched_account

pytestmark = pytest.mark.slow

Switch = Callable[[WatchedAccount, bool], None]


@pytest.fixture(scope="module")
def account(environments: Mapping[str, Environment]) -> Iterator[WatchedAccount]:
    with watched_account(environments["sandbox"]) as started:
        yield started


def settings(account: WatchedAccount) -> dict[str, WatchingLine]:
    return {line.thing: line for line in setting_lines(account.environment, account.client)}


def detector(account: WatchedAccount, **changes: Any) -> None:
    guardduty = account.client("guardduty")
    [id_] = guardduty.list_detectors()["DetectorIds"]
    guardduty.update_detector(DetectorId=id_, **changes)


def feature(account: WatchedAccount, is_on: bool, agent: str = "") -> None:
    status = "ENABLED" if is_on else "DISABLED"
    changed: dict[str, Any] = {"Name": "RUNTIME_MONITORING", "Status": status}
    if agent:
        more = [{"Name": agent, "Status": status}]
        changed = {**changed, "Status": "ENABLED", "AdditionalConfiguration": more}
    detector(account, Features=[changed])


def hub(account: WatchedAccount, is_on: bool) -> None:
    hub = account.client("securityhub")
    arn = "arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1"
    if is_on:
        hub.enable_security_hub(EnableDefaultStandards=False)
        hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": arn}])
    else:
        hub.disable_security_hub()


def standard(account: WatchedAccount, is_on: bool) -> None:
    hub = account.client("securityhub")
    if is_on:
        arn = "arn:aws:securityhub:eu-west-1::standards/pci-dss/v/4.0.1"
        hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": arn}])
    else:
        [own] = hub.get_enabled_standards()["StandardsSubscriptions"]
        hub.batch_disable_standards(StandardsSubscriptionArns=[own["StandardsSubscriptionArn"]])


def inspector(account: WatchedAccount, is_on: bool) -> None:
    client = account.client("inspector2")
    change = client.enable if is_on else client.disable
    change(accountIds=[account.environment.account_id], resourceTypes=["ECR"])


def recorder(account: WatchedAccount, is_on: bool) -> None:
    config = account.client("config")
    change = config.start_configuration_recorder if is_on else config.stop_configuration_recorder
    change(ConfigurationRecorderName="default")


def trail(account: WatchedAccount, is_on: bool) -> None:
    cloudtrail = account.client("cloudtrail")
    (cloudtrail.start_logging if is_on else cloudtrail.stop_logging)(Name="audit")


def flow_logs(account: WatchedAccount, is_on: bool) -> None:
    ec2 = account.client("ec2")
    if is_on:
        vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["sandbox"]}])["Vpcs"][0]
        ec2.create_flow_logs(
            ResourceType="VPC",
            ResourceIds=[vpc["VpcId"]],
            TrafficType="ALL",
            LogGroupName="sandbox-flow-logs",
            DeliverLogsPermissionArn="arn:aws:iam::555555555555:role/sandbox-flow-logs",
        )
    else:
        ids = [each["FlowLogId"] for each in ec2.describe_flow_logs()["FlowLogs"]]
        ec2.delete_flow_logs(FlowLogIds=ids)


def web_acl(account: WatchedAccount) -> dict[str, Any]:
    wafv2 = account.client("wafv2")
    [acl] = wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]
    return dict(wafv2.get_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"]))


def blocking(account: WatchedAccount, is_on: bool) -> None:
    found = web_acl(account)
    acl = found["WebACL"]
    for rule in acl["Rules"]:
        rule["OverrideAction"] = {"None": {}} if is_on else {"Count": {}}
    account.client("wafv2").update_web_acl(
        Name=acl["Name"],
        Scope="REGIONAL",
        Id=acl["Id"],
        LockToken=found["LockToken"],
        DefaultAction=acl["DefaultAction"],
        VisibilityConfig=acl["VisibilityConfig"],
        Rules=acl["Rules"],
    )


def web_acl_logs(account: WatchedAccount, is_on: bool) -> None:
    wafv2, arn = account.client("wafv2"), web_acl(account)["WebACL"]["ARN"]
    group = account.environment.arn("logs", "log-group:aws-waf-logs-sandbox")
    if is_on:
        wafv2.put_logging_configuration(
            LoggingConfiguration={"ResourceArn": arn, "LogDestinationConfigs": [group]}
        )
    else:
        wafv2.delete_logging_configuration(ResourceArn=arn)


SWITCHES: Mapping[str, Switch] = {
    "GuardDuty detector": lambda account, is_on: detector(account, Enable=is_on),
    "GuardDuty sends within 15 minutes": lambda account, is_on: detector(
        account, FindingPublishingFrequency="FIFTEEN_MINUTES" if is_on else "SIX_HOURS"
    ),
    "GuardDuty watches the runtime": feature,
    "GuardDuty manages the agent on Fargate": lambda account, is_on: feature(
        account, is_on, "ECS_FARGATE_AGENT_MANAGEMENT"
    ),
    "GuardDuty manages the agent on EC2": lambda account, is_on: feature(
        account, is_on, "EC2_AGENT_MANAGEMENT"
    ),
    "Security Hub checks PCI DSS": standard,
    "Inspector scans images": inspector,
    "Config records": recorder,
    "CloudTrail logs": trail,
    "Flow logs of the VPC": flow_logs,
    "Web ACL blocks": blocking,
    "Web ACL logs": web_acl_logs,
}
"""Thing -> what switches it."""

TOGETHER = {"Security Hub": hub}
"""Without the hub there is no standard."""


@contextmanager
def switched_off(account: WatchedAccount, switch: Switch) -> Iterator[None]:
    switch(account, False)
    try:
        yield
    finally:
        switch(account, True)


@pytest.mark.parametrize("thing", SWITCHES)
def test_each_thing_that_is_off_changes_its_own_line(account: WatchedAccount, thing: str) -> None:
    before = settings(account)
    with switched_off(account, SWITCHES[thing]):
        after = settings(account)
    assert {name for name, line in after.items() if line != before[name]} == {thing}
    assert (before[thing].state, after[thing].state) == (SeenState.ON, SeenState.OFF)
    assert (before[thing].fix, bool(after[thing].fix)) == ("", True)
    assert settings(account) == before


def test_without_the_hub_no_standard_is_checked(account: WatchedAccount) -> None:
    with switched_off(account, hub):
        after = settings(account)
    off = {name for name, line in after.items() if line.state is SeenState.OFF}
    assert off == {"Security Hub", "Security Hub checks PCI DSS"}


def test_a_trail_that_logs_without_validation_is_named(account: WatchedAccount) -> None:
    cloudtrail = account.client("cloudtrail")
    before = settings(account)
    cloudtrail.update_trail(Name="audit", EnableLogFileValidation=False)
    after = settings(account)
    cloudtrail.update_trail(Name="audit", EnableLogFileValidation=True)
    changed = {name for name, line in after.items() if line != before[name]}
    assert changed == {"CloudTrail validates its files"}


def test_every_setting_has_a_switch() -> None:
    switched = {*SWITCHES, *TOGETHER, "CloudTrail validates its files"}
    assert {each.thing for each in SETTINGS} == switched


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes AWS deny one action from now on."""
    call = BaseClient._make_api_call

    def start(denied: str) -> None:
        def answer(self: Any, operation: str, arguments: Any) -> Any:
            if f"{self.meta.service_model.signing_name}:{operation}" == denied:
                raise ClientError(
                    {"Error": {"Code": "AccessDeniedException", "Message": "denied"}}, operation
                )
            return call(self, operation, arguments)

        monkeypatch.setattr(BaseClient, "_make_api_call", answer)

    return start


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_denied_is_never_called_off(
    account: WatchedAccount, deny: Callable[[str], None], action: str
) -> None:
    before = settings(account)
    deny(action)
    after = settings(account)
    changed = {line.state for name, line in after.items() if line != before[name]}
    assert changed == {SeenState.NOT_OURS}


def lacks_the_statement(account: WatchedAccount, is_on: bool) -> None:
    rights = account.rights()
    account.allow([each for each in rights if is_on or each.sid != "PullGuardDutyAgent"])


def is_excluded(account: WatchedAccount, is_on: bool) -> None:
    ecs, cluster = account.client("ecs"), account.side().cluster
    arn = ecs.describe_clusters(clusters=[cluster])["clusters"][0]["clusterArn"]
    ecs.tag_resource(
        resourceArn=arn, tags=[{"key": "GuardDutyManaged", "value": str(is_on).lower()}]
    )


def is_old(account: WatchedAccount, is_on: bool) -> None:
    version = "LATEST" if is_on else "1.3.0"
    cluster = account.side().cluster
    account.client("ecs").update_service(cluster=cluster, service=SERVICE, platformVersion=version)


@pytest.mark.parametrize(
    ("switch", "reason"),
    [
        (is_old, "platform version 1.3.0 runs no agent"),
        (lacks_the_statement, "is not authorized to perform: ecr:"),
        (is_excluded, "cluster sandbox-fargate has the tag GuardDutyManaged = false"),
        (feature, "guardDutyActivate is off: GuardDuty adds no agent in this account"),
    ],
)
def test_new_tasks_run_on_without_an_agent_and_the_cause_is_named(
    account: WatchedAccount, switch: Switch, reason: str
) -> None:
    with switched_off(account, switch):
        account.start_new_tasks()
        coverage = read_coverage(account.side(), account.client)
    account.start_new_tasks()
    assert (coverage.tasks, coverage.watched, coverage.state) == (2, 0, SeenState.OFF)
    assert reason in coverage.reasons
    assert coverage.fix
    assert read_coverage(account.side(), account.client).state is SeenState.ON


def test_a_side_without_the_statement_gets_no_record(account: WatchedAccount) -> None:
    @contextmanager
    def reach(_: Environment) -> Iterator[Callable[[str], Any]]:
        yield account.client

    here = account.environment
    edge = find_edge(here.ladder, Stage.DARK, Stage.READY)
    assert edge
    standings = Standings(Path(), {here.name: here}, CATALOGUE, {}, datetime.now(UTC))

    def asked() -> Finding | None:
        covered = cover_side(standings, here.name, SERVICE, edge, reach)
        return tasks_are_watched(
            Promotion(standings, here.name, SERVICE, edge, evidence="it works", covered=covered)
        )

    assert asked() is None
    with switched_off(account, lacks_the_statement):
        account.start_new_tasks()
        finding = asked()
    account.start_new_tasks()
    assert finding
    assert finding.refuses
    assert "0 of 2 tasks of ledger on fargate have an agent" in finding.reason
    assert "aws-guardduty-agent-fargate" in finding.reason
    assert finding.fix.startswith("apply sandbox-ledger-fargate")
    assert asked() is None


def test_doctor_says_what_would_keep_the_agent_away(account: WatchedAccount) -> None:
    def lines() -> list[tuple[str, str]]:
        found = agent_lines(account.environment, account.client)
        return [(each.verdict.value, each.shown) for each in found]

    assert lines() == [("ok", "can run in sandbox-fargate and reach its endpoint")]
    with switched_off(account, is_excluded):
        ((verdict, found),) = lines()
    assert verdict == "fails"
    assert "GuardDutyManaged = false" in found
    nobody = account.environment.model_copy(update={"watching": None})
    assert [*agent_lines(nobody, account.client)] == []


@pytest.fixture
def shell(account: WatchedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets commands ask this account."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in account.sandbox.server.variables().items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("shell")
def test_pay_watching_is_the_evidence(checkout: Checkout, pay_json: PayJson, pay: Pay) -> None:
    checkout.put("sandbox", SERVICE, "dark")
    code, answer = pay_json("watching", "sandbox")
    assert code == 1
    lines = {line["thing"]: line for line in answer["lines"]}
    assert (answer["environment"], answer["all_on"]) == ("sandbox", False)
    assert lines["ledger on fargate: agent"] == {
        "thing": "ledger on fargate: agent",
        "state": "on",
        "shown": "2 of 2 watched",
        "pci_dss": ["5.3.2", "11.5.1"],
        "fix": None,
    }
    assert lines["connector on ec2: agent"]["state"] == "off"
    shown = pay("watching", "sandbox", columns=80)
    assert shown.exit_code == 1
    assert max(map(len, shown.stdout.splitlines())) <= 80


@pytest.mark.usefixtures("shell")
def test_pay_stages_shows_the_agent_of_each_side(
    checkout: Checkout, pay_json: PayJson, pay: Pay
) -> None:
    checkout.put("sandbox", SERVICE, "dark")
    _, rows = pay_json("stages", "sandbox", "--watched")
    [row] = [each for each in rows if each["service"] == SERVICE]
    assert [(each["side"], each["state"]) for each in row["watched"]] == [
        ("ec2", "on"),
        ("fargate", "on"),
    ]
    shown = pay("stages", "sandbox", "--watched").stdout
    assert "fargate 2 of 2 watched" in shown
    assert "no task of connector runs on ec2" in shown
    assert pay("stages", "--watched").exit_code == 2


def test_guardduty_calls_the_cluster_unhealthy_then(account: WatchedAccount) -> None:
    with switched_off(account, lacks_the_statement):
        account.start_new_tasks()
        guardduty = account.client("guardduty")
        [id_] = guardduty.list_detectors()["DetectorIds"]
        criterion = {
            "CriterionKey": "ECS_CLUSTER_NAME",
            "FilterCondition": {"Equals": ["sandbox-fargate"]},
        }
        [row] = guardduty.list_coverage(
            DetectorId=id_, FilterCriteria={"FilterCriterion": [criterion]}
        )["Resources"]
    account.start_new_tasks()
    assert row["CoverageStatus"] == "UNHEALTHY"
    assert "CannotPullContainerError" in row["Issue"]


def test_tasks_that_are_older_than_the_watching_are_to_be_started_again(
    account: WatchedAccount,
) -> None:
    with switched_off(account, feature):
        account.start_new_tasks()
    coverage = read_coverage(account.side(), account.client)
    account.start_new_tasks()
    assert "they started before GuardDuty watched them" in coverage.reasons
    assert "--force-new-deployment" in coverage.fix


def test_an_agent_without_a_way_to_its_endpoint_watches_nothing(account: WatchedAccount) -> None:
    ec2 = account.client("ec2")
    name = "com.amazonaws.eu-west-1.guardduty-data"
    [endpoint] = ec2.describe_vpc_endpoints(Filters=[{"Name": "service-name", "Values": [name]}])[
        "VpcEndpoints"
    ]
    [group] = [each["GroupId"] for each in endpoint["Groups"]]
    rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)
    closed = read_coverage(account.side(), account.client)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    absent = read_coverage(account.side(), account.client)
    ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=endpoint["VpcId"],
        ServiceName=name,
        SubnetIds=endpoint["SubnetIds"],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
    )
    assert (closed.watched, closed.state) == (2, SeenState.OFF)
    assert "lacks ingress on 443" in closed.reasons
    assert absent.state is SeenState.OFF
    assert f"no VPC endpoint of {name}" in absent.reasons
    assert read_coverage(account.side(), account.client).state is SeenState.ON


def test_the_actions_are_those_that_are_called(
    account: WatchedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    called, call = set[str](), BaseClient._make_api_call

    def answer(self: Any, operation: str, arguments: Any) -> Any:
        called.add(f"{self.meta.service_model.signing_name}:{operation}")
        return call(self, operation, arguments)

    with switched_off(account, is_excluded):
        account.start_new_tasks()
        monkeypatch.setattr(BaseClient, "_make_api_call", answer)
        for side in Side:
            read_coverage(account.side(side), account.client)
    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    account.start_new_tasks()
    assert called - {"ecs:TagResource"} == {*AGENT_ACTIONS}


@pytest.mark.parametrize("action", AGENT_ACTIONS)
@pytest.mark.parametrize("side", Side)
def test_a_denied_question_never_makes_a_side_unwatched(
    account: WatchedAccount, deny: Callable[[str], None], side: Side, action: str
) -> None:
    deny(action)
    assert read_coverage(account.side(side), account.client).state is not SeenState.OFF


def test_an_agent_that_does_not_report_is_named_by_its_instance(account: WatchedAccount) -> None:
    with switched_off(account, SWITCHES["GuardDuty manages the agent on EC2"]):
        coverage = read_coverage(account.side(Side.EC2), account.client)
    assert (coverage.watched, coverage.state) == (0, SeenState.OFF)
    assert ": No Agent Reporting" in coverage.reasons


def integrity(account: WatchedAccount, folder: Path) -> dict[str, WatchingLine]:
    lines = side_lines(account.environment, folder, account.client)
    return {line.thing: line for line in lines}


def test_an_image_is_proved_by_a_release_that_passed_here(
    account: WatchedAccount, tmp_path: Path
) -> None:
    ecs, cluster = account.client("ecs"), account.side().cluster
    arns = ecs.list_tasks(cluster=cluster, serviceName=SERVICE)["taskArns"]
    task = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"][0]
    [digest] = [c["imageDigest"] for c in task["containers"] if c["name"] == SERVICE]
    thing = "ledger on fargate: proved image"
    assert integrity(account, tmp_path)[thing].state is SeenState.OFF
    for number, each in ((7, digest), (8, f"sha256:{'0' * 64}")):
        release = Release(
            at=datetime(2026, 11, number, tzinfo=UTC),
            by="pipeline",
            release=number,
            digests={SERVICE: each},
            verdict=ReleaseVerdict.GOOD if number == 7 else ReleaseVerdict.BAD,
            plans="0" * 64,
        )
        append_release(tmp_path, "sandbox", SERVICE, release)
    line = integrity(account, tmp_path)[thing]
    assert (line.state, line.requirements) == (SeenState.ON, ("11.5.2",))
    assert line.shown.startswith("release 7, sha256:")
