"""An AWS account in which everything that `pay adopt` asks for runs as it should."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from typer.testing import Result

from pay.catalogue import CATALOGUE, IMAGES
from pay.environments.load import load_environments
from pay.model import Segment, Side, host_name, names
from tests.conftest import ROOT

ENVIRONMENT = "sandbox"
ACCOUNT_ID = "555555555555"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
ARN = f"arn:aws:ecs:eu-west-1:{ACCOUNT_ID}"
MANAGED = "ECSManagedAutoScalingPolicy-3048e262"


Adopt = Callable[..., Result]
"""Runs `pay adopt sandbox` with some arguments; keywords are variables of the shell."""


@dataclass
class Instance:
    """A container instance of the legacy cluster."""

    name: str
    group: str
    segment: str | None

    @property
    def arn(self) -> str:
        return f"{ARN}:container-instance/sandbox-ec2/{self.name}"


ACTION_PREFIXES = {"monitoring": "cloudwatch"}
"""Endpoint -> how IAM calls it, where the names differ."""


class Account:
    """Everything exists and needs no change, except what a test takes out or sets."""

    def __init__(self) -> None:
        self.account = ACCOUNT_ID
        self.denied: set[str] = set()
        self.gone: set[str] = set()
        """Names of what does not exist."""
        self.called: set[str] = set()
        self.instances = [
            Instance(f"{segment}-{n}", names.capacity_provider(ENVIRONMENT, segment), segment)
            for segment in Segment
            for n in range(2)
        ]
        self.short: set[str] = set()
        """Services whose ARN lacks the cluster."""
        self.long_arns: set[str] = set()
        """The account settings for long ARNs that are enabled."""
        self.scaled: dict[str, tuple[int, int]] = {}
        """Service -> its smallest and largest number of tasks."""
        self.policies: dict[str, str] = {}
        """Auto Scaling group -> its policy."""
        self.schedules: dict[str, str] = {}
        """Auto Scaling group -> its scheduled action."""
        self.bare: set[str] = set()
        """Load balancers without security groups."""
        self.kept: set[str] = set()
        """Load balancers and target groups whose attribute is not this project's."""
        self.environment = load_environments(ROOT / "environments")[ENVIRONMENT]
        self.public_zones = ["ZPUBLIC"]
        self.records: dict[str, list[dict[str, Any]]] = {}
        """Host -> its records; every other one has a simple alias to its load balancer."""
        self.usual = "arn:certificate/usual"
        self.presented: dict[str, str] = {}
        """Load balancer -> the certificate of its listener; all others present the usual one."""
        self.certificates = [
            certificate(self.usual, zone)
            for zone in (self.environment.dns.internal_zone, self.environment.dns.public_zone)
        ]

    def answer(self, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        """What a boto3 client of this account gets."""
        if operation == "GetCallerIdentity":
            return {"Account": self.account}
        service = client.meta.service_model.signing_name
        self.called.add(f"{ACTION_PREFIXES.get(service, service)}:{operation}")
        if operation in self.denied:
            raise error("AccessDenied", f"not allowed to {operation}", operation)
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

    def ListContainerInstances(self, cluster: str, status: str) -> Any:
        assert status == "ACTIVE"
        return {"containerInstanceArns": [each.arn for each in self.instances]}

    def DescribeContainerInstances(self, cluster: str, containerInstances: list[str]) -> Any:
        return {
            "containerInstances": [
                {
                    "containerInstanceArn": each.arn,
                    "ec2InstanceId": f"i-{each.name}",
                    "attributes": [
                        {"name": "ecs.os-type", "value": "linux"},
                        *([{"name": "segment", "value": each.segment}] if each.segment else []),
                    ],
                }
                for each in self.instances
                if each.arn in containerInstances
            ]
        }

    def DescribeServices(self, cluster: str, services: list[str]) -> Any:
        return {
            "services": [
                {
                    "serviceName": name,
                    "serviceArn": f"{ARN}:service/{name}"
                    if name in self.short
                    else f"{ARN}:service/{cluster}/{name}",
                    "createdBy": f"arn:aws:iam::{ACCOUNT_ID}:role/deploy",
                    "status": "ACTIVE",
                }
                for name in self._there(services)
            ]
        }

    def PutAccountSetting(self, name: str, value: str) -> Any:
        assert value == "enabled"
        self.long_arns.add(name)

    def TagResource(self, resourceArn: str, tags: list[dict[str, str]]) -> Any:
        assert self.long_arns == {"serviceLongArnFormat", "taskLongArnFormat"}
        assert resourceArn.count("/") == 2
        self.short.remove(resourceArn.rpartition("/")[2])

    def DescribeScalableTargets(self, ServiceNamespace: str, ResourceIds: list[str]) -> Any:
        return {
            "ScalableTargets": [
                {
                    "ResourceId": id,
                    "ScalableDimension": "ecs:service:DesiredCount",
                    "MinCapacity": self.scaled[name][0],
                    "MaxCapacity": self.scaled[name][1],
                }
                for id in ResourceIds
                if (name := id.rpartition("/")[2]) in self.scaled
            ]
        }

    def DescribeAutoScalingGroups(self, AutoScalingGroupNames: list[str]) -> Any:
        there = self._there(AutoScalingGroupNames)
        return {
            "AutoScalingGroups": [
                {
                    "AutoScalingGroupName": name,
                    "Instances": [
                        {"InstanceId": f"i-{each.name}"}
                        for each in self.instances
                        if each.group == name
                    ],
                }
                for name in there
            ]
        }

    def DescribePolicies(self, AutoScalingGroupName: str) -> Any:
        own = [self.policies[name] for name in (AutoScalingGroupName,) if name in self.policies]
        return {"ScalingPolicies": [{"PolicyName": name} for name in (MANAGED, *own)]}

    def DescribeScheduledActions(self, AutoScalingGroupName: str) -> Any:
        own = [self.schedules[name] for name in (AutoScalingGroupName,) if name in self.schedules]
        return {"ScheduledUpdateGroupActions": [{"ScheduledActionName": name} for name in own]}

    def DescribeLaunchTemplates(self, LaunchTemplateNames: list[str]) -> Any:
        there = self._there(LaunchTemplateNames)
        return {"LaunchTemplates": [{"LaunchTemplateId": f"lt-{name}"} for name in there]}

    def DescribeLoadBalancers(self, Names: list[str]) -> Any:
        if not self._there(Names):
            raise error("LoadBalancerNotFound", "none", "DescribeLoadBalancers")
        return {
            "LoadBalancers": [
                {
                    "LoadBalancerArn": f"arn:lb/{name}",
                    "DNSName": dns_name(name),
                    "CanonicalHostedZoneId": "ZELB",
                    # AWS leaves the key out where there are none.
                    **({} if name in self.bare else {"SecurityGroups": ["sg-1"]}),
                }
                for name in Names
            ]
        }

    def DescribeLoadBalancerAttributes(self, LoadBalancerArn: str) -> Any:
        drops = LoadBalancerArn.partition("/")[2] not in self.kept
        key = "routing.http.drop_invalid_header_fields.enabled"
        return {"Attributes": [{"Key": key, "Value": str(drops).lower()}]}

    def DescribeTargetGroups(self, Names: list[str]) -> Any:
        if not self._there(Names):
            raise error("TargetGroupNotFound", "none", "DescribeTargetGroups")
        return {"TargetGroups": [{"TargetGroupArn": f"arn:tg/{name}"} for name in Names]}

    def DescribeTargetGroupAttributes(self, TargetGroupArn: str) -> Any:
        preserves = TargetGroupArn.partition("/")[2] in self.kept
        key = "preserve_client_ip.enabled"
        return {"Attributes": [{"Key": key, "Value": str(preserves).lower()}]}

    def DescribeListeners(self, LoadBalancerArn: str) -> Any:
        ports = (80, 443, 8080)
        certificate = self.presented.get(LoadBalancerArn.partition("/")[2], self.usual)
        presents = {"Certificates": [{"CertificateArn": certificate}]}
        return {
            "Listeners": [
                {
                    "Port": port,
                    "ListenerArn": f"{LoadBalancerArn}/{port}",
                    **(presents if port == 443 else {}),
                }
                for port in ports
            ]
        }

    def ModifyListener(self, ListenerArn: str, Certificates: list[dict[str, str]]) -> Any:
        [certificate] = Certificates
        self.presented[ListenerArn.split("/")[1]] = certificate["CertificateArn"]

    def ListCertificates(self, Includes: dict[str, list[str]]) -> Any:
        assert "RSA_1024" in Includes["keyTypes"]
        return {"CertificateSummaryList": self.certificates}

    def GetWebACLForResource(self, ResourceArn: str) -> Any:
        return {"WebACL": {"ARN": "arn:acl"}} if self._there(["web ACL"]) else {}

    def GetRole(self, RoleName: str) -> Any:
        return {"Role": {"RoleName": RoleName}}

    def GetInstanceProfile(self, InstanceProfileName: str) -> Any:
        return {"InstanceProfile": {"InstanceProfileName": InstanceProfileName}}

    def DescribeLogGroups(self, logGroupNamePrefix: str) -> Any:
        groups = [*self._there([logGroupNamePrefix]), f"{logGroupNamePrefix}_FG"]
        return {"logGroups": [{"logGroupName": name} for name in groups]}

    def DescribeSubscriptionFilters(self, logGroupName: str, filterNamePrefix: str) -> Any:
        return {
            "subscriptionFilters": [
                {"filterName": each} for each in self._there([filterNamePrefix])
            ]
        }

    def ListDashboards(self, DashboardNamePrefix: str) -> Any:
        there = self._there([DashboardNamePrefix])
        return {"DashboardEntries": [{"DashboardName": each} for each in there]}

    def DescribeRepositories(self, repositoryNames: list[str] | None = None) -> Any:
        """As somebody made them, before KMS was there."""
        known = [image.repository for image in IMAGES.values()]
        return {
            "repositories": [
                {
                    "repositoryName": name,
                    "encryptionConfiguration": {"encryptionType": "AES256"},
                }
                for name in self._there(repositoryNames or known)
            ]
        }

    def GetLifecyclePolicy(self, repositoryName: str) -> Any:
        return {"repositoryName": repositoryName}

    def GetRepositoryPolicy(self, repositoryName: str) -> Any:
        return {"repositoryName": repositoryName}

    def GetRegistryScanningConfiguration(self) -> Any:
        return {"registryId": ACCOUNT_ID}

    def DescribeVpcs(self, Filters: list[dict[str, Any]]) -> Any:
        [by_name] = Filters
        assert by_name["Name"] == "tag:Name"
        return {"Vpcs": [{"VpcId": f"vpc-{name}"} for name in self._there(by_name["Values"])]}

    def ListHostedZonesByVPC(self, VPCId: str, VPCRegion: str, NextToken: str = "") -> Any:
        """Two pages; the own zone is on the second."""
        assert VPCRegion == "eu-west-1"
        name = f"{self.environment.dns.internal_zone}."
        if not NextToken:
            others = [{"HostedZoneId": "ZOTHER", "Name": "other.example."}]
            return {"HostedZoneSummaries": others, "NextToken": "2"}
        ids = self._there(["ZPRIVATE"])
        return {"HostedZoneSummaries": [{"HostedZoneId": id, "Name": name} for id in ids]}

    def ListHostedZonesByName(self, DNSName: str) -> Any:
        """A private zone of another VPC has the name of the public one."""
        kinds = [("ZELSEWHERE", True), *((id, False) for id in self.public_zones)]
        return {
            "HostedZones": [
                {
                    "Id": f"/hostedzone/{kind}",
                    "Name": f"{DNSName}.",
                    "Config": {"PrivateZone": private},
                }
                for kind, private in kinds
            ]
        }

    def ListResourceRecordSets(
        self, HostedZoneId: str, StartRecordName: str, StartRecordType: str, MaxItems: str
    ) -> Any:
        assert HostedZoneId in ("ZPRIVATE", "ZPUBLIC")
        after = {"Name": "zz.example.", "Type": "CNAME", "ResourceRecords": [{"Value": "x"}]}
        usual = [] if StartRecordName in self.gone else [self.alias(StartRecordName)]
        return {"ResourceRecordSets": [*self.records.get(StartRecordName, usual), after]}

    def ChangeResourceRecordSets(self, HostedZoneId: str, ChangeBatch: dict[str, Any]) -> Any:
        for change in ChangeBatch["Changes"]:
            record = change["ResourceRecordSet"]
            name = record["Name"].rstrip(".")
            there = self.records.setdefault(name, [self.alias(name)])
            (there.remove if change["Action"] == "DELETE" else there.append)(record)

    def alias(self, host: str) -> dict[str, Any]:
        """The record that leads a name to its load balancer, as AWS answers it."""
        [service] = [
            service.name
            for service in CATALOGUE.values()
            if host_name(service, self.environment) == host
        ]
        target = dns_name(names.load_balancer(ENVIRONMENT, service, Side.EC2))
        return {
            "Name": f"{host}.",
            "Type": "A",
            "AliasTarget": {"DNSName": f"dualstack.{target.upper()}."},
        }

    def _there(self, all_names: list[str]) -> list[str]:
        return [name for name in all_names if name not in self.gone]


def dns_name(balancer: str) -> str:
    return f"internal-{balancer}-1.eu-west-1.elb.amazonaws.com"


def certificate(arn: str, zone: str, day: int = 1, **changes: Any) -> dict[str, Any]:
    """A certificate as ACM lists it, valid from a day of the year on."""
    return {
        "CertificateArn": arn,
        "DomainName": f"*.{zone}",
        "Status": "ISSUED",
        "KeyAlgorithm": "RSA-2048",
        "NotBefore": datetime(2026, 1, day, tzinfo=UTC),
        **changes,
    }


def error(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def account_call(account: Account) -> Callable[[Any, str, dict[str, Any]], Any]:
    """What every boto3 client calls instead of AWS."""

    def call(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        return account.answer(self, operation, arguments)

    return call
