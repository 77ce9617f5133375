"""Small features that moto lacks, one call each."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.balanced import BalancedService

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]


def test_a_scalable_target_has_tags(client: Client, unique: str, subnets: list[str]) -> None:
    service = BalancedService(client, unique, subnets, "ip")
    service.listen()
    service.create()
    scaling = client("application-autoscaling")
    arn = scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{unique}/{unique}",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=4,
        Tags={"Environment": "sandbox"},
    )["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"Side": "fargate"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["Environment"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"Side": "fargate"}


def test_a_log_group_can_get_a_key_and_lose_it(client: Client, unique: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName=unique)

    def key() -> Any:
        groups = logs.describe_log_groups(logGroupNamePrefix=unique)["logGroups"]
        return groups[0].get("kmsKeyId")

    logs.associate_kms_key(logGroupName=unique, kmsKeyId="arn:aws:kms:eu-west-1:1:key/k")
    assert key() == "arn:aws:kms:eu-west-1:1:key/k"
    logs.disassociate_kms_key(logGroupName=unique)
    assert key() is None


def test_the_tags_of_a_launch_template_are_not_those_of_its_instances(
    client: Client, unique: str
) -> None:
    ec2 = client("ec2")

    def tags(kind: str, value: str) -> dict[str, Any]:
        return {"ResourceType": kind, "Tags": [{"Key": "Name", "Value": value}]}

    ec2.create_launch_template(
        LaunchTemplateName=unique,
        TagSpecifications=[tags("launch-template", "of the template")],
        LaunchTemplateData={"TagSpecifications": [tags("instance", "of the instances")]},
    )
    [version] = ec2.describe_launch_template_versions(LaunchTemplateName=unique)[
        "LaunchTemplateVersions"
    ]
    kinds = [each["ResourceType"] for each in version["LaunchTemplateData"]["TagSpecifications"]]
    assert kinds == ["instance"]


@pytest.mark.parametrize(
    ("operation", "key", "id_"),
    [
        ("describe_subnets", "Subnets", "SubnetId"),
        ("describe_security_groups", "SecurityGroups", "GroupId"),
        ("describe_route_tables", "RouteTables", "RouteTableId"),
    ],
)
def test_a_list_has_another_order_when_it_is_asked_for_again(
    client: Client, vpc_id: str, unique: str, operation: str, key: str, id_: str
) -> None:
    ec2 = client("ec2")
    ec2.create_security_group(GroupName=unique, Description=unique, VpcId=vpc_id)
    ec2.create_route_table(VpcId=vpc_id)

    def ids() -> list[str]:
        filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
        return [each[id_] for each in getattr(ec2, operation)(Filters=filters)[key]]

    first = ids()
    assert len(first) > 1
    assert ids() == first[::-1]


@pytest.mark.parametrize(("tier", "limit"), [(None, 4096), ("Standard", 4096), ("Advanced", 8192)])
def test_a_parameter_has_no_more_characters_than_its_tier_holds(
    client: Client, unique: str, tier: str | None, limit: int
) -> None:
    def put(length: int) -> None:
        settings = {"Tier": tier} if tier else {}
        client("ssm").put_parameter(Name=unique, Value="x" * length, Type="String", **settings)

    with pytest.raises(ClientError, match=f"maximum parameter value of {limit} characters"):
        put(limit + 1)
    put(limit)


@pytest.fixture
def on_ec2(client: Client, unique: str, subnets: list[str]) -> BalancedService:
    return BalancedService(client, unique, subnets, "instance")


def test_a_terminated_instance_leaves_no_network_interface(on_ec2: BalancedService) -> None:
    def instances() -> list[Any]:
        groups = on_ec2.autoscaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=[f"{on_ec2.name}-general"]
        )["AutoScalingGroups"]
        return [instance["InstanceId"] for instance in groups[0]["Instances"]]

    on_ec2.start_instances(1)
    filters = [{"Name": "attachment.instance-id", "Values": instances()}]
    assert on_ec2.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    on_ec2.resize_instances(0)
    assert not on_ec2.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]


def test_an_instance_that_loses_its_protection_goes_when_the_group_is_too_large(
    on_ec2: BalancedService,
) -> None:
    on_ec2.start_instances(1)
    name = f"{on_ec2.name}-general"

    def instances() -> list[Any]:
        [group] = on_ec2.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])[
            "AutoScalingGroups"
        ]
        return [instance["InstanceId"] for instance in group["Instances"]]

    protected = {"AutoScalingGroupName": name, "InstanceIds": instances()}
    on_ec2.autoscaling.set_instance_protection(ProtectedFromScaleIn=True, **protected)
    on_ec2.resize_instances(0)
    assert len(instances()) == 1
    on_ec2.autoscaling.set_instance_protection(ProtectedFromScaleIn=False, **protected)
    assert instances() == []


def test_keys_sign_and_encrypt(client: Client) -> None:
    """Both kinds have a public key in moto."""
    kms = client("kms")
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    how = {"KeyId": signing, "Message": b"text", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    assert kms.verify(**how, Signature=kms.sign(**how)["Signature"])["SignatureValid"]

    encrypting = kms.create_key()["KeyMetadata"]["KeyId"]
    encrypted = kms.encrypt(KeyId=encrypting, Plaintext=b"text")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=encrypted)["Plaintext"] == b"text"
    public = kms.get_public_key(KeyId=encrypting)["PublicKey"]
    assert public == kms.get_public_key(KeyId=encrypting)["PublicKey"]
    assert public != kms.get_public_key(KeyId=signing)["PublicKey"]
