"""The settings of an account and of a VPC that watch what runs there; every call reads.

Terraform has no data source for most of them. What one question is denied leaves the others alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from pay.model import Environment
from rollout.aws.clients import Client, items
from rollout.contracts.seen import SeenState, fix_of_denial, is_denied
from rollout.watching.line import WatchingLine

ACTIONS = (
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "config:DescribeConfigurationRecorderStatus",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeVpcs",
    "guardduty:GetDetector",
    "guardduty:ListDetectors",
    "inspector2:BatchGetAccountStatus",
    "securityhub:DescribeHub",
    "securityhub:GetEnabledStandards",
    "wafv2:GetLoggingConfiguration",
    "wafv2:GetWebACL",
    "wafv2:ListWebACLs",
)
"""Every call by its IAM action."""

FREQUENCY = "FIFTEEN_MINUTES"
"""The time after which GuardDuty sends a continuing finding again; its default is six hours.
Source: GuardDuty user guide, "Setting the frequency for publishing updated findings".
"""

PCI_STANDARD = "/pci-dss/v/4.0.1"
"""The end of the standard's ARN (AWS: Security Hub user guide, "PCI DSS")."""

_NO_HUB = frozenset({"InvalidAccessException", "ResourceNotFoundException"})
"""Security Hub's answer where it is off (API reference, `DescribeHub`)."""

_ADMINISTRATOR = "ask whoever administers {} for this account"


class SeenSetting(NamedTuple):
    """The answer to one question."""

    is_on: bool
    shown: str


@dataclass(frozen=True)
class ObservedAccount:
    """The account of an environment, asked for what several settings need."""

    environment: Environment
    client: Client

    @cached_property
    def detector(self) -> Mapping[str, Any]:
        """Return the only detector; empty if there is none."""
        guardduty = self.client("guardduty")
        for id_ in items(guardduty, "list_detectors", "DetectorIds"):
            return dict(guardduty.get_detector(DetectorId=id_))
        return {}

    @cached_property
    def runtime_monitoring(self) -> Mapping[str, str]:
        """Return RUNTIME_MONITORING and its agents, by name; a value is ENABLED or DISABLED."""
        for each in self.detector.get("Features", ()):
            if each["Name"] == "RUNTIME_MONITORING":
                more = each.get("AdditionalConfiguration", ())
                return {row["Name"]: row["Status"] for row in (each, *more)}
        return {}

    @cached_property
    def web_acl(self) -> Mapping[str, Any] | None:
        """Return the environment's web ACL; None if there is none of this name."""
        waf, wanted = self.client("wafv2"), self.environment.load_balancers.web_acl
        more: dict[str, Any] = {}
        while True:
            answer = waf.list_web_acls(Scope="REGIONAL", **more)
            for each in answer["WebACLs"]:
                if each["Name"] == wanted:
                    described = waf.get_web_acl(Name=wanted, Scope="REGIONAL", Id=each["Id"])
                    return dict(described["WebACL"])
            if not (marker := answer.get("NextMarker")):
                return None
            more = {"NextMarker": marker}


def _detector(account: ObservedAccount) -> SeenSetting:
    if not account.detector:
        return SeenSetting(False, "the account has no detector")
    return SeenSetting(account.detector["Status"] == "ENABLED", account.detector["Status"].lower())


def _frequency(account: ObservedAccount) -> SeenSetting:
    frequency = str(account.detector.get("FindingPublishingFrequency", "no detector"))
    return SeenSetting(frequency == FREQUENCY, frequency.replace("_", " ").lower())


def _feature(name: str) -> Callable[[ObservedAccount], SeenSetting]:
    def read(account: ObservedAccount) -> SeenSetting:
        status = account.runtime_monitoring.get(name, "not there")
        return SeenSetting(status == "ENABLED", status.lower())

    return read


