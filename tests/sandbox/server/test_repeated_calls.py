"""A create that an SDK sends twice, because it waited too long, happens once."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pay.containers.lifecycle import lifecycle_policy
from pay.iam.document import policy_document
from pay.model.rights.tasks import pulls_images
from pay.smoke.archives import RUNTIME
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox
from toolchain.bindings import types_list

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 0.3
LATE_SECONDS = 0.6
NAME = "repeated"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
TRUST_OF_LOGS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "logs.amazonaws.com"},
            }
        ],
    }
)
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
    }
)
DASHBOARD = json.dumps(
    {
        "widgets": [
            {
                "type": "text",
                "x": 0,
                "y": 0,
                "width": 6,
                "height": 2,
                "properties": {"markdown": "a"},
            }
        ]
    }
)

Clients = Callable[[str], Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with empty_sandbox(SandboxSettings(dns_change_seconds=0)) as started:
        yield started


@pytest.fixture
def late(server: Server) -> Iterator[Clients]:
    """Return a function that creates clients with a timeout shorter than the first answer."""

    def client(service: str) -> Any:
        patience = Config(
            read_timeout=PATIENCE_SECONDS, retries={"total_max_attempts": 9}, proxies={}
        )
        return boto3.client(
            service,
            endpoint_url=server.endpoint,
            region_name=server.settings.region,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",
            config=patience,
        )

    yield client
    server.administer("faults", method="POST", body={})


@pytest.fixture(scope="module")
def ids(server: Server) -> dict[str, str]:
    """Create the resources that the tests below need, without a delay, and return their ids."""
    ec2, elb = server.client("ec2"), server.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    balancer = elb.create_load_balancer(Name="before", Subnets=subnets, Scheme="internal")
    group = elb.create_target_group(
        Name="before", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )
    server.client("ecs").create_cluster(clusterName="before")
    task = server.client("ecs").register_task_definition(
        family="before", containerDefinitions=[{"name": "app", "image": "app:1", "memory": 512}]
    )
    server.client("ecs").create_service(
        cluster="before",
        serviceName="before",
        taskDefinition=task["taskDefinition"]["taskDefinitionArn"],
        desiredCount=0,
    )
    server.client("application-autoscaling").register_scalable_target(
        **SCALED, MinCapacity=1, MaxCapacity=2
    )
    server.client("iam").create_role(RoleName="before", AssumeRolePolicyDocument=TRUST)
    role_of_logs = server.client("iam").create_role(
        RoleName="logs", AssumeRolePolicyDocument=TRUST_OF_LOGS
    )
    server.client("logs").create_log_group(logGroupName="before")
    server.client("ecr").create_repository(repositoryName="before")
    server.client("securityhub").enable_security_hub()
    detector = server.client("guardduty").create_detector(Enable=True)["DetectorId"]
    server.client("events").put_rule(Name="before", EventPattern='{"source": ["aws.guardduty"]}')
    server.client("s3").create_bucket(Bucket="before", CreateBucketConfiguration=IN_THE_REGION)
    stream = server.client("firehose").create_delivery_stream(
        DeliveryStreamName="before",
        S3DestinationConfiguration={
            "RoleARN": role_of_logs["Role"]["Arn"],
            "BucketARN": "arn:aws:s3:::before",
        },
    )
    template = ec2.create_launch_template(LaunchTemplateName="before", LaunchTemplateData={})
    group_arn = server.client("autoscaling")
    group_arn.create_auto_scaling_group(
        AutoScalingGroupName="before",
        LaunchTemplate={"LaunchTemplateName": "before"},
        MinSize=0,
        MaxSize=1,
        VPCZoneIdentifier=",".join(subnets),
        NewInstancesProtectedFromScaleIn=True,
    )
    [instances] = group_arn.describe_auto_scaling_groups()["AutoScalingGroups"]
    web_acl = server.client("wafv2").create_web_acl(
        Name="before",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": False,
            "MetricName": "before",
        },
    )
    zone = server.client("route53").create_hosted_zone(Name="pay.test", CallerReference="1")
    return {
        "vpc": vpc,
        "subnets": ",".join(subnets),
        "balancer": balancer["LoadBalancers"][0]["LoadBalancerArn"],
        "group": group["TargetGroups"][0]["TargetGroupArn"],
        "task": task["taskDefinition"]["taskDefinitionArn"],
        "template": template["LaunchTemplate"]["LaunchTemplateId"],
        "instances": instances["AutoScalingGroupARN"],
        "web_acl": web_acl["Summary"]["ARN"],
        "zone": zone["HostedZone"]["Id"],
        "key": server.client("kms").create_key()["KeyMetadata"]["KeyId"],
        "role_of_logs": role_of_logs["Role"]["Arn"],
        "stream": stream["DeliveryStreamARN"],
        "detector": detector,
        "topic": server.client("sns").create_topic(Name="before")["TopicArn"],
        **{f"role_of_{name}": make_role(server, name) for name in ("lambda", "scheduler")},
    }


def make_role(server: Server, service: str) -> str:
    """Return the ARN of a role that a service of AWS may assume."""
    iam, trust = server.client("iam"), TRUST_OF_LOGS.replace("logs", service)
    role: str = iam.create_role(RoleName=service, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    return role


IN_THE_REGION = {"LocationConstraint": "eu-west-1"}
SCALED = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/before/before",
    "ScalableDimension": "ecs:service:DesiredCount",
}
RECORD = {
    "Name": "repeated.pay.test",
    "Type": "A",
    "TTL": 60,
    "ResourceRecords": [{"Value": "10.0.0.1"}],
}

CREATES: dict[str, Callable[[Clients, dict[str, str]], Any]] = {
    "aws_appautoscaling_policy": lambda client, ids: client(
        "application-autoscaling"
    ).put_scaling_policy(
        **SCALED,
        PolicyName=NAME,
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
        },
    ),
    "aws_appautoscaling_scheduled_action": lambda client, ids: client(
        "application-autoscaling"
    ).put_scheduled_action(
        **SCALED,
        ScheduledActionName=NAME,
        Schedule="cron(0 22 * * ? *)",
        ScalableTargetAction={"MinCapacity": 1},
    ),
    "aws_appautoscaling_target": lambda client, ids: client(
        "application-autoscaling"
    ).register_scalable_target(**SCALED, MinCapacity=1, MaxCapacity=3),
    "aws_autoscaling_group": lambda client, ids: client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=NAME,
        LaunchTemplate={"LaunchTemplateId": ids["template"]},
        MinSize=0,
        MaxSize=1,
        VPCZoneIdentifier=ids["subnets"],
    ),
    "aws_cloudwatch_composite_alarm": lambda client, ids: client("cloudwatch").put_composite_alarm(
        AlarmName=NAME, AlarmRule="FALSE"
    ),
    "aws_cloudwatch_dashboard": lambda client, ids: client("cloudwatch").put_dashboard(
        DashboardName=NAME, DashboardBody=DASHBOARD
    ),
    "aws_cloudwatch_event_rule": lambda client, ids: client("events").put_rule(
        Name=NAME, EventPattern='{"source": ["aws.guardduty"]}'
    ),
    "aws_cloudwatch_event_target": lambda client, ids: client("events").put_targets(
        Rule="before", Targets=[{"Id": NAME, "Arn": ids["topic"]}]
    ),
    "aws_cloudwatch_log_group": lambda client, ids: client("logs").create_log_group(
        logGroupName=NAME
    ),
    "aws_cloudwatch_log_metric_filter": lambda client, ids: client("logs").put_metric_filter(
        logGroupName="before",
        filterName=NAME,
        filterPattern="",
        metricTransformations=[
            {"metricName": NAME, "metricNamespace": "Pay/Logs", "metricValue": "1"}
        ],
    ),
    "aws_cloudwatch_log_subscription_filter": lambda client, ids: client(
        "logs"
    ).put_subscription_filter(
        logGroupName="before",
        filterName=NAME,
        filterPattern="",
        destinationArn=ids["stream"],
        roleArn=ids["role_of_logs"],
    ),
    "aws_cloudwatch_metric_alarm": lambda client, ids: client("cloudwatch").put_metric_alarm(
        AlarmName=NAME,
        MetricName="CPUUtilization",
        Namespace="AWS/ECS",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        Statistic="Average",
        ComparisonOperator="GreaterThanThreshold",
    ),
    "aws_ecs_capacity_provider": lambda client, ids: client("ecs").create_capacity_provider(
        name=NAME,
        autoScalingGroupProvider={
            "autoScalingGroupArn": ids["instances"],
            "managedTerminationProtection": "ENABLED",
            "managedScaling": {"status": "ENABLED"},
        },
    ),
    "aws_ecs_cluster": lambda client, ids: client("ecs").create_cluster(clusterName=NAME),
    "aws_ecs_cluster_capacity_providers": lambda client, ids: client(
        "ecs"
    ).put_cluster_capacity_providers(
        cluster="before", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    ),
    "aws_ecs_service": lambda client, ids: client("ecs").create_service(
        cluster="before", serviceName=NAME, taskDefinition=ids["task"], desiredCount=0
    ),
    "aws_ecs_task_definition": lambda client, ids: client("ecs").register_task_definition(
        family=NAME, containerDefinitions=[{"name": "app", "image": "app:1", "memory": 512}]
    ),
    "aws_iam_instance_profile": lambda client, ids: client("iam").create_instance_profile(
        InstanceProfileName=NAME
    ),
    "aws_iam_role": lambda client, ids: client("iam").create_role(
        RoleName=NAME, AssumeRolePolicyDocument=TRUST
    ),
    "aws_iam_role_policy": lambda client, ids: client("iam").put_role_policy(
        RoleName="before", PolicyName=NAME, PolicyDocument=POLICY
    ),
    "aws_kms_alias": lambda client, ids: client("kms").create_alias(
        AliasName=f"alias/{NAME}", TargetKeyId=ids["key"]
    ),
    "aws_kms_key": lambda client, ids: client("kms").create_key(Description=NAME),
    "aws_launch_template": lambda client, ids: client("ec2").create_launch_template(
        LaunchTemplateName=NAME, LaunchTemplateData={}
    ),
    "aws_lb": lambda client, ids: client("elbv2").create_load_balancer(
        Name=NAME, Subnets=ids["subnets"].split(","), Scheme="internal"
    ),
    "aws_lb_listener": lambda client, ids: client("elbv2").create_listener(
        LoadBalancerArn=ids["balancer"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": ids["group"]}],
    ),
    "aws_lb_target_group": lambda client, ids: client("elbv2").create_target_group(
        Name=NAME, Protocol="HTTP", Port=80, VpcId=ids["vpc"], TargetType="ip"
    ),
    "aws_route53_record": lambda client, ids: client("route53").change_resource_record_sets(
        HostedZoneId=ids["zone"],
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": RECORD}]},
    ),
    "aws_ecr_repository": lambda client, ids: client("ecr").create_repository(repositoryName=NAME),
    "aws_ecr_lifecycle_policy": lambda client, ids: client("ecr").put_lifecycle_policy(
        repositoryName="before", lifecyclePolicyText=lifecycle_policy()
    ),
    "aws_ecr_registry_scanning_configuration": lambda client, ids: client(
        "ecr"
    ).put_registry_scanning_configuration(scanType="ENHANCED", rules=[]),
    "aws_ecr_repository_policy": lambda client, ids: client("ecr").set_repository_policy(
        repositoryName="before",
        policyText=policy_document(pulls_images(["arn:aws:iam::222222222222:role/a"])),
    ),
    "aws_s3_bucket": lambda client, ids: client("s3").create_bucket(
        Bucket=NAME, CreateBucketConfiguration=IN_THE_REGION
    ),
    "aws_s3_bucket_lifecycle_configuration": lambda client, ids: client(
        "s3"
    ).put_bucket_lifecycle_configuration(
        Bucket="before",
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": NAME,
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "Expiration": {"Days": 1},
                }
            ]
        },
    ),
    "aws_s3_bucket_logging": lambda client, ids: client("s3").put_bucket_logging(
        Bucket="before", BucketLoggingStatus={}
    ),
    "aws_s3_bucket_policy": lambda client, ids: client("s3").put_bucket_policy(
        Bucket="before", Policy=TRUST
    ),
    "aws_s3_bucket_public_access_block": lambda client, ids: client("s3").put_public_access_block(
        Bucket="before", PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    ),
    "aws_s3_bucket_server_side_encryption_configuration": lambda client, ids: client(
        "s3"
    ).put_bucket_encryption(
        Bucket="before",
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    ),
    "aws_s3_bucket_versioning": lambda client, ids: client("s3").put_bucket_versioning(
        Bucket="before", VersioningConfiguration={"Status": "Enabled"}
    ),
    "aws_scheduler_schedule": lambda client, ids: client("scheduler").create_schedule(
        Name=NAME,
        ScheduleExpression="cron(0 4 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": ids["task"].partition(":task-definition")[0] + ":cluster/before",
            "RoleArn": ids["role_of_scheduler"],
            "EcsParameters": {"TaskDefinitionArn": ids["task"]},
        },
    ),
    "aws_scheduler_schedule_group": lambda client, ids: client("scheduler").create_schedule_group(
        Name=NAME
    ),
    "aws_sqs_queue": lambda client, ids: client("sqs").create_queue(QueueName=NAME),
    "aws_synthetics_canary": lambda client, ids: client("synthetics").create_canary(
        Name=NAME,
        Code={"ZipFile": b"", "Handler": "a.handler"},
        ArtifactS3Location="s3://before/a",
        ExecutionRoleArn=ids["role_of_lambda"],
        Schedule={"Expression": "rate(0 minute)"},
        RuntimeVersion=RUNTIME,
    ),
    "aws_sns_topic": lambda client, ids: client("sns").create_topic(Name=NAME),
    "aws_sns_topic_policy": lambda client, ids: client("sns").set_topic_attributes(
        TopicArn=ids["topic"], AttributeName="DisplayName", AttributeValue=NAME
    ),
    "aws_guardduty_filter": lambda client, ids: client("guardduty").create_filter(
        DetectorId=ids["detector"],
        Name=NAME,
        FindingCriteria={
            "Criterion": {"type": {"Equals": ["Execution:Runtime/NewBinaryExecuted"]}}
        },
    ),
    "aws_inspector2_filter": lambda client, ids: client("inspector2").create_filter(
        name=NAME,
        action="SUPPRESS",
        filterCriteria={"vulnerabilityId": [{"comparison": "EQUALS", "value": "CVE-2026-12345"}]},
    ),
    "aws_securityhub_automation_rule": lambda client, ids: client(
        "securityhub"
    ).create_automation_rule(
        RuleName=NAME,
        RuleOrder=1,
        Description=NAME,
        Criteria={"ProductName": [{"Comparison": "EQUALS", "Value": "GuardDuty"}]},
        Actions=[
            {
                "Type": "FINDING_FIELDS_UPDATE",
                "FindingFieldsUpdate": {"Workflow": {"Status": "SUPPRESSED"}},
            }
        ],
    ),
    "aws_wafv2_web_acl_association": lambda client, ids: client("wafv2").associate_web_acl(
        WebACLArn=ids["web_acl"], ResourceArn=ids["balancer"]
    ),
}


@pytest.mark.parametrize("type_", types_list.read().resources)
def test_the_second_attempt_gets_the_first_answer(
    server: Server, late: Clients, ids: dict[str, str], type_: str
) -> None:
    server.administer("requests", method="DELETE")
    server.administer("faults", method="POST", body={"late": LATE_SECONDS})
    answer = CREATES[type_](late, ids)
    assert answer["ResponseMetadata"]["RetryAttempts"] >= 1
    requests = server.administer("requests")
    # The log gets the first attempt when its late answer ends.
    assert requests
    assert all(200 <= request["status"] < 300 for request in requests)


def test_a_repeated_create_creates_one_thing(server: Server, late: Clients) -> None:
    server.administer("faults", method="POST", body={"late": LATE_SECONDS})
    key = late("kms").create_key(Description="once")["KeyMetadata"]["KeyId"]
    kms = server.client("kms")
    described = [
        kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
        for each in kms.get_paginator("list_keys").paginate().build_full_result()["Keys"]
    ]
    assert [each["KeyId"] for each in described if each["Description"] == "once"] == [key]


def test_another_call_is_not_a_repetition(server: Server) -> None:
    iam = server.client("iam")
    iam.create_role(RoleName="twice", AssumeRolePolicyDocument=TRUST)
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_role(RoleName="twice", AssumeRolePolicyDocument=TRUST)


def one_invocation(server: Server, mark: str) -> Any:
    """Return an IAM client whose calls are all attempts of one call."""

    def set_mark(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = mark

    client = server.client("iam", boto3.Session().client)  # nobody else's
    client.meta.events.register("before-send.iam", set_mark)
    return client


def test_a_refused_call_is_tried_again(server: Server) -> None:
    """A refusal is not kept, because the second attempt may be allowed."""
    iam = one_invocation(server, "refused")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName="later")
    server.client("iam").create_role(RoleName="later", AssumeRolePolicyDocument=TRUST)
    assert iam.get_role(RoleName="later")["Role"]["RoleName"] == "later"


def test_a_lost_answer_stays_lost(server: Server) -> None:
    """An SDK that repeats a call after a lost answer sees the resource that the call created."""
    lost = {"lost": 1, "only": "iam.CreateRole"}
    server.administer("faults", method="POST", body=lost)
    iam = one_invocation(server, "lost")
    with pytest.raises(ClientError, match="Internal"):
        iam.create_role(RoleName="lost", AssumeRolePolicyDocument=TRUST)
    server.administer("faults", method="POST", body={})
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        iam.create_role(RoleName="lost", AssumeRolePolicyDocument=TRUST)
