"""The services that watch an account before this project, created once for each account.

They are GuardDuty, Security Hub, Inspector, Config, CloudTrail, flow logs, and the logs of the web
ACL. An account gets none unless the environment's file says that it is watched.
"""

from sandbox.estate.estate_builder import Owner
from sandbox.estate.web_acls import web_acl_arn

PCI_STANDARD = "standards/pci-dss/v/4.0.1"


def make_watching(owner: Owner) -> None:
    """Switch on what is missing."""
    if owner.environment.watching is None:
        return
    _detector(owner)
    _hub(owner)
    owner.client("inspector2").enable(
        accountIds=[owner.environment.account_id], resourceTypes=["ECR"]
    )
    bucket = _bucket(owner)
    _recorder(owner, bucket)
    _trail(owner, bucket)
    _flow_logs(owner)
    _web_acl_logs(owner)


def _detector(owner: Owner) -> None:
    guardduty = owner.client("guardduty")
    if guardduty.list_detectors()["DetectorIds"]:
        return
    agents = ("ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")
    guardduty.create_detector(
        Enable=True,
        FindingPublishingFrequency="FIFTEEN_MINUTES",
        Features=[
            {
                "Name": "RUNTIME_MONITORING",
                "Status": "ENABLED",
                "AdditionalConfiguration": [{"Name": name, "Status": "ENABLED"} for name in agents],
            }
        ],
    )


def _hub(owner: Owner) -> None:
    hub, region = owner.client("securityhub"), owner.environment.region
    hub.enable_security_hub(EnableDefaultStandards=False)
    arn = f"arn:aws:securityhub:{region}::{PCI_STANDARD}"
    hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": arn}])


def _bucket(owner: Owner) -> str:
    """Return the name of the bucket that keeps the account's trail and its configurations."""
    name = f"pay-{owner.environment.account_name}-audit"
    region = {"LocationConstraint": owner.environment.region}
    owner.create("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=region)
    return name


def _recorder(owner: Owner, bucket: str) -> None:
    config = owner.client("config")
    role = owner.role("aws-config", "config.amazonaws.com")
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": group}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def _trail(owner: Owner, bucket: str) -> None:
    cloudtrail, name = owner.client("cloudtrail"), "audit"
    if name not in {each["Name"] for each in cloudtrail.describe_trails()["trailList"]}:
        cloudtrail.create_trail(
            Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True
        )
    cloudtrail.start_logging(Name=name)


def _flow_logs(owner: Owner) -> None:
    ec2, group = owner.client("ec2"), f"{owner.name}-flow-logs"
    here = [{"Name": "resource-id", "Values": [owner.vpc_id]}]
    if ec2.describe_flow_logs(Filters=here)["FlowLogs"]:
        return
    owner.create("logs", "create_log_group", logGroupName=group)
    ec2.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[owner.vpc_id],
        TrafficType="ALL",
        LogGroupName=group,
        DeliverLogsPermissionArn=owner.role(group, "vpc-flow-logs.amazonaws.com"),
    )


def _web_acl_logs(owner: Owner) -> None:
    """Send the web ACL's logs to a group whose name begins as AWS WAF requires.

    Source: AWS, WAF developer guide, "Sending web ACL traffic logs to a CloudWatch Logs log group".
    """
    group = f"aws-waf-logs-{owner.name}"
    owner.create("logs", "create_log_group", logGroupName=group)
    owner.client("wafv2").put_logging_configuration(
        LoggingConfiguration={
            "ResourceArn": web_acl_arn(owner),
            "LogDestinationConfigs": [owner.environment.arn("logs", f"log-group:{group}")],
        }
    )