def _hub(account: ObservedAccount) -> SeenSetting:
    try:
        since = account.client("securityhub").describe_hub()["SubscribedAt"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_HUB:
            raise
        return SeenSetting(False, "the account is not subscribed")
    return SeenSetting(True, f"since {str(since)[:10]}")


def _standard(account: ObservedAccount) -> SeenSetting:
    hub = account.client("securityhub")
    try:
        enabled = items(hub, "get_enabled_standards", "StandardsSubscriptions")
        for each in enabled:
            if each["StandardsArn"].endswith(PCI_STANDARD):
                status = each["StandardsStatus"]
                return SeenSetting(status == "READY", f"v4.0.1 is {status.lower()}")
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_HUB:
            raise
    return SeenSetting(False, "v4.0.1 is not enabled")


def _inspector(account: ObservedAccount) -> SeenSetting:
    id_ = account.environment.account_id
    answer = account.client("inspector2").batch_get_account_status(accountIds=[id_])
    statuses = [each["resourceState"]["ecr"]["status"] for each in answer["accounts"]]
    return SeenSetting(statuses == ["ENABLED"], ", ".join(statuses).lower() or "no answer")


def _recorder(account: ObservedAccount) -> SeenSetting:
    answer = account.client("config").describe_configuration_recorder_status()
    recording = [each["recording"] for each in answer["ConfigurationRecordersStatus"]]
    if not recording:
        return SeenSetting(False, "the account has no recorder")
    return SeenSetting(any(recording), "records" if any(recording) else "is stopped")


def _trails(account: ObservedAccount) -> tuple[list[Any], list[Any]]:
    """Return all trails, those of the organisation included, and those that log now."""
    cloudtrail = account.client("cloudtrail")
    trails = cloudtrail.describe_trails()["trailList"]
    logs = [t for t in trails if cloudtrail.get_trail_status(Name=t["TrailARN"])["IsLogging"]]
    return trails, logs


def _trail(account: ObservedAccount) -> SeenSetting:
    names = [each["Name"] for each in _trails(account)[1]]
    return SeenSetting(bool(names), ", ".join(names) or "no trail logs")


def _validation(account: ObservedAccount) -> SeenSetting:
    """Judge the trails that log, or all of them where none does."""
    trails, logs = _trails(account)
    names = [each["Name"] for each in logs or trails if each.get("LogFileValidationEnabled")]
    return SeenSetting(bool(names), ", ".join(names) or "no trail does")


def _flow_logs(account: ObservedAccount) -> SeenSetting:
    ec2, vpc = account.client("ec2"), account.environment.network.vpc
    by_name = [{"Name": "tag:Name", "Values": [vpc]}]
    ids = [each["VpcId"] for each in ec2.describe_vpcs(Filters=by_name)["Vpcs"]]
    if not ids:
        return SeenSetting(False, f"no VPC is named {vpc}")
    of_vpc = [{"Name": "resource-id", "Values": ids}]
    logs = [*items(ec2, "describe_flow_logs", "FlowLogs", Filters=of_vpc)]
    active = [
        each
        for each in logs
        if each["FlowLogStatus"] == "ACTIVE" and each.get("DeliverLogsStatus") != "FAILED"
    ]
    traffic = sorted({each["TrafficType"] for each in active})
    return SeenSetting(bool(active), f"{', '.join(traffic).lower()} of {vpc}" if active else "none")


def _blocks(account: ObservedAccount) -> SeenSetting:
    """Return whether the web ACL blocks. A rule that counts lets through what it matches (AWS: WAF
    developer guide, "Rule action").
    """
    acl = account.web_acl
    if acl is None:
        return SeenSetting(
            False, f"no web ACL is named {account.environment.load_balancers.web_acl}"
        )
    rules = acl["Rules"]
    counting = [
        each["Name"]
        for each in rules
        if "Count" in {**each.get("Action", {}), **each.get("OverrideAction", {})}
    ]
    if counting:
        return SeenSetting(
            False, f"{len(counting)} of {len(rules)} rules only count: {counting[0]}"
        )
    blocks = bool(rules) or "Block" in acl["DefaultAction"]
    return SeenSetting(blocks, f"rules: {len(rules)}, none of which only counts")


def _web_acl_logs(account: ObservedAccount) -> SeenSetting:
    if account.web_acl is None:
        return SeenSetting(False, "no web ACL")
    try:
        arn = account.web_acl["ARN"]
        answer = account.client("wafv2").get_logging_configuration(ResourceArn=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "WAFNonexistentItemException":
            raise
        return SeenSetting(False, "it logs nowhere")
    [first, *_] = answer["LoggingConfiguration"]["LogDestinationConfigs"]
    return SeenSetting(True, f"to {first.rpartition(':')[2]}")


class Setting(NamedTuple):
    """A question, and the stack or account that switches the thing on."""

    thing: str
    requirements: tuple[str, ...]
    read: Callable[[ObservedAccount], SeenSetting]
    fix: str


_GUARDDUTY = _ADMINISTRATOR.format("GuardDuty")
_HUB = _ADMINISTRATOR.format("Security Hub")
_FIREWALL = "ask the owner of the web ACL"

SETTINGS = (
    Setting("GuardDuty detector", ("11.5.1",), _detector, _GUARDDUTY),
    Setting("GuardDuty sends within 15 minutes", ("10.4.1.1",), _frequency, _GUARDDUTY),
    Setting(
        "GuardDuty watches the runtime", ("11.5.1",), _feature("RUNTIME_MONITORING"), _GUARDDUTY
    ),
    Setting(
        *("GuardDuty manages the agent on Fargate", ("5.3.2",)),
        *(_feature("ECS_FARGATE_AGENT_MANAGEMENT"), _GUARDDUTY),
    ),
    Setting(
        *("GuardDuty manages the agent on EC2", ("5.3.2",)),
        *(_feature("EC2_AGENT_MANAGEMENT"), _GUARDDUTY),
    ),
    Setting("Security Hub", ("10.4.1.1",), _hub, _HUB),
    Setting("Security Hub checks PCI DSS", ("2.2.1",), _standard, _HUB),
    Setting("Inspector scans images", ("11.3.1",), _inspector, _ADMINISTRATOR.format("Inspector")),
    Setting("Config records", ("2.2.1",), _recorder, _ADMINISTRATOR.format("Config")),
    Setting("CloudTrail logs", ("10.2.1",), _trail, _ADMINISTRATOR.format("CloudTrail")),
    Setting(
        "CloudTrail validates its files",
        ("10.3.4",),
        _validation,
        _ADMINISTRATOR.format("CloudTrail"),
    ),
    Setting("Flow logs of the VPC", ("11.5.1",), _flow_logs, "ask the owner of the VPC"),
    Setting("Web ACL blocks", ("6.4.2",), _blocks, _FIREWALL),
    Setting("Web ACL logs", ("10.2.1",), _web_acl_logs, _FIREWALL),
)
"""Every setting, in the order in which they are shown."""


def setting_lines(environment: Environment, client: Client) -> Iterator[WatchingLine]:
    """Yield a line for each setting.

    Raises botocore's ClientError for every answer of AWS but a denial.
    """
    account = ObservedAccount(environment, client)
    for each in SETTINGS:
        try:
            seen = each.read(account)
        except ClientError as error:
            if not is_denied(error.response["Error"]["Code"]):
                raise
            fix = fix_of_denial(error.operation_name)
            yield WatchingLine(each.thing, SeenState.NOT_OURS, str(error), each.requirements, fix)
            continue
        state = SeenState.ON if seen.is_on else SeenState.OFF
        fix = "" if seen.is_on else each.fix
        yield WatchingLine(each.thing, state, seen.shown, each.requirements, fix)
